"""Messages that are sent: what arrives, what is verified, and where a limit is."""

import ssl

import httpx2
import pytest
import trustme

from servers import web
from servers.demo import WAITS, Demo
from tintype.errors import AddressRefused, ProviderError, ProviderUnavailable
from tintype.loaders.guarded_transport import GuardedTransport
from tintype.netguard import Allowed, Guard
from tintype.oauth1 import Consumer, Signing
from tintype.providers import calls
from tintype.providers.calls import Answer, Caller, Message, closing

LOCAL = Guard(Allowed.parse(["127.0.0.1", "localhost"]))
SIGNING = Signing(Consumer("key", "hush-hush"))


def caller(tls: ssl.SSLContext | None = None, guard: Guard = LOCAL) -> Caller:
    return Caller("X", GuardedTransport(guard, tls=tls), WAITS)


async def test_a_certificate_that_is_not_valid_ends_the_call_before_anything_is_sent() -> None:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with web.serving(tls=server) as there:
        message = Message(
            method="GET", url=there.on("/", web.plain(b"{}")).replace("http:", "https:")
        )
        message = Message(method="GET", url=message.url.replace("127.0.0.1", "localhost"))
        async with closing(caller()) as strict:
            with pytest.raises(ProviderError, match="certificate is not valid") as caught:
                await strict.send(message, SIGNING)
        assert not isinstance(caught.value, ProviderUnavailable)
        assert there.heads == []
        async with closing(caller(trusting)) as trusted:
            assert (await trusted.send(message, SIGNING)).json() == {}
        wrong = Message(method="GET", url=message.url.replace("localhost", "127.0.0.1"))
        async with closing(caller(trusting)) as trusted:
            with pytest.raises(ProviderError, match="certificate"):
                await trusted.send(wrong, SIGNING)


async def test_queries_and_forms_arrive_in_their_order_with_what_is_there_twice() -> None:
    async with web.serving() as there, closing(caller()) as sending:
        url = there.on("/p", web.plain(b"{}"))
        pairs = [("b", "2"), ("a", "1"), ("b", "1"), ("ü[]", "x y&z")]
        await sending.send(Message(method="GET", url=f"{url}?z=0&b=0", query=pairs), SIGNING)
        assert there.paths[-1] == "/p?z=0&b=0&b=2&a=1&b=1&%C3%BC%5B%5D=x+y%26z"


async def test_no_header_of_ours_goes_to_an_address_that_is_not_public() -> None:
    async with web.serving() as there, closing(caller(guard=Guard())) as sending:
        url = there.on("/", web.plain(b"{}"))
        with pytest.raises(ProviderError) as caught:
            await sending.send(Message(method="GET", url=url), SIGNING)
        assert isinstance(caught.value.__cause__, AddressRefused)
        assert there.heads == []


async def test_an_endless_answer_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "MOST", 1 << 20)
    async with web.serving() as there, closing(caller()) as sending:
        head = web.head("200 OK", "Content-Type: application/json")
        url = there.on("/", web.flood(head, b" " * 65_536))
        with pytest.raises(ProviderError, match="more than"):
            await sending.send(Message(method="GET", url=url))


async def test_a_redirect_is_an_answer_and_its_target_sees_nothing(demo: Demo) -> None:
    async with web.serving() as there, closing(caller()) as sending:
        url = there.on("/", web.redirect(there.on("/other", web.plain(b"{}"))))
        answer = await sending.send(Message(method="GET", url=url), SIGNING)
        assert (answer.status, there.paths) == (302, ["/"])


@pytest.mark.parametrize(
    ("body", "kind", "is_page"),
    [
        (b"<!DOCTYPE html>", "", True),
        (b"  <HTML>", "application/json", True),
        (b"{}", "text/html; charset=utf-8", True),
        (b"{}", "application/json", False),
        (b"oauth_token=1", "text/plain", False),
    ],
)
def test_a_page_is_told_from_an_answer(body: bytes, kind: str, is_page: bool) -> None:
    assert Answer(200, httpx2.Headers({"content-type": kind}), body).is_html == is_page


def test_json_that_is_too_deep_is_none() -> None:
    with pytest.raises(ValueError, match="deeply"):
        Answer(200, httpx2.Headers(), b"[" * 100_000).json()
    assert "hush" not in repr(Answer(200, httpx2.Headers(), b"hush"))
