"""tus 1.0.0, by its text: https://tus.io/protocols/resumable-upload. One case for each rule."""

import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import pytest

from servers.api import Api
from tintype.client import SignedAuth
from web.raw import ask
from web.uploads.conftest import CHUNK, COLLECTION, MOST, TUS, Uploads

EXTENSIONS = {
    *("creation", "creation-with-upload", "creation-defer-length", "expiration", "checksum"),
    *("termination", "concatenation"),
}
HELLO = b"hello world"
HELLO_SHA1 = "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="  # of the text of tus


def b64(text: bytes) -> str:
    return base64.b64encode(text).decode()


# Core


async def test_options_tells_what_is_offered(client: httpx2.AsyncClient) -> None:
    for headers in ({}, {"tus-resumable": "0.2.2"}):
        answer = await client.options(COLLECTION, headers=headers)
        assert answer.status_code == 204
        assert answer.headers["tus-version"] == "1.0.0"
        assert answer.headers["tus-resumable"] == "1.0.0"
        assert answer.headers["tus-max-size"] == str(MOST)
        assert set(answer.headers["tus-extension"].split(",")) == EXTENSIONS
        assert {"sha1", "sha256", "md5"} <= set(answer.headers["tus-checksum-algorithm"].split(","))


@pytest.mark.parametrize("version", [None, "", "0.2.2", "1.0.1", "1", "1.0.0, 1.0.0"])
@pytest.mark.parametrize("method", ["POST", "PATCH", "HEAD", "DELETE"])
async def test_another_version_is_not_processed(
    tus: Uploads, method: str, version: str | None
) -> None:
    address = await tus.begin(5)
    before = tus.on_disk()
    headers = CHUNK | {"upload-offset": "0", "upload-length": "5"}
    headers.pop("tus-resumable")
    if version is not None:
        headers["tus-resumable"] = version
    where = COLLECTION if method == "POST" else address
    answer = await tus.client.request(method, where, content=b"hello", headers=headers)
    assert answer.status_code == 412
    assert answer.headers["tus-version"] == "1.0.0"
    assert tus.on_disk() == before


async def test_every_answer_names_the_version(tus: Uploads, stranger: httpx2.AsyncClient) -> None:
    address = await tus.begin(5)
    answers = [
        await tus.client.post(COLLECTION, headers=TUS | {"upload-length": "x"}),
        await stranger.post(COLLECTION, headers=TUS),
        await tus.client.get(COLLECTION, headers=TUS),
        await tus.head(address),
        await tus.head(f"{COLLECTION}/{'0' * 32}"),
        await tus.patch(address, 3, b""),
        await tus.patch(address, 0, b"hello"),
        await tus.client.delete(address, headers=TUS),
    ]
    assert [each.status_code for each in answers] == [400, 401, 405, 200, 404, 409, 204, 204]
    assert [each.headers["tus-resumable"] for each in answers] == ["1.0.0"] * len(answers)


async def test_a_head_tells_the_offset_at_any_time(tus: Uploads) -> None:
    address = await tus.begin(10)
    for offset in (0, 4, 10):
        if offset:
            assert (
                await tus.patch(
                    address,
                    await tus.offset(address),
                    b"x" * (offset - (await tus.offset(address))),
                )
            ).status_code == 204
        answer = await tus.head(address)
        assert answer.status_code == 200
        assert answer.headers["upload-offset"] == str(offset)
        assert answer.headers["upload-length"] == "10"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers.get("content-length", "0") == "0", "not the size of the file"
        assert answer.content == b""


@pytest.mark.parametrize("upload_id", ["0" * 32, "A" * 32, "..", "%2e%2e%2fx", "a" * 31, "a/b"])
@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE", "GET"])
async def test_what_is_no_upload_is_not_found(tus: Uploads, method: str, upload_id: str) -> None:
    headers = CHUNK | {"upload-offset": "0"}
    answer = await tus.client.request(method, f"{COLLECTION}/{upload_id}", headers=headers)
    assert answer.status_code in {404, 405}  # httpx resolves `..` by itself
    assert "upload-offset" not in answer.headers


