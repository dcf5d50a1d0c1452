"""Files: the original of each photo or the largest there is, and every size where that is wanted.

An original's address is in the list, so most photos need no call. Of a video the address leads to
one that is good for minutes: it is followed when it is fetched, and kept nowhere.
"""

import json
import re
import sqlite3
from datetime import datetime
from typing import Any

from tintype.errors import NotConnected, ProviderError, ProviderUnavailable, SourceError
from tintype.flickr.backup import EVERY_SIZE, PHOTOS, SIZES, Options
from tintype.flickr.backup.keeping import Keeping
from tintype.flickr.backup.listing import has_original
from tintype.flickr.backup.names import file_name, harmless
from tintype.flickr.backup.patience import Patience
from tintype.flickr.backup.records import date_of, is_video, moment, uploaded
from tintype.flickr.backup.state import File
from tintype.flickr.client import Flickr
from tintype.flickr.fetching import Fetcher
from tintype.flickr.photos import suffix_of
from tintype.flickr.shapes import ORIGINAL, Size, best, number, sizes, text

# Of a photo, in the address of its file: who has that can open it, private or not.
_SECRETS = re.compile(r"_[0-9a-f]{8,}(?=[_.])|(?<=/)[0-9a-f]{10,}(?=[/. ])")
ORIGINAL_VIDEOS = ("Video Original", "orig")
_DUE = """SELECT place, id FROM photos
    WHERE place > ? AND have < ? AND failed = '' AND run = ? ORDER BY place LIMIT ?"""


class Files:
    """Fetches what is due of one run. `fetched`: bytes so far."""

    def __init__(
        self,
        flickr: Flickr,
        fetcher: Fetcher,
        keeping: Keeping,
        options: Options,
        patience: Patience,
    ) -> None:
        self._flickr, self._fetcher, self._keeping = flickr, fetcher, keeping
        self._state, self._options, self._patience = keeping.state, options, patience
        self.fetched = 0

    def due(self, run: int, after: int, most: int) -> list[tuple[int, str]]:
        """Photos of a run's list whose files are wanted."""
        rows = self._state.rows(_DUE, after, self._options.scope, run, most)
        return [(row["place"], row["id"]) for row in rows]

    async def photo(self, photo_id: str) -> None:
        """Fetch what is wanted of a photo; a failure of its own is noted.

        Raises NotConnected, what the store does, and ProviderUnavailable when nothing works.
        """
        await self._patience.turn()
        try:
            await self._photo(self._state.photo(photo_id))
        except NotConnected:
            raise
        except (SourceError, ProviderError) as error:
            reason = _SECRETS.sub("_…", error.message)
            self._state.change("UPDATE photos SET failed = ? WHERE id = ?", reason, photo_id)
            if isinstance(error, ProviderUnavailable) or error.retryable:
                await self._patience.bad(reason)
        else:
            self._patience.good()

    async def _photo(self, row: sqlite3.Row) -> None:
        entry = json.loads(row["entry"])
        original = _listed_original(entry)
        if original is None or self._options.scope == EVERY_SIZE:
            every = await self._sizes(row["id"])
            original = best(every)
        else:
            every = [original]
        try:
            await self._have(row, entry, original, "photo")
        except SourceError:
            # The address of the list may be of yesterday.
            if original.label != ORIGINAL or self._options.scope == EVERY_SIZE:
                raise
            every = await self._sizes(row["id"])
            original = best(every)
            await self._have(row, entry, original, "photo")
        if self._options.scope == EVERY_SIZE:
            for size in every:
                if size.label != original.label:
                    await self._have(row, entry, size, "size")
        await self._forget_others(row, original)
        self._state.change(
            "UPDATE photos SET have = ?, withheld = ?, is_stale = known > 0 WHERE id = ?",
            *(self._options.scope, _withheld(original), row["id"]),
        )

    async def _sizes(self, photo_id: str) -> list[Size]:
        said = await self._flickr.call("flickr.photos.getSizes", photo_id=photo_id)
        self._state.change("UPDATE photos SET sizes = ? WHERE id = ?", json.dumps(said), photo_id)
        return sizes(said)

    async def _have(self, row: sqlite3.Row, entry: dict[str, Any], size: Size, role: str) -> None:
        """Fetch a size, unless it is there."""
        for file in self._state.files_of(row["id"], role):
            if (file.label, file.version) == (size.label, row["version"]):
                return
        blob = await self._fetcher.fetch(size.source, is_video=size.is_video)
        suffix = suffix_of(blob.media_type)
        stem = self._stem(row["id"], entry) if role == "photo" else _size_stem(row["id"], size)
        file = File(
            key=self._free(f"{stem}{suffix}", row["id"], size.label if role == "size" else ""),
            photo=row["id"],
            role=role,
            label=size.label,
            version=row["version"],
            size=blob.size,
            sha256=blob.sha256,
            media_type=blob.media_type,
        )
        await self._keeping.put(blob, file, dated=date_of(entry))
        self.fetched += blob.size

    def _stem(self, photo_id: str, entry: dict[str, Any]) -> str:
        """The name of a photo: the one it was given once, whatever its title is today."""
        for file in self._state.files_of(photo_id, "photo"):
            return file.key.rpartition(".")[0]
        return PHOTOS + file_name(self._options.name, values_of(photo_id, entry))

    def _free(self, key: str, photo_id: str, label: str) -> str:
        """The key, unless another photo has it, or another size of this one."""
        while other := self._state.file(key):
            if other.photo == photo_id and label in ("", other.label):
                break
            stem, dot, suffix = key.rpartition(".")
            key = f"{stem}~{photo_id}{dot}{suffix}" if dot else f"{key}~{photo_id}"
        return key

    async def _forget_others(self, row: sqlite3.Row, original: Size) -> None:
        """Remove what a replaced photo was: its original of that version, and its sizes."""
        for file in self._state.files_of(row["id"], "photo", "size", "embedded"):
            is_other = file.role == "photo" and file.label != original.label
            if is_other or file.version != row["version"]:
                await self._keeping.remove(file.key)
        for file in self._state.files_of(row["id"], "xmp"):
            if not self._state.file(file.key.removesuffix(".xmp")):
                await self._keeping.remove(file.key)


def values_of(photo_id: str, entry: dict[str, Any]) -> dict[str, str | datetime]:
    """What a template of names is filled with. A photo without a date has that of its upload."""
    came = uploaded(entry) or moment(1)
    assert came
    return {
        "id": harmless(photo_id),
        "title": text(entry.get("title")),
        "taken": date_of(entry) or came,
        "uploaded": came,
        "media": "video" if is_video(entry) else "photo",
    }


def _listed_original(entry: dict[str, Any]) -> Size | None:
    if not has_original(entry):
        return None
    source = text(entry.get("url_o"))
    width, height = number(entry.get("width_o")), number(entry.get("height_o"))
    return Size(ORIGINAL, width, height, source, is_video=False)


def _size_stem(photo_id: str, size: Size) -> str:
    return f"{SIZES}{harmless(photo_id)}/{harmless(size.label, 60) or 'Size'}"


def _withheld(got: Size) -> str:
    if got.label == ORIGINAL or got.label in ORIGINAL_VIDEOS:
        return ""
    shape = f" of {got.width} × {got.height}" if got.width else ""
    return f"largest available is {got.label}{shape}; the original is withheld"
