"""What every store does that takes uploads: the Protocol `tintype.stores.TakesUploads`."""

import asyncio
import io
import itertools
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

import pytest

from contracts.store_contract import MIB, blob, keys, read
from tintype.errors import InvalidKey, InvalidSource, SourceNotFound, TintypeError
from tintype.stores import Attributes, Store, TakesUploads, Upload, Uploaded, UploadOptions


class UploadStore(Store, TakesUploads, Protocol):
    """A store that takes uploads."""


class SlowStream(io.RawIOBase):
    """A stream of ten seconds, which is for ever to a test but cannot fill a disk."""

    reads = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        self.reads += 1
        time.sleep(0.01)
        return b"x" * 4096 if self.reads < 1000 else b""

    def readinto(self, buffer: Any) -> int:
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


class BrokenStream(io.RawIOBase):
    """A stream that fails after its first megabyte."""

    _left = MIB

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if not self._left:
            raise OSError(5, "Input/output error")
        count = min(size if size > 0 else self._left, self._left)
        self._left -= count
        return bytes(count)

    def readinto(self, buffer: Any) -> int:
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


@contextmanager
def pipe_of(content: bytes) -> Iterator[BinaryIO]:
    """The reading end of a pipe through which `content` comes: its length is not known."""
    reader, writer = os.pipe()

    def write() -> None:
        with os.fdopen(writer, "wb") as file:
            file.write(content)

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(reader, "rb", buffering=0) as file:
        yield cast(BinaryIO, file)
    thread.join()


async def send(
    store: TakesUploads, uploads: Iterable[Upload], *counts: list[int], **options: Any
) -> dict[str, Uploaded]:
    """Upload all, in a thread as the command line does; what became of each key."""
    (sent,) = counts or ([],)
    results = await asyncio.to_thread(
        lambda: list(store.upload(uploads, UploadOptions(**options), on_bytes=sent.append))
    )
    return {result.upload.key: result for result in results}


