"""Pictures over HTTP, from the real service: answers, conditions, ranges, negotiation."""

import asyncio
import re
from email.utils import parsedate_to_datetime

import httpx2
import pytest
import pyvips

from servers.service import Service
from servers.web import plain, serving
from web.raw import ask, get

HILLS = "/unsafe/120x90/sample:hills.jpg"


def size(content: bytes) -> tuple[int, int]:
    image = pyvips.Image.new_from_buffer(content, "")
    return image.width, image.height


async def test_a_picture_comes_with_all_that_caches_need(client: httpx2.AsyncClient) -> None:
    answer = await client.get(HILLS, headers={"accept": "image/png"})
    assert answer.status_code == 200
    assert size(answer.content) == (120, 90)
    headers = answer.headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["content-length"] == str(len(answer.content))
    assert re.fullmatch(r'"[0-9a-f]{16,}"', headers["etag"])
    assert headers["cache-control"] == "public, max-age=86400, stale-while-revalidate=86400"
    lives = parsedate_to_datetime(headers["expires"]) - parsedate_to_datetime(headers["date"])
    assert 86_390 < lives.total_seconds() < 86_410
    parsedate_to_datetime(headers["last-modified"])
    assert headers["accept-ranges"] == "bytes"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert "content-disposition" not in headers
    assert "server" not in headers


async def test_the_same_again_is_the_same_and_comes_from_memory(
    client: httpx2.AsyncClient,
) -> None:
    url = "/unsafe/121x90/sample:hills.jpg"
    answers = [await client.get(url) for _ in range(4)]
    assert {answer.content for answer in answers} == {answers[0].content}
    names = {"content-type", "etag", "last-modified", "cache-control", "vary", "accept-ranges"}
    for name in names | {"x-content-type-options", "cross-origin-resource-policy"}:
        assert len({answer.headers[name] for answer in answers}) == 1, name
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4
    metrics = (await client.get("/metrics")).text
    assert re.search(r'tintype_renditions_total\{found="made"\} [1-9]', metrics)
    assert re.search(r'tintype_renditions_total\{found="hot"\} [1-9]', metrics)


