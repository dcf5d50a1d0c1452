"""What goes wrong in practice: hung requests, strangers, crashes, full disks, racing ends."""

import asyncio
import copy
import os
import resource
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from servers import api, service
from servers.api import Api
from servers.service import Service
from tintype.catalog import Catalog
from web.raw import connect
from web.uploads.conftest import CHUNK, COLLECTION, SETTINGS, TUS, Uploads, uploads_of

WHOLE = os.urandom(1 << 20) * 3


@pytest.fixture(scope="session")
def beside(taking: Api) -> Iterator[Service]:
    """A second process for the same folder and database, as if it were another worker."""
    with service.running(taking.service.folder, api_rate=1_000_000, **SETTINGS) as running:
        yield running


@pytest.fixture
async def elsewhere(tus: Uploads, beside: Service) -> AsyncIterator[Uploads]:
    """The same person, at the other process."""
    async with httpx2.AsyncClient(
        base_url=beside.url, headers=tus.client.headers, timeout=30
    ) as client:
        yield Uploads(client, beside)


def replaced(api: Api, by: Service) -> Api:
    """The same people, at another service."""
    other = copy.copy(api)
    other.service = by
    return other


def hang(
    uploads: Uploads, address: str, content: bytes, length: int, *headers: str, offset: int = 0
) -> socket.socket:
    """A PATCH that announces more than it sends, and then hangs."""
    connection = connect(uploads.service)
    lines = [
        f"PATCH {address} HTTP/1.1",
        "Host: test",
        *(f"{name}: {value}" for name, value in CHUNK.items()),
        f"Authorization: {uploads.client.headers['authorization']}",
        f"Upload-Offset: {offset}",
        f"Content-Length: {length}",
        *headers,
        "",
        "",
    ]
    connection.sendall("\r\n".join(lines).encode() + content)
    return connection


def answer_of(connection: socket.socket) -> bytes:
    with closing(connection):
        return b"".join(iter(lambda: connection.recv(65_536), b""))


@pytest.mark.parametrize("resumed_by", ["HEAD", "PATCH", "DELETE"])
@pytest.mark.parametrize("where", ["here", "in another process"])
async def test_a_hung_request_lets_go_of_the_upload(
    tus: Uploads, elsewhere: Uploads, where: str, resumed_by: str
) -> None:
    address = await tus.begin(8)
    hung = await asyncio.to_thread(hang, tus, address, b"four", 8)
    while not await begun(tus, address):
        await asyncio.sleep(0.01)
    other = tus if where == "here" else elsewhere
    headers = CHUNK | {"upload-offset": "4"}
    content = b"more" if resumed_by == "PATCH" else b""
    answer = await other.client.request(resumed_by, address, content=content, headers=headers)
    assert answer.status_code == (200 if resumed_by == "HEAD" else 204), answer.text
    if resumed_by == "HEAD":
        assert answer.headers["upload-offset"] == "4", "what came is kept"
    if resumed_by == "PATCH":
        assert await other.whole(address) == b"fourmore"
    said = await asyncio.to_thread(answer_of, hung)
    assert said.startswith(b"HTTP/1.1 409 "), said
    assert b"Another request goes on with this upload" in said
    assert b"connection: close" in said.lower(), "nobody waits for the rest"


async def begun(tus: Uploads, address: str) -> bool:
    """Whether a request has the upload: its file is opened by who takes bytes in."""
    return f"{address[-32:]}.bytes" in tus.on_disk()


@pytest.mark.parametrize("method", ["PATCH", "POST", "HEAD", "DELETE"])
async def test_of_a_stranger_no_byte_is_read(
    tus: Uploads, stranger: httpx2.AsyncClient, method: str
) -> None:
    address = await tus.begin(len(WHOLE))
    before = tus.on_disk()
    for authorization in ({}, {"authorization": "Bearer wrong"}):
        headers = CHUNK | {"upload-offset": "0", "upload-length": str(len(WHOLE))}
        target = COLLECTION if method == "POST" else address
        answer = await stranger.request(
            method, target, content=WHOLE, headers=headers | authorization
        )
        assert answer.status_code == 401
        assert tus.on_disk() == before
    assert await tus.offset(address) == 0


async def test_a_client_that_vanishes_loses_nothing_that_came(tus: Uploads) -> None:
    address = await tus.begin(len(WHOLE))
    hung = await asyncio.to_thread(hang, tus, address, WHOLE[:2_000_000], len(WHOLE))
    hung.close()
    while len(tus.on_disk().get(f"{address[-32:]}.bytes", b"")) < 2_000_000:
        await asyncio.sleep(0.01)
    assert await tus.offset(address) == 2_000_000
    assert (await tus.patch(address, 2_000_000, WHOLE[2_000_000:])).status_code == 204
    assert await tus.whole(address) == WHOLE