class TakesUploadsContract:
    """The contract of `TakesUploads`."""

    @pytest.fixture
    def store(self) -> UploadStore:
        """An empty store."""
        raise NotImplementedError

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Where files to upload lie."""
        folder = tmp_path / "to upload"
        folder.mkdir()
        return folder

    def test_the_store_takes_uploads(self, store: UploadStore) -> None:
        assert isinstance(store, TakesUploads)

    async def test_many_files_are_all_sent(self, store: UploadStore, folder: Path) -> None:
        contents = {f"file {number}.bin": os.urandom(number * 997) for number in range(40)}
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        sent: list[int] = []
        uploads = (Upload(folder / name, f"in/{name}") for name in contents)
        results = await send(store, uploads, sent, concurrency=4)
        assert len(results) == 40
        for name, content in contents.items():
            result = results[f"in/{name}"]
            assert result.error is None
            assert result.skipped == ""
            assert result.stat is not None
            assert result.stat.size == len(content)
            assert await read(store, f"in/{name}") == content
        assert sum(sent) == sum(map(len, contents.values()))

    async def test_nothing_to_send_is_fine(self, store: UploadStore) -> None:
        assert await send(store, []) == {}

    async def test_a_large_file_is_sent_whole(self, store: UploadStore, folder: Path) -> None:
        content = os.urandom(MIB) * 19 + b"end"
        (folder / "large").write_bytes(content)
        sent: list[int] = []
        results = await send(store, [Upload(folder / "large", "large")], sent)
        assert results["large"].error is None
        assert sum(sent) == len(content)
        assert await read(store, "large") == content

    @pytest.mark.parametrize("size", [0, 1, 70_000, 19 * MIB + 1])
    async def test_a_stream_of_unknown_length_is_sent(self, store: UploadStore, size: int) -> None:
        content = (os.urandom(MIB) * (size // MIB + 1))[:size]
        sent: list[int] = []
        with pipe_of(content) as stream:
            results = await send(store, [Upload(stream, "stream")], sent)
        assert results["stream"].error is None
        assert sum(sent) == size
        assert await read(store, "stream") == content

    async def test_a_stream_is_read_from_where_it_stands(self, store: UploadStore) -> None:
        stream = io.BytesIO(b"header and body")
        stream.seek(len(b"header and "))
        await send(store, [Upload(stream, "key")])
        assert await read(store, "key") == b"body"

    async def test_attributes_go_with_every_upload(self, store: UploadStore, folder: Path) -> None:
        (folder / "a.html").write_text("<p>")
        uploads = [Upload(folder / "a.html", "a.html"), Upload(io.BytesIO(b"b"), "b.txt")]
        await send(store, uploads, attributes=Attributes(cache_control="no-store"))
        for key, media_type in (("a.html", "text/html"), ("b.txt", "text/plain")):
            stat = await store.stat(key)
            assert stat is not None
            assert stat.attributes.cache_control == "no-store"
            assert stat.attributes.content_type == media_type

    async def test_an_existing_key_is_replaced(self, store: UploadStore) -> None:
        await store.put("key", blob("old and longer"))
        results = await send(store, [Upload(io.BytesIO(b"new"), "key")])
        assert results["key"].stat is not None
        assert await read(store, "key") == b"new"

    @pytest.mark.parametrize("kind", ["file", "stream"])
    async def test_without_overwrite_an_existing_key_is_skipped(
        self, store: UploadStore, folder: Path, kind: str
    ) -> None:
        await store.put("key", blob("old"))
        (folder / "new").write_text("new")
        content = folder / "new" if kind == "file" else io.BytesIO(b"new")
        uploads = [Upload(content, "key"), Upload(io.BytesIO(b"other"), "other")]
        results = await send(store, uploads, overwrite=False)
        assert results["key"].skipped == "exists"
        assert results["key"].stat is None
        assert results["key"].error is None
        assert await read(store, "key") == b"old"
        assert await read(store, "other") == b"other"

    async def test_skip_existing_sends_what_differs_and_nothing_else(
        self, store: UploadStore, folder: Path
    ) -> None:
        before = {"same": "same", "longer": "a", "changed": "old", "empty": ""}
        now = {"same": "same", "longer": "a and more", "changed": "new", "empty": "", "new": "x"}
        for key, text in before.items():
            await store.put(key, blob(text))
        for key, text in now.items():
            (folder / key).write_text(text)
        sent: list[int] = []
        uploads = [Upload(folder / key, key) for key in now]
        results = await send(store, uploads, sent, skip_existing=True)
        skipped = {key for key, result in results.items() if result.skipped == "unchanged"}
        assert skipped == {"same", "empty"}
        assert all(result.error is None for result in results.values())
        assert sum(sent) == len("a and morenewx")
        for key, text in now.items():
            assert (await read(store, key)).decode() == text

    async def test_one_that_fails_does_not_stop_the_rest(
        self, store: UploadStore, folder: Path
    ) -> None:
        (folder / "good").write_text("good")
        (folder / "a folder").mkdir()
        closed = io.BytesIO(b"closed")
        closed.close()
        uploads = [
            Upload(folder / "absent", "absent"),
            Upload(folder / "a folder", "folder"),
            Upload(folder / "good", "bad\nkey"),
            Upload(cast(BinaryIO, BrokenStream()), "broken"),
            Upload(closed, "closed"),
            Upload(folder / "good", "good"),
        ]
        results = await send(store, uploads, concurrency=1)
        errors = {key: result.error for key, result in results.items()}
        assert isinstance(errors["absent"], SourceNotFound)
        assert isinstance(errors["folder"], InvalidSource)
        assert isinstance(errors["bad\nkey"], InvalidKey)
        assert isinstance(errors["broken"], TintypeError)
        assert isinstance(errors["closed"], TintypeError)
        assert errors["good"] is None
        assert await keys(store) == ["good"]
        assert await read(store, "good") == b"good"

    async def test_uploads_are_taken_as_they_are_needed(self, store: UploadStore) -> None:
        numbers = itertools.count()
        uploads = (Upload(io.BytesIO(b"x"), f"key {number}") for number in numbers)

        def take_three() -> None:
            with closing(_generator(store, uploads, concurrency=2)) as results:
                for _ in range(3):
                    assert next(results).error is None

        await asyncio.to_thread(take_three)
        assert next(numbers) < 1000

    async def test_closing_stops_what_is_under_way_and_leaves_nothing_half_written(
        self, store: UploadStore, folder: Path
    ) -> None:
        slow = SlowStream()
        (folder / "small").write_text("small")
        uploads = [Upload(cast(BinaryIO, slow), "slow"), Upload(folder / "small", "small")]

        def take_one() -> None:
            with closing(_generator(store, uploads, concurrency=2)) as results:
                assert next(results).upload.key == "small"

        await asyncio.to_thread(take_one)
        reads = slow.reads
        assert reads > 0
        assert await keys(store) == ["small"]
        assert await read(store, "small") == b"small"
        assert slow.reads == reads


def _generator(
    store: TakesUploads, uploads: Iterable[Upload], concurrency: int
) -> Any:  # an iterator that can be closed
    return store.upload(uploads, UploadOptions(concurrency=concurrency))
