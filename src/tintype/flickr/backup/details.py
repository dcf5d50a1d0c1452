"""Details: what lists do not tell of a photo, asked for when its file is there; and its sidecars.

Two calls for most photos, and one each for comments, favourites and people where there are any.
Whatever one of them will not tell is noted, and the photo is kept with the rest.
"""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from tintype.blob import Blob
from tintype.errors import (
    KeyNotFound,
    NotConnected,
    ProviderError,
    ProviderUnavailable,
)
from tintype.flickr.backup import ASKED, LISTED, SIDECARS, Options, xmp
from tintype.flickr.backup.embedding import Embedding
from tintype.flickr.backup.keeping import Keeping
from tintype.flickr.backup.names import harmless
from tintype.flickr.backup.patience import Patience
from tintype.flickr.backup.records import Known, date_of, record
from tintype.flickr.client import Flickr
from tintype.flickr.shapes import entries, number, text

PER_PAGE = 50  # of those who like a photo: Flickr's most
_MOST_PAGES = 200
LONG = ("exif", "comments", "faves", "notes")  # of records: they stand in the sidecars only
_DUE = """SELECT place, id FROM photos
    WHERE place > ? AND unknown = '' AND run = ? AND (have >= ? OR failed != '')
    AND (known < ? OR is_stale OR (is_embedded < ? AND have > 0)) ORDER BY place LIMIT ?"""


