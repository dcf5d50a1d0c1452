"""Making a gallery: read the index once, see to previews, sort, write pieces.

Of each photo little is held; its details lie in a temporary file until their place is known, so
that fifty thousand photos fit into little memory.
"""

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import IO, Any

from tintype.gallery import (
    DATA,
    FILES,
    PER_CHUNK,
    PER_DETAILS,
    PER_SEARCH,
    PREVIEWS,
    ROOT,
    SCREENS,
    Report,
)
from tintype.gallery.entries import (
    PRIVATE,
    SHOWN,
    VIDEO,
    Entry,
    details_of,
    entry_of,
    files_of,
    preview_source,
    shown_file,
    words_of,
)
from tintype.gallery.previews import Previews
from tintype.gallery.reading import ACCOUNT, Backup
from tintype.gallery.texts import dumped, html, line
from tintype.gallery.writing import Writer

AT_ONCE = 32  # photos
_OURS = (DATA, PREVIEWS, SCREENS)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Building:
    """One run. `on_photo` is told how many photos have been seen to."""

    def __init__(
        self,
        backup: Backup,
        previews: Previews,
        writer: Writer,
        on_photo: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._backup, self._options, self._on_photo = backup, writer.options, on_photo
        self._previews, self._writer = previews, writer
        self._entries: list[Entry] = []
        self._linked: list[str] = []
        self.report = Report()

    async def run(self, folder: Path | None = None) -> Report:
        """Make it, or bring it up to date. `folder`: for the temporary file."""
        with tempfile.TemporaryFile(prefix="tintype-", dir=folder) as held:
            batch: list[Mapping[str, Any]] = []
            async for record in self._backup.records():
                if record is None:
                    self.report.unread += 1
                    continue
                batch.append(record)
                if len(batch) == AT_ONCE:
                    await self._batch(batch, held)
                    batch = []
            await self._batch(batch, held)
            self._entries.sort(key=lambda entry: entry.order, reverse=True)
            await self._write(held)
        await self._tidy()
        self.report.previews, self.report.written = self._previews.made, self._writer.written
        return self.report

    async def _batch(self, records: list[Mapping[str, Any]], held: IO[bytes]) -> None:
        done = await asyncio.gather(*map(self._photo, records))
        for record, found in zip(records, done, strict=True):
            if found:
                entry, details = found
                text, words = dumped(details).encode(), words_of(record).encode()
                entry.details = (held.tell(), len(text), len(words))
                held.write(text + words)
                self._entries.append(entry)
        self._on_photo(len(self._entries))

    async def _photo(self, record: Mapping[str, Any]) -> tuple[Entry, dict[str, Any]] | None:
        entry = entry_of(record)
        if entry is None:
            self.report.unread += 1
            return None
        if self._options.only_public and entry.flags & PRIVATE:
            self.report.left_out += 1
            return None
        files, is_video = files_of(record), bool(entry.flags & VIDEO)
        source = preview_source(files, is_video=is_video)
        why = await self._previews.preview(entry, source) if source else ""
        shown = shown_file(files, is_video=is_video)
        key = shown.key if shown else ""
        if not shown and source and not is_video and not why and source.media_type not in SHOWN:
            key, why = await self._previews.screen(entry, source)
        if why:
            self.report.undrawn.append((entry.id, why))
        self._linked += [file.key for file in files]
        return entry, details_of(record, files, key)

    async def _write(self, held: IO[bytes]) -> None:
        writer, entries = self._writer, self._entries
        for number, part in enumerate(_parts(entries, PER_CHUNK)):
            rows = [[e.id, e.title, e.when, e.preview, e.flags] for e in part]
            await writer.data(f"photos-{number}", rows)
        for number, part in enumerate(_parts(entries, PER_DETAILS)):
            await writer.data(f"details-{number}", [_details(held, e) for e in part])
        for number, part in enumerate(_parts(entries, PER_SEARCH)):
            await writer.data(f"search-{number}", [_words(held, e) for e in part])
        await writer.data("ids", [e.id for e in entries])
        places = [(n, *e.place) for n, e in enumerate(entries) if e.place]
        await writer.data("places", [value for place in places for value in place])
        albums = await self._albums()
        account = await self._backup.json(ACCOUNT)
        title = self._options.title or line(account.get("name", ""), 100) or "Photos"
        await writer.data("about", self._about(title, albums, len(places)))
        await writer.text(FILES, "".join(f"{key}\n" for key in sorted(self._linked)))
        await writer.site()
        await writer.page(title)
        await writer.end()
        self.report.photos, self.report.albums = len(entries), albums

    def _about(self, title: str, albums: int, places: int) -> dict[str, Any]:
        months = [[month, len(list(g))] for month, g in groupby(self._entries, lambda e: e.month)]
        return {
            "title": title,
            "count": len(self._entries),
            "videos": sum(1 for e in self._entries if e.flags & VIDEO),
            "albums": albums,
            "places": places,
            "months": months,
            "ratios": "".join(_two(e.ratio) for e in self._entries),
            "perChunk": PER_CHUNK,
            "perDetails": PER_DETAILS,
            "perSearch": PER_SEARCH,
        }

    async def _albums(self) -> int:
        """The albums' pages; how many there are."""
        numbers = {entry.id: n for n, entry in enumerate(self._entries)}
        rows = []
        async for album in self._backup.albums():
            photos = album.get("photos")
            ids = (
                [str(p.get("id")) for p in photos if isinstance(p, dict)]
                if isinstance(photos, list)
                else []
            )
            members = [numbers[each] for each in ids if each in numbers]
            album_id = str(album.get("id", ""))
            if not album_id.isascii() or not album_id.isalnum() or (ids and not members):
                continue
            await self._writer.data(f"album-{album_id}", members)
            cover = numbers.get(str(album.get("cover")), members[0] if members else -1)
            names = album.get("collections")
            rows.append(
                [
                    album_id,
                    line(album.get("title", "")),
                    len(members),
                    cover,
                    html(str(album.get("description") or "")),
                    [line(name) for name in names] if isinstance(names, list) else [],
                    str(album.get("created") or "")[:10],
                ]
            )
        rows.sort(key=lambda row: (row[6], row[0]), reverse=True)
        await self._writer.data("albums", rows)
        return len(rows)

    async def _tidy(self) -> None:
        """Remove what belongs to no photo any more; nothing but our own."""
        wanted = self._previews.wanted | self._writer.now.keys()
        for key in sorted(self._previews.there):
            if key.startswith(_OURS) and key not in wanted:
                await self._backup.store.delete(key)
                self.report.removed += 1


async def found_keys(backup: Backup) -> set[str]:
    """What lies in the gallery's folder, and the page beside it."""
    there = {stat.key async for stat in backup.store.list(ROOT)}
    return there | {stat.key async for stat in backup.store.list("index.html")}


def _parts(entries: list[Entry], size: int) -> Iterator[list[Entry]]:
    for begin in range(0, len(entries), size):
        yield entries[begin : begin + size]


def _details(held: IO[bytes], entry: Entry) -> Any:
    offset, length, _ = entry.details
    held.seek(offset)
    found = json.loads(held.read(length))
    return found | ({"at": entry.place} if entry.place else {})


def _words(held: IO[bytes], entry: Entry) -> str:
    offset, length, more = entry.details
    held.seek(offset + length)
    return held.read(more).decode()


def _two(ratio: int) -> str:
    """A number below 1,296 in two digits of base 36."""
    return _DIGITS[ratio // 36] + _DIGITS[ratio % 36]
