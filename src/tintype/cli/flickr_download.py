"""Downloads of `tintype flickr download`: photos into a store, a line for each file."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tintype.app import opened_store
from tintype.cli import EXIT_PARTLY
from tintype.errors import NotConnected, ProviderError, SourceError
from tintype.flickr.photos import FlickrTools, file_name
from tintype.flickr.shapes import Size, chosen
from tintype.settings import Settings
from tintype.stores import Attributes, Store
from tintype.targets import Target

_SUFFIXES = (".jpg", ".png", ".gif", ".tif", ".mp4", ".mov", "")  # of files that may be there


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sizes: those of these labels, or all. `again`: also what is there already."""

    labels: tuple[str, ...] = ()
    again: bool = False

    def of(self, every: list[Size]) -> list[Size]:
        """Those of a photo. Raises ProviderRefused for a label that it does not have."""
        if not self.labels:
            return every
        return list(dict.fromkeys(chosen(every, label) for label in self.labels))


class Download:
    """The work of one command. Failures are told and counted; the rest goes on."""

    def __init__(
        self, tools: FlickrTools, store: Store, target: Target, wanted: Wanted, *, as_json: bool
    ) -> None:
        self._tools, self._store, self._target = tools, store, target
        self._wanted, self._as_json = wanted, as_json
        self.done = self.skipped = self.failed = 0

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, tools: FlickrTools, to: str, wanted: Wanted, *, as_json: bool
    ) -> AsyncIterator["Download"]:
        """With the store at an address, which is always a folder."""
        target = Target.folder(to)
        async with opened_store(target.store, Settings.from_env()) as store:
            yield cls(tools, store, target, wanted, as_json=as_json)

    async def photo(self, photo_id: str) -> None:
        """Bring home what is wanted of a photo. Raises NotConnected, and what the store does."""
        try:
            sizes = self._wanted.of(await self._tools.sizes(photo_id))
        except NotConnected:
            raise
        except ProviderError as error:
            self._fail(photo_id, "", str(error))
            return
        for size in sizes:
            await self._size(photo_id, size)

    @property
    def exit_code(self) -> int:
        """0 if nothing failed, 1 if all did, else the one for what is partly done."""
        if not self.failed:
            return 0
        return EXIT_PARTLY if self.done or self.skipped else 1

    def tell(self) -> None:
        """What became of it, for people."""
        if not self._as_json:
            words = f"{self.done} files fetched"
            words += f", {self.skipped} were there already" if self.skipped else ""
            words += f", {self.failed} failed" if self.failed else ""
            print(words, file=sys.stderr)

    async def _size(self, photo_id: str, size: Size) -> None:
        if not self._wanted.again and (there := await self._there(photo_id, size)):
            self.skipped += 1
            self._line(photo_id, size, there, skipped=True)
            return
        try:
            blob = await self._tools.fetch(size)
            key = f"{self._target.template}{file_name(size, photo_id, blob.media_type)}"
            attributes = Attributes(content_type=blob.media_type)
            await self._store.put(key, blob, attributes=attributes)
        except SourceError as error:
            self._fail(photo_id, size.label, str(error))
            return
        self.done += 1
        self._line(photo_id, size, key)

    async def _there(self, photo_id: str, size: Size) -> str:
        """The key of a size that an earlier run has put; "" if there is none."""
        stem = f"{self._target.template}{file_name(size, photo_id, '')}".removesuffix(".mp4")
        for suffix in _SUFFIXES:
            found = await self._store.stat(f"{stem}{suffix}")
            if found and found.size:
                return found.key
        return ""

    def _line(self, photo_id: str, size: Size, key: str, *, skipped: bool = False) -> None:
        address = self._target.address(key)
        if self._as_json:
            facts = {"id": photo_id, "label": size.label, "file": address, "skipped": skipped}
            print(json.dumps(facts, ensure_ascii=False), flush=True)
        else:
            print(address, flush=True)

    def _fail(self, photo_id: str, label: str, words: str) -> None:
        self.failed += 1
        if self._as_json:
            print(json.dumps({"id": photo_id, "label": label, "error": words}), flush=True)
        else:
            print(f"tintype: {' '.join(filter(None, (photo_id, label)))}: {words}", file=sys.stderr)
