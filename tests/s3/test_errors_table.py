"""Everything that S3, a proxy or the network may say becomes an error of ours, with a remedy."""

import errno
import socket
import ssl
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype import errors
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
from tintype.s3 import errors as s3_errors
from tintype.s3.errors import (
    Answer,
    Call,
    HeaderRefused,
    NoSuchUpload,
    WrongRegion,
    from_answer,
    from_exception,
)
from tintype.s3.http import CutOff, Garbled
from tintype.s3.pool import Stale

CALL = Call("PutObject", "bucket", "key", "s3.example.org", "us-east-1")
NOW = 1_800_000_000.0

TABLE = [
    ("AccessControlListNotSupported", 400, AclRefused, "TINTYPE_PUBLIC_URL"),
    ("NoSuchBucket", 404, StoreNotFound, "TINTYPE_S3_ENDPOINT"),
    ("NoSuchKey", 404, KeyNotFound, ""),
    ("NoSuchUpload", 404, NoSuchUpload, ""),
    ("InvalidAccessKeyId", 403, StoreDenied, "TINTYPE_S3_ACCESS_KEY_ID"),
    ("SignatureDoesNotMatch", 403, StoreDenied, "TINTYPE_S3_SECRET_ACCESS_KEY"),
    ("ExpiredToken", 400, StoreDenied, "new"),
    ("InvalidToken", 400, StoreDenied, "TINTYPE_S3_SESSION_TOKEN"),
    ("AccessDenied", 403, StoreDenied, "s3:PutObject"),
    ("AllAccessDisabled", 403, StoreDenied, ""),
    ("AccountProblem", 403, StoreDenied, "provider"),
    ("PreconditionFailed", 412, KeyExists, ""),
    ("ConditionalRequestConflict", 409, KeyExists, ""),
    ("NotImplemented", 501, HeaderRefused, ""),
    ("KeyTooLongError", 400, InvalidKey, "shorter"),
    ("InvalidObjectName", 400, InvalidKey, "another name"),
    ("InvalidBucketName", 400, StoreNotFound, "3 to 63"),
    ("EntityTooLarge", 400, TooLarge, ""),
    ("EntityTooSmall", 400, InvalidRequest, "TINTYPE_S3_PART_SIZE"),
    ("InvalidRange", 416, InvalidRequest, ""),
    ("InvalidObjectState", 403, StoreDenied, "Restore"),
    ("InvalidStorageClass", 400, InvalidRequest, ""),
    ("InvalidPart", 400, StoreUnavailable, "again"),
    ("BadDigest", 400, ChecksumMismatch, ""),
    ("InvalidDigest", 400, ChecksumMismatch, ""),
    ("XAmzContentSHA256Mismatch", 400, ChecksumMismatch, ""),
    ("XAmzContentChecksumMismatch", 400, ChecksumMismatch, ""),
    ("IncompleteBody", 400, StoreUnavailable, ""),
    ("RequestTimeout", 400, StoreUnavailable, "later"),
    ("SlowDown", 503, StoreUnavailable, "later"),
    ("ServiceUnavailable", 503, StoreUnavailable, "later"),
    ("InternalError", 500, StoreUnavailable, "later"),
    ("OperationAborted", 409, StoreUnavailable, "later"),
    ("QuotaExceeded", 403, StoreFull, ""),
    ("XMinioStorageFull", 507, StoreFull, "room"),
    ("RequestTimeTooSkewed", 403, ClockSkewed, "clock"),
    ("RequestExpired", 400, ClockSkewed, "clock"),
    ("PermanentRedirect", 301, WrongRegion, "TINTYPE_S3_REGION"),
    ("TemporaryRedirect", 307, WrongRegion, "TINTYPE_S3_REGION"),
    ("Redirect", 307, WrongRegion, "TINTYPE_S3_REGION"),
    ("AuthorizationHeaderMalformed", 400, WrongRegion, "TINTYPE_S3_REGION"),
    ("SomethingNew", 400, StoreError, ""),
    ("SomethingNew", 599, StoreUnavailable, "later"),
    ("", 400, StoreError, ""),
    ("", 401, StoreDenied, ""),
    ("", 403, StoreDenied, ""),
    ("", 404, KeyNotFound, ""),
    ("", 409, StoreUnavailable, ""),
    ("", 412, KeyExists, ""),
    ("", 413, TooLarge, ""),
    ("", 416, InvalidRequest, ""),
    ("", 429, StoreUnavailable, ""),
    ("", 500, StoreUnavailable, ""),
    ("", 501, HeaderRefused, ""),
    ("", 502, StoreUnavailable, ""),
    ("", 507, StoreFull, ""),
]