@pytest.mark.parametrize(
    "kind", [None, "application/octet-stream", "application/offset+octet-stream; a=b", "text/html"]
)
async def test_a_chunk_of_another_type_is_not_stored(tus: Uploads, kind: str | None) -> None:
    address = await tus.begin(5)
    before = tus.on_disk()
    headers = TUS | {"upload-offset": "0"} | ({"content-type": kind} if kind else {})
    answer = await tus.client.patch(address, content=b"hello", headers=headers)
    assert answer.status_code == 415
    assert tus.on_disk() == before


async def test_a_chunk_for_another_offset_changes_nothing(tus: Uploads) -> None:
    address = await tus.begin(5)
    await tus.patch(address, 0, b"he")
    for offset in (0, 1, 3, 5, 99):
        answer = await tus.patch(address, offset, b"l")
        assert answer.status_code == 409
        assert await tus.offset(address) == 2


@pytest.mark.parametrize("offset", ["-1", "x", "1.0", "", "0x1", "+1", "٣", "9" * 30])
async def test_an_offset_is_a_number(tus: Uploads, offset: str) -> None:
    address = await tus.begin(5)
    headers = {**CHUNK, "upload-offset": offset.encode()}
    answer = await tus.client.patch(address, content=b"hello", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert await tus.offset(address) == 0


async def test_an_offset_is_needed(tus: Uploads) -> None:
    address = await tus.begin(5)
    assert (await tus.client.patch(address, content=b"h", headers=CHUNK)).status_code == 400


async def test_a_file_in_chunks_is_the_file(tus: Uploads) -> None:
    whole = hashlib.sha256(b"x").digest() * 50_000
    address = await tus.begin(len(whole))
    for start in range(0, len(whole), 700_000):
        part = whole[start : start + 700_000]
        answer = await tus.patch(address, start, part)
        assert answer.status_code == 204
        assert answer.headers["upload-offset"] == str(start + len(part))
        assert answer.content == b""
    assert await tus.whole(address) == whole


async def test_an_empty_chunk_changes_nothing(tus: Uploads) -> None:
    address = await tus.begin(5)
    answer = await tus.patch(address, 0, b"")
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "0")


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
async def test_the_method_can_be_overridden(tus: Uploads, method: str) -> None:
    address = await tus.begin(5)
    headers = CHUNK | {"upload-offset": "0", "x-http-method-override": method}
    content = b"hello" if method == "PATCH" else b""
    answer = await tus.client.post(address, content=content, headers=headers)
    assert answer.status_code == (200 if method == "HEAD" else 204)
    if method == "DELETE":
        assert (await tus.head(address)).status_code == 404
    else:
        assert answer.headers["upload-offset"] == str(len(content))


async def test_only_a_post_stands_for_another_method(taking: Api, tus: Uploads) -> None:
    address = await tus.begin(5)
    delete = TUS | {"x-http-method-override": "DELETE"}
    assert (await tus.client.get(address, headers=delete)).status_code == 404, "not an original yet"
    assert await tus.offset(address) == 0
    asked = {"name": "of a test", "scopes": ["uploads:write"]}
    key = (await tus.client.post("/api/v1/access-keys", json=asked)).json()
    async with httpx2.AsyncClient(
        base_url=taking.url, auth=SignedAuth(key["id"], key["secret"])
    ) as signing:
        for method in ("GET", "POST"):
            await signing.request(method, address, headers=delete)
            assert await tus.offset(address) == 0
        assert (await signing.delete(address, headers=TUS)).status_code == 204


async def test_more_bytes_than_announced_are_refused(tus: Uploads) -> None:
    async def chunked(*parts: bytes) -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    address = await tus.begin(5)
    headers = CHUNK | {"upload-offset": "0"}
    for content in (b"hello!", chunked(b"hello", b"!"), chunked(b"hello!")):
        answer = await tus.client.patch(address, content=content, headers=headers)
        assert answer.status_code == 413
        assert "5" in answer.json()["detail"]
        assert await tus.offset(address) == 0, "one byte too many is known before it is whole"
    assert (await tus.patch(address, 0, b"hello")).status_code == 204
    assert await tus.whole(address) == b"hello"


