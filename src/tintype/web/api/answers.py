"""What the API answers with: records as JSON, pages of them, entity tags."""

import base64
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from pydantic import BaseModel
from starlette.responses import Response

from tintype.errors import RecordStale
from tintype.web.api.problems import IF_MATCH_REQUIRED, NO_ENTITY_TAG
from tintype.web.errors import Refusal, Trouble, mistake

MOST = 200  # records on a page
TAGS = r'^(\*|(W/)?"[^"]*"( ?, ?(W/)?"[^"]*")*)$'  # RFC 9110, 13.1.1
_TAG = re.compile(r'(W/)?"([^"]*)"')
_CURSOR = "after:"


def record(body: BaseModel, status: int = 200, **headers: str) -> Response:
    """One record. A keyword such as `location` is a header."""
    return _json(body.model_dump_json(), status, headers)


def records(bodies: Sequence[BaseModel], **headers: str) -> Response:
    """A bare list."""
    text = ",".join(body.model_dump_json() for body in bodies)
    return _json(f"[{text}]", 200, headers)


def _json(text: str, status: int, headers: Mapping[str, str]) -> Response:
    common = {"cache-control": "private, no-cache", "x-content-type-options": "nosniff"}
    named = {name.replace("_", "-"): value for name, value in headers.items() if value}
    return Response(
        text.encode("utf-8", "replace"), status, common | named, media_type="application/json"
    )


def next_link(path: str, limit: int, after: str | None) -> str:
    """The header Link to the next page (RFC 8288); "" on the last."""
    if after is None:
        return ""
    return f'<{path}?limit={limit}&cursor={quote(cursor_of(after))}>; rel="next"'


def cursor_of(after: str) -> str:
    """The opaque form of what the next page begins after."""
    return base64.urlsafe_b64encode(f"{_CURSOR}{after}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> str | None:
    """What `cursor_of` was given; None for none. Raises a Refusal for what never was a cursor."""
    if not text:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True).decode()
    except ValueError:
        raw = ""
    if not raw.startswith(_CURSOR):
        phrase = "is not one that was given out"
        raise Refusal(
            Trouble(
                422,
                "invalid-record",
                f"cursor: {phrase}.",
                mistakes=(mistake(("query", "cursor"), phrase),),
            )
        )
    return raw.removeprefix(_CURSOR)


def etag_of(version: int | str) -> str:
    """The strong entity tag of a version."""
    return f'"{version}"'


def is_known(if_none_match: str, version: int) -> bool:
    """Whether the client has this version already: 304."""
    tags = {tag for _, tag in _TAG.findall(if_none_match)}
    return if_none_match.strip() == "*" or str(version) in tags


def check_match(if_match: str | None, version: int | str, *, required: bool = True) -> None:
    """Raise RecordStale unless the client has seen this version; 428 if it does not say. What is no
    entity tag is none that the record has: 412 (RFC 9110, 13.1.1).
    """
    if if_match is None:
        if required:
            raise Refusal(IF_MATCH_REQUIRED)
        return
    if not re.match(TAGS, if_match):
        raise Refusal(NO_ENTITY_TAG)
    tags = {tag for weak, tag in _TAG.findall(if_match) if not weak}
    if if_match.strip() != "*" and str(version) not in tags:
        raise RecordStale(f"The record is at version {version} now.")
