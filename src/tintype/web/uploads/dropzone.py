"""Dropzone's chunks, each a form, in any order: https://docs.dropzone.dev (chunking).

Each chunk is a partial upload of its own, and the last one that arrives puts them together, as in
tus's concatenation. Their ids follow from the user and Dropzone's id for the file, so that any
process finds them, and no user finds another's.
"""

import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tintype.errors import InvalidRequest, TintypeError, UploadNotFound
from tintype.uploads import UploadRecord
from tintype.uploads.metadata import format_metadata
from tintype.web.uploads.incoming import Incoming
from tintype.web.uploads.reception import Reception, is_final, nothing

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller

MOST_CHUNKS = 10_000
_LONGEST_ID = 100
_REMEMBERED = 1_000  # files of which it is known how far they are there


@dataclass(frozen=True, slots=True)
class Chunk:
    """Which part of a file this is. `start`, `step` (a full chunk), `size` and `total` in bytes."""

    file: str
    index: int
    count: int
    start: int
    step: int
    size: int
    total: int


def read_chunk(fields: Mapping[str, str]) -> Chunk:
    """What the fields of a chunk say; InvalidRequest when they contradict each other."""
    file = fields["dzuuid"]
    index, count, start, step, total = (
        _number(fields, name)
        for name in (
            *("dzchunkindex", "dztotalchunkcount", "dzchunkbyteoffset", "dzchunksize"),
            "dztotalfilesize",
        )
    )
    if not 0 < len(file) <= _LONGEST_ID:
        raise InvalidRequest("dzuuid is empty, or too long.")
    if not 0 < count <= MOST_CHUNKS:
        raise InvalidRequest(f"A file has 1 to {MOST_CHUNKS:,} chunks.")
    fits = index < count and start == index * step and (count - 1) * step < total <= count * step
    if not fits:
        raise InvalidRequest("The sizes and numbers of this chunk contradict each other.")
    return Chunk(file, index, count, start, step, min(step, total - start), total)


def check_whole(record: UploadRecord) -> None:
    """Raise InvalidRequest when fewer bytes came than were announced."""
    if not record.is_whole:
        raise InvalidRequest(f"{record.offset:,} bytes came, and {record.length:,} were announced.")


def _number(fields: Mapping[str, str], name: str) -> int:
    text = fields.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        raise InvalidRequest(f"{name} is missing, or no number.")
    return int(text)


class Dropzone:
    """Takes chunks, and puts them together when all are there."""

    def __init__(self, reception: Reception) -> None:
        self._reception, self._store = reception, reception.store
        # By file: how many chunks from the first on are there. Only a memory of what can be found.
        self._there: OrderedDict[str, int] = OrderedDict()

    async def take(
        self,
        caller: "Caller",
        chunk: Chunk,
        values: Mapping[str, str],
        content: AsyncIterator[bytes],
        incoming: Incoming,
    ) -> UploadRecord | None:
        """Take one chunk. The finished upload when it was the last one that was missing."""
        group = _group(caller.user_id, chunk)
        if done := await self._found(caller, _whole(group)):
            return done
        await self._reception.reserve_file(caller, _whole(group), chunk.total)
        await self._take_piece(caller, _piece(group, chunk.index), chunk, content, incoming)
        if not await self._all_there(caller, group, chunk.count):
            return None
        return await self._whole(caller, group, chunk, values)

    async def _take_piece(
        self,
        caller: "Caller",
        upload_id: str,
        chunk: Chunk,
        content: AsyncIterator[bytes],
        incoming: Incoming,
    ) -> None:
        async with self._store.hold(upload_id, incoming.cut):
            found = await self._found(caller, upload_id)
            if found and found.is_whole:
                async for _ in content:
                    pass
                return  # sent again: its answer was lost
            await self._store.delete(upload_id)
            record = await self._reception.begin(
                caller, chunk.size, concat="partial", upload_id=upload_id, is_reserved=True
            )
            try:
                record = await self._reception.take_in(
                    caller, record, content, all_or_nothing=incoming.is_signed
                )
                check_whole(record)
            except BaseException:
                await self._store.delete(upload_id)
                raise

    async def _all_there(self, caller: "Caller", group: str, count: int) -> bool:
        """Whether no chunk is missing. Each process looks at each chunk once, not each time at all:
        what is there stays until the file is whole.
        """
        there = self._there.pop(group, 0)
        while there < count:
            found = await self._found(caller, _piece(group, there))
            if found is None or not found.is_whole:
                break
            there += 1
        self._there[group] = there
        if len(self._there) > _REMEMBERED:
            self._there.popitem(last=False)
        return there >= count

    async def _whole(
        self, caller: "Caller", group: str, chunk: Chunk, values: Mapping[str, str]
    ) -> UploadRecord:
        """Put the chunks together, once; whoever comes later gets the same."""
        reception, upload_id = self._reception, _whole(group)
        async with self._store.hold(upload_id, nothing):
            if done := await self._found(caller, upload_id):
                return done
            ids = [_piece(group, index) for index in range(chunk.count)]
            pieces = [await reception.find(caller, each) for each in ids]
            await self._store.delete(upload_id)  # of one that died in the middle of it
            record = await reception.begin(
                caller,
                chunk.total,
                metadata=format_metadata(values),
                concat="final;",
                upload_id=upload_id,
                is_reserved=True,
            )
            try:
                record = await reception.put_together(caller, record, pieces)
                check_whole(record)
                record = await reception.complete(caller, record)
            except BaseException as error:
                await self._store.delete(upload_id)
                if isinstance(error, TintypeError) and is_final(error):
                    await self._drop_pieces(group, ids)
                raise
        await self._drop_pieces(group, ids)
        return record

    async def _drop_pieces(self, group: str, ids: Sequence[str]) -> None:
        self._there.pop(group, None)
        for each in ids:
            await self._store.delete(each)

    async def _found(self, caller: "Caller", upload_id: str) -> UploadRecord | None:
        """A piece that is known, or the whole if it has become an original."""
        try:
            record = await self._reception.find(caller, upload_id)
        except UploadNotFound:
            return None
        return record if record.is_partial or record.result else None


def _group(user_id: str, chunk: Chunk) -> str:
    """Of one file in one way cut into chunks: what is reserved for it is for these and no more."""
    sizes = f"{chunk.count} {chunk.step} {chunk.total}"
    return hashlib.sha256(f"{user_id}\0{sizes}\0{chunk.file}".encode()).hexdigest()[:24]


def _piece(group: str, index: int) -> str:
    return f"{group}{index:08x}"


def _whole(group: str) -> str:
    return f"{group}ffffffff"