async def test_a_chunk_without_a_length_is_taken(tus: Uploads) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b"hel", b"lo", b" wor"):
            yield part

    address = await tus.begin(11)
    headers = CHUNK | {"upload-offset": "0"}
    answer = await tus.client.patch(address, content=parts(), headers=headers)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "9")


# Creation


async def test_an_upload_begins_with_its_length(tus: Uploads) -> None:
    answer = await tus.client.post(COLLECTION, headers=TUS | {"upload-length": "100"})
    assert answer.status_code == 201
    location = str(httpx2.URL(tus.service.url).join(answer.headers["location"]))
    assert location.startswith(f"{tus.service.url}{COLLECTION}/")
    assert "upload-offset" not in answer.headers, "there was no body"
    assert await tus.offset(location) == 0
    slash = await tus.client.post(f"{COLLECTION}/", headers=TUS | {"upload-length": "100"})
    assert slash.status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"upload-length": "-1"},
        {"upload-length": "x"},
        {"upload-length": ""},
        {"upload-length": "1.5"},
        {"upload-length": "5", "upload-defer-length": "1"},
        {"upload-defer-length": "0"},
        {"upload-defer-length": "2"},
        {"upload-defer-length": "true"},
        {"upload-length": "5", "upload-metadata": "a YQ==,a YQ=="},
        {"upload-length": "5", "upload-metadata": "a ???"},
        {"upload-length": "5", "upload-metadata": "a YQ==,,"},
        {"upload-length": "5", "upload-metadata": "a YQ== b"},
        {"upload-length": "5", "upload-metadata": "a " + "YQ==" * 9000},
        {"upload-length": "5", "upload-concat": "partially"},
        {"upload-length": "5", "upload-checksum": "crc32 AAAA", **CHUNK},
        {"upload-length": "5", "upload-checksum": "sha1 AAAA", **CHUNK},
    ],
    ids=lambda headers: ",".join(headers)[:40],
)
async def test_a_creation_that_makes_no_sense_creates_nothing(
    tus: Uploads, headers: dict[str, str]
) -> None:
    before = tus.on_disk()
    answer = await tus.client.post(COLLECTION, headers=TUS | headers)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert tus.on_disk() == before


async def test_a_file_that_is_too_large_is_refused_when_it_is_announced(tus: Uploads) -> None:
    before = tus.on_disk()
    for length in (MOST + 1, 10**15):
        answer = await tus.client.post(COLLECTION, headers=TUS | {"upload-length": str(length)})
        assert answer.status_code == 413
    assert tus.on_disk() == before
    await tus.begin(MOST)


async def test_an_upload_of_no_bytes_is_complete_at_once(tus: Uploads) -> None:
    address = await tus.begin(0)
    answer = await tus.head(address)
    assert (answer.headers["upload-offset"], answer.headers["upload-length"]) == ("0", "0")
    assert answer.headers["content-location"]
    assert await tus.whole(address) == b""


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        f"filename {b64('süß 🌲.jpg'.encode())}",
        f"relativePath {b64(b'null')},name {b64(b'a.jpg')},type {b64(b'image/jpeg')},"
        f"filetype {b64(b'image/jpeg')},filename {b64(b'a.jpg')},album {b64(b'Rome')},"
        f"tags {b64(b'a,b')},is_confidential",
        "flag ,other",
        f"name {b64(b'../../etc/passwd')}",
        f"name {b64(bytes(range(256)))}",
    ],
)
async def test_metadata_comes_back_as_it_was_sent(tus: Uploads, metadata: str | None) -> None:
    address = await tus.begin(1, **({"upload-metadata": metadata} if metadata else {}))
    assert (await tus.head(address)).headers.get("upload-metadata") == metadata
    assert (await tus.patch(address, 0, b"x")).status_code == 204
    assert (await tus.head(address)).headers.get("upload-metadata") == metadata