@pytest.mark.parametrize("again", [False, True], ids=["made", "hot"])
async def test_conditions_ranges_and_head(client: httpx2.AsyncClient, again: bool) -> None:
    url = f"/unsafe/12{2 + again}x90/sample:hills.jpg"
    whole = await client.get(url)
    if again:
        await client.get(url)

    head = await client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.headers["etag"] == whole.headers["etag"]

    same = await client.get(url, headers={"if-none-match": whole.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == whole.headers["etag"]
    assert same.headers["cache-control"] == whole.headers["cache-control"]
    assert "content-type" not in same.headers
    assert (await client.get(url, headers={"if-none-match": '"x"'})).status_code == 200

    since = {"if-modified-since": whole.headers["last-modified"]}
    assert (await client.get(url, headers=since)).status_code == 304
    assert (await client.get(url, headers=since | {"if-none-match": '"x"'})).status_code == 200

    part = await client.get(url, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
    old = {"range": "bytes=10-19", "if-range": '"old"'}
    assert (await client.get(url, headers=old)).content == whole.content
    beyond = await client.get(url, headers={"range": "bytes=999999-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(whole.content)}"


async def test_a_browser_gets_the_best_format_that_it_takes(client: httpx2.AsyncClient) -> None:
    url = "/unsafe/200x150/sample:hills.jpg"
    for accept, kinds in {
        "image/avif,image/webp,*/*": {"image/avif", "image/webp", "image/jpeg"},
        "image/webp,*/*": {"image/webp", "image/jpeg"},
        "*/*": {"image/jpeg"},
    }.items():
        for _ in range(2):  # made, and hot
            answer = await client.get(url, headers={"accept": accept})
            assert answer.headers["content-type"] in kinds
            assert answer.headers["vary"].startswith("Accept")


async def test_a_url_that_names_its_format_does_not_vary(client: httpx2.AsyncClient) -> None:
    url = "/unsafe/100x75/filters:format(png)/sample:hills.jpg"
    answer = await client.get(url, headers={"accept": "image/webp"})
    assert answer.headers["content-type"] == "image/png"
    assert "Accept" not in answer.headers.get("vary", "")


async def test_filters_of_the_answer(client: httpx2.AsyncClient) -> None:
    url = "/unsafe/50x50/filters:max_age(60):attachment(été.jpg)/sample:hills.jpg"
    answer = await client.get(url)
    assert answer.headers["cache-control"].startswith("public, max-age=60,")
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''%C3%A9t%C3%A9.jpg" in disposition
    named = await client.get("/unsafe/50x50/filters:attachment()/sample:hills.jpg")
    assert named.headers["content-disposition"] == 'attachment; filename="hills.jpg"'


async def test_a_url_that_has_expired_is_gone(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/unsafe/50x50/filters:expire(1000)/sample:hills.jpg")
    assert answer.status_code == 410
    later = await client.get("/unsafe/50x50/filters:expire(4102000000000)/sample:hills.jpg")
    assert later.status_code == 200


async def test_many_at_once_are_one_fetch_and_one_picture(
    shared: Service, client: httpx2.AsyncClient
) -> None:
    content = (shared.store / "hills.jpg").read_bytes()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await plain(content)(writer)

    async with serving() as web:
        url = f"/unsafe/77x77/{web.on('/hills.jpg', slowly)}"
        answers = await asyncio.gather(*(client.get(url) for _ in range(20)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        assert len(web.heads) == 1


async def test_the_id_of_a_request_is_taken_if_it_looks_like_one(
    client: httpx2.AsyncClient,
) -> None:
    for _ in range(2):
        answer = await client.get(HILLS, headers={"x-request-id": "trace:0123-abcd"})
        assert answer.headers["x-request-id"] == "trace:0123-abcd"
        answer = await client.get(HILLS, headers={"x-request-id": 'a"b<script>'})
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


async def test_a_page_of_a_known_origin_may_read_it_by_script(client: httpx2.AsyncClient) -> None:
    for _ in range(2):
        known = await client.get(HILLS, headers={"origin": "https://page.example"})
        assert known.headers["access-control-allow-origin"] == "https://page.example"
        assert "ETag" in known.headers["access-control-expose-headers"]
        other = await client.get(HILLS, headers={"origin": "https://other.example"})
        assert "access-control-allow-origin" not in other.headers
        nobody = await client.get(HILLS)
        assert "access-control-allow-origin" not in nobody.headers
        assert all("Origin" in a.headers["vary"] for a in (known, other, nobody))


async def test_a_preflight_is_answered(client: httpx2.AsyncClient) -> None:
    asked = {"origin": "https://page.example", "access-control-request-method": "GET"}
    answer = await client.options(HILLS, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["access-control-allow-origin"] == "https://page.example"
    refused = await client.options(HILLS, headers=asked | {"origin": "https://other.example"})
    assert "access-control-allow-origin" not in refused.headers
    assert "access-control-allow-methods" not in refused.headers


def test_requests_that_come_in_one_packet_are_answered_in_their_order(shared: Service) -> None:
    first = "/unsafe/31x31/sample:hills.jpg"
    get(shared, first)
    heads = [f"GET {url} HTTP/1.1\r\nHost: a\r\n" for url in (first, "/healthz", first)]
    request = "\r\n".join(heads[:2]) + "\r\n" + heads[2] + "Connection: close\r\n\r\n"
    answer = ask(shared, request.encode())
    kinds = re.findall(rb"content-type: (\S+?);?[ \r]", answer)
    assert kinds == [b"image/jpeg", b"text/plain", b"image/jpeg"]


def test_http_1_0_is_answered_and_the_connection_closed(shared: Service) -> None:
    for _ in range(2):
        answer = ask(shared, f"GET {HILLS} HTTP/1.0\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 200 OK")


async def test_facts_about_a_picture(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/unsafe/meta/300x200/sample:hills.jpg")
    assert answer.headers["content-type"] == "application/json"
    facts = answer.json()["thumbor"]
    assert facts["target"] == {"width": 300, "height": 200}
    assert facts["source"]["url"] == "sample:hills.jpg"
    script = await client.get("/unsafe/meta/300x200/sample:hills.jpg?callback=show")
    assert script.text.startswith("/**/show({")
    assert script.headers["content-type"] == "text/javascript"
    bad = await client.get("/unsafe/meta/300x200/sample:hills.jpg?callback=alert(1)")
    assert bad.status_code == 400

    info = await client.get("/info/unsafe/sample:hills.jpg?fields=width,height,format")
    assert info.json() == {
        "url": "sample:hills.jpg",
        "width": facts["source"]["width"],
        "height": facts["source"]["height"],
        "format": "jpeg",
    }
    etag = {"if-none-match": info.headers["etag"]}
    again = await client.get(
        "/info/unsafe/sample:hills.jpg?fields=width,height,format", headers=etag
    )
    assert again.status_code == 304


async def test_a_watermark_that_is_missing_is_not_taken_for_the_picture(
    client: httpx2.AsyncClient,
) -> None:
    url = "/unsafe/50x40/filters:watermark(store:none.png,0,0,0)/sample:hills.jpg"
    answer = await client.get(url, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (404, "other-picture-not-found")
    assert "watermark" in answer.json()["detail"]
