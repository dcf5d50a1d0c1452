"""The HTTP loader against real servers on loopback: what it fetches, retries and limits."""

import asyncio
import gzip
import logging
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from servers.web import Web, drip, flood, head, plain, raw, redirect, serving
from tintype.errors import (
    InvalidSettings,
    InvalidSource,
    SourceError,
    SourceForbidden,
    SourceNotFound,
    SourceTimeout,
    SourceUnavailable,
    TooLarge,
)
from tintype.loaders.http import HttpLoader
from tintype.settings import HttpSettings
from tintype.source import Source

GIF = b"GIF89a and so on"
OPEN = {"allowed_networks": ("127.0.0.0/8",), "total_timeout": 20.0}


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as web:
        yield web


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("tintype.loaders.http_fetch.BACKOFF", 0.01)
    return


async def load(url: str, folder: Path | None = None, **settings):
    loader = HttpLoader(HttpSettings(**OPEN | settings), folder)
    try:
        return await loader.load(Source.parse(url))
    finally:
        await loader.aclose()


async def test_a_picture_is_fetched(web: Web) -> None:
    blob = await load(web.on("/a.gif", plain(GIF)))
    assert (blob.content, blob.media_type, blob.size) == (GIF, "image/gif", len(GIF))


async def test_the_request_says_who_asks_and_nothing_else(web: Web) -> None:
    await load(web.on("/a.gif", plain(GIF)))
    line, *headers = web.heads[0].strip().split("\r\n")
    sent = dict(h.lower().split(": ", 1) for h in headers)
    assert line == "GET /a.gif HTTP/1.1"
    assert sent.pop("user-agent").startswith("tintype/")
    assert sent.pop("accept").startswith("image/*")
    assert sent == {"host": f"127.0.0.1:{web.port}", "accept-encoding": "identity"}


async def test_the_type_is_sniffed_and_never_believed(web: Web) -> None:
    url = web.on("/a", plain(GIF, "200 OK", "Content-Type: text/plain"))
    assert (await load(url)).media_type == "image/gif"


async def test_an_error_page_answered_with_200_is_a_blob_of_html(web: Web) -> None:
    url = web.on("/a.jpg", plain(b"<!DOCTYPE html><p>404", "200 OK", "Content-Type: image/jpeg"))
    assert (await load(url)).media_type == "text/html"


async def test_a_large_picture_lies_in_the_temporary_folder(web: Web, tmp_path: Path) -> None:
    body = GIF * (1 << 20)
    blob = await load(web.on("/a", plain(body)), tmp_path)
    assert [*tmp_path.iterdir()] == [blob.content]
    assert blob.read() == body


async def test_chunked_and_unannounced_lengths_are_read(web: Web) -> None:
    chunked = head("200 OK", "Transfer-Encoding: chunked") + b"3\r\nGIF\r\n3\r\n89a\r\n0\r\n\r\n"
    assert (await load(web.on("/a", raw(chunked)))).read() == b"GIF89a"
    assert (await load(web.on("/b", raw(head("200 OK") + GIF, cut=True)))).read() == GIF


@pytest.mark.parametrize(
    ("coding", "encoded"), [("gzip", gzip.compress(GIF, mtime=0)), ("Deflate", zlib.compress(GIF))]
)
async def test_an_encoding_that_nobody_asked_for_is_undone(web: Web, coding, encoded) -> None:
    url = web.on("/a", plain(encoded, "200 OK", f"Content-Encoding: {coding}"))
    assert (await load(url)).read() == GIF


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "evil"])
async def test_an_encoding_that_is_not_read_is_an_error(web: Web, coding: str) -> None:
    url = web.on("/a", plain(GIF, "200 OK", f"Content-Encoding: {coding}"))
    with pytest.raises(SourceError, match=coding):
        await load(url)
    assert len(web.heads) == 1


async def test_a_broken_encoding_is_an_error(web: Web) -> None:
    url = web.on("/a", plain(b"not gzip", "200 OK", "Content-Encoding: gzip"))
    with pytest.raises(SourceError, match="cannot be used"):
        await load(url)


async def test_unicode_and_odd_urls_reach_the_server_encoded(web: Web) -> None:
    for path in ["/%C3%A4/%E5%90%8D.gif", "/a%20b%2Fc", "/x"]:
        web.on(path, plain(GIF))
    await load(web.url("/ä/名.gif?ö=1#fragment"))
    await load(web.url("/a b%2Fc"))
    await load(web.url("/y/../x"))
    assert web.paths == ["/%C3%A4/%E5%90%8D.gif?%C3%B6=1", "/a%20b%2Fc", "/x"]


