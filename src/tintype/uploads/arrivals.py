"""Arrivals: what came by direct upload, looked at, taken in, or swept.

The URL that put it there is good for a while yet, so that the object may be replaced when we have
looked. So what counts is sniffed from what was read, and nothing is kept where it arrived.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tintype.blob import Blob, SpoolLimits, spool
from tintype.errors import TooLarge, UploadNotFound, UploadTooLong, UploadTypeRefused
from tintype.formats import SNIFF_BYTES, by_media_type, sniff
from tintype.stores import Attributes, Stat
from tintype.stores.direct import DirectStore
from tintype.uploads.direct_keys import (
    PREFIX,
    RESULT,
    clean_name,
    id_in,
    name_in,
    own_key,
    owner_in,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What has arrived. `key` is the store's; name and metadata are claims of the client's.

    `id` is the same when it is told of again.
    """

    key: str
    id: str
    blob: Blob
    name: str
    metadata: Mapping[str, str]


# What becomes of an arrival; its answer is kept, and given again to who asks again.
Keep = Callable[[Arrival], Awaitable[str]]


async def register_arrival(
    store: DirectStore,
    user_id: str,
    told: str,
    limits: SpoolLimits,
    keep: Keep,
    *,
    any_type: bool = False,
) -> str:
    """Hand to `keep` what a user has sent, and its answer; `told` is the key as the bucket has it.

    The object makes room for the answer, which a second call gets. Raises UploadNotFound where
    nothing is, or what is there is not the user's; UploadTooLong and, unless `any_type`,
    UploadTypeRefused for what is then removed; and what `keep` raises, after which the object is
    still there.
    """
    key = own_key(user_id, told, store.prefix)
    stat = await store.stat(key)
    if stat is None:
        raise UploadNotFound("There is no such upload.")
    if result := stat.attributes.metadata.get(RESULT, ""):
        return result
    try:
        blob = await _taken_in(store, stat, limits, any_type=any_type)
    except (UploadTooLong, UploadTypeRefused):
        await store.delete(key)
        raise
    metadata = dict(stat.attributes.metadata)
    name = clean_name(metadata.pop("name", "")) or name_in(key)
    result = await keep(Arrival(key=key, id=id_in(key), blob=blob, name=name, metadata=metadata))
    note = Attributes(content_type="text/plain", metadata={RESULT: result})
    await store.put(key, Blob.from_bytes(b""), attributes=note)
    return result


async def _taken_in(store: DirectStore, stat: Stat, limits: SpoolLimits, *, any_type: bool) -> Blob:
    """Refused by size and first bytes, before all of it is fetched; and by what was fetched."""
    try:
        limits.check(stat.size)
        if not any_type:
            async with store.get(stat.key, length=SNIFF_BYTES) as download:
                _check_type(sniff(b"".join([chunk async for chunk in download.chunks])))
        async with store.get(stat.key) as download:
            blob = await spool(download.chunks, limits)
    except TooLarge:
        raise UploadTooLong(
            f"The upload has more than the {limits.max_bytes:,} bytes that it may have."
        ) from None
    if not any_type:
        _check_type(blob.media_type)
    return blob


def _check_type(media_type: str) -> None:
    if by_media_type(media_type) is None:
        raise UploadTypeRefused(
            f"What was sent is {media_type} by its bytes, and no picture that is read here."
        )


@dataclass(frozen=True, slots=True)
class Arrived:
    """What lies under a key and is no original: how many bytes, and since when."""

    size: int
    since: datetime


@dataclass(frozen=True, slots=True)
class SweptArrivals:
    """How many were removed, and what is left of each user, by the ids in its keys."""

    removed: int
    left: Mapping[str, Mapping[str, Arrived]]


async def sweep_arrivals(store: DirectStore, *, before: datetime) -> SweptArrivals:
    """Remove what came before a moment and was never ended or registered, and what is left of what
    was. Memory: a few hundred bytes for each upload that waits to be registered.
    """
    count = await store.drop_unfinished(PREFIX, begun_before=before)
    old: list[str] = []
    left: dict[str, dict[str, Arrived]] = {}
    async for stat in store.list(PREFIX):
        if stat.modified < before:
            old.append(stat.key)
        elif stat.size and stat.key.count("/") > 1:
            arrived = Arrived(stat.size, stat.modified)
            left.setdefault(owner_in(stat.key), {})[id_in(stat.key)] = arrived
    for key in old:
        await store.delete(key)
    return SweptArrivals(count + len(old), left)
