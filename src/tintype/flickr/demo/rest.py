"""/services/rest: which call it is, who makes it, and how its answer is written."""

import json
from typing import Any

from starlette.responses import Response

from tintype.flickr.demo.checking import Incoming, RefusedError, check_resource
from tintype.flickr.demo.methods import Asked, FailError, call
from tintype.flickr.demo.shapes import mixed
from tintype.flickr.demo.state import State

AWAY = "Sorry, the Flickr API service is not currently available."


def answer(state: State, incoming: Incoming, base: str, troubles: frozenset[str]) -> Response:
    """The answer to a call."""
    arguments = incoming.arguments
    state.calls.append(arguments.get("method", ""))
    if "revoked" in troubles:
        state.revoke_all()
    try:
        is_owner = _owner(state, incoming)
    except RefusedError as refused:
        return Response(refused.text, refused.status, media_type="text/plain; charset=UTF-8")
    try:
        said = _call(Asked(state, arguments, is_owner, base, troubles)) | {"stat": "ok"}
    except FailError as fail:
        said = {"stat": "fail", "code": fail.code, "message": fail.message}
    return _written(mixed(said) if "mixed" in troubles else said, arguments)


def _owner(state: State, incoming: Incoming) -> bool:
    """Whether the account's owner has consented to the call; others bring their api_key only."""
    if incoming.is_signed:
        return bool(check_resource(state, incoming))
    return False


def _call(asked: Asked) -> dict[str, Any]:
    for code in ("105", "201", "0"):
        if code in asked.troubles:
            raise FailError(int(code), AWAY)
    arguments = asked.arguments
    if arguments.get("format", "rest") != "json":
        raise FailError(111, f'Format "{arguments.get("format", "rest")}" not found')
    if not asked.is_owner and arguments.get("api_key") not in asked.state.apps:
        raise FailError(100, "Invalid API Key (Key has invalid format)")
    return call(asked)


def _written(said: dict[str, Any], arguments: dict[str, str]) -> Response:
    text = json.dumps(said, separators=(",", ":")).replace("/", "\\/")
    if arguments.get("nojsoncallback") != "1":
        text = f"{arguments.get('jsoncallback', 'jsonFlickrApi')}({text})"
    return Response(text, media_type="application/json; charset=utf-8")