class Details:
    """Asks for what is due of one run."""

    def __init__(
        self, flickr: Flickr, keeping: Keeping, options: Options, patience: Patience
    ) -> None:
        self._flickr, self._keeping, self._options = flickr, keeping, options
        self._state, self._patience = keeping.state, patience
        self._licences: dict[str, Any] | None = None
        self.asked, self.calls = 0, 0  # photos that were asked about, and the calls for them
        self._embedding = Embedding(keeping)

    def due(self, run: int, after: int, most: int) -> list[tuple[int, str]]:
        """Photos whose files have been seen to, and whose sidecars are wanted."""
        options = self._options
        rows = self._state.rows(
            _DUE, *(after, run, options.scope, options.depth, int(options.embed), most)
        )
        return [(row["place"], row["id"]) for row in rows]

    async def photo(self, photo_id: str) -> None:
        """Ask for what is wanted of a photo, and write its sidecars.

        Raises NotConnected, what the store does, and ProviderUnavailable when nothing works.
        """
        await self._patience.turn()
        row = self._state.photo(photo_id)
        try:
            raw, lacks = await self._raw(row)
        except NotConnected:
            raise
        except ProviderError as error:
            self._state.change(
                "UPDATE photos SET unknown = ? WHERE id = ?", error.message, photo_id
            )
            if isinstance(error, ProviderUnavailable):
                await self._patience.bad(error.message)
            return
        self._patience.good()
        await self._write(row, raw, lacks)

    async def _raw(self, row: sqlite3.Row) -> tuple[dict[str, Any], list[str]]:
        """The answers; those of the sidecar where they are still good."""
        if row["known"] >= self._options.depth and (kept := await self._kept(row["id"])):
            if row["sizes"]:
                kept[0]["sizes"] = json.loads(row["sizes"])
            return kept
        raw: dict[str, Any] = {"list": json.loads(row["entry"])}
        if row["sizes"]:
            raw["sizes"] = json.loads(row["sizes"])
        lacks: list[str] = []
        if self._options.depth == ASKED:
            await self._ask(row["id"], raw, lacks)
        return raw, lacks

    async def _kept(self, photo_id: str) -> tuple[dict[str, Any], list[str]] | None:
        try:
            async with self._keeping.store.get(_sidecar(photo_id)) as download:
                kept = json.loads(b"".join([chunk async for chunk in download.chunks]))
            return kept["raw"], kept["photo"]["lacks"]
        except (KeyNotFound, ValueError, LookupError, TypeError):
            return None

    async def _ask(self, photo_id: str, raw: dict[str, Any], lacks: list[str]) -> None:
        said = await self._call("flickr.photos.getInfo", photo_id=photo_id)
        raw["info"] = said
        found = said.get("photo")
        info: Mapping[str, Any] = found if isinstance(found, dict) else {}
        await self._optional("exif", "flickr.photos.getExif", photo_id, raw, lacks)
        if number(text(info.get("comments"))) or "comments" not in info:
            await self._optional("comments", "flickr.photos.comments.getList", photo_id, raw, lacks)
        people = info.get("people")
        if not isinstance(people, dict) or number(people.get("haspeople")):
            await self._optional("people", "flickr.photos.people.getList", photo_id, raw, lacks)
        if raw["list"].get("count_faves") is None or number(raw["list"]["count_faves"]):
            await self._faves(photo_id, raw, lacks)
        self.asked += 1

    async def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        self.calls += 1
        return await self._flickr.call(method, **arguments)

    async def _optional(
        self, name: str, method: str, photo_id: str, raw: dict[str, Any], lacks: list[str]
    ) -> None:
        try:
            raw[name] = await self._call(method, photo_id=photo_id)
        except (NotConnected, ProviderUnavailable):
            raise
        except ProviderError as error:
            lacks.append(f"{name}: {error.message}")

    async def _faves(self, photo_id: str, raw: dict[str, Any], lacks: list[str]) -> None:
        """All pages of who likes it."""
        found: list[dict[str, Any]] = []
        page, pages = 1, 1
        try:
            while page <= min(pages, _MOST_PAGES):
                said = await self._call(
                    "flickr.photos.getFavorites", photo_id=photo_id, per_page=PER_PAGE, page=page
                )
                photo = said.get("photo")
                held: Mapping[str, Any] = photo if isinstance(photo, dict) else {}
                pages = max(pages, number(held.get("pages"), 1))
                found += entries(held.get("person"))
                page += 1
        except (NotConnected, ProviderUnavailable):
            raise
        except ProviderError as error:
            lacks.append(f"favorites: {error.message}")
        raw["favorites"] = found

    async def _write(self, row: sqlite3.Row, raw: dict[str, Any], lacks: list[str]) -> None:
        """The sidecars, the copy, and the state, in this order."""
        state, photo_id = self._state, row["id"]
        files = state.files_of(photo_id, "photo", "size", "embedded")
        known = Known(
            raw=raw,
            licences=self._all_licences(),
            albums=self._albums(photo_id),
            files=files,
            withheld=row["withheld"],
            lacks=lacks,
        )
        found = record(known)
        photo = next((file for file in files if file.role == "photo"), None)
        if photo and self._options.embed:
            found["embedded"] = await self._embedding.write(photo, found, date_of(raw["list"]))
        if photo:
            await self._put_xmp(f"{photo.key}.xmp", photo_id, xmp.packet(found))
        sidecar = {"photo": found, "raw": raw}
        await self._keeping.put_json(_sidecar(photo_id), sidecar, photo=photo_id, role="sidecar")
        is_embedded = self._options.embed and photo is not None
        state.change(
            """UPDATE photos SET known = ?, is_stale = 0, is_embedded = ?,
            record = ? WHERE id = ? AND updated = ?""",
            *(ASKED if "info" in raw else LISTED, int(is_embedded), json.dumps(_short(found))),
            *(photo_id, row["updated"]),
        )

    async def _put_xmp(self, key: str, photo_id: str, content: bytes) -> None:
        """Other programs may write into this file: one that is not as we left it stays."""
        before = self._state.file(key)
        if before and await self._hash(key) not in ("", before.sha256):
            return
        new = Blob.from_bytes(content)
        if not before or before.sha256 != new.sha256 or not await self._hash(key):
            await self._keeping.put_bytes(key, content, photo=photo_id, role="xmp")

    async def _hash(self, key: str) -> str:
        """Of what lies there; "" for nothing."""
        try:
            async with self._keeping.store.get(key) as download:
                content = b"".join([chunk async for chunk in download.chunks])
        except KeyNotFound:
            return ""
        return Blob.from_bytes(content).sha256

    def _albums(self, photo_id: str) -> list[dict[str, str]]:
        rows = self._state.rows(
            """SELECT a.id, a.raw FROM members m JOIN albums a ON a.id = m.album
            WHERE m.photo = ? ORDER BY a.place""",
            photo_id,
        )
        titles = ((row["id"], text(json.loads(row["raw"]).get("title"))) for row in rows)
        return [{"id": album, "title": title} for album, title in titles]

    def _all_licences(self) -> dict[str, Any]:
        if self._licences is None:
            self._licences = json.loads(self._state.fact("licences", "{}"))
        return self._licences


def _short(found: dict[str, Any]) -> dict[str, Any]:
    """The record as the index has it."""
    return {name: value for name, value in found.items() if name not in LONG}


def _sidecar(photo_id: str) -> str:
    return f"{SIDECARS}{harmless(photo_id)}.json"
