"""Reading a backup: its index line by line, its albums one by one."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from tintype.blob import Blob, SpoolLimits, spool
from tintype.errors import InvalidRequest, KeyNotFound, StoreNotFound
from tintype.stores import LendsFiles, Store

INDEX, ALBUMS, ACCOUNT = "index.jsonl", "albums/", "account.json"  # of the backup's layout
LONGEST_LINE, LONGEST_JSON = 32 << 20, 64 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup in a store."""

    store: Store
    limits: SpoolLimits

    async def records(self) -> AsyncIterator[Mapping[str, Any] | None]:
        """The record of each photo; None for a line that is none. Raises InvalidRequest where there
        is no backup.
        """
        async for text in self._lines():
            try:
                found = json.loads(text)
            except (ValueError, RecursionError):
                found = None
            yield found if isinstance(found, dict) else None

    async def albums(self) -> AsyncIterator[Mapping[str, Any]]:
        """The manifests of albums."""
        async for stat in self.store.list(ALBUMS):
            if re.fullmatch(rf"{ALBUMS}[0-9A-Za-z]{{1,40}}\.json", stat.key):
                yield await self.json(stat.key)

    async def json(self, key: str) -> Mapping[str, Any]:
        """An object of JSON; {} where there is none."""
        try:
            async with self.store.get(key, length=LONGEST_JSON) as download:
                found = json.loads(b"".join([chunk async for chunk in download.chunks]))
        except (KeyNotFound, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    async def file(self, key: str) -> Blob:
        """A file of the backup. Raises KeyNotFound, TooLarge."""
        if isinstance(self.store, LendsFiles) and (blob := await self.store.lend(key)):
            return blob
        async with self.store.get(key) as download:
            return await spool(download.chunks, self.limits)

    async def _lines(self) -> AsyncIterator[bytes]:
        held = b""
        try:
            async with self.store.get(INDEX) as download:
                async for chunk in download.chunks:
                    *lines, held = (held + chunk).split(b"\n")
                    for each in lines:
                        yield each
                    if len(held) > LONGEST_LINE:
                        raise InvalidRequest("index.jsonl has a line that no backup writes.")
        except (KeyNotFound, StoreNotFound) as error:
            raise InvalidRequest(
                "There is no backup: index.jsonl is missing.",
                remedy="Make one: tintype flickr backup --to PLACE",
            ) from error
        if held:
            yield held
