"""Sweeping: what nobody went on with in time is removed."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from tintype.errors import StoreError, UploadBusy, UploadNotFound
from tintype.uploads import UploadStore

log = logging.getLogger(__name__)
PORTION = 100  # uploads between two pauses


@dataclass(frozen=True, slots=True)
class Swept:
    """How many uploads were looked at, and how many of them removed."""

    seen: int
    removed: int


async def sweep(store: UploadStore, now: datetime, pause: float = 0.0) -> Swept:
    """Remove every upload whose time is over. One process does it at a time; others do nothing.

    `pause`: seconds after each hundred, for who has other things to do. An upload that cannot be
    read, or that somebody holds, is left for the next time. Raises a StoreError where nothing can
    be done.
    """
    seen = removed = 0
    async with store.alone() as ours:
        if not ours:
            return Swept(0, 0)
        async for upload_id in store.ids():
            seen += 1
            removed += await _removed(store, upload_id, now)
            if seen % PORTION == 0:
                await asyncio.sleep(pause)
    return Swept(seen, removed)


async def _removed(store: UploadStore, upload_id: str, now: datetime) -> bool:
    try:
        if (await store.find(upload_id)).expires > now:
            return False
        async with store.hold(upload_id, _nothing):
            record = await store.find(upload_id)
            if record.expires > now:
                return False
            await store.delete(upload_id)
        await store.tally.release(record.user_id, upload_id)
    except UploadNotFound:
        return False
    except (StoreError, UploadBusy) as error:
        log.warning("The upload %s could not be swept: %s", upload_id, error)
        return False
    return True


def _nothing() -> None:
    """A sweep holds an upload only for a moment."""
