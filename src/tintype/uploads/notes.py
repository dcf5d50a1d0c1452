"""Notes: short texts by name, where uploads lie."""

import asyncio
import os
import secrets
from pathlib import Path
from typing import Protocol

from tintype.blob import Blob
from tintype.errors import KeyNotFound
from tintype.stores import Store
from tintype.stores.local.errors import translated


class Notes(Protocol):
    """Where notes lie."""

    async def read(self, name: str) -> bytes:
        """A note; b"" where there is none."""
        ...

    async def write(self, name: str, content: bytes) -> None:
        """Replace a note, all of it or nothing; b"" removes it."""
        ...


class FolderNotes:
    """Notes as files in a folder. `prefix` stands before their names."""

    def __init__(self, root: Path, prefix: str) -> None:
        self._root, self._prefix = root, prefix

    async def read(self, name: str) -> bytes:
        """Notes.read."""
        return await asyncio.to_thread(self._read, name)

    async def write(self, name: str, content: bytes) -> None:
        """Notes.write."""
        await asyncio.to_thread(self._write, name, content)

    def _read(self, name: str) -> bytes:
        with translated("read what is reserved for uploads", self._root):
            try:
                return (self._root / (self._prefix + name)).read_bytes()
            except FileNotFoundError:
                return b""

    def _write(self, name: str, content: bytes) -> None:
        path = self._root / (self._prefix + name)
        temporary = self._root / f".tmp-{secrets.token_hex(8)}"
        with translated("reserve bytes for an upload", self._root):
            if not content:
                path.unlink(missing_ok=True)
                return
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                temporary.rename(path)
            finally:
                temporary.unlink(missing_ok=True)


class StoreNotes:
    """Notes as objects of a store. `prefix` stands before their names."""

    def __init__(self, store: Store, prefix: str) -> None:
        self._store, self._prefix = store, prefix

    async def read(self, name: str) -> bytes:
        """Notes.read."""
        try:
            async with self._store.get(self._prefix + name) as download:
                return b"".join([chunk async for chunk in download.chunks])
        except KeyNotFound:
            return b""

    async def write(self, name: str, content: bytes) -> None:
        """Notes.write."""
        if content:
            await self._store.put(self._prefix + name, Blob.from_bytes(content))
        else:
            await self._store.delete(self._prefix + name)
