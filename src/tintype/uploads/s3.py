"""Uploads straight into the parts of a multipart upload on S3, or on whatever speaks it.

What is known of an upload is an object beside it. Whole parts are sent as they fill; what is left
at the end of a request, less than a part, is an object of its own until more comes. That object's
name tells how many parts lie before it: so it counts for nothing from the moment in which the part
that took it in is there, and the offset is true whatever became of the process that wrote.

Parts cannot be removed singly. Those whose checksum was wrong are noted, and left out at the end.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import TypeVar

from tintype.blob import Blob, SpoolLimits, spool
from tintype.errors import KeyExists, UploadConflict
from tintype.locks import StoreLocks
from tintype.stores.s3 import S3Store
from tintype.uploads import UploadRecord, check_id
from tintype.uploads.holding import Holding, StoreBell
from tintype.uploads.notes import StoreNotes
from tintype.uploads.pump import Pump, through
from tintype.uploads.records import at_offset
from tintype.uploads.s3_parts import PartWriter
from tintype.uploads.s3_state import FACTS, State, States
from tintype.uploads.tally import Tally

T = TypeVar("T")
_THREADS = 8
_LEASE = 5.0  # seconds after which the upload of a dead process is free
_MOST_PARTS = 9_000  # of S3's 10,000; the rest is for those with a wrong checksum


class S3Uploads:
    """UploadStore below a prefix of a bucket. One object in each process.

    Memory: a part and three megabytes for each upload on its way. The part is `part_size` bytes,
    or as many more as `most_bytes`, the longest upload, needs to have no more than 9,000.
    `folder`: where large blobs lie while they are used; None: the system's.
    """

    def __init__(
        self,
        store: S3Store,
        *,
        part_size: int,
        most_bytes: int,
        folder: Path | None = None,
        lease: float = _LEASE,
    ) -> None:
        self._store = store
        self.part_size = max(part_size, -(-most_bytes // _MOST_PARTS))
        self._limits = SpoolLimits(most_bytes, folder=folder)
        locks = StoreLocks(store, lease)
        self._holding = Holding(locks, StoreBell(store, ".wanted"))
        self._notes = StoreNotes(store, "notes/")
        self.tally = Tally(self._notes, locks)
        self._states = States(store.client, store.prefix)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="tintype-uploads")

    def __repr__(self) -> str:
        return f"S3Uploads({self._store})"

    async def create(self, record: UploadRecord) -> None:
        """UploadStore.create."""
        check_id(record.id)
        if not await self._run(partial(self._states.create, record)):
            raise KeyExists("There is an upload with that id.")

    async def find(self, upload_id: str) -> UploadRecord:
        """UploadStore.find."""
        return (await self._state(upload_id)).record

    async def save(self, record: UploadRecord) -> None:
        """UploadStore.save."""
        await self._run(partial(self._states.replace, record))

    def hold(self, upload_id: str, cut: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """UploadStore.hold."""
        return self._holding.hold(check_id(upload_id), cut)

    async def append(
        self, record: UploadRecord, chunks: AsyncIterator[bytes], *, all_or_nothing: bool = False
    ) -> UploadRecord:
        """UploadStore.append."""
        state = await self._state(record.id)
        if state.record.offset != record.offset:
            raise UploadConflict("The upload stands elsewhere by now.")
        writer = PartWriter(self._states, state, self.part_size, doubtful=all_or_nothing)
        try:
            await Pump(writer.write, self._threads).run(chunks, keep_all=not all_or_nothing)
        except BaseException:
            if not all_or_nothing:
                await self._run(writer.close)
            raise
        await self._run(writer.close)
        return at_offset(record, writer.offset)

    async def finish(self, record: UploadRecord) -> None:
        """UploadStore.finish. Small ones stay the object that they are."""
        await self._run(lambda: self._states.finish(self._states.read(record.id)))

    async def read(self, record: UploadRecord, length: int | None = None) -> AsyncIterator[bytes]:
        """UploadStore.read."""
        key = (await self._state(record.id)).whole_key
        if not record.offset:
            return
        async with self._store.get(key, length=length) as download:
            async for chunk in download.chunks:
                yield chunk

    async def blob(self, record: UploadRecord) -> Blob:
        """UploadStore.blob. A large one is fetched into a temporary file."""
        return await spool(self.read(record), self._limits)

    async def clear(self, record: UploadRecord) -> None:
        """UploadStore.clear."""
        prefix, facts = f"{check_id(record.id)}.", record.id + FACTS
        for key in [stat.key async for stat in self._store.list(prefix)]:
            if key != facts:
                await self._store.delete(key)

    async def delete(self, upload_id: str) -> None:
        """UploadStore.delete."""
        check_id(upload_id)
        await self._run(partial(self._states.abort, upload_id))
        await self._store.delete_prefix(f"{upload_id}.")

    async def ids(self) -> AsyncIterator[str]:
        """UploadStore.ids."""
        async for stat in self._store.list():
            if stat.key.endswith(FACTS):
                yield stat.key.removesuffix(FACTS)

    def alone(self) -> AbstractAsyncContextManager[bool]:
        """UploadStore.alone."""
        return self._holding.locks.try_hold("sweep")

    async def probe(self) -> None:
        """UploadStore.probe."""
        await self._notes.write("ready", b"ready")

    async def close(self) -> None:
        """UploadStore.close."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._store.close()

    async def _state(self, upload_id: str) -> State:
        check_id(upload_id)
        return await self._run(partial(self._states.read, upload_id))

    async def _run(self, call: Callable[[], T]) -> T:
        return await through(asyncio.get_running_loop().run_in_executor(self._threads, call))
