"""The web edge's reading of errors: a plain answer for <img>, problem+json for who asks for JSON.

Nothing of an exception goes out but its public sentence; what is wrong with a transform is named,
since the text of it came from outside. RFC 9457 is the form of the JSON.
"""

import http
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from tintype.errors import (
    AddressRefused,
    InvalidRecord,
    InvalidRequest,
    InvalidTransform,
    NoArticle,
    Overloaded,
    PasswordRefused,
    QuotaExceeded,
    RecordExists,
    SignatureRefused,
    SigningRefused,
    SourceError,
    TintypeError,
    UploadError,
)
from tintype.settings_web import UrlSettings
from tintype.web.answers import NO_STORE, NOSNIFF, NOTHING, Answer, Headers

log = logging.getLogger("tintype.web")

LONGEST = 400  # characters of a sentence
PROBLEMS = "/problems/"  # before a code, it is the type of a problem of the API
RETRY_AFTER = 5  # seconds, for what may pass
# All in them came from outside, or is meant for it.
SAYS_ITSELF = (
    *(InvalidTransform, InvalidRecord, PasswordRefused, SigningRefused, UploadError),
    *(QuotaExceeded, NoArticle),
)
CHALLENGE = (b"www-authenticate", b'Bearer realm="tintype", TINTYPE-HMAC-SHA256')


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, fit for a stranger."""

    status: int
    code: str
    sentence: str
    headers: tuple[tuple[bytes, bytes], ...] = ()
    mistakes: tuple[Mapping[str, object], ...] = ()  # one for each field that is wrong


class Refusal(Exception):
    """Raised where a trouble cannot be returned."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.sentence)
        self.trouble = trouble


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
    if isinstance(error, Refusal):
        return error.trouble
    if not isinstance(error, TintypeError):
        return UNFORESEEN
    if isinstance(error, AddressRefused):
        error = SourceError(error.message)
    status, sentence = error.status, error.public
    if isinstance(error, SignatureRefused):
        status = settings.bad_signature_status
    if isinstance(error, SAYS_ITSELF) or type(error) in {InvalidRequest, RecordExists}:
        sentence = shorten(str(error), LONGEST, placeholder=" …")
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if error.retryable or status in {429, 503}:
        seconds = error.retry_after if isinstance(error, Overloaded) else RETRY_AFTER
        headers = ((b"retry-after", str(seconds).encode()),)
    if status == 401:
        headers = (CHALLENGE,)
    return Trouble(status, error.code, sentence, headers, _mistakes_of(error))


def _mistakes_of(error: TintypeError) -> tuple[Mapping[str, object], ...]:
    if not isinstance(error, InvalidRecord):
        return ()
    return tuple(mistake(("body", name), phrase) for name, phrase in error.mistakes.items())


def mistake(
    place: Sequence[str | int], phrase: str, kind: str = "value_error"
) -> Mapping[str, object]:
    """What is wrong with one field, as the member `errors` of a problem has it."""
    name = ".".join(map(str, place[1:])) or place[0]
    return {"loc": [*place], "msg": f"{name}: {phrase}", "type": kind}


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
        return problem(trouble, request_id)
    if placeholder and is_for_img(request):
        headers.append((b"content-type", dict(placeholder.headers)[b"content-type"]))
        return Answer(trouble.status, headers, placeholder.body, trouble.code)
    headers.append((b"content-type", b"text/plain; charset=utf-8"))
    return Answer(trouble.status, headers, f"{trouble.sentence}\n".encode(), trouble.code)


def problem(trouble: Trouble, request_id: str, kind: str = "about:blank") -> Answer:
    """The answer for a trouble as JSON; `kind` is the URI of its type."""
    headers: Headers = [
        NO_STORE,
        NOSNIFF,
        (b"content-security-policy", NOTHING),
        *trouble.headers,
        (b"content-type", b"application/problem+json"),
    ]
    return Answer(trouble.status, headers, _members(trouble, request_id, kind), trouble.code)


def _members(trouble: Trouble, request_id: str, kind: str) -> bytes:
    members: dict[str, object] = {
        "type": kind,
        "title": _title(trouble.status),
        "status": trouble.status,
        "detail": trouble.sentence,
        "code": trouble.code,
        "request_id": request_id,
    }
    if trouble.mistakes:
        members["errors"] = trouble.mistakes
    return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")


def _title(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:  # 460, of tus
        return "Checksum Mismatch"
