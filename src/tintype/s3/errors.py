"""What S3 and the network say, as errors of ours: a sentence each, and what to do about it.

Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

import errno
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from tintype.errors import (
    AclRefused,
    ChecksumMismatch,
    ClockSkewed,
    InvalidKey,
    InvalidRequest,
    KeyExists,
    KeyNotFound,
    StoreDenied,
    StoreError,
    StoreFull,
    StoreNotFound,
    StoreUnavailable,
    TintypeError,
    TooLarge,
)
from tintype.s3.http import CutOff, Garbled
from tintype.s3.xml import NotXml, parse

MAX_SKEW = 15 * 60  # seconds that S3 tolerates


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked for, as far as an error may tell."""

    name: str  # PutObject, …
    bucket: str
    key: str
    host: str
    region: str

    def __str__(self) -> str:
        return (
            f"{self.name} of s3://{self.bucket}/{self.key}"
            if self.key
            else f"{self.name} of s3://{self.bucket}"
        )


# Three kinds of StoreError that this layer itself answers; to everybody else they are one.


class NoSuchUpload(StoreError):
    """The multipart upload was completed, aborted or never begun."""


class HeaderRefused(StoreError):
    """The server does not know a header that was sent, such as If-None-Match."""


class WrongRegion(StoreError):
    """The bucket is elsewhere; `region` and `endpoint` say where, as far as the server told."""

    region: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An error as the server put it."""

    status: int
    headers: Mapping[str, str]
    code: str = ""
    message: str = ""
    region: str = ""
    endpoint: str = ""

    @classmethod
    def read(cls, status: int, headers: Mapping[str, str], body: bytes) -> "Answer":
        """Read an answer; a body that is no XML of S3's leaves status and headers to judge by."""
        region = headers.get("x-amz-bucket-region", "")
        try:
            found = parse(body) if body.lstrip().startswith(b"<") else None
        except NotXml:
            found = None
        if found is None or found.tag != "Error":
            return cls(status, headers, region=region)
        return cls(
            status,
            headers,
            found.findtext("Code", "").strip(),
            " ".join(found.findtext("Message", "").split()),
            region or found.findtext("Region", "").strip(),
            found.findtext("Endpoint", "").strip(),
        )


_BUCKET_POLICY = (
    "Send no ACL. To make files public, give the bucket a policy that allows s3:GetObject, or put a"
    " CDN in front and set TINTYPE_PUBLIC_URL; for single files use presigned URLs"
    " (tintype url --expires 1h)."
)
_KEYS = (
    "Check TINTYPE_S3_ACCESS_KEY_ID and TINTYPE_S3_SECRET_ACCESS_KEY (or the AWS names, or the"
    " profile)."
)
_LATER = "Try again later."

