import asyncio
import gc
import hashlib
import os
import resource
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tintype.blob import Blob, SpoolLimits, spool
from tintype.errors import SourceUnavailable, StoreError, StoreFull, TooLarge

GIF = b"GIF89a and so on"


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def limits(folder: Path, max_bytes: int = 1 << 30, memory_bytes: int = 10) -> SpoolLimits:
    return SpoolLimits(max_bytes, memory_bytes, folder)


async def test_a_small_stream_stays_in_memory(tmp_path: Path) -> None:
    blob = await spool(stream(GIF[:4], GIF[4:]), limits(tmp_path, memory_bytes=len(GIF)))
    assert blob == Blob(GIF, "image/gif", len(GIF))
    assert not list(tmp_path.iterdir())


async def test_a_large_stream_lies_in_a_file_that_goes_with_the_blob(tmp_path: Path) -> None:
    blob = await spool(stream(GIF, b"", GIF), limits(tmp_path))
    assert isinstance(blob.content, Path)
    assert [*tmp_path.iterdir()] == [blob.content]
    assert (blob.media_type, blob.size, blob.read()) == ("image/gif", 2 * len(GIF), GIF + GIF)
    assert blob.content.stat().st_mode & 0o777 == 0o600
    del blob
    gc.collect()
    assert not list(tmp_path.iterdir())


async def test_a_reader_outlives_the_blob(tmp_path: Path) -> None:
    reader = (await spool(stream(GIF), limits(tmp_path))).open()
    gc.collect()
    with reader:
        assert reader.read() == GIF


@given(chunks=st.lists(st.binary(max_size=40), max_size=12), memory=st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_the_bytes_are_the_same_however_they_come(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes], memory: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    blob = asyncio.run(spool(stream(*chunks), limits(folder, memory_bytes=memory)))
    whole = b"".join(chunks)
    assert blob.read() == whole
    assert blob.size == len(whole)
    assert isinstance(blob.content, Path) == (len(whole) > memory)
    assert blob.sha256 == hashlib.sha256(whole).hexdigest()


async def test_exactly_the_limit_is_taken(tmp_path: Path) -> None:
    blob = await spool(stream(GIF), limits(tmp_path, max_bytes=len(GIF)))
    assert blob.read() == GIF


@pytest.mark.parametrize("memory_bytes", [4, 1000])
async def test_one_byte_too_many_ends_the_stream_at_once(tmp_path: Path, memory_bytes: int) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 10

    with pytest.raises(TooLarge, match="larger than 95 bytes") as caught:
        await spool(endless(), limits(tmp_path, 95, memory_bytes))
    assert "TINTYPE_MAX_BYTES" in str(caught.value)
    assert taken == 10
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), OSError(28, "not our disk")])
async def test_an_error_of_the_stream_is_not_blamed_on_the_disk(tmp_path, error: OSError) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield b"x" * 100
        raise error

    with pytest.raises(OSError, match=r"reset|not our disk") as caught:
        await spool(failing(), limits(tmp_path))
    assert caught.value is error
    assert not list(tmp_path.iterdir())


async def test_an_error_of_ours_passes(tmp_path: Path) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield b"x" * 100
        raise SourceUnavailable("cut off")

    with pytest.raises(SourceUnavailable):
        await spool(failing(), limits(tmp_path))


async def test_a_cancelled_spool_leaves_no_file(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield b"x" * 100
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(spool(stuck(), limits(tmp_path)))
    await begun.wait()
    assert list(tmp_path.iterdir())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not list(tmp_path.iterdir())


async def test_a_full_disk_is_a_full_store_and_leaves_no_file(tmp_path: Path) -> None:
    # A limit of this process on the size of files stands in for the disk: the write comes short,
    # and the next one fails.
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(StoreFull, match="temporary folder") as caught:
            await spool(stream(b"x" * 900, b"x" * 900), limits(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert "TINTYPE_TEMPORARY" in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
async def test_no_space_left_is_a_full_store(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(
        "tempfile.mkstemp",
        lambda **_: (os.open("/dev/full", os.O_WRONLY), str(tmp_path / "absent")),
    )
    with pytest.raises(StoreFull, match="No space left"):
        await spool(stream(b"x" * 100), limits(tmp_path))


async def test_a_temporary_folder_that_is_not_there_is_an_error_with_its_remedy(tmp_path) -> None:
    with pytest.raises(StoreError, match="TINTYPE_TEMPORARY") as caught:
        await spool(stream(b"x" * 100), limits(tmp_path / "absent"))
    assert not isinstance(caught.value, StoreFull)


async def test_memory_is_bounded_whatever_the_size(tmp_path: Path) -> None:
    async def long() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield bytes(1 << 20)

    tracemalloc.start()
    try:
        blob = await spool(long(), limits(tmp_path, memory_bytes=2 << 20))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert blob.size == 40 << 20
    assert peak < 10 << 20


def test_temporary_files_are_gone_when_the_program_ends(tmp_path: Path) -> None:
    code = f"""
import asyncio, pathlib
from tintype.blob import SpoolLimits, spool
async def chunks():
    yield b"x" * 100
blob = asyncio.run(spool(chunks(), SpoolLimits(1000, 10, pathlib.Path({str(tmp_path)!r}))))
assert blob.content.exists()
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert not list(tmp_path.iterdir())


def test_a_blob_of_bytes_knows_its_type_and_hash() -> None:
    blob = Blob.from_bytes(GIF)
    assert (blob.media_type, blob.size) == ("image/gif", len(GIF))
    assert blob.sha256 == hashlib.sha256(GIF).hexdigest()
    with blob.open() as one, blob.open() as other:
        assert one.read() == other.read() == GIF


def test_a_blob_of_a_file_refers_to_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(GIF * 1000)
    blob = Blob.from_path(path)
    assert (blob.content, blob.media_type, blob.size) == (path, "image/gif", 1000 * len(GIF))
    assert blob.sha256 == hashlib.sha256(GIF * 1000).hexdigest()
    with blob.open() as one, blob.open() as other:
        assert one.read(3) == other.read(3) == b"GIF"
    del blob
    gc.collect()
    assert path.exists()


def test_a_blob_of_a_file_that_cannot_be_read_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Blob.from_path(tmp_path / "absent")
