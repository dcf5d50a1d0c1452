"""Dropzone's chunks: forms, in any order, as its version 6 sends them."""

import asyncio
import itertools
import os
import random
import uuid
from typing import Any

import httpx2
import pytest

from servers.api import Api
from web.uploads.conftest import MOST, Uploads, uploads_of
from web.uploads.test_tus_traps import beside, elsewhere

__all__ = ["beside", "elsewhere"]

CONTENT = os.urandom(900_001)
STEP = 200_000
HEADERS = {"x-requested-with": "XMLHttpRequest", "accept": "application/json"}


def fields(index: int, file: str, content: bytes = CONTENT, step: int = STEP) -> dict[str, str]:
    return {
        "dzuuid": file,
        "dzchunkindex": str(index),
        "dztotalfilesize": str(len(content)),
        "dzchunksize": str(step),
        "dztotalchunkcount": str(-(-len(content) // step)),
        "dzchunkbyteoffset": str(index * step),
    }


async def send(
    uploads: Uploads, index: int, file: str, piece: bytes | None = None, **other: Any
) -> httpx2.Response:
    if piece is None:
        piece = CONTENT[index * STEP : (index + 1) * STEP]
    data = fields(index, file) | other
    files = {"file": ("a b.bin", piece, "application/octet-stream")}
    return await uploads.client.post("/upload", data=data, files=files, headers=HEADERS)


def new_file() -> str:
    return str(uuid.uuid4())


def lying(uploads: Uploads) -> set[str]:
    """All bytes that wait to be an original."""
    return {name for name in uploads.on_disk() if name.endswith(".bytes")}


@pytest.mark.parametrize("order", [range(5), range(4, -1, -1), random.sample(range(5), 5)])
async def test_chunks_in_any_order_are_the_file(tus: Uploads, order: list[int]) -> None:
    file, before = new_file(), lying(tus)
    *first, last = [await send(tus, index, file) for index in order]
    assert [each.status_code for each in first] == [200] * 4
    assert {each.headers["content-type"] for each in first} == {"application/json"}
    assert last.status_code == 201
    assert (last.json()["name"], last.json()["size"]) == ("a b.bin", len(CONTENT))
    assert await tus.original(last.json()["url"]) == CONTENT
    assert lying(tus) == before, "the chunks are gone"


async def test_chunks_at_once_and_through_several_processes_make_one_file(
    tus: Uploads, elsewhere: Uploads
) -> None:
    before, file = await tus.originals(), new_file()
    sends = [
        send(uploads, index, file)
        for index, uploads in zip(range(5), itertools.cycle([tus, elsewhere]))
    ]
    answers = await asyncio.gather(*sends)
    urls = {each.json()["url"] for each in answers if each.status_code == 201}
    assert {each.status_code for each in answers} == {200, 201}
    assert len(urls) == 1
    assert await tus.original(urls.pop()) == CONTENT
    assert len(await tus.originals() - before) == 1


async def test_a_chunk_may_come_again(tus: Uploads) -> None:
    before, file = await tus.originals(), new_file()
    for index in (0, 0, 1, 2, 3):
        assert (await send(tus, index, file)).status_code == 200
    first = await send(tus, 4, file)
    again = await send(tus, 4, file)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["url"] == again.json()["url"]
    assert len(await tus.originals() - before) == 1


async def test_a_file_of_one_chunk_is_whole_at_once(tus: Uploads) -> None:
    answer = await tus.client.post(
        "/upload",
        data=fields(0, new_file(), b"hello"),
        files={"file": ("a", b"hello")},
        headers=HEADERS,
    )
    assert answer.status_code == 201
    assert await tus.original(answer.json()["url"]) == b"hello"


async def test_the_same_id_of_another_person_is_another_file(taking: Api, tus: Uploads) -> None:
    file = new_file()
    async with uploads_of(taking, taking.person()) as other:
        for index in range(4):
            await send(tus, index, file)
        assert (await send(other, 4, file)).status_code == 200
    assert (await send(tus, 4, file)).status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"dzuuid": ""},
        {"dzuuid": "x" * 101},
        {"dzchunkindex": "5"},
        {"dzchunkindex": "-1"},
        {"dzchunkindex": "x"},
        {"dzchunkindex": "²"},
        {"dztotalchunkcount": "0"},
        {"dztotalchunkcount": "4"},
        {"dztotalchunkcount": "1000000"},
        {"dztotalfilesize": "0"},
        {"dztotalfilesize": "99999999"},
        {"dztotalfilesize": "1" * 30},
        {"dzchunksize": "0"},
        {"dzchunksize": "199999"},
        {"dzchunkbyteoffset": "1"},
        {"dzchunkbyteoffset": ""},
    ],
    ids=str,
)
async def test_chunks_that_contradict_themselves_are_refused(
    tus: Uploads, wrong: dict[str, str]
) -> None:
    before = set(tus.on_disk())
    answer = await send(tus, 0, new_file(), **wrong)
    assert answer.status_code in {400, 413}
    assert answer.json()["error"]
    left = {name for name in set(tus.on_disk()) - before if not name.startswith(".note-")}
    assert left <= {".locks"}


@pytest.mark.parametrize("piece", [b"", b"x", CONTENT[: STEP - 1], CONTENT[: STEP + 1]])
async def test_a_chunk_of_another_length_is_refused(tus: Uploads, piece: bytes) -> None:
    file = new_file()
    answer = await send(tus, 0, file, piece)
    assert answer.status_code in {400, 413}
    for index in range(1, 5):
        assert (await send(tus, index, file)).status_code == 200
    right = await send(tus, 0, file)
    assert right.status_code == 201
    assert await tus.original(right.json()["url"]) == CONTENT


async def test_a_file_that_is_too_large_is_refused_with_its_first_chunk(tus: Uploads) -> None:
    content, before = b"x" * (MOST + 1), lying(tus)
    answer = await tus.client.post(
        "/upload",
        data=fields(0, new_file(), content, 2 << 20),
        files={"file": ("a", content[: 2 << 20])},
        headers=HEADERS,
    )
    assert answer.status_code == 413
    assert lying(tus) == before