async def test_bytes_may_come_with_the_creation(tus: Uploads) -> None:
    for content, length in ((b"hel", 5), (b"hello", 5), (b"", 5)):
        headers = CHUNK | {"upload-length": str(length)}
        answer = await tus.client.post(COLLECTION, content=content, headers=headers)
        assert answer.status_code == 201
        assert answer.headers["upload-offset"] == str(len(content))
        address = answer.headers["location"]
        assert await tus.offset(address) == len(content)
    too_many = await tus.client.post(COLLECTION, content=b"hello!", headers=headers)
    assert too_many.status_code == 413


def test_a_client_may_wait_before_it_sends_a_body(taking: Api) -> None:
    head = (
        f"POST {COLLECTION} HTTP/1.1\r\nHost: a\r\nTus-Resumable: 1.0.0\r\nUpload-Length: 5\r\n"
        "Content-Type: application/offset+octet-stream\r\nContent-Length: 5\r\n"
        "Expect: 100-continue\r\nConnection: close\r\n"
    )
    key = f"Authorization: Bearer {taking.admin.key}\r\n"
    known = ask(taking.service, f"{head}{key}\r\nhello".encode())
    assert known.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 ")
    stranger = ask(taking.service, f"{head}\r\n".encode())
    assert stranger.startswith(b"HTTP/1.1 401 "), "nobody is asked for a body before that"


async def test_the_length_may_be_told_later(tus: Uploads) -> None:
    address = await tus.begin(None)
    first = await tus.head(address)
    assert first.headers["upload-defer-length"] == "1"
    assert "upload-length" not in first.headers
    await tus.patch(address, 0, b"hello")
    assert (await tus.head(address)).headers["upload-defer-length"] == "1"
    answer = await tus.patch(address, 5, b" wor", **{"upload-length": "11"})
    assert answer.status_code == 204
    told = await tus.head(address)
    assert told.headers["upload-length"] == "11"
    assert "upload-defer-length" not in told.headers
    changed = await tus.patch(address, 9, b"ld!", **{"upload-length": "12"})
    assert changed.status_code == 400
    assert (await tus.head(address)).headers["upload-length"] == "11"
    await tus.patch(address, 9, b"ld", **{"upload-length": "11"})
    assert await tus.whole(address) == HELLO


async def test_a_length_told_later_has_limits_too(tus: Uploads) -> None:
    address = await tus.begin(None)
    for length, status in (("x", 400), ("-1", 400), (str(MOST + 1), 413)):
        answer = await tus.patch(address, 0, b"hello", **{"upload-length": length})
        assert answer.status_code == status
    assert await tus.offset(address) == 0
    await tus.patch(address, 0, b"hello")
    assert (await tus.patch(address, 5, b"", **{"upload-length": "4"})).status_code == 413
    assert (await tus.patch(address, 5, b"x" * MOST)).status_code == 413
    assert (await tus.patch(address, 5, b"", **{"upload-length": "5"})).status_code == 204
    assert await tus.whole(address) == b"hello"


# Expiration


async def test_an_upload_says_when_it_ends(tus: Uploads) -> None:
    created = await tus.client.post(COLLECTION, headers=TUS | {"upload-length": "5"})
    patched = await tus.patch(created.headers["location"], 0, b"he")
    for answer in (created, patched):
        expires = answer.headers["upload-expires"]
        assert expires.endswith("GMT")
        assert parsedate_to_datetime(expires) > datetime.now(UTC)


# Checksum


@pytest.mark.parametrize("name", ["sha1", "sha256", "sha512", "md5"])
async def test_bytes_with_their_checksum_are_taken(tus: Uploads, name: str) -> None:
    address = await tus.begin(len(HELLO))
    checksum = f"{name} {b64(hashlib.new(name, HELLO).digest())}"
    if name == "sha1":
        assert checksum == HELLO_SHA1
    answer = await tus.patch(address, 0, HELLO, **{"upload-checksum": checksum})
    assert answer.status_code == 204
    assert await tus.whole(address) == HELLO


