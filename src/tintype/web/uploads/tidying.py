"""Tidying: while the service runs, uploads whose time is over are removed in the background."""

import asyncio
import logging
from datetime import UTC, datetime

from tintype.errors import StoreError
from tintype.uploads import UploadStore
from tintype.uploads.sweeping import sweep

log = logging.getLogger("tintype.web")
FIRST = 30.0  # seconds after the start
REST = 15 * 60.0  # seconds between two sweeps
PAUSE = 0.5  # seconds after each hundred uploads


class Tidying:
    """Sweeps now and then, until it is ended."""

    def __init__(self, store: UploadStore) -> None:
        self._store = store
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Sweep from now on."""
        self._task = asyncio.create_task(self._run())

    async def end(self) -> None:
        """Sweep no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await asyncio.sleep(FIRST)
        while True:
            try:
                swept = await sweep(self._store, datetime.now(UTC), PAUSE)
                if swept.removed:
                    log.info("%d uploads whose time was over were removed.", swept.removed)
            except StoreError as error:
                log.warning("Uploads could not be swept: %s", error)
            await asyncio.sleep(REST)
