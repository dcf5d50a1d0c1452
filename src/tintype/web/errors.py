"""The web edge's reading of errors: a plain answer for <img>, problem+json for who asks for JSON.

Nothing of an exception goes out but its public sentence; what is wrong with a transform is named,
since the text of it came from outside. RFC 9457 is the form of the JSON.
"""

import http
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import shorten

from tintype.errors import (
    AddressRefused,
    InvalidRequest,
    InvalidTransform,
    Overloaded,
    SignatureRefused,
    SourceError,
    TintypeError,
    UploadError,
)
from tintype.settings_web import UrlSettings
from tintype.web.answers import NO_STORE, NOSNIFF, NOTHING, Answer, Headers

log = logging.getLogger("tintype.web")

LONGEST = 400  # characters of a sentence
RETRY_AFTER = 5  # seconds, for what may pass


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, fit for a stranger."""

    status: int
    code: str
    sentence: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


NO_SUCH_PAGE = Trouble(404, "no-such-page", "There is nothing at this address.")
TOO_LONG = Trouble(414, "url-too-long", "The URL is longer than 10,000 bytes.")
UNFORESEEN = Trouble(500, "error", TintypeError.public)


def wrong_method(*allowed: str) -> Trouble:
    """A method that an address does not have."""
    header = (b"allow", ", ".join(allowed).encode())
    return Trouble(405, "wrong-method", "That method is not for this address.", (header,))


def trouble_of(error: Exception, settings: UrlSettings) -> Trouble:
    """Read an error. What nobody foresaw is told to the log only. An address that is refused looks
    like a name that there is not: else strangers could find out which names a network has inside.
    """
    if not isinstance(error, TintypeError):
        return UNFORESEEN
    if isinstance(error, AddressRefused):
        error = SourceError(error.message)
    status, sentence = error.status, error.public
    if isinstance(error, SignatureRefused):
        status = settings.bad_signature_status
    if isinstance(error, InvalidTransform | UploadError) or type(error) is InvalidRequest:
        sentence = shorten(str(error), LONGEST, placeholder=" …")
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if error.retryable or status in {429, 503}:
        seconds = error.retry_after if isinstance(error, Overloaded) else RETRY_AFTER
        headers = ((b"retry-after", str(seconds).encode()),)
    return Trouble(status, error.code, sentence, headers)


def wants_json(request: Mapping[bytes, bytes]) -> bool:
    """True when JSON is asked for by name."""
    accept = request.get(b"accept", b"")
    return b"application/json" in accept or b"application/problem+json" in accept


def is_for_img(request: Mapping[bytes, bytes]) -> bool:
    """True for the request of an <img>: browsers say so, others ask for pictures first."""
    if (target := request.get(b"sec-fetch-dest")) is not None:
        return target == b"image"
    return request.get(b"accept", b"").startswith(b"image/")


def answer(
    trouble: Trouble, request: Mapping[bytes, bytes], request_id: str, placeholder: Answer | None
) -> Answer:
    """The answer for a trouble, in the form that suits who asks."""
    headers: Headers = [NO_STORE, NOSNIFF, (b"content-security-policy", NOTHING), *trouble.headers]
    if wants_json(request):
        headers.append((b"content-type", b"application/problem+json"))
        return Answer(trouble.status, headers, _problem(trouble, request_id), trouble.code)
    if placeholder and is_for_img(request):
        headers.append((b"content-type", dict(placeholder.headers)[b"content-type"]))
        return Answer(trouble.status, headers, placeholder.body, trouble.code)
    headers.append((b"content-type", b"text/plain; charset=utf-8"))
    return Answer(trouble.status, headers, f"{trouble.sentence}\n".encode(), trouble.code)


def _problem(trouble: Trouble, request_id: str) -> bytes:
    members = {
        "type": "about:blank",
        "title": _title(trouble.status),
        "status": trouble.status,
        "detail": trouble.sentence,
        "code": trouble.code,
        "request_id": request_id,
    }
    return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")


def _title(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:  # 460, of tus
        return "Checksum Mismatch"
