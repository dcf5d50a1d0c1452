"""What the store can do, found out by doing it with one small object that is removed again."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import cast

from tintype.app import opened_store
from tintype.doctor import PROBE, Finding, failure, ok
from tintype.doctor.cors import check_cors
from tintype.doctor.server import check_abilities, check_credentials
from tintype.errors import TintypeError
from tintype.settings import Settings
from tintype.stores import OnServer, Stat, Store
from tintype.stores.direct import DirectStore, TakesDirectUploads


async def check_store(
    address: str,
    settings: Settings,
    *,
    abort_uploads: bool = False,
    origins: tuple[str, ...] = (),
) -> AsyncIterator[Finding]:
    """A round trip; for S3 also credentials, clock, ACLs, public access, parts left behind, and
    whether pages of `origins` may send to it: those that may read our answers, unless given.
    """
    known = tuple(origin for origin in settings.server.cors_origins if origin != "*")
    try:
        async with opened_store(address, settings) as store:
            async for finding in _check(store, origins or known, abort_uploads=abort_uploads):
                yield finding
    except TintypeError as error:
        yield failure("store", error.message, error.remedy)


async def _check(
    store: Store, origins: tuple[str, ...], *, abort_uploads: bool
) -> AsyncIterator[Finding]:
    key = f".tintype-doctor-{secrets.token_hex(8)}"
    if isinstance(store, OnServer):
        yield await asyncio.to_thread(check_credentials, store)
    try:
        stat = await store.put(key, PROBE)
        yield await _round_trip(store, key)
        if isinstance(store, OnServer):
            skew = (stat.modified - datetime.now(UTC)).total_seconds()
            async for finding in check_abilities(store, key, skew, abort_uploads=abort_uploads):
                yield finding
        if isinstance(store, TakesDirectUploads):
            async for finding in check_cors(cast(DirectStore, store), key, origins):
                yield finding
    finally:
        with suppress(TintypeError):
            await store.delete(key)
    yield await _gone(store, key)


async def _round_trip(store: Store, key: str) -> Finding:
    async with store.get(key) as download:
        back = b"".join([chunk async for chunk in download.chunks])
    if back != PROBE.read():
        return failure("store", f"{store!r} gave back other bytes", "Do not use it.")
    found = [stat.key async for stat in store.list(key)]
    if found != [key]:
        return failure("store", f"{store!r} does not list what it keeps", "Allow listing.")
    return ok("store", f"{store!r} writes, reads and lists")


async def _gone(store: Store, key: str) -> Finding:
    left: Stat | None = await store.stat(key)
    if left is not None:
        return failure("delete", f"{key} could not be removed", "Allow deleting.")
    return ok("delete", "what was written for this check is gone")