async def test_a_client_that_vanishes_leaves_nothing_that_was_not_verified(tus: Uploads) -> None:
    address = await tus.begin(len(WHOLE))
    checksum = "Upload-Checksum: sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="
    hung = await asyncio.to_thread(hang, tus, address, WHOLE[:2_000_000], len(WHOLE), checksum)
    while len(tus.on_disk().get(f"{address[-32:]}.bytes", b"")) < 1 << 20:
        await asyncio.sleep(0.01)
    hung.close()
    assert await tus.offset(address) == 0
    assert (await tus.patch(address, 0, WHOLE)).status_code == 204
    assert await tus.whole(address) == WHOLE


async def test_the_end_comes_once_when_two_requests_race_for_it(
    tus: Uploads, elsewhere: Uploads
) -> None:
    for number in range(3):
        address, end = await tus.begin(8), b"num%d" % number
        await tus.patch(address, 0, b"four")
        before = await tus.originals()
        answers = await asyncio.gather(
            tus.patch(address, 4, end),
            elsewhere.patch(address, 4, end),
            tus.patch(address, 4, end),
            elsewhere.head(address),
        )
        codes = sorted(each.status_code for each in answers[:3])
        assert set(codes) <= {204, 409}, number
        assert await tus.offset(address) == 8
        again = await tus.patch(address, 8, b"")
        assert (again.status_code, again.headers["upload-offset"]) == (204, "8")
        assert len(await tus.originals() - before) == 1
        assert await tus.whole(address) == b"four" + end


async def test_bytes_are_gone_from_the_folder_when_they_are_an_original(tus: Uploads) -> None:
    address = await tus.begin(5)
    await tus.patch(address, 0, b"hello")
    assert [name for name in tus.on_disk() if address[-32:] in name] == [f"{address[-32:]}.json"]


async def test_an_upload_goes_on_after_the_service_was_killed(tmp_path: Path) -> None:
    first = service.start(tmp_path, **SETTINGS)
    with closing(Catalog.open(f"sqlite:///{first.data}/catalog.db")) as catalog:
        people = Api(first, catalog)
        async with uploads_of(people, people.admin) as tus:
            address = await tus.begin(len(WHOLE), **{"upload-metadata": "filename YQ=="})
            hung = await asyncio.to_thread(hang, tus, address, WHOLE[:2_500_000], len(WHOLE))
            while len(tus.on_disk().get(f"{address[-32:]}.bytes", b"")) < 1 << 20:
                await asyncio.sleep(0.01)
        assert first.end(signal.SIGKILL) == -signal.SIGKILL
        hung.close()
        with service.running(tmp_path, **SETTINGS) as second:
            async with uploads_of(replaced(people, second), people.admin) as tus:
                head = await tus.head(address)
                assert head.headers["upload-metadata"] == "filename YQ=="
                offset = int(head.headers["upload-offset"])
                assert 1 << 20 <= offset <= 2_500_000
                assert (await tus.patch(address, offset, WHOLE[offset:])).status_code == 204
                assert await tus.whole(address) == WHOLE


async def test_a_full_disk_leaves_an_upload_that_goes_on_when_there_is_room(tus: Uploads) -> None:
    """The limit for files stands for the disk: the system refuses to write beyond it."""
    address = await tus.begin(len(WHOLE))
    process = tus.service.process.pid
    unlimited = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (1_500_000, unlimited[1]))
    try:
        answer = await tus.patch(address, 0, WHOLE)
        assert answer.status_code == 507
        assert answer.json()["detail"] == "The store is full."
        assert await tus.offset(address) == 1_500_000
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, unlimited)
    assert (await tus.patch(address, 1_500_000, WHOLE[1_500_000:])).status_code == 204
    assert await tus.whole(address) == WHOLE


async def test_who_sends_nothing_is_not_waited_for_forever(tmp_path: Path) -> None:
    with api.running(tmp_path, **{**SETTINGS, "upload_silence": 0.2}) as running:
        async with uploads_of(running, running.admin) as tus:
            address = await tus.begin(8)
            hung = await asyncio.to_thread(hang, tus, address, b"four", 8)
            said = await asyncio.to_thread(answer_of, hung)
            assert said.startswith(b"HTTP/1.1 400 ")
            assert b"No byte came for 0.2 seconds" in said
            assert await tus.offset(address) == 4


async def test_an_upload_ends_when_its_time_is_over(tus: Uploads) -> None:
    address = await tus.begin(5)
    facts = tus.service.data / "uploads" / f"{address[-32:]}.json"
    text = facts.read_text()
    expires = text.split('"expires": ')[1].split(",")[0]
    facts.write_text(text.replace(expires, str(time.time() - 1)))
    assert (await tus.head(address)).status_code == 404
    assert (await tus.patch(address, 0, b"hello")).status_code == 404
    assert (await tus.client.delete(address, headers=TUS)).status_code == 404
