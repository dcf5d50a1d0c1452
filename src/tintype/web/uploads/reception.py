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
    ) -> UploadRecord:
        """A new upload. UploadTooLong and QuotaExceeded for a length that is not allowed."""
        if length is not None:
            await self.check_room(caller, length)
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
        await self.store.create(record)
        return record

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
        await self.check_room(caller, length)
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
        room, beyond = await self._room(caller, record)
        if announced > room:
            raise beyond
        if record.result:
            return record  # sent again, since the answer was lost: nothing is to be added
        chunks = limited(chunks, room, beyond)
        if record.offset == 0 and self.settings.types == "pictures" and not record.is_partial:
            chunks = of_pictures(chunks)
        record = await self._kept_alive(record)
        return await self.store.append(record, chunks, all_or_nothing=all_or_nothing)

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
            if error.status < 500 and not error.retryable:
                await self.store.delete(record.id)
            raise
        await self.store.save(record)
        await self.store.clear(record)
        return record

    async def check_room(self, caller: "Caller", length: int) -> None:
        """Raise UploadTooLong, or QuotaExceeded, for a length that is not allowed."""
        if length > self.settings.max_upload:
            raise UploadTooLong(f"An upload has at most {self.settings.max_upload:,} bytes.")
        await self.check_quota(caller, length)

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

    async def _room(self, caller: "Caller", record: UploadRecord) -> tuple[int, TintypeError]:
        """How many bytes may still come, and what the first one is told that may not."""
        if record.length is not None:
            sentence = f"More bytes came than the {record.length:,} that were announced."
            return record.length - record.offset, UploadTooLong(sentence)
        most = self.settings.max_upload
        quota = await self._quota(caller)
        if quota is not None and quota < most:
            return max(quota - record.offset, 0), QuotaExceeded(
                f"There is room for {quota:,} bytes."
            )
        return most - record.offset, UploadTooLong(f"An upload has at most {most:,} bytes.")

    async def _kept_alive(self, record: UploadRecord) -> UploadRecord:
        """An upload that goes on does not end; it is written anew once in half its age."""
        now = datetime.now(UTC)
        if record.expires - now < self._age / 2:
            record = replace(record, expires=now + self._age)
            await self.store.save(record)
        return record


def nothing() -> None:
    """The `cut` of who holds an upload without reading a body: there is nothing to cut off."""