_Row = tuple[type[TintypeError], str, str]
_CODES: dict[str, _Row] = {
    "AccessControlListNotSupported": (
        AclRefused,
        "The bucket {bucket} has ACLs disabled, as every new bucket has since 2023.",
        _BUCKET_POLICY,
    ),
    "NoSuchBucket": (
        StoreNotFound,
        "There is no bucket {bucket} at {host}.",
        "Create it, or correct the name or TINTYPE_S3_ENDPOINT.",
    ),
    "NoSuchKey": (KeyNotFound, "There is no object {key} in the bucket {bucket}.", ""),
    "NoSuchUpload": (NoSuchUpload, "The multipart upload of {key} is not there any more.", ""),
    "InvalidAccessKeyId": (StoreDenied, "The server does not know the access key id.", _KEYS),
    "SignatureDoesNotMatch": (
        StoreDenied,
        "The signature does not match: the secret access key is wrong, or something between here"
        " and the server changes requests.",
        _KEYS,
    ),
    "ExpiredToken": (
        StoreDenied,
        "The session token has expired.",
        "Get new temporary credentials.",
    ),
    "InvalidToken": (
        StoreDenied,
        "The session token does not belong to the access key.",
        "Set TINTYPE_S3_SESSION_TOKEN to the right one, or to nothing.",
    ),
    "AccessDenied": (
        StoreDenied,
        "{call} is not allowed.",
        "Give the credentials s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket on the"
        " bucket.",
    ),
    "AllAccessDisabled": (StoreDenied, "All access to the bucket {bucket} is disabled.", ""),
    "AccountProblem": (StoreDenied, "There is a problem with the account.", "Ask the provider."),
    "PreconditionFailed": (KeyExists, "There is an object {key} already.", ""),
    "ConditionalRequestConflict": (KeyExists, "Somebody else is writing {key} right now.", ""),
    "NotImplemented": (
        HeaderRefused,
        "The server at {host} cannot do all that {call} asks for.",
        "",
    ),
    "KeyTooLongError": (
        InvalidKey,
        "The key is longer than the server allows.",
        "Choose a shorter name.",
    ),
    "InvalidObjectName": (InvalidKey, "The server refuses the key {key}.", "Choose another name."),
    "InvalidBucketName": (
        StoreNotFound,
        "{bucket} cannot be the name of a bucket.",
        "Names have 3 to 63 lower-case letters, digits, hyphens and dots.",
    ),
    "EntityTooLarge": (TooLarge, "{key} is larger than the server takes.", ""),
    "EntityTooSmall": (
        InvalidRequest,
        "A part of {key} is smaller than the server takes.",
        "Set TINTYPE_S3_PART_SIZE to 5M or more.",
    ),
    "InvalidRange": (InvalidRequest, "The range asked for lies beyond the end of {key}.", ""),
    "InvalidObjectState": (
        StoreDenied,
        "{key} lies in an archive and must be restored before it can be read.",
        "Restore it in the provider's console.",
    ),
    "InvalidStorageClass": (InvalidRequest, "The server does not know the storage class.", ""),
    "InvalidPart": (
        StoreUnavailable,
        "The server has lost a part of {key}.",
        "Send the file again.",
    ),
    "BadDigest": (ChecksumMismatch, "The server received other bytes of {key} than were sent.", ""),
    "InvalidDigest": (ChecksumMismatch, "The server cannot read the checksum of {key}.", ""),
    "XAmzContentSHA256Mismatch": (
        ChecksumMismatch,
        "The server received other bytes of {key} than were sent.",
        "",
    ),
    "XAmzContentChecksumMismatch": (
        ChecksumMismatch,
        "The server received other bytes of {key} than were sent.",
        "",
    ),
    "IncompleteBody": (StoreUnavailable, "The server received only a part of {key}.", ""),
    "RequestTimeout": (StoreUnavailable, "The server waited too long for {call}.", _LATER),
    "SlowDown": (StoreUnavailable, "The server asks for fewer requests a second.", _LATER),
    "ServiceUnavailable": (StoreUnavailable, "The server at {host} is not available.", _LATER),
    "InternalError": (StoreUnavailable, "The server at {host} failed inside.", _LATER),
    "OperationAborted": (StoreUnavailable, "Another operation on {bucket} is in the way.", _LATER),
    "QuotaExceeded": (
        StoreFull,
        "The store has no room left: its quota is used up.",
        "Ask for more.",
    ),
    "XMinioStorageFull": (StoreFull, "The store has no room left.", "Make room on the server."),
}
_SKEWED = {"RequestTimeTooSkewed", "RequestExpired"}
_ELSEWHERE = {"PermanentRedirect", "TemporaryRedirect", "Redirect", "AuthorizationHeaderMalformed"}
_STATUS = {
    404: "NoSuchKey",
    409: "OperationAborted",
    412: "PreconditionFailed",
    413: "EntityTooLarge",
    416: "InvalidRange",
    429: "SlowDown",
    500: "InternalError",
    501: "NotImplemented",
    507: "QuotaExceeded",
}


def from_answer(answer: Answer, call: Call, now: float) -> TintypeError:
    """The error that an answer stands for. `now`: our clock, in seconds since the epoch."""
    if answer.code in _SKEWED or (
        answer.status == 403 and not answer.code and _is_skewed(answer, now)
    ):
        return _skewed(answer, now)
    if wrong := _wrong_region(answer, call):
        return wrong
    if _is_public_access_block(answer):
        return AclRefused(f"The bucket {call.bucket} blocks public access.", remedy=_BUCKET_POLICY)
    if row := _CODES.get(answer.code) or _CODES.get(_by_status(answer, call)):
        return _from_row(row, answer, call)
    said = f" ({answer.code}: {answer.message})" if answer.code else ""
    if answer.status >= 500:
        return StoreUnavailable(
            f"The server at {call.host} failed with {answer.status}{said}.", remedy=_LATER
        )
    return StoreError(f"The server refused {call} with {answer.status}{said}.")


