"""No exception of httpx2, httpcore2, TLS or the system leaves the loader as it came."""

import socket
import ssl

import httpcore2
import httpx2
import pytest

from tintype.errors import InvalidSource, SourceError, SourceTimeout, SourceUnavailable
from tintype.loaders.http_errors import HostNotFound, shown, translated, translating


def exceptions_of(module) -> list[type[Exception]]:
    return [
        value
        for name in module.__all__
        if isinstance(value := getattr(module, name), type)
        and issubclass(value, Exception)
        and not issubclass(value, Warning)
    ]


def make(cls: type[Exception]) -> Exception:
    if cls is httpx2.HTTPStatusError:
        request = httpx2.Request("GET", "http://a/")
        return httpx2.HTTPStatusError("m", request=request, response=httpx2.Response(500))
    if issubclass(cls, httpx2.StreamError) and cls is not httpx2.StreamError:
        return cls()
    return cls("message")


FOREIGN = [
    *exceptions_of(httpx2),
    *exceptions_of(httpcore2),
    *[OSError, ConnectionResetError, ConnectionRefusedError, TimeoutError, BrokenPipeError],
    *[socket.gaierror, ssl.SSLError, ssl.SSLCertVerificationError, ssl.SSLEOFError, HostNotFound],
]


def test_both_libraries_were_found_to_have_exceptions() -> None:
    assert {httpx2.ReadError, httpx2.InvalidURL, httpcore2.ConnectionNotAvailable} <= {*FOREIGN}
    assert len(FOREIGN) > 40


@pytest.mark.parametrize("cls", FOREIGN, ids=lambda c: f"{c.__module__}.{c.__name__}")
def test_every_foreign_exception_becomes_one_of_ours(cls: type[Exception]) -> None:
    with pytest.raises((SourceError, InvalidSource)) as caught, translating("http://a/"):
        raise make(cls)
    assert str(caught.value).startswith("http://a/: ")
    assert isinstance(caught.value.__cause__, cls)


@pytest.mark.parametrize(
    ("cls", "ours"),
    [
        (httpx2.ReadTimeout, SourceTimeout),
        (httpcore2.ConnectTimeout, SourceTimeout),
        (httpcore2.PoolTimeout, SourceTimeout),
        (TimeoutError, SourceTimeout),
        (httpcore2.ConnectError, SourceUnavailable),
        (httpcore2.ReadError, SourceUnavailable),
        (httpcore2.RemoteProtocolError, SourceUnavailable),
        (httpx2.RemoteProtocolError, SourceUnavailable),
        (ConnectionResetError, SourceUnavailable),
        (httpx2.DecodingError, SourceError),
        (httpcore2.LocalProtocolError, SourceError),
        (HostNotFound, SourceError),
        (ssl.SSLError, SourceUnavailable),
        (ssl.SSLCertVerificationError, SourceError),
        (httpx2.InvalidURL, InvalidSource),
        (httpcore2.UnsupportedProtocol, InvalidSource),
    ],
)
def test_what_may_pass_is_told_from_what_will_stay(cls, ours) -> None:
    assert type(translated(make(cls), "http://a/")) is ours


def test_the_systems_words_are_found_underneath() -> None:
    error = httpcore2.ConnectError("All attempts failed")
    error.__cause__ = OSError("several")
    error.__cause__.__cause__ = ConnectionRefusedError(111, "Connect call failed ('::1', 80)")
    assert str(translated(error, "http://a/")) == (
        "http://a/: the connection failed: Connection refused."
    )


def test_our_own_errors_pass() -> None:
    error = SourceUnavailable("ours")
    with pytest.raises(SourceUnavailable) as caught, translating("http://a/"):
        raise error
    assert caught.value is error


def test_a_url_is_shown_without_its_secrets_and_not_at_length() -> None:
    url = httpx2.URL("https://me:hush@host:8080/a/b.jpg?token=hush#hush")
    assert shown(url) == "https://host:8080/a/b.jpg"
    assert len(shown(httpx2.URL("http://host/" + "x" * 500))) == 120
