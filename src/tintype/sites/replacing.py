"""Replacing: several objects of a store take the place of others, all of them or none."""

import contextlib
from collections.abc import Mapping
from contextlib import aclosing

from tintype.blob import Blob
from tintype.errors import KeyNotFound, TintypeError
from tintype.stores import Store


class Torn(Exception):
    """Some are new and some old, and the store lets nobody mend that. `reason`: what began it."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__(str(reason))
        self.reason = reason


async def replace_all(store: Store, blobs: Mapping[str, Blob]) -> None:
    """Put each blob under its key, in their order. Small ones: those before are held in memory.

    What was there is put back when one cannot be put, and the failure raised; Torn where that
    fails, too. Each reader sees an old picture or a new one, and between the first and the last of
    them perhaps one of each.
    """
    before = {key: await _read(store, key) for key in blobs}
    begun: list[str] = []
    try:
        for key, blob in blobs.items():
            begun.append(key)
            await store.put(key, blob)
    except BaseException as error:
        if not await _put_back(store, {key: before[key] for key in begun}):
            raise Torn(error) from error
        raise


async def _read(store: Store, key: str) -> Blob | None:
    with contextlib.suppress(KeyNotFound):
        async with store.get(key) as download, aclosing(download.chunks) as chunks:  # type: ignore[type-var]
            return Blob.from_bytes(b"".join([chunk async for chunk in chunks]))
    return None


async def _put_back(store: Store, before: Mapping[str, Blob | None]) -> bool:
    try:
        for key, blob in before.items():
            if blob is None:
                await store.delete(key)
            else:
                await store.put(key, blob)
    except TintypeError:
        return False
    return True
