"""Uploads that are not finished count in a quota, however they come, and until they are over."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from servers.api import Api
from tintype.catalog import users
from web.uploads.conftest import CHUNK, COLLECTION, TUS, Uploads, uploads_of

QUOTA = 100_000


@pytest.fixture
async def tight(taking: Api) -> AsyncIterator[Uploads]:
    """Somebody with room for 100,000 bytes."""
    person = taking.person()
    taking.catalog.run_now(
        lambda session: users.change(session, person.id, {"quota_bytes": QUOTA}, version=None)
    )
    async with uploads_of(taking, person) as uploads:
        yield uploads


async def status(uploads: Uploads, length: int, **headers: str) -> int:
    asked = {**TUS, "upload-length": str(length), **headers}
    answer = await uploads.client.post(COLLECTION, headers=asked)
    if answer.status_code == 413:
        assert answer.json()["code"] == "quota-exceeded"
    return answer.status_code


async def reserved(uploads: Uploads) -> int:
    return int((await uploads.client.get("/api/v1/me")).json()["usage"]["reserved_bytes"])


async def test_what_was_begun_counts_until_it_is_deleted(tight: Uploads) -> None:
    first = await tight.begin(60_000)
    answer = await tight.client.post(COLLECTION, headers={**TUS, "upload-length": "40001"})
    assert answer.status_code == 413
    said = answer.json()["detail"]
    assert "40,001 bytes" in said
    assert "room for 40,000, since 60,000 are reserved" in said
    assert await reserved(tight) == 60_000
    second = await tight.begin(40_000)
    assert await status(tight, 1) == 413
    await tight.client.delete(first, headers=TUS)
    assert await status(tight, 60_000) == 201
    await tight.client.delete(second, headers=TUS)
    assert await reserved(tight) == 60_000


async def test_what_is_finished_counts_once(tight: Uploads) -> None:
    address = await tight.begin(60_000)
    assert (await tight.patch(address, 0, b"a" * 60_000)).status_code == 204
    assert await reserved(tight) == 0
    assert await status(tight, 40_001) == 413
    assert await status(tight, 40_000) == 201


async def test_two_that_race_for_the_last_bytes(tight: Uploads) -> None:
    found = await asyncio.gather(*(status(tight, 60_000) for _ in range(6)))
    assert sorted(found) == [201] + [413] * 5


async def test_what_does_not_say_its_length_counts_as_it_comes(tight: Uploads) -> None:
    address = await tight.begin(None)
    assert await reserved(tight) == 0
    await tight.patch(address, 0, b"b" * 60_000)
    assert await reserved(tight) == 60_000
    assert await status(tight, 40_001) == 413
    refused = await tight.client.patch(
        address, content=chunked(b"b" * 50_000), headers=CHUNK | {"upload-offset": "60000"}
    )
    assert refused.status_code == 413
    other = await tight.begin(1000)
    declared = await tight.patch(
        address, await tight.offset(address), b"", **{"upload-length": "99001"}
    )
    assert declared.status_code == 413
    await tight.client.delete(other, headers=TUS)
    await tight.client.delete(address, headers=TUS)
    assert await reserved(tight) == 0


async def test_parts_that_were_put_together_go_when_there_is_no_room(tight: Uploads) -> None:
    parts = [await tight.begin(40_000, **{"upload-concat": "partial"}) for _ in range(2)]
    for number, part in enumerate(parts):
        await tight.patch(part, 0, b"%d" % number * 40_000)
    assert await status(tight, 20_001) == 413, "parts count as all others do"
    joined = {**TUS, "upload-concat": "final;" + " ".join(parts)}
    whole = await tight.client.post(COLLECTION, headers=joined)
    assert whole.status_code == 201, whole.text
    assert await reserved(tight) == 0
    for part in parts:
        assert (await tight.head(part)).status_code == 200
    assert await status(tight, 20_000) == 201
    for part in parts:
        assert (await tight.head(part)).status_code == 404


@pytest.mark.parametrize("kind", ["form", "body", "chunked"])
async def test_what_came_in_one_request_leaves_nothing_reserved(tight: Uploads, kind: str) -> None:
    ways: dict[str, dict[str, object]] = {
        "form": {"files": {"file": ("a", b"c" * 500)}},
        "body": {"content": b"d" * 500},
        "chunked": {"content": chunked(b"e" * 500)},
    }
    taken = await tight.client.post("/upload", **ways[kind])  # type: ignore[arg-type]
    assert taken.status_code == 201
    assert await reserved(tight) == 0
    held = await tight.begin(QUOTA - 600)
    refused = await tight.client.post("/upload", **ways[kind] | {"headers": {}})  # type: ignore[arg-type]
    assert refused.status_code == (413 if kind != "chunked" else 400)
    await tight.client.delete(held, headers=TUS)
    assert await reserved(tight) == 0


async def chunk(uploads: Uploads, index: int, **fields: str) -> httpx2.Response:
    """One of three chunks of a file of 90,000 bytes."""
    told = {
        "dzuuid": "a-file",
        "dzchunkindex": str(index),
        "dztotalchunkcount": "3",
        "dzchunkbyteoffset": str(index * 30_000),
        "dzchunksize": "30000",
        "dztotalfilesize": "90000",
    }
    content = (b"%d" % index) * 30_000
    return await uploads.client.post("/upload", data=told | fields, files={"file": ("a", content)})


async def test_a_file_in_chunks_is_reserved_as_a_whole(tight: Uploads) -> None:
    assert (await chunk(tight, 2)).status_code == 200
    assert await reserved(tight) == 90_000
    assert await status(tight, 10_001) == 413
    assert (await chunk(tight, 2, dzuuid="another")).status_code == 413
    other_sizes = {"dztotalchunkcount": "4", "dztotalfilesize": "100000"}
    assert (await chunk(tight, 1, **other_sizes)).status_code == 413, "and not for more than that"
    assert (await chunk(tight, 0)).status_code == 200
    assert (await chunk(tight, 1)).status_code == 201
    assert await reserved(tight) == 0


async def chunked(content: bytes) -> AsyncIterator[bytes]:
    yield content
