"""What X says when it does not do something, in three shapes, and what to do about it.

v1.1: `{"errors":[{"code":32,"message":"…"}]}`. v2: `{"title","type","status","detail"}`, where the
type is an address; an answer with status 200 may have `errors` beside its `data`. Users cannot tell
a wrong signature, a token that was taken back and a package that does not include a call apart, so
every error comes with a hint.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tintype.errors import (
    NotConnected,
    ProviderError,
    ProviderNotFound,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
)
from tintype.providers.calls import Answer

_BY_CODE = {
    32: "Check the key and the secrets of the application, and the clock of this machine.",
    89: "Sign in again: tintype x login",
    88: "Wait for the time in x-rate-limit-reset.",
    453: "The application's package has no v1.1: use a path that begins with /2/.",
}
_BY_TYPE = {
    "client-not-enrolled": "Attach the application to a project with the package Pay-per-use, in"
    " the environment Production, at developer.x.com.",
    "unsupported-authentication": "This call takes no OAuth 1.0a: it needs another kind of token.",
    "usage-capped": "The month's credit is used up, or the rate: see x-rate-limit-reset.",
    "not-authorized-for-resource": "The post or user is protected, or blocks you.",
    "oauth1-permissions": "Give the application the permission that the call needs, sign in again.",
}


_FIELDS = re.compile(r"\b(tweet|post)\.fields")
FIELDS_HINT = "Set TINTYPE_X_FIELDS to the other of tweet and post."


def check(answer: Answer, title: str = "X") -> None:
    """Raise the error that an answer is; none for status 200 with data."""
    if error := error_in(answer, title):
        raise error


def error_in(answer: Answer, title: str = "X") -> ProviderError | None:
    """The error that an answer is, or None."""
    said = _json(answer)
    if answer.status < 300 and not _is_empty(said):
        return None
    words, hint = described(said)
    words = words or f"status {answer.status}"
    if answer.status == 429:
        return ProviderThrottled(f"{title}: {words}.", remedy=_when(answer))
    if answer.status >= 500:
        return ProviderUnavailable(f"{title}: {words}.", remedy="Try again later.")
    if answer.status == 401:
        return NotConnected(f"{title}: {words}.", remedy=hint or "Sign in again.")
    if answer.status in (200, 404):
        return ProviderNotFound(f"{title}: {words}.", remedy=hint)
    return ProviderRefused(f"{title}: {words}.", remedy=hint, answered=answer.status)


def described(said: Any) -> tuple[str, str]:
    """What an answer says of its failure, and what to do; "" where it says nothing."""
    if not isinstance(said, Mapping):
        return "", ""
    first = said.get("errors")
    inner = first[0] if isinstance(first, list) and first and isinstance(first[0], dict) else {}
    code = inner.get("code")
    kind = str(said.get("type") or inner.get("type") or "").rpartition("/")[2]
    words = next(
        (
            str(each)
            for each in (
                *(said.get("detail"), inner.get("detail"), inner.get("message")),
                *(said.get("title"), said.get("reason")),
            )
            if each
        ),
        "",
    )
    reason = str(said.get("reason") or "")
    hint = _BY_TYPE.get(reason) or _BY_TYPE.get(kind) or ""
    if _FIELDS.search(words):
        hint = hint or FIELDS_HINT
    if isinstance(code, int):
        hint = hint or _BY_CODE.get(code, "")
        words = f"{words.rstrip('.')} (code {code})"
    return cleaned(words).rstrip("."), hint


def cleaned(text: str) -> str:
    """A text of a provider's for a line of ours."""
    return re.sub(r"[^\x20-\x7e\xa0-\U0010ffff]", " ", text).strip()[:300]


def _json(answer: Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _is_empty(said: Any) -> bool:
    """Errors and nothing beside them."""
    return isinstance(said, Mapping) and "errors" in said and "data" not in said


def _when(answer: Answer) -> str:
    reset = answer.headers.get("x-rate-limit-reset", "")
    if not re.fullmatch(r"\d{9,11}", reset):
        return "Try again in a quarter of an hour."
    moment = datetime.fromtimestamp(int(reset), UTC)
    return f"Try again at {moment:%H:%M:%S} UTC."