async def test_a_long_url_is_fetched_and_a_longer_one_refused(web: Web) -> None:
    web.answers["/a"] = [plain(GIF)]
    long = web.url("/a?" + "x" * 8000)
    assert (await load(long)).read() == GIF
    with pytest.raises(InvalidSource):
        await load(web.url("/a?" + "x" * 10_240))
    assert len(web.heads) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///a",
        "http:a",
        "https:example.org/a",
        "http://user@127.0.0.1/",
        "http://user:pass@127.0.0.1/",
        "http://example.org@127.0.0.1/",
        "http://127.0.0.1\\@example.org/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:-1/",
        "http://127.0.0.1:http/",
        "http://0177.0.0.1/",
        "http://256.0.0.1/",
        "http://[::1/",
        "http://[127.0.0.1]/",
        "http://１２７.０.０.１/",
        "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
        "http://a\u202eb/",
        "http://127.0.0.1/\r\nHost: x",
        "http://127.0.0.1/a\tb",
    ],
)
async def test_what_is_no_url_of_the_web_is_an_invalid_source(url: str) -> None:
    with pytest.raises(InvalidSource):
        await load(url)


@pytest.mark.parametrize(
    "url", ["http://xn--/", "http://%31%32%37.0.0.1/", "http://a b/", "http://a..b/", "http://*/"]
)
async def test_a_host_that_cannot_be_is_an_error(url: str) -> None:
    with pytest.raises(SourceError):
        await load(url, retries=0)


async def test_no_message_and_no_log_holds_a_secret_of_a_url(web: Web, caplog) -> None:
    caplog.set_level(logging.INFO)
    web.answers["/a"] = [plain(b"", "404 Not Found")]
    with pytest.raises(SourceNotFound) as caught:
        await load(web.url("/a?X-Amz-Signature=hush"))
    with pytest.raises(InvalidSource) as refused:
        await load(f"http://me:hush@127.0.0.1:{web.port}/a?hush")
    assert "/a" in str(caught.value)
    assert "hush" not in f"{caught.value} {refused.value} {caplog.text}"


async def test_proxies_of_the_environment_are_not_used(web: Web, monkeypatch) -> None:
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]:
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert (await load(web.on("/a", plain(GIF)), retries=0)).read() == GIF


# What a status means


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, SourceNotFound),
        (410, SourceNotFound),
        (401, SourceForbidden),
        (403, SourceForbidden),
        (451, SourceForbidden),
        *[(status, SourceError) for status in (300, 304, 400, 402, 405, 406, 407, 418, 422, 499)],
        *[(status, SourceError) for status in (201, 202, 204, 205, 206, 226)],
    ],
)
async def test_a_status_that_will_stay_is_not_tried_again(web: Web, status: int, error) -> None:
    body = b"" if status in {204, 205, 304} else b"no"
    url = web.on("/a", plain(body, f"{status} Whatever"))
    with pytest.raises(SourceError) as caught:
        await load(url)
    assert type(caught.value) is error
    assert str(status) in str(caught.value)
    assert len(web.heads) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 520, 599])
async def test_a_status_that_may_pass_is_tried_again(web: Web, status: int) -> None:
    url = web.on("/a", plain(b"", f"{status} Busy"), plain(b"", f"{status} Busy"), plain(GIF))
    assert (await load(url, retries=2)).read() == GIF
    web.on("/a", plain(b"", f"{status} Busy"))
    web.heads.clear()
    with pytest.raises(SourceUnavailable, match=str(status)) as caught:
        await load(url, retries=3)
    assert caught.value.retryable
    assert len(web.heads) == 4


async def test_a_retry_after_within_the_total_is_waited_for(web: Web) -> None:
    busy = plain(b"", "429 Too Many Requests", "Retry-After: 1")
    clock = asyncio.get_running_loop().time
    times: list[float] = []

    async def timed(writer) -> None:
        times.append(clock())
        await (busy if len(times) == 1 else plain(GIF))(writer)

    assert (await load(web.on("/a", timed), retries=1)).read() == GIF
    assert times[1] - times[0] >= 1  # a lower bound, whatever the load of the machine


@pytest.mark.parametrize(
    "value", ["3600", "99999999999999999999", "Fri, 31 Dec 2199 23:59:59 GMT", "86400 "]
)
async def test_a_retry_after_beyond_the_total_ends_the_fetch_at_once(web: Web, value: str) -> None:
    url = web.on("/a", plain(b"", "503 Busy", f"Retry-After: {value}"), plain(GIF))
    with pytest.raises(SourceUnavailable):
        await load(url)
    assert len(web.heads) == 1


@pytest.mark.parametrize(
    "value", ["", "0", "-5", "soon", "1.5", "Fri, 31 Dec 1999 23:59:59 GMT", "31 Dec 99999", "²"]
)
async def test_a_retry_after_that_says_nothing_is_ignored(web: Web, value: str) -> None:
    url = web.on("/a", plain(b"", "503 Busy", f"Retry-After: {value}"), plain(GIF))
    assert (await load(url)).read() == GIF


