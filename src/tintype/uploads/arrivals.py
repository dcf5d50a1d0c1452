"""Arrivals: what came by direct upload, looked at, taken in, or swept.

The URL that put it there is good for a while yet, so that the object may be replaced when we have
looked. So what counts is sniffed from what was read, and nothing is kept where it arrived.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tintype.blob import Blob, SpoolLimits, spool
from tintype.errors import KeyNotFound, TintypeError, TooLarge, UnsupportedFormat
from tintype.formats import SNIFF_BYTES, by_media_type, sniff
from tintype.stores import Stat
from tintype.stores.direct import DirectStore
from tintype.uploads.direct_keys import PREFIX, clean_name, name_in, own_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What has arrived. `key` is the store's; name and metadata are claims of the client's."""

    key: str
    blob: Blob
    name: str
    metadata: Mapping[str, str]


async def take_arrival(store: DirectStore, user_id: str, told: str, limits: SpoolLimits) -> Arrival:
    """Take in what a user has sent; `told` is its key as the bucket has it.

    Raises KeyNotFound where nothing is, or what is there is not the user's; TooLarge and
    UnsupportedFormat for what is refused, which is removed. `drop_arrival` when it is registered.
    """
    key = own_key(user_id, told, store.prefix)
    stat = await store.stat(key)
    if stat is None:
        raise KeyNotFound("No direct upload of this user has such a key.")
    try:
        await _look(store, stat, limits)
        async with store.get(key) as download:
            blob = await spool(download.chunks, limits)
        _check_kind(blob.media_type)
    except (TooLarge, UnsupportedFormat):
        await store.delete(key)
        raise
    metadata = dict(stat.attributes.metadata)
    name = clean_name(metadata.pop("name", "")) or name_in(key)
    return Arrival(key=key, blob=blob, name=name, metadata=metadata)


async def _look(store: DirectStore, stat: Stat, limits: SpoolLimits) -> None:
    """Refuse by size and first bytes, before all of it is fetched."""
    limits.check(stat.size)
    async with store.get(stat.key, length=SNIFF_BYTES) as download:
        head = b"".join([chunk async for chunk in download.chunks])
    _check_kind(sniff(head))


def _check_kind(media_type: str) -> None:
    if by_media_type(media_type) is None:
        raise UnsupportedFormat(f"{media_type} is no picture that we read.")


async def drop_arrival(store: DirectStore, arrival: Arrival) -> None:
    """Remove what has been registered. A failure is left to the sweep."""
    try:
        await store.delete(arrival.key)
    except TintypeError:
        return


async def sweep_arrivals(store: DirectStore, *, before: datetime) -> int:
    """Remove what came before a moment and was never registered or ended; how many there were."""
    count = await store.drop_unfinished(PREFIX, begun_before=before)
    old = [stat.key async for stat in store.list(PREFIX) if stat.modified < before]
    for key in old:
        await store.delete(key)
    return count + len(old)