def _from_row(row: _Row, answer: Answer, call: Call) -> TintypeError:
    kind, sentence, remedy = row
    message = sentence.format(bucket=call.bucket, key=call.key or "?", host=call.host, call=call)
    # The server's own words are kept where it knows more than its code says.
    if answer.code in {"AccessDenied", "NotImplemented"} and answer.message:
        message = f"{message} The server says: {answer.message[:300]}"
    return kind(message, remedy=remedy)


def _by_status(answer: Answer, call: Call) -> str:
    """The code that stands for a bare status: answers to HEAD and of proxies have no body."""
    if answer.code:
        return ""
    if answer.status in {401, 403}:
        return "AccessDenied"
    if answer.status == 404 and not call.key:
        return "NoSuchBucket"
    return _STATUS.get(answer.status, "")


def _server_time(answer: Answer) -> float | None:
    try:
        return parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return None


def _is_skewed(answer: Answer, now: float) -> bool:
    there = _server_time(answer)
    return there is not None and abs(now - there) > MAX_SKEW


def _skewed(answer: Answer, now: float) -> ClockSkewed:
    there = _server_time(answer)
    if there is None:
        return ClockSkewed(
            "The clocks here and at the server disagree.", remedy="Set this machine's clock."
        )
    seconds = round(now - there)
    amount = (
        f"{round(abs(seconds) / 60):,} minutes"
        if abs(seconds) >= 120
        else f"{abs(seconds)} seconds"
    )
    side = "ahead of" if seconds > 0 else "behind"
    return ClockSkewed(
        f"This machine's clock is {amount} {side} the server's; 15 minutes are tolerated.",
        remedy="Set the clock (for example with timedatectl set-ntp true).",
    )


def _wrong_region(answer: Answer, call: Call) -> WrongRegion | None:
    moved = answer.status in {301, 302, 307, 308} or answer.code in _ELSEWHERE
    # A HEAD has no body to say so: another region in the header of a 400 is the only sign.
    moved = moved or (
        answer.status == 400 and not answer.code and answer.region not in {"", call.region}
    )
    if not moved:
        return None
    where = f"; it is in {answer.region}" if answer.region else ""
    error = WrongRegion(
        f"The bucket {call.bucket} is not in the region {call.region}{where}.",
        remedy=f"Set TINTYPE_S3_REGION{f' to {answer.region}' if answer.region else ''}.",
    )
    error.region, error.endpoint = answer.region, answer.endpoint
    return error


def _is_public_access_block(answer: Answer) -> bool:
    """Block Public Access answers AccessDenied and names itself only in the message."""
    return answer.code == "AccessDenied" and "blockpublic" in answer.message.lower().replace(
        " ", ""
    )


def from_exception(error: Exception, call: Call) -> TintypeError:
    """The error that an exception of sockets, TLS or HTTP stands for."""
    if isinstance(error, TintypeError):
        return error
    place = f"{call.host}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return StoreDenied(
            f"The certificate of {place} is not trusted: {error.verify_message}.",
            remedy="Set TINTYPE_S3_CA_FILE to the authority's certificate.",
        )
    if isinstance(error, socket.gaierror):
        return StoreUnavailable(
            f"The name of the server {place} is not known.",
            remedy="Check TINTYPE_S3_ENDPOINT, TINTYPE_S3_REGION and the network.",
        )
    return StoreUnavailable(_network_sentence(error, place), remedy=_network_remedy(error))


def _network_sentence(error: Exception, place: str) -> str:
    if isinstance(error, TimeoutError):
        return f"The server {place} was silent for too long: {error}."
    if isinstance(error, ConnectionRefusedError):
        return f"Nothing answers at {place}."
    if isinstance(error, CutOff | Garbled):
        return f"The answer of {place} is not complete: {error}."
    if isinstance(error, ssl.SSLError):
        return f"TLS with {place} failed: {getattr(error, 'reason', '') or error}."
    if isinstance(error, ConnectionError):
        return f"The connection to {place} was cut."
    if isinstance(error, OSError):
        return f"The server {place} cannot be reached: {error.strerror or error}."
    return f"The answer of {place} makes no sense: {type(error).__name__}."


def _network_remedy(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError) or (
        isinstance(error, OSError) and error.errno in {errno.EHOSTUNREACH, errno.ENETUNREACH}
    ):
        return "Check TINTYPE_S3_ENDPOINT and the network."
    if isinstance(error, ssl.SSLError):
        return "Check whether TINTYPE_S3_ENDPOINT should begin with http:// or https://."
    return _LATER