# Connections that fail


async def test_a_refused_connection_is_unavailable() -> None:
    async with serving() as gone:
        url = gone.url()
    with pytest.raises(SourceUnavailable, match="Connection refused"):
        await load(url)


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"HTTP/1.1 200",
        head("200 OK", "Content-Length: 100"),
        head("200 OK", "Content-Length: 100") + GIF,
        head("200 OK", "Transfer-Encoding: chunked") + b"20\r\nGIF",
        head("200 OK", "Transfer-Encoding: chunked") + b"3\r\nGIF\r\n",
    ],
)
async def test_a_connection_that_is_cut_is_tried_again(web: Web, beginning: bytes) -> None:
    cut = raw(beginning, cut=True)
    assert (await load(web.on("/a", cut, cut, plain(GIF)), retries=2)).read() == GIF
    with pytest.raises(SourceUnavailable):
        await load(web.on("/b", cut), retries=1)
    assert web.paths == ["/a", "/a", "/a", "/b", "/b"]


async def test_a_reset_connection_is_tried_again(web: Web) -> None:
    async def reset(writer) -> None:
        writer.write(head("200 OK", "Content-Length: 100") + GIF)
        await writer.drain()
        writer.transport.abort()

    assert (await load(web.on("/a", reset, plain(GIF)))).read() == GIF


async def test_a_cut_in_mid_transfer_leaves_no_temporary_file(web: Web, tmp_path: Path) -> None:
    cut = raw(head("200 OK", "Content-Length: 50000000") + bytes(10 << 20), cut=True)
    with pytest.raises(SourceUnavailable):
        await load(web.on("/a", cut), tmp_path)
    assert not list(tmp_path.iterdir())


async def test_a_body_longer_than_announced_ends_where_announced(web: Web) -> None:
    url = web.on("/a", raw(head("200 OK", "Content-Length: 6") + GIF))
    assert (await load(url)).read() == GIF[:6]


@pytest.mark.parametrize(
    "answer",
    [
        b"not http at all\r\n\r\n",
        head("200 OK", "Content-Length: many"),
        head("200 OK", "Content-Length: -5"),
        head("200 OK", "Content-Length: 5", "Content-Length: 6") + b"12345",
        head("200 OK", "Bad Header: x"),
        head("200 OK", "Transfer-Encoding: chunked") + b"zz\r\n",
        b"HTTP/1.1 9999 Hm\r\n\r\n",
        head("101 Switching Protocols", "Upgrade: x", "Connection: Upgrade"),
    ],
)
async def test_an_answer_that_is_no_http_is_an_error(web: Web, answer: bytes) -> None:
    with pytest.raises(SourceError):
        await load(web.on("/a", raw(answer, cut=True)), retries=0)


@pytest.mark.parametrize("block", [b"X-Bomb: " + b"x" * 1000 + b"\r\n", b"x" * 1000])
async def test_endless_headers_are_an_error(web: Web, block: bytes) -> None:
    bomb = flood(b"HTTP/1.1 200 OK\r\nX-First: ", block)
    with pytest.raises(SourceUnavailable):
        await load(web.on("/a", bomb), retries=0)


async def test_connections_are_kept_and_one_that_was_closed_meanwhile_is_replaced(web: Web) -> None:
    loader = HttpLoader(HttpSettings(**OPEN))
    source = Source.parse(web.on("/a", plain(GIF), plain(GIF), raw(b"", cut=True), plain(GIF)))
    for _ in range(3):
        assert (await loader.load(source)).read() == GIF
    await loader.aclose()
    assert (await loader.load(source)).read() == GIF
    await loader.aclose()
    await loader.aclose()


async def test_many_fetches_at_once_do_not_disturb_each_other(web: Web) -> None:
    loader = HttpLoader(HttpSettings(**OPEN))
    for number in range(40):
        web.on(f"/{number}", plain(b"%d" % number * 1000))
    blobs = await asyncio.gather(
        *(loader.load(Source.parse(web.url(f"/{number}"))) for number in range(40))
    )
    assert [blob.read() for blob in blobs] == [b"%d" % number * 1000 for number in range(40)]
    await loader.aclose()


# Limits


async def test_an_empty_answer_is_an_error(web: Web) -> None:
    with pytest.raises(SourceError, match="0 bytes"):
        await load(web.on("/a", plain(b"")))
    assert len(web.heads) == 1


async def test_exactly_the_limit_is_taken_and_one_byte_more_is_not(web: Web) -> None:
    chunked = head("200 OK", "Transfer-Encoding: chunked") + b"6\r\nGIF89a\r\n0\r\n\r\n"
    for url in [web.on("/a", plain(b"GIF89a")), web.on("/b", raw(chunked))]:
        assert (await load(url, max_bytes=6)).size == 6
        with pytest.raises(TooLarge, match="5 bytes"):
            await load(url, max_bytes=5)
    assert len(web.heads) == 4


