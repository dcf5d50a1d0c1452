"""Uploads in a folder: the bytes as a file, and what is known of them as another beside it.

The offset is the size of the file, so that it is true whatever became of the process that wrote.
What is known of an upload is on the disk before the upload is told of. Its bytes are with the
system, which survives a process that is killed; after a loss of power the file may be shorter,
and the client is told so when it resumes. Who makes an original of them makes that durable.
"""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from tintype.blob import Blob
from tintype.errors import KeyExists, UploadConflict, UploadNotFound
from tintype.locks import FolderLocks
from tintype.stores.local.errors import translated
from tintype.uploads import UploadRecord, check_id
from tintype.uploads.holding import PATIENCE, FileBell, Holding
from tintype.uploads.notes import FolderNotes
from tintype.uploads.pump import Pump, through
from tintype.uploads.records import at_offset, from_json, to_json
from tintype.uploads.tally import Tally

T = TypeVar("T")
_THREADS = 4
_BYTES, _FACTS, _DOUBTFUL, _WANTED = ".bytes", ".json", ".doubtful", ".wanted"
_TEMPORARY = ".tmp-"
_STALE = 24 * 3600.0  # seconds after which a temporary file is that of a dead process
_READ = 1 << 20


class FolderUploads:
    """UploadStore in a folder, which several processes may share. One object in each of them.

    Memory: two batches of a megabyte for each upload on its way. `patience`: seconds to wait for
    who holds an upload.
    """

    def __init__(self, root: Path, patience: float = PATIENCE) -> None:
        self.root = root
        locks, bell = FolderLocks(root / ".locks"), FileBell(root, _WANTED)
        self._holding = Holding(locks, bell, patience)
        self._notes = FolderNotes(root, ".note-")
        self.tally = Tally(self._notes, locks)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="tintype-uploads")

    def __repr__(self) -> str:
        return f"FolderUploads({self.root})"

    async def create(self, record: UploadRecord) -> None:
        """UploadStore.create."""
        check_id(record.id)
        await self._run(partial(self._write_facts, record, overwrite=False))

    async def find(self, upload_id: str) -> UploadRecord:
        """UploadStore.find."""
        check_id(upload_id)
        return await self._run(partial(self._find, upload_id))

    async def save(self, record: UploadRecord) -> None:
        """UploadStore.save."""
        check_id(record.id)
        await self._run(partial(self._write_facts, record, overwrite=True))

    def hold(self, upload_id: str, cut: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """UploadStore.hold."""
        return self._holding.hold(check_id(upload_id), cut)

    async def append(
        self, record: UploadRecord, chunks: AsyncIterator[bytes], *, all_or_nothing: bool = False
    ) -> UploadRecord:
        """UploadStore.append. A file marks bytes that are not certain yet: it tells their start."""
        doubtful = self._path(record.id, _DOUBTFUL) if all_or_nothing else None
        file = await self._run(partial(self._open, record))
        try:
            writer = _Writer(file, record.offset, self.root, doubtful)
            await Pump(writer.write, self._threads).run(chunks, keep_all=not all_or_nothing)
            if doubtful and writer.offset > record.offset:
                await self._run(partial(doubtful.unlink, missing_ok=True))
        finally:
            os.close(file)
        return at_offset(record, writer.offset)

    async def finish(self, record: UploadRecord) -> None:
        """UploadStore.finish. There is nothing to do, but for an upload of no bytes."""
        if not record.result:
            os.close(await self._run(partial(self._open, record)))

    async def read(self, record: UploadRecord, length: int | None = None) -> AsyncIterator[bytes]:
        """UploadStore.read."""
        left = record.offset if length is None else min(length, record.offset)
        with translated("give an upload", self.root):
            file = await self._run(partial(os.open, self._path(record.id), os.O_RDONLY))
        try:
            while left and (chunk := await self._run(partial(os.read, file, min(_READ, left)))):
                left -= len(chunk)
                yield chunk
        finally:
            os.close(file)

    async def blob(self, record: UploadRecord) -> Blob:
        """UploadStore.blob. The file itself, which a store on the same file system may keep."""
        with translated("give an upload", self.root):
            blob = await self._run(partial(Blob.from_path, self._path(record.id)))
        return replace(blob, is_given=True)

    async def clear(self, record: UploadRecord) -> None:
        """UploadStore.clear."""
        await self._run(partial(self._remove, record.id, _BYTES, _DOUBTFUL, _WANTED))

    async def delete(self, upload_id: str) -> None:
        """UploadStore.delete. What is known of it goes last: till then a sweep finds the rest."""
        check_id(upload_id)
        await self._run(partial(self._remove, upload_id, _BYTES, _DOUBTFUL, _WANTED, _FACTS))

    async def ids(self) -> AsyncIterator[str]:
        """UploadStore.ids. Removes what processes that died have left half written."""
        for name in await self._run(self._names):
            yield name

    def alone(self) -> AbstractAsyncContextManager[bool]:
        """UploadStore.alone."""
        return self._holding.locks.try_hold("sweep")

    async def probe(self) -> None:
        """UploadStore.probe."""
        await self._notes.write("ready", b"ready")

    async def close(self) -> None:
        """UploadStore.close."""
        self._holding.locks.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _path(self, upload_id: str, suffix: str = _BYTES) -> Path:
        return self.root / f"{check_id(upload_id)}{suffix}"

    async def _run(self, call: Callable[[], T]) -> T:
        return await through(asyncio.get_running_loop().run_in_executor(self._threads, call))

    def _find(self, upload_id: str) -> UploadRecord:
        try:
            text = self._path(upload_id, _FACTS).read_bytes()
        except FileNotFoundError:
            raise UploadNotFound("There is no such upload.") from None
        except OSError:
            with translated("tell of an upload", self.root):
                raise
        record, _ = from_json(text)
        return at_offset(record, self._stored(upload_id))

    def _stored(self, upload_id: str) -> int:
        """How many bytes are there for certain."""
        try:
            size = self._path(upload_id).stat().st_size
        except FileNotFoundError:
            return 0
        with suppress(FileNotFoundError, ValueError):
            return min(size, int(self._path(upload_id, _DOUBTFUL).read_text()))
        return size

    def _open(self, record: UploadRecord) -> int:
        """The file of the bytes, ended where the record stands, which is where it is certain."""
        with translated("take an upload", self.root):
            if self._stored(record.id) != record.offset:
                raise UploadConflict("The upload stands elsewhere by now.")
            file = os.open(self._path(record.id), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if os.fstat(file).st_size > record.offset:
                os.ftruncate(file, record.offset)
            self._path(record.id, _DOUBTFUL).unlink(missing_ok=True)
            return file

    def _write_facts(self, record: UploadRecord, *, overwrite: bool) -> None:
        path = self._path(record.id, _FACTS)
        temporary = self.root / f"{_TEMPORARY}{secrets.token_hex(8)}"
        with translated("keep what is known of an upload", self.root):
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                write_durably(temporary, to_json(record))
                if overwrite:
                    temporary.rename(path)
                else:
                    path.hardlink_to(temporary)
            except FileExistsError:
                raise KeyExists("There is an upload with that id.") from None
            finally:
                temporary.unlink(missing_ok=True)
            _sync_folder(self.root)

    def _remove(self, upload_id: str, *suffixes: str) -> None:
        with translated("remove an upload", self.root):
            for suffix in suffixes:
                self._path(upload_id, suffix).unlink(missing_ok=True)

    def _names(self) -> list[str]:
        found = []
        with translated("list uploads", self.root), suppress(FileNotFoundError):
            for entry in os.scandir(self.root):
                if entry.name.endswith(_FACTS):
                    found.append(entry.name.removesuffix(_FACTS))
                elif entry.name.startswith(_TEMPORARY):
                    with suppress(FileNotFoundError):
                        if time.time() - entry.stat().st_mtime > _STALE:
                            Path(entry.path).unlink(missing_ok=True)
        return found


class _Writer:
    """Writes batches at the end of one file. `doubtful`: where to note that they may be dropped."""

    def __init__(self, file: int, offset: int, root: Path, doubtful: Path | None) -> None:
        self.offset = offset
        self._file, self._root, self._doubtful = file, root, doubtful

    def write(self, batch: list[bytes]) -> None:
        """Write all of it. StoreFull when there is no room, and the offset tells how much had."""
        with translated("take an upload", self._root):
            if self._doubtful is not None:
                write_durably(self._doubtful, str(self.offset).encode())
                self._doubtful = None
            pieces: list[bytes | memoryview] = list(batch)
            while pieces:
                written = os.pwritev(self._file, pieces, self.offset)
                self.offset += written
                while pieces and written >= len(pieces[0]):
                    written -= len(pieces.pop(0))
                if pieces:
                    pieces[0] = memoryview(pieces[0])[written:]


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file, and return when it is on the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