@pytest.mark.parametrize(("code", "status", "kind", "remedy"), TABLE)
def test_a_code_becomes_an_error_with_a_remedy(
    code: str, status: int, kind: type[TintypeError], remedy: str
) -> None:
    error = from_answer(Answer(status, {}, code, "What the server says."), CALL, NOW)
    assert type(error) is kind
    assert remedy in error.remedy
    assert error.message.endswith(".")
    assert "{" not in error.message


def test_the_table_holds_every_code_that_is_known() -> None:
    known = set(s3_errors._CODES) | s3_errors._SKEWED | s3_errors._ELSEWHERE
    assert known <= {code for code, _, _, _ in TABLE}


def test_a_404_without_a_key_is_a_missing_bucket() -> None:
    call = Call("ListObjectsV2", "bucket", "", "s3.example.org", "us-east-1")
    assert type(from_answer(Answer(404, {}), call, NOW)) is StoreNotFound


def test_block_public_access_is_told_from_other_denials() -> None:
    said = "User is not authorized because public ACLs are blocked by the BlockPublicAcls setting."
    error = from_answer(Answer(403, {}, "AccessDenied", said), CALL, NOW)
    assert type(error) is AclRefused
    for way_out in ("policy", "TINTYPE_PUBLIC_URL", "presigned"):
        assert way_out in error.remedy


@pytest.mark.parametrize(
    ("off", "said"),
    [(3600, "60 minutes ahead"), (-7200, "120 minutes behind"), (90, "90 seconds ahead")],
)
def test_skew_is_measured_against_the_servers_date(off: int, said: str) -> None:
    headers = {"date": formatdate(NOW - off, usegmt=True)}
    error = from_answer(Answer(403, headers, "RequestTimeTooSkewed"), CALL, NOW)
    assert said in error.message


def test_a_bare_403_with_a_date_far_off_is_skew() -> None:
    for off, kind in ((3600, ClockSkewed), (60, StoreDenied)):
        headers = {"date": formatdate(NOW - off, usegmt=True)}
        assert type(from_answer(Answer(403, headers), CALL, NOW)) is kind


@pytest.mark.parametrize("date", ["", "nonsense", "Mon, 99 Xyz 2026 00:00:00 GMT"])
def test_a_date_that_cannot_be_read_is_not_needed(date: str) -> None:
    error = from_answer(Answer(403, {"date": date}, "RequestTimeTooSkewed"), CALL, NOW)
    assert type(error) is ClockSkewed


@given(st.binary(max_size=200), st.integers(100, 599))
def test_no_answer_is_too_strange_to_be_an_error(body: bytes, status: int) -> None:
    answer = Answer.read(status, {}, b"<Error>" + body)
    assert isinstance(from_answer(answer, CALL, NOW), TintypeError)


EXCEPTIONS = [
    (TimeoutError("nothing moved"), StoreUnavailable, "silent for too long"),
    (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), StoreUnavailable, "Nothing answers"),
    (ConnectionResetError(errno.ECONNRESET, "reset"), StoreUnavailable, "was cut"),
    (BrokenPipeError(errno.EPIPE, "pipe"), StoreUnavailable, "was cut"),
    (CutOff("too early"), StoreUnavailable, "not complete"),
    (Garbled("no HTTP"), StoreUnavailable, "not complete"),
    (Stale(), StoreUnavailable, "was cut"),
    (socket.gaierror(socket.EAI_NONAME, "no name"), StoreUnavailable, "name of the server"),
    (OSError(errno.EHOSTUNREACH, "No route to host"), StoreUnavailable, "cannot be reached"),
    (OSError(errno.ENETUNREACH, "Network unreachable"), StoreUnavailable, "cannot be reached"),
    (OSError("something"), StoreUnavailable, "cannot be reached"),
    (ssl.SSLError(1, "wrong version"), StoreUnavailable, "TLS"),
    (ssl.SSLEOFError(8, "EOF"), StoreUnavailable, "TLS"),
    (ssl.SSLCertVerificationError(1, "untrusted"), StoreDenied, "certificate"),
    (ValueError("odd"), StoreUnavailable, "makes no sense"),
]


@pytest.mark.parametrize(("exception", "kind", "said"), EXCEPTIONS)
def test_an_exception_of_the_network_becomes_an_error(
    exception: Exception, kind: type[TintypeError], said: str
) -> None:
    if isinstance(exception, ssl.SSLCertVerificationError):
        exception.verify_message = "unable to get local issuer certificate"
    error = from_exception(exception, CALL)
    assert type(error) is kind
    assert said in error.message
    assert error.remedy


def test_an_error_of_ours_stays_what_it_is() -> None:
    ours = errors.Interrupted("Stopped.")
    assert from_exception(ours, CALL) is ours


@pytest.mark.parametrize("kind", [NoSuchUpload, HeaderRefused, WrongRegion])
def test_kinds_of_this_layer_are_store_errors_to_everybody_else(kind: type[StoreError]) -> None:
    assert (kind.code, kind.status) == (StoreError.code, StoreError.status)
