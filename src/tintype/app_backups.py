"""The composition root of backups: an account of Flickr's, a place, and the state between them."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tintype.app import absolute_address, opened_store, store_address, temporary_folder
from tintype.app_providers import find_provider, open_flickr
from tintype.errors import KeyNotFound, StoreNotFound
from tintype.flickr.backup import STATE, Options
from tintype.flickr.backup.names import check_template
from tintype.flickr.backup.running import Backup, Watching
from tintype.flickr.backup.state import State
from tintype.providers import FLICKR
from tintype.settings import Settings
from tintype.stores import Store
from tintype.targets import Target


@asynccontextmanager
async def opened_backup(
    to: str, options: Options, settings: Settings, watching: Watching | None = None
) -> AsyncIterator[Backup]:
    """A backup of the account of the person at this machine, for the length of a block.

    `to` is always a folder: `./flickr/`, `s3://bucket/flickr/`, `store:flickr/`. Raises
    StoreUnavailable while another process works on it, and InvalidRequest for a wrong template.
    """
    check_template(options.name)
    target = Target.folder(to).rooted()
    address = absolute_address(store_address(target.store, settings))
    tools = open_flickr(find_provider(FLICKR, settings), settings)
    try:
        async with opened_store(address, settings) as store:
            path = state_path(address, settings)
            await _bring_state(store, path)
            with State.locked(path) as state:
                yield Backup(
                    tools,
                    store,
                    state,
                    options,
                    rate=settings.providers.flickr_rate,
                    watching=watching,
                    folder=temporary_folder(settings),
                )
    finally:
        await tools.close()


def state_path(address: str, settings: Settings) -> Path:
    """Where the state of the backup at an address lies."""
    digest = hashlib.sha256(absolute_address(address).encode()).hexdigest()[:24]
    return settings.data / "backups" / f"{digest}.sqlite"


async def _bring_state(store: Store, path: Path) -> None:
    """Without a state here, that of the backup is gone on with, if it has one."""
    if await asyncio.to_thread(path.exists):
        return
    draft = path.with_suffix(f".{os.getpid()}")
    with suppress(KeyNotFound, StoreNotFound):
        async with store.get(STATE) as download:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with draft.open("wb") as file:
                async for chunk in download.chunks:
                    file.write(chunk)
            draft.replace(path)
