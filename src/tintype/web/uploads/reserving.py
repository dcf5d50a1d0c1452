"""Reserving: what is on its way counts in its user's quota as what is there does."""

import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tintype.errors import StoreError, UploadBusy
from tintype.uploads import UploadRecord, UploadStore
from tintype.uploads.arrivals import Arrived
from tintype.uploads.tally import Claim
from tintype.web.uploads.seams import ADMIN, Quota

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller

log = logging.getLogger("tintype.web")
STEP = 16 << 20  # bytes reserved ahead for what does not say how long it will be


class Reserving:
    """Reserves bytes for uploads of callers, where those lie."""

    def __init__(self, store: UploadStore, quota: Quota) -> None:
        self._store, self._quota = store, quota

    async def reserve(
        self,
        caller: "Caller",
        upload_id: str,
        size: int,
        expires: datetime,
        *,
        least: int | None = None,
        covered: Iterable[str] = (),
    ) -> int:
        """Reserve bytes in place of what is reserved for the upload; how many they are: `size`, or
        what there is room for and `least` is enough for. QuotaExceeded.

        `covered`: uploads of which this one is put together.
        """
        claim = Claim(
            user_id=caller.user_id,
            upload_id=upload_id,
            size=size,
            expires=expires,
            least=least,
            covered=frozenset(covered),
        )
        granted = await self._store.tally.reserve(claim, lambda: self._quota(caller))
        for spent in granted.spent:
            await self._drop(spent)
        return granted.size

    async def reserved_ahead(
        self, caller: "Caller", record: UploadRecord, chunks: AsyncIterator[bytes], granted: int
    ) -> AsyncIterator[bytes]:
        """The chunks of an upload that goes on, for which room is reserved as they come: beyond
        `granted` bytes of it. QuotaExceeded with the first one for which there is none.
        """
        at = record.offset
        async for chunk in chunks:
            at += len(chunk)
            if at > granted:
                granted = await self.reserve(caller, record.id, at + STEP, record.expires, least=at)
            yield chunk

    async def release(self, caller: "Caller", *upload_ids: str) -> None:
        """Let go what is reserved for uploads that are over. What cannot be let go now ends with
        its time: nobody is refused for that.
        """
        try:
            await self._store.tally.release(caller.user_id, *upload_ids)
        except StoreError as error:
            log.warning("What is reserved for an upload stays so until it expires: %s", error)

    async def spend(self, caller: "Caller", upload_ids: Iterable[str]) -> None:
        """Note that uploads have become parts of an original, and may go when room is needed."""
        try:
            await self._store.tally.spend(caller.user_id, upload_ids)
        except StoreError as error:
            log.warning("What is reserved for an upload stays so until it expires: %s", error)

    async def note(self, user_id: str, left: Mapping[str, Arrived], age: timedelta) -> None:
        """Note what lies in the bucket and is no original yet, for as long as it may."""
        if user_id != ADMIN:
            found = {key: (each.size, each.since + age) for key, each in left.items()}
            await self._store.tally.note(user_id, found)

    async def held(self, caller: "Caller") -> int:
        """How many bytes are reserved for a caller's uploads."""
        return await self._store.tally.held(caller.user_id)

    async def _drop(self, upload_id: str) -> None:
        try:
            async with self._store.hold(upload_id, _nothing):
                await self._store.delete(upload_id)
        except (StoreError, UploadBusy) as error:  # the sweep will
            log.warning("The upload %s could not be removed: %s", upload_id, error)


def _nothing() -> None:
    """Who removes an upload holds it only for a moment."""
