"""The proxy alone, spoken to byte by byte."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from servers.web import Answer, Web, drip, head, plain, raw, serving
from tintype.browser.heads import AnswerHead, BadHead, read_answer, read_request
from tintype.browser.outlet import NoWay, Outlet, Rules
from tintype.browser.proxy import Proxy
from tintype.netguard import Allowed, Guard


def once(body: bytes, *headers: str) -> Answer:
    """An answer after which the server ends the connection."""
    lines = (f"Content-Length: {len(body)}", *headers)
    return raw(head("200 OK", *lines) + body, cut=True)


def whole(data: bytes) -> int:
    """How many whole answers there are, of those that tell their length."""
    count = 0
    while b"\r\n\r\n" in data:
        head, _, data = data.partition(b"\r\n\r\n")
        if b" 1" in head[:10]:  # a hint
            continue
        length = re.search(rb"\r\nContent-Length: ([0-9]+)", head)
        if length is None or len(data) < int(length[1]):
            break
        count, data = count + 1, data[int(length[1]) :]
    return count


OPEN = Guard(Allowed.parse(["127.0.0.1/32", "open.example"]))


@asynccontextmanager
async def proxied(outlet: Outlet) -> AsyncIterator[Callable[..., object]]:
    """A proxy with one outlet; what is called with bytes gives all that comes back, to the end of
    the connection or of so many answers.
    """
    proxy = Proxy(None)
    await proxy.open()
    host, port = (await proxy.let_out(outlet)).split(":")

    async def send(*parts: bytes, answers: int = 1) -> bytes:
        reader, writer = await asyncio.open_connection(host, int(port))
        answer = b""
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.02)
            async with asyncio.timeout(5):
                while whole(answer) < answers and (data := await reader.read(65536)):
                    answer += data
        except ConnectionError:
            pass
        finally:
            writer.close()
        return answer

    try:
        yield send
    finally:
        proxy.close()
        await asyncio.sleep(0)


def outlet(
    *, max_bytes: int = 1 << 20, blocked: tuple[str, ...] = (), resolve=lambda *_: ["127.0.0.1"]
) -> Outlet:
    made = Outlet(Rules(OPEN, max_bytes, resolve), blocked)
    made.open()
    return made


def get(web: Web, path: str = "/", host: str = "127.0.0.1", *more: str) -> bytes:
    lines = [f"GET http://{host}:{web.port}{path} HTTP/1.1", f"Host: {host}:{web.port}", *more]
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


async def test_a_request_is_rewritten_for_its_server() -> None:
    async with serving() as web, proxied(outlet()) as send:
        web.on("/a", once(b"body", "Keep-Alive: 5", "Connection: keep-alive"))
        answer = await send(get(web, "/a?b", "127.0.0.1", "Proxy-Connection: x", "Cookie: c=d"))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nbody")
    assert b"keep-alive" not in answer.lower()
    assert web.heads[0].startswith("GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:")
    assert "Cookie: c=d" in web.heads[0]
    assert "Proxy-Connection" not in web.heads[0]


async def test_a_second_request_is_taken_when_the_first_is_answered_and_judged_as_well() -> None:
    out = outlet()
    async with serving() as web, serving() as other, proxied(out) as send:
        web.on("/", plain(b"one"))
        other.on("/", plain(b"two"))
        both = await send(get(web), get(web), get(other), get(web, "/", "10.0.0.1"), answers=4)
    ended = [part for part in both.split(b"\r\n\r\n") if not part.startswith(b"HTTP")]
    assert [part[:3] for part in ended] == [b"one", b"one", b"two", b"<!d"]
    assert b" 403 " in both
    assert (len(web.heads), len(other.heads), out.requests) == (2, 1, 4)
    assert not [each for each in (*web.heads, *other.heads) if "10.0.0.1" in each]


async def test_a_server_is_asked_again_over_the_same_connection() -> None:
    async with serving() as web, proxied(outlet()) as send:
        web.on("/", plain(b"x"))
        assert whole(await send(get(web), get(web), get(web), answers=3)) == 3
        assert (web.connections, len(web.heads)) == (1, 3)
        web.on("/", once(b"x", "Connection: close"))
        assert whole(await send(get(web), get(web), answers=2)) == 2
        assert web.connections == 3


async def test_a_request_before_the_first_is_answered_goes_nowhere() -> None:
    async with serving() as web, proxied(outlet()) as send:
        web.on("/", once(b"body"))
        await send(get(web) + get(web, "/", "10.0.0.1"))
    assert web.paths in ([], ["/"])
    assert not [each for each in web.heads if "10.0.0.1" in each]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx" + b"HTTP/1.1 200 OK\r\n\r\nforged",
        b"HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\nforged",
    ],
)
async def test_what_is_more_than_an_answer_does_not_answer_the_next_request(answer: bytes) -> None:
    async with serving() as web, proxied(outlet()) as send:
        web.on("/", raw(answer))
        assert b"forged" not in await send(get(web), get(web), answers=2)


@pytest.mark.parametrize(
    "lines", ["", "Transfer-Encoding: chunked\r\n", "Content-Length: 1\r\nContent-Length: 2\r\n"]
)
async def test_an_answer_of_no_clear_length_ends_the_connection(lines: str) -> None:
    whole = f"HTTP/1.1 200 OK\r\n{lines}\r\n1\r\nx\r\n0\r\n\r\n".encode()
    async with serving() as web, proxied(outlet()) as send:
        web.on("/", raw(whole, cut=True))
        answer = await send(get(web), get(web), answers=9)
    assert b"Connection: close\r\n" in answer
    assert answer.endswith(b"1\r\nx\r\n0\r\n\r\n")
    assert len(web.heads) == 1


async def test_the_answer_to_head_has_no_body() -> None:
    async with serving() as web, proxied(outlet()) as send:
        web.on("/", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"))
        asked = get(web).replace(b"GET", b"HEAD")
        web.on("/end", raw(b"HTTP/1.1 200 OK\r\n\r\nend", cut=True))  # ends the connection
        answer = await send(asked, asked, get(web, "/end"), answers=9)
    assert answer.count(b"Content-Length: 5") == 2
    assert answer.endswith(b"\r\n\r\nend")


async def test_a_tunnel_carries_bytes_both_ways() -> None:
    async with serving() as web, proxied(outlet()) as send:
        web.on("/", once(b"body"))
        opening = f"CONNECT 127.0.0.1:{web.port} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        answer = await send(
            opening, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"x"
        )
    assert answer.startswith(b"HTTP/1.1 200 Connected\r\n\r\nHTTP/1.1 200 OK")


@pytest.mark.parametrize("host", ["10.0.0.1", "[::1]", "169.254.169.254", "inner.example", "0"])
async def test_what_is_not_public_is_not_connected_to_by_request_or_tunnel(host: str) -> None:
    out = outlet(resolve=lambda name, port: ["127.0.0.2" if name == "0" else "10.0.0.1"])
    async with serving() as web, proxied(out) as send:
        assert b" 403 " in await send(get(web, "/", host))
        assert b" 403 " in await send(f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())
    assert {no.reason for no in out.failures.values()} == {"refused-address"}
    assert not web.heads


async def test_a_frame_that_is_refused_shows_no_address_of_our_network_in_the_picture() -> None:
    async with proxied(outlet(resolve=lambda *_: ["10.1.2.3"])) as send:
        answer = await send(b"GET http://inner.example/ HTTP/1.1\r\nHost: inner.example\r\n\r\n")
    assert b" 403 " in answer
    assert b"10.1.2.3" not in answer
    assert b"inner" not in answer


async def test_a_name_is_looked_up_once_in_a_capture_whatever_it_answers_later() -> None:
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async with serving() as web, proxied(outlet(resolve=resolve)) as send:
        web.on("/", once(b"body"))
        answers = [await send(get(web, "/", "some.example")) for _ in range(3)]
    assert asked == ["some.example"]
    assert all(answer.endswith(b"body") for answer in answers)


async def test_one_refused_address_of_several_is_left_out() -> None:
    out = outlet(resolve=lambda *_: ["10.0.0.1", "127.0.0.1"])
    async with serving() as web, proxied(out) as send:
        web.on("/", once(b"body"))
        assert (await send(get(web, "/", "two.example"))).endswith(b"body")


async def test_what_wants_out_waits_until_the_page_has_heard_everything() -> None:
    out = Outlet(Rules(OPEN, 1000, lambda *_: ["127.0.0.1"]))
    async with serving() as web, proxied(out) as send:
        web.on("/", once(b"body"))
        sent = asyncio.create_task(send(get(web)))
        await asyncio.sleep(0.2)
        assert not web.heads
        out.open()
        assert (await sent).endswith(b"body")


async def test_ports_are_limited() -> None:
    out = Outlet(Rules(Guard(ports_from="THE_SETTING"), 1000, lambda *_: ["93.184.216.34"]))
    out.open()
    with pytest.raises(NoWay, match="port 22 is not in THE_SETTING") as caught:
        await out.connect("a.example", 22, asyncio.Protocol)
    assert caught.value.reason == "refused-address"


async def test_hosts_of_the_filter_list_are_not_looked_up() -> None:
    out = outlet(blocked=("ads.example",), resolve=lambda *_: 1 / 0)
    async with serving() as web, proxied(out) as send:
        for host in ("ads.example", "a.b.ads.example", "ADS.example."):
            assert b" 403 " in await send(get(web, "/", host))
    assert not out.is_blocked("heads.example")
    assert not out.is_blocked("example")


async def test_bytes_are_counted_and_limited() -> None:
    out = outlet(max_bytes=5_000)
    async with serving() as web, proxied(out) as send:
        web.on("/large", plain(bytes(200_000)))
        web.on("/endless", drip(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(6_000)))
        assert len(await send(get(web, "/large"))) < 200_000
        assert out.is_full
        assert b" 403 " in await send(get(web, "/large"))
    small = outlet(max_bytes=10)
    async with serving() as web, proxied(small) as send:
        web.on("/whole", plain(b"in one piece"))
        assert await send(get(web, "/whole")) == b""
        assert small.is_full


async def test_a_closed_outlet_ends_what_is_open() -> None:
    out = outlet()
    async with serving() as web, proxied(out) as send:
        web.on("/endless", drip(b"HTTP/1.1 200 OK\r\n\r\n"))
        task = asyncio.create_task(send(get(web, "/endless")))
        while not web.heads:
            await asyncio.sleep(0.01)
        out.close()
        assert b"xxxxxxxxxxxxxxxxxxxx" not in await task
        assert await send(get(web, "/endless")) == b""


@pytest.mark.parametrize(
    "answer", [b"nonsense\r\n\r\n", b"HTTP/1.1 101 Other\r\n\r\n", b"HTTP/2 200\r\n\r\n"]
)
async def test_an_answer_that_is_none_is_not_handed_on(answer: bytes) -> None:
    async with serving() as web, proxied(outlet()) as send:
        web.on("/", raw(answer, cut=True))
        assert await send(get(web)) == b""


async def test_hints_before_an_answer_are_handed_on() -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    async with serving() as web, proxied(outlet()) as send:
        web.on("/", raw(hint + b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", cut=True))
        answer = await send(get(web))
    assert answer.startswith(hint)
    assert answer.endswith(b"Content-Length: 1\r\n\r\nx")


NO_REQUESTS = [
    b"GET / HTTP/1.1\r\nHost: a",
    b"GET http://a/ HTTP/1.0",
    b"GET https://a/ HTTP/1.1",
    b"GET ftp://a/ HTTP/1.1",
    b"GET http:///x HTTP/1.1",
    b"GET http://u:p@a/ HTTP/1.1",
    b"GET http://a:99999/ HTTP/1.1",
    b"GET  http://a/ HTTP/1.1",
    b"get http://a/ HTTP/1.1",
    b"GET http://a/ HTTP/1.1 x",
    b"CONNECT a HTTP/1.1",
    b"CONNECT a:443/x HTTP/1.1",
    b"CONNECT u@a:443 HTTP/1.1",
    b"POST http://a/ HTTP/1.1\r\nTransfer-Encoding: chunked",
    b"POST http://a/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2",
    b"POST http://a/ HTTP/1.1\r\nContent-Length: -1",
    b"\x16\x03\x01",
    b"",
]


@pytest.mark.parametrize("head", NO_REQUESTS, ids=repr)
def test_what_is_no_request_of_a_browser_is_refused(head: bytes) -> None:
    with pytest.raises(BadHead):
        read_request(head)


def test_headers_of_the_hop_are_left_out_and_folded_lines_unfolded() -> None:
    head = (
        b"GET http://A.example/x?y HTTP/1.1\r\nHost: evil\r\nUpgrade: h2\r\nX: 1\r\n 2\r\nbad line"
    )
    request = read_request(head)
    assert (request.host, request.port, request.body) == ("a.example", 80, 0)
    assert request.head == (b"GET /x?y HTTP/1.1\r\nHost: A.example\r\nX: 1 2\r\n\r\n")
    answer = read_answer(b"HTTP/1.0 204 No\r\nKeep-Alive: 5")
    assert answer == AnswerHead(204, b"HTTP/1.0 204 No\r\n\r\n", 0, keeps=False)
