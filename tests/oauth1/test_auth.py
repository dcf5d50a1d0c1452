"""Auth in a real client against a real server: what is sent is what was signed."""

import asyncio
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2
import pytest

from oauth1.test_signing import fields
from tintype.oauth1 import Consumer, Extras, Signed, Signing, Token
from tintype.oauth1.auth import OAuth1

SIGNING = Signing(Consumer("key", "consumer-secret"), Token("token-itself", "token-secret"))


class Echo(ThreadingHTTPServer):
    """Keeps what it was sent; sends on from /moved."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Answers)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        server: Any = self.server
        server.seen.append((self.command, self.path, headers, body))
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@contextmanager
def echoing() -> Iterator[Echo]:
    with Echo() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def running() -> Iterator[Echo]:
    with echoing() as server:
        yield server


@pytest.fixture
def echo(running: Echo) -> Echo:
    running.seen.clear()
    return running


def signed_again(echo: Echo, form: str = "") -> None:
    """The signature that came is the one for the address and form that came."""
    method, path, headers, _ = echo.seen[-1]
    sent = fields(headers["authorization"])
    extras = Extras(nonce=sent["oauth_nonce"], timestamp=sent["oauth_timestamp"])
    again = SIGNING.sign(method, f"{echo.url}{path}", form=form, extras=extras)
    assert fields(again.header) == sent


BODIES: list[tuple[str, dict[str, Any]]] = [
    ("form", {"data": {"a[]": ["1", "2"], "b": "ä b"}}),
    ("json", {"json": {"a": "ä", "b": [1]}}),
    ("multipart", {"data": {"a": "1"}, "files": {"f": ("n.png", b"\x89PNG\xff")}}),
    ("text", {"content": "a=b&c", "headers": {"content-type": "text/plain"}}),
    ("bytes", {"content": b"\xff\x00"}),
    ("nothing", {}),
]


@pytest.mark.parametrize("client", ["sync", "async"])
@pytest.mark.parametrize(("kind", "given"), BODIES, ids=[kind for kind, _ in BODIES])
def test_a_body_arrives_whole_and_takes_part_if_it_is_a_form(
    echo: Echo, kind: str, given: dict[str, Any], client: str
) -> None:
    if files := given.get("files"):
        name, content = files["f"]
        given = {**given, "files": {"f": (name, io.BytesIO(content))}}
    url = f"{echo.url}/p/?x[]=1&y=%7e"
    if client == "sync":
        with httpx2.Client(auth=OAuth1(SIGNING)) as plain:
            expected = plain.build_request("POST", url, **given)
            plain.send(expected)
    else:

        async def send() -> None:
            async with httpx2.AsyncClient(auth=OAuth1(SIGNING)) as one:
                await one.post(url, **given)

        asyncio.run(send())
    method, path, headers, body = echo.seen[-1]
    assert (method, path) == ("POST", "/p/?x%5B%5D=1&y=%7e")
    if kind == "form":
        assert body == b"a%5B%5D=1&a%5B%5D=2&b=%C3%A4+b"
    elif kind == "multipart":
        assert b"\x89PNG\xff" in body
        assert b'name="a"' in body
    elif kind == "json":
        assert body == '{"a":"ä","b":[1]}'.encode()
    else:
        assert body == {"text": b"a=b&c", "bytes": b"\xff\x00", "nothing": b""}[kind]
    assert "oauth_body_hash" not in headers["authorization"]
    signed_again(echo, body.decode() if kind == "form" else "")


def test_a_form_with_a_charset_behind_its_type_is_a_form(echo: Echo) -> None:
    kind = {"content-type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"}
    httpx2.post(echo.url, content=b"a[0]=x y", headers=kind, auth=OAuth1(SIGNING))
    assert echo.seen[-1][3] == b"a[0]=x y", "it is sent as it is"
    signed_again(echo, "a[0]=x y")


def test_each_attempt_is_signed_anew(echo: Echo) -> None:
    seen: list[Signed] = []
    with httpx2.Client(auth=OAuth1(SIGNING, seen=seen.append)) as client:
        request = client.build_request("GET", f"{echo.url}/again")
        client.send(request)
        client.send(request)
    nonces = [fields(headers["authorization"])["oauth_nonce"] for *_, headers, _ in echo.seen]
    assert len(set(nonces)) == 2
    assert len(seen) == 2
    assert all(each.base_string for each in seen)


def test_nothing_secret_is_in_the_address_the_log_or_what_is_shown(
    echo: Echo, caplog: pytest.LogCaptureFixture
) -> None:
    auth = OAuth1(SIGNING)
    with caplog.at_level(logging.INFO), httpx2.Client(auth=auth) as client:
        answer = client.get(f"{echo.url}/p?a=1")
    shown = [caplog.text, repr(auth), str(answer.url), repr(answer), repr(answer.request.headers)]
    for secret in ("consumer-secret", "token-secret", "token-itself"):
        assert secret not in " ".join(shown)
    assert "/p?a=1" in caplog.text


def test_a_redirect_is_not_followed(echo: Echo) -> None:
    with httpx2.Client(auth=OAuth1(SIGNING)) as client:
        assert client.get(f"{echo.url}/moved").status_code == 302
    assert len(echo.seen) == 1