async def test_bytes_with_another_checksum_are_dropped(tus: Uploads) -> None:
    address = await tus.begin(11 + (2 << 20))
    await tus.patch(address, 0, HELLO)
    for content in (b"hello there", b"x" * (2 << 20)):
        answer = await tus.patch(address, 11, content, **{"upload-checksum": HELLO_SHA1})
        assert answer.status_code == 460
        assert answer.json()["status"] == 460
        assert await tus.offset(address) == 11
    right = f"md5 {b64(hashlib.md5(content).digest())}"
    assert (await tus.patch(address, 11, content, **{"upload-checksum": right})).status_code == 204
    assert await tus.whole(address) == HELLO + content


@pytest.mark.parametrize(
    "checksum", ["", "sha1", "SHA1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "crc32 AA=="]
)
async def test_a_checksum_that_is_not_known_drops_the_bytes(tus: Uploads, checksum: str) -> None:
    address = await tus.begin(11)
    answer = await tus.patch(address, 0, HELLO, **{"upload-checksum": checksum})
    assert answer.status_code == 400
    assert await tus.offset(address) == 0


async def test_a_creation_with_a_wrong_checksum_creates_nothing(tus: Uploads) -> None:
    before = tus.on_disk()
    headers = CHUNK | {"upload-length": "11", "upload-checksum": HELLO_SHA1}
    answer = await tus.client.post(COLLECTION, content=b"hello there", headers=headers)
    assert answer.status_code == 460
    assert tus.on_disk() == before
    answer = await tus.client.post(COLLECTION, content=HELLO, headers=headers)
    assert answer.status_code == 201


# Termination


@pytest.mark.parametrize("sent", [b"", b"he", b"hello"])
async def test_an_upload_can_be_ended_at_any_time(tus: Uploads, sent: bytes) -> None:
    before = set(tus.on_disk())
    address = await tus.begin(5)
    if sent:
        await tus.patch(address, 0, sent)
    answer = await tus.client.delete(address, headers=TUS)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await tus.head(address)).status_code == 404
    assert (await tus.patch(address, len(sent), b"x")).status_code == 404
    assert (await tus.client.delete(address, headers=TUS)).status_code == 404
    assert set(tus.on_disk()) - {".locks"} == before - {".locks"}


# Concatenation


async def partial(tus: Uploads, content: bytes) -> str:
    address = await tus.begin(len(content), **{"upload-concat": "partial"})
    assert (await tus.patch(address, 0, content)).status_code == 204
    return address


async def test_parts_are_put_together_in_their_order(tus: Uploads) -> None:
    one, two = await partial(tus, b"hello "), await partial(tus, b"world")
    originals = await tus.originals()
    assert (await tus.head(one)).headers["upload-concat"] == "partial"
    concat = f"final;{two} {tus.service.url}{one}   {two}"
    name = f"filename {b64(b'a.txt')}"
    answer = await tus.client.post(
        COLLECTION, headers=TUS | {"upload-concat": concat, "upload-metadata": name}
    )
    assert answer.status_code == 201
    final = answer.headers["location"]
    head = await tus.head(final)
    assert head.headers["upload-concat"] == concat
    assert head.headers["upload-length"] == head.headers["upload-offset"] == "16"
    assert head.headers["upload-metadata"] == name
    assert await tus.whole(final) == b"worldhello world"
    assert len(await tus.originals() - originals) == 1, "parts are no originals"
    again = await tus.begin(None, **{"upload-concat": f"final;{one} {two}"})
    assert await tus.whole(again) == HELLO


async def test_a_final_upload_takes_no_bytes(tus: Uploads) -> None:
    final = await tus.begin(None, **{"upload-concat": f"final;{await partial(tus, b'a')}"})
    for offset in (0, 1):
        assert (await tus.patch(final, offset, b"x")).status_code == 403


