"""What httpcore2, httpx2, TLS and the system say about a fetch, in our words."""

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore2
import httpx2

from tintype.errors import (
    InvalidSource,
    SourceError,
    SourceTimeout,
    SourceUnavailable,
    TintypeError,
)


class HostNotFound(Exception):
    """The name has no address. Not retried: an answer of the DNS, and not a failure of it."""


FOREIGN = (
    httpcore2.ConnectionNotAvailable,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
    httpx2.CookieConflict,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    httpx2.StreamError,
    HostNotFound,
    OSError,  # also ssl.SSLError, socket.gaierror, TimeoutError
)


@contextmanager
def translating(name: str) -> Iterator[None]:
    """Turn every foreign exception of a fetch into one of ours; `name` is what was fetched."""
    try:
        yield
    except FOREIGN as error:
        raise translated(error, name) from error


def translated(error: Exception, name: str) -> TintypeError:
    """Our error for a foreign one of FOREIGN.

    What may pass when tried again is SourceUnavailable or SourceTimeout. That includes a broken
    protocol: a connection cut in the middle of a body is reported as that.
    """
    if certificate := _certificate_error(error):
        return SourceError(
            f"{name}: the server's certificate is not valid: {_words(certificate)}.",
            remedy="Nothing is fetched from a server that cannot prove its name.",
        )
    match error:
        case HostNotFound():
            return SourceError(f"{name}: there is no host {error}.", remedy="Check the spelling.")
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol() | httpcore2.UnsupportedProtocol():
            return InvalidSource(f"{name}: the URL is not valid: {_words(error)}.")
        case httpx2.DecodingError() | httpx2.TooManyRedirects() | httpx2.HTTPStatusError():
            return SourceError(f"{name}: the server's answer cannot be used: {_words(error)}.")
        case httpcore2.TimeoutException() | httpx2.TimeoutException() | TimeoutError():
            return SourceTimeout(f"{name}: the server is too slow.")
        case httpx2.StreamError() | httpx2.CookieConflict() | httpcore2.LocalProtocolError():
            return SourceError(f"{name}: the request cannot be sent: {_words(error)}.")
        case _:
            return SourceUnavailable(f"{name}: the connection failed: {_words(error)}.")


def _beneath(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from; httpcore2 keeps only the context of its own."""
    yield error
    beneath = error.__cause__ or error.__context__
    while beneath is not None:
        yield beneath
        beneath = beneath.__cause__


def _certificate_error(error: BaseException) -> ssl.SSLCertVerificationError | None:
    return next((e for e in _beneath(error) if isinstance(e, ssl.SSLCertVerificationError)), None)


def _words(error: BaseException) -> str:
    """The system's own words where they are underneath, else those of the library."""
    for cause in _beneath(error):
        match cause:
            case ssl.SSLCertVerificationError(verify_message=str(words)):
                return words
            case socket.gaierror() | ssl.SSLError():
                return cause.strerror or str(cause)
            case OSError(errno=int(number)):
                return os.strerror(number)
    return str(error).strip().rstrip(".")[:200] or type(error).__name__


def shown(url: httpx2.URL) -> str:
    """A URL for messages: without user, query and fragment, which may hold secrets."""
    bare = f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}"
    return bare if len(bare) <= 120 else bare[:119] + "…"