@pytest.mark.parametrize("length", [str(10 << 30), "9" * 20])
async def test_an_announced_length_beyond_the_limit_is_refused_at_once(web: Web, length) -> None:
    # The server sends no byte of the body, so only the header can be the reason.
    with pytest.raises(TooLarge):
        await load(web.on("/a", raw(head("200 OK", f"Content-Length: {length}"))))


async def test_an_endless_body_ends_at_the_limit(web: Web, tmp_path: Path) -> None:
    with pytest.raises(TooLarge):
        await load(web.on("/a", flood(head("200 OK"), bytes(65536))), tmp_path, max_bytes=20 << 20)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_compressed_bomb_is_caught_by_what_it_becomes(web: Web, coding: str) -> None:
    squeeze = gzip.compress if coding == "gzip" else zlib.compress
    bomb = squeeze(bytes(100 << 20), 9)
    assert len(bomb) < 1 << 20
    url = web.on("/a", plain(bomb, "200 OK", f"Content-Encoding: {coding}"))
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            await load(url, max_bytes=1 << 20)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20


async def test_a_silent_server_ends_at_the_read_time_out_and_is_tried_again(web: Web) -> None:
    async def silent(writer) -> None:
        await asyncio.sleep(60)

    url = web.on("/a", silent, plain(GIF))
    assert (await load(url, read_timeout=0.1)).read() == GIF
    with pytest.raises(SourceTimeout, match="too slow"):
        await load(web.on("/b", silent), read_timeout=0.1, retries=1)
    assert web.paths == ["/a", "/a", "/b", "/b"]


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        head("200 OK"),
        head("200 OK", "Content-Length: 1000000"),
    ],
)
async def test_a_server_that_drips_ends_at_the_total(web: Web, beginning: bytes) -> None:
    with pytest.raises(SourceTimeout, match=r"0\.3 seconds") as caught:
        await load(web.on("/a", drip(beginning)), total_timeout=0.3)
    assert "TINTYPE_TOTAL_TIMEOUT" in str(caught.value)
    assert len(web.heads) == 1


async def test_the_total_covers_all_tries_and_redirects(web: Web) -> None:
    async def slow(writer) -> None:
        await asyncio.sleep(0.1)
        await redirect("/a")(writer)

    with pytest.raises(SourceTimeout, match=r"0\.25 seconds"):
        await load(web.on("/a", slow), total_timeout=0.25, max_redirects=1000)
    assert 1 <= len(web.heads) <= 3


async def test_a_cancelled_fetch_stops_and_leaves_the_loader_usable(web: Web) -> None:
    loader = HttpLoader(HttpSettings(**OPEN))
    task = asyncio.create_task(loader.load(Source.parse(web.on("/a", drip(head("200 OK"))))))
    while not web.heads:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await loader.load(Source.parse(web.on("/b", plain(GIF))))).read() == GIF
    await loader.aclose()


# The loader as an object


def test_a_wrong_allow_list_is_a_setting_that_is_wrong() -> None:
    with pytest.raises(InvalidSettings, match=r"10\.0\.0\.1/8"):
        HttpLoader(HttpSettings(allowed_networks=("10.0.0.1/8",)))


def test_nothing_heavy_is_imported_before_the_first_load() -> None:
    code = """
import sys
from tintype.loaders.http import HttpLoader
from tintype.settings import HttpSettings
HttpLoader(HttpSettings())
print(sorted({"httpx2", "httpcore2", "anyio"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_a_loader_may_be_used_in_one_event_loop_after_another() -> None:
    loader = HttpLoader(HttpSettings(**OPEN))

    async def once() -> bytes:
        async with serving() as web:
            blob = await loader.load(
                Source.parse(web.on("/a", plain(GIF, "200 OK", "Connection: close")))
            )
            return blob.read()

    assert asyncio.run(once()) == asyncio.run(once()) == GIF
    asyncio.run(loader.aclose())


async def test_a_redirect_leads_only_where_one_may_go(web: Web) -> None:
    there = web.on("/there.gif", plain(GIF))
    start = web.on("/start.gif", redirect("/there.gif"))
    asked: list[str] = []

    def nowhere(url: str) -> bool:
        asked.append(url)
        return False

    loader = HttpLoader(HttpSettings(**OPEN), may_lead_to=nowhere)
    try:
        assert (await loader.load(Source.parse(there))).content == GIF
        with pytest.raises(SourceForbidden, match="from where nothing may be read"):
            await loader.load(Source.parse(start))
    finally:
        await loader.aclose()
    assert asked == [there]
    assert web.paths == ["/there.gif", "/start.gif"]