async def test_a_final_upload_has_no_length_of_its_own(tus: Uploads) -> None:
    concat = {"upload-concat": f"final;{await partial(tus, b'a')}"}
    for length in ({"upload-length": "1"}, {"upload-defer-length": "1"}):
        answer = await tus.client.post(COLLECTION, headers=TUS | concat | length)
        assert answer.status_code == 400


async def test_only_what_is_whole_and_partial_is_put_together(tus: Uploads) -> None:
    unfinished = await tus.begin(5, **{"upload-concat": "partial"})
    ordinary = await tus.begin(1)
    await tus.patch(ordinary, 0, b"x")
    final = await tus.begin(None, **{"upload-concat": f"final;{await partial(tus, b'a')}"})
    expected = [(unfinished, 409), (ordinary, 400), (final, 400)]
    for address, status in expected:
        concat = {"upload-concat": f"final;{address}"}
        assert (await tus.client.post(COLLECTION, headers=TUS | concat)).status_code == status


@pytest.mark.parametrize(
    "urls",
    [
        "",
        "../../../etc/passwd",
        f"{COLLECTION}/../{'a' * 32}/../secret",
        f"{COLLECTION}/{'a' * 31}",
        f"{COLLECTION}/{'a' * 32}.json",
        f"{COLLECTION}/{'a' * 32}?x={'b' * 32}",
        f"{COLLECTION}/%2e%2e%2f{'a' * 26}",
        "file:///etc/passwd",
        f"{COLLECTION}/{'A' * 32}",
    ],
)
async def test_a_part_is_an_upload_and_no_path(tus: Uploads, urls: str) -> None:
    answer = await tus.client.post(COLLECTION, headers=TUS | {"upload-concat": f"final;{urls}"})
    assert answer.status_code == 400


async def test_a_part_that_there_is_not_is_not_found(tus: Uploads) -> None:
    concat = {"upload-concat": f"final;{COLLECTION}/{'0' * 32}"}
    assert (await tus.client.post(COLLECTION, headers=TUS | concat)).status_code == 404


async def test_parts_together_have_limits_too(tus: Uploads) -> None:
    part = await partial(tus, b"x" * MOST)
    concat = {"upload-concat": f"final;{part} {part}"}
    assert (await tus.client.post(COLLECTION, headers=TUS | concat)).status_code == 413


# CORS


async def test_a_page_of_a_listed_origin_may_upload(tus: Uploads) -> None:
    preflight = await tus.client.options(
        COLLECTION,
        headers={
            "origin": "https://page.example",
            "access-control-request-method": "PATCH",
            "access-control-request-headers": "tus-resumable,upload-offset,content-type",
        },
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "https://page.example"
    methods = set(preflight.headers["access-control-allow-methods"].split(", "))
    assert {"POST", "HEAD", "PATCH", "DELETE", "OPTIONS"} <= methods
    allowed = set(preflight.headers["access-control-allow-headers"].lower().split(", "))
    assert {"tus-resumable", "upload-length", "upload-offset", "upload-metadata"} <= allowed
    assert {"upload-checksum", "upload-concat", "x-http-method-override"} <= allowed
    assert {"authorization", "content-type", "upload-defer-length"} <= allowed
    assert preflight.headers["tus-version"] == "1.0.0"
    answer = await tus.client.post(
        COLLECTION, headers=TUS | {"upload-length": "1", "origin": "https://page.example"}
    )
    exposed = set(", ".join(answer.headers.get_list("access-control-expose-headers")).split(", "))
    assert {
        *("Location", "Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Defer-Length"),
        *("Upload-Concat", "Upload-Expires", "Tus-Version", "Tus-Resumable", "Tus-Max-Size"),
        *("Tus-Extension", "Tus-Checksum-Algorithm", "X-Request-ID"),
    } <= exposed


async def test_a_page_of_another_origin_may_not(tus: Uploads) -> None:
    headers = {"origin": "https://evil.example", "access-control-request-method": "PATCH"}
    preflight = await tus.client.options(COLLECTION, headers=headers)
    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-methods" not in preflight.headers
