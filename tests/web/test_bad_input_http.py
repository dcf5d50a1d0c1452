"""Bad input over HTTP: refused with the right status and a plain sentence; nothing falls over."""

import asyncio

import httpx2
import pytest

from sample_pictures import avif_bomb
from servers.service import KEY, Service
from servers.web import plain, raw, serving
from web.raw import ask, connect, get

JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"


async def assert_refused(answer: httpx2.Response, status: int, words: str = "") -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert words in answer.text
    assert answer.text.count("\n") == 1
    for secret in (KEY, "Traceback", "/src/", "tintype."):
        assert secret not in answer.text


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/unsafe/300x200/filters:nonsense(1)/sample:hills.jpg", 400, "nonsense"),
        ("/unsafe/300x200/filters:blur(x)/sample:hills.jpg", 400, "blur"),
        ("/unsafe/300x200/filters:quality(101)/sample:hills.jpg", 400, "quality"),
        ("/unsafe/99999x1/sample:hills.jpg", 400, "10,000"),
        ("/unsafe/300x200/sample:nothing.jpg", 404, "no picture"),
        ("/unsafe/300x200/nothing.jpg", 404, ""),
        ("/unsafe/300x200/file:/etc/passwd", 400, ""),
        ("/unsafe/300x200/file%3A%2F%2F%2Fetc%2Fpasswd", 400, ""),
        ("/unsafe/300x200/-", 404, ""),
        ("/unsafe/300x200/gopher://host/a", 400, ""),
        ("/unsafe/300x200/", 400, ""),
        ("/unsafe", 404, ""),
        ("/nonsense", 404, ""),
        ("/AAAAAAAAAAAAAAAAAAAAAAAAAAA=/300x200/sample:hills.jpg", 403, "signature"),
        ("/unsafe/300x200/http://10.0.0.1/a.jpg", 502, "could not be fetched"),
        ("/unsafe/300x200/http://169.254.169.254/latest/meta-data/", 502, "could not be fetched"),
        ("/unsafe/300x200/http://[::1]:22/a.jpg", 502, "could not be fetched"),
        ("/healthz/more", 404, ""),
        ("/info", 404, ""),
        ("/info/AAAAAAAAAAAAAAAAAAAAAAAAAAA=/sample:hills.jpg", 403, "signature"),
    ],
)
async def test_what_is_wrong_with_a_url_is_said(
    client: httpx2.AsyncClient, path: str, status: int, words: str
) -> None:
    await assert_refused(await client.get(path), status, words)


@pytest.mark.parametrize("letters", [10_001, 60_000])
def test_a_url_that_is_too_long_is_refused(shared: Service, letters: int) -> None:
    status, _ = get(shared, "/unsafe/" + "a" * (letters - 8))
    assert status == 414


def test_a_head_without_end_is_refused(shared: Service) -> None:
    with connect(shared) as connection:
        answer = b""
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        try:
            for number in range(2_000):
                connection.sendall(b"X-%d: %s\r\n" % (number, b"x" * 1000))
        except OSError:
            pass
        try:
            answer = connection.recv(65_536)
        except ConnectionResetError:
            answer = b"HTTP/1.1 431"
    assert answer.startswith(b"HTTP/1.1 431")
    assert get(shared, "/healthz")[0] == 200


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00\x01\x00", b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
def test_garbage_is_refused_and_nothing_logged(shared: Service, garbage: bytes) -> None:
    before = shared.log
    assert ask(shared, garbage).startswith(b"HTTP/1.1 400")
    assert shared.log == before


def test_a_path_that_is_no_utf_8_is_refused_or_not_found(shared: Service) -> None:
    status, answer = get(shared, "/unsafe/300x200/%FF%FE%00.jpg")
    assert status in {400, 404}
    assert b"Traceback" not in answer


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
async def test_another_method_is_refused(client: httpx2.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/unsafe/300x200/sample:hills.jpg")
    await assert_refused(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_json_is_a_problem_that_programs_can_read(client: httpx2.AsyncClient) -> None:
    answer = await client.get(
        "/unsafe/300x200/filters:nonsense()/sample:hills.jpg",
        headers={"accept": "application/json", "x-request-id": "my-request-1"},
    )
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert "nonsense" in problem.pop("detail")
    assert problem == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "code": "invalid-transform",
        "request_id": "my-request-1",
    }


async def test_an_address_inside_is_told_like_a_name_that_there_is_not(
    client: httpx2.AsyncClient,
) -> None:
    json = {"accept": "application/json", "x-request-id": "my-request-1"}
    there, not_there = [
        await client.get(f"/unsafe/http://{host}/a.jpg", headers=json)
        for host in ("10.0.0.1", "nobody.invalid")
    ]
    assert there.content == not_there.content
    assert there.headers.keys() == not_there.headers.keys()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"<!doctype html><title>Not found</title>", 415),
        (SVG, 415),
        (b"", 502),
        (b"\x00" * 5000, 415),
        (JPEG_HEAD + b"\x00" * 200, 422),
        (b"x" * (2 << 20) + b"x", 413),
    ],
    ids=["html", "svg", "empty", "zeros", "broken off", "too long"],
)
async def test_what_is_no_picture_is_told_so(
    client: httpx2.AsyncClient, content: bytes, status: int
) -> None:
    async with serving() as web:
        url = web.on("/a", plain(content, "200 OK", "Content-Type: image/jpeg"))
        answer = await client.get(f"/unsafe/30x20/{url}")
    await assert_refused(answer, status)
    assert b"<script" not in answer.content


async def test_a_picture_that_unpacks_into_too_much_is_refused(client: httpx2.AsyncClient) -> None:
    bomb = avif_bomb(16_384).read()
    async with serving() as web:
        answer = await client.get(f"/unsafe/30x20/{web.on('/bomb', plain(bomb))}")
    await assert_refused(answer, 413)


@pytest.mark.parametrize(
    ("status_line", "status"),
    [("404 Not Found", 404), ("403 Forbidden", 403), ("500 Oh", 502), ("503 Later", 502)],
)
async def test_what_a_source_answers_is_passed_on(
    client: httpx2.AsyncClient, status_line: str, status: int
) -> None:
    async with serving() as web:
        answer = await client.get(f"/unsafe/30x20/{web.on('/a', plain(b'no', status_line))}")
    await assert_refused(answer, status)


async def test_a_source_that_is_too_slow_is_a_time_out_that_may_be_tried_again(
    client: httpx2.AsyncClient,
) -> None:
    async def never(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async with serving() as web:
        answer = await client.get(f"/unsafe/30x20/{web.on('/a', never)}")
    await assert_refused(answer, 504)
    assert int(answer.headers["retry-after"]) > 0


async def test_a_source_that_breaks_off_is_told(client: httpx2.AsyncClient) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n\xff\xd8\xff"
    async with serving() as web:
        answer = await client.get(f"/unsafe/30x20/{web.on('/a', raw(head, cut=True))}")
    await assert_refused(answer, 502)
