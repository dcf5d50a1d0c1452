"""Reception: what all ways of uploading share. Begin, take in, complete."""

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tintype.errors import (
    QuotaExceeded,
    TintypeError,
    UploadNotFound,
    UploadTooLong,
)
from tintype.formats import SNIFF_BYTES
from tintype.settings_web import UploadSettings
from tintype.uploads import UploadRecord, UploadStore, new_id
from tintype.uploads.metadata import name_in, parse_metadata
from tintype.web.uploads.incoming import check_picture, limited, of_pictures
from tintype.web.uploads.reserving import Reserving
from tintype.web.uploads.seams import Finished, FinishedUpload, Quota

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller

log = logging.getLogger("tintype.web")


class Reception:
    """Uploads of callers, from their first byte to the original that becomes of them."""

    def __init__(
        self, store: UploadStore, settings: UploadSettings, quota: Quota, finished: Finished
    ) -> None:
        self.store, self.settings = store, settings
        self.reserving = Reserving(store, quota)
        self._quota, self._finished = quota, finished
        self._age = timedelta(seconds=settings.age)

    async def begin(
        self,
        caller: "Caller",
        length: int | None,
        *,
        metadata: str = "",
        concat: str = "",
        upload_id: str = "",
        parts: Sequence[UploadRecord] = (),
        is_reserved: bool = False,
    ) -> UploadRecord:
        """A new upload. UploadTooLong and QuotaExceeded for a length that is not allowed.

        `parts`: of which it will be put together. `is_reserved`: room for it is there already.
        """
        now = datetime.now(UTC)
        record = UploadRecord(
            id=upload_id or new_id(),
            user_id=caller.user_id,
            length=length,
            created=now,
            expires=now + self._age,
            metadata=metadata,
            concat=concat,
        )
        if length is not None and not is_reserved:
            await self._reserve(caller, record, length, parts)
        try:
            await self.store.create(record)
        except TintypeError:
            await self.reserving.release(caller, record.id)
            raise
        return record

    async def reserve_file(self, caller: "Caller", upload_id: str, length: int) -> None:
        """Reserve room for a file whose pieces come one by one, each within its age: it is not let
        go before the last of them is over. Raises what `begin` does.
        """
        self._check_length(length)
        expires = datetime.now(UTC) + self._age * 1.5
        await self.reserving.reserve(caller, upload_id, length, expires)

    async def drop(self, caller: "Caller", upload_id: str) -> None:
        """Remove an upload, which nobody goes on with; absent is fine. For who holds it."""
        await self.store.delete(upload_id)
        await self.reserving.release(caller, upload_id)

    async def find(self, caller: "Caller", upload_id: str) -> UploadRecord:
        """The caller's upload; UploadNotFound for one that is another's, or over."""
        record = await self.store.find(upload_id)
        if record.user_id != caller.user_id or record.expires <= datetime.now(UTC):
            raise UploadNotFound("There is no such upload.")
        return record

    async def declare(self, caller: "Caller", record: UploadRecord, length: int) -> UploadRecord:
        """Say how long an upload will be that began without that. For who holds it."""
        if length < record.offset:
            raise UploadTooLong(f"The upload has {record.offset:,} bytes already.")
        if length > record.offset:  # what is here was reserved as it came
            await self._reserve(caller, record, length)
        record = replace(record, length=length)
        await self.store.save(record)
        return record

    async def take_in(
        self,
        caller: "Caller",
        record: UploadRecord,
        chunks: AsyncIterator[bytes],
        *,
        announced: int = 0,
        all_or_nothing: bool = False,
    ) -> UploadRecord:
        """Add bytes, counted as they come. For who holds the upload.

        When `announced`, which the request says of itself, is too many, none is read.
        """
        room, beyond = self._room(record)
        if announced > room:
            raise beyond
        if record.result:
            return record  # sent again, since the answer was lost: nothing is to be added
        chunks = limited(chunks, room, beyond)
        if record.offset == 0 and self.settings.types == "pictures" and not record.is_partial:
            chunks = of_pictures(chunks)
        record = await self._kept_alive(caller, record)
        if record.length is not None:
            return await self.store.append(record, chunks, all_or_nothing=all_or_nothing)
        granted = record.offset + announced
        if announced:
            await self._reserve(caller, record, granted)
        chunks = self.reserving.reserved_ahead(caller, record, chunks, granted)
        record = await self.store.append(record, chunks, all_or_nothing=all_or_nothing)
        await self._reserve(caller, record, record.offset)
        return record

    async def put_together(
        self, caller: "Caller", record: UploadRecord, parts: Sequence[UploadRecord]
    ) -> UploadRecord:
        """Fill a new upload with the bytes of others, in their order."""
        return await self.take_in(caller, record, self._bytes_of(parts))

    async def _bytes_of(self, parts: Sequence[UploadRecord]) -> AsyncIterator[bytes]:
        for part in parts:
            await self.store.finish(part)
            async for chunk in self.store.read(part):
                yield chunk

    async def complete(self, caller: "Caller", record: UploadRecord) -> UploadRecord:
        """Make an original of an upload that is whole, if none is made yet. For who holds it.

        An error that is the upload's own ends it; after one that may pass it can be tried again.
        """
        if record.result:
            return record
        await self.store.finish(record)
        if record.is_partial:
            return record
        try:
            record = replace(record, result=await self._made_of(caller, record))
        except TintypeError as error:
            if is_final(error):
                await self.drop(caller, record.id)
            raise
        await self.store.save(record)
        await self.store.clear(record)
        await self.reserving.release(caller, record.id)
        return record

    async def check_quota(self, caller: "Caller", length: int) -> None:
        """Raise QuotaExceeded if there is no room for so many bytes."""
        quota = await self._quota(caller)
        if quota is not None and length > quota:
            raise QuotaExceeded(
                f"The upload has {length:,} bytes, and there is room for {max(quota, 0):,}."
            )

    async def _made_of(self, caller: "Caller", record: UploadRecord) -> str:
        await self.check_quota(caller, record.offset)
        if self.settings.types == "pictures":
            head = b"".join([part async for part in self.store.read(record, SNIFF_BYTES)])
            check_picture(head)
        values = parse_metadata(record.metadata)
        upload = FinishedUpload(
            id=record.id,
            name=name_in(values),
            values=values,
            blob=await self.store.blob(record),
        )
        return await self._finished(caller, upload)

    def _check_length(self, length: int) -> None:
        if length > self.settings.max_upload:
            raise UploadTooLong(f"An upload has at most {self.settings.max_upload:,} bytes.")

    async def _reserve(
        self,
        caller: "Caller",
        record: UploadRecord,
        length: int,
        parts: Sequence[UploadRecord] = (),
    ) -> None:
        self._check_length(length)
        covered = [part.id for part in parts]
        await self.reserving.reserve(caller, record.id, length, record.expires, covered=covered)

    def _room(self, record: UploadRecord) -> tuple[int, TintypeError]:
        """How many bytes may still come, and what the first one is told that may not."""
        if record.length is not None:
            sentence = f"More bytes came than the {record.length:,} that were announced."
            return record.length - record.offset, UploadTooLong(sentence)
        most = self.settings.max_upload
        return most - record.offset, UploadTooLong(f"An upload has at most {most:,} bytes.")

    async def _kept_alive(self, caller: "Caller", record: UploadRecord) -> UploadRecord:
        """An upload that goes on does not end; it is written anew once in half its age."""
        now = datetime.now(UTC)
        if record.expires - now < self._age / 2:
            record = replace(record, expires=now + self._age)
            if record.length is not None:
                await self._reserve(caller, record, record.length)
            await self.store.save(record)
        return record


def is_final(error: TintypeError) -> bool:
    """Whether an upload that failed so will fail again."""
    return error.status < 500 and not error.retryable


def nothing() -> None:
    """The `cut` of who holds an upload without reading a body: there is nothing to cut off."""
