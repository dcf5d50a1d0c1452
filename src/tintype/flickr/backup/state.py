"""State: what is known of a backup, in a file of SQLite. Every step is kept before the next begins.

A process may be killed between any two lines: what was being fetched is fetched again, and nothing
else. One process at a time works on a backup: the file beside is locked.
"""

import fcntl
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from tintype.errors import InvalidSettings, StoreUnavailable

FORM = "1"
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS photos (
    id TEXT PRIMARY KEY,
    place INTEGER NOT NULL,              -- in Flickr's order, the newest first
    entry TEXT NOT NULL,                 -- as the list has it
    sizes TEXT NOT NULL DEFAULT '',      -- what getSizes answered, where it was asked
    version TEXT NOT NULL,               -- another one: the file was replaced
    updated INTEGER NOT NULL,            -- another one: the metadata changed
    run INTEGER NOT NULL,                -- the last run whose list had it
    have INTEGER NOT NULL DEFAULT 0,     -- ORIGINAL_ONLY, EVERY_SIZE
    known INTEGER NOT NULL DEFAULT 0,    -- LISTED, ASKED
    is_embedded INTEGER NOT NULL DEFAULT 0,
    is_stale INTEGER NOT NULL DEFAULT 0, -- files or albums changed since the sidecar was written
    withheld TEXT NOT NULL DEFAULT '',   -- why what we have is not the original
    failed TEXT NOT NULL DEFAULT '',     -- why there is no file, in this run
    unknown TEXT NOT NULL DEFAULT '',    -- why there are no details, in this run
    record TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS photos_place ON photos (place);
CREATE TABLE IF NOT EXISTS files (
    key TEXT PRIMARY KEY,
    photo TEXT NOT NULL,                 -- '' for what is of no photo
    role TEXT NOT NULL,                  -- photo, size, embedded, sidecar, xmp, album
    label TEXT NOT NULL,
    version TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS files_photo ON files (photo);
CREATE TABLE IF NOT EXISTS albums (
    id TEXT PRIMARY KEY, place INTEGER NOT NULL, raw TEXT NOT NULL, run INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS members (
    album TEXT NOT NULL, place INTEGER NOT NULL, photo TEXT NOT NULL, PRIMARY KEY (album, place)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS members_photo ON members (photo);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the backup, as it was when it was written."""

    key: str
    photo: str
    role: str
    label: str = ""
    version: str = ""
    size: int
    sha256: str
    media_type: str


class State:
    """The state, open. `locked` opens it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("PRAGMA cache_size=-16000")
            self._db.executescript(_TABLES)
            found = self.fact("form", FORM)
        except sqlite3.Error as error:
            raise InvalidSettings(
                f"{path} cannot be read as the state of a backup: {error}.",
                remedy="Remove it: the copy in the backup takes its place.",
            ) from error
        if found != FORM:
            raise InvalidSettings(f"{path} is of another version.", remedy="Use that version.")
        self.set_fact("form", FORM)

    @classmethod
    @contextmanager
    def locked(cls, path: Path) -> "Iterator[State]":
        """For the length of a block. Raises StoreUnavailable while another process has it."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.with_suffix(".lock").open("a", encoding="ascii") as lock:
            _lock(lock)
            state = cls(path)
            try:
                yield state
            finally:
                state.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def copy(self, path: Path) -> None:
        """Write a copy, whole and in one file."""
        with closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy, pages=2_000)
            copy.execute("PRAGMA journal_mode=DELETE")

    @contextmanager
    def together(self) -> Iterator[None]:
        """All changes of a block, or none. Nothing may be awaited in it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def change(self, sql: str, *values: Any) -> int:
        """Run a statement; how many rows it changed."""
        return self._db.execute(sql, values).rowcount

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """The rows of a query: of one that gives few."""
        return self._db.execute(sql, values).fetchall()

    def each(self, sql: str, *values: Any) -> Iterator[sqlite3.Row]:
        """The rows of a query, one after the other; nothing may be changed meanwhile."""
        yield from self._db.execute(sql, values)

    def number(self, sql: str, *values: Any) -> int:
        """The one number that a query gives."""
        found = self._db.execute(sql, values).fetchone()
        return int(found[0] or 0) if found else 0

    def fact(self, name: str, default: str = "") -> str:
        """A fact about the backup."""
        found = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else default

    def set_fact(self, name: str, value: str) -> None:
        """Keep a fact."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def list_photos(
        self, rows: Sequence[tuple[str, int, dict[str, Any], str, int]], run: int
    ) -> None:
        """Note entries of the list: id, place, entry, version, time of the last update.

        What changed since the last time is to be fetched or asked for again.
        """
        with self.together():
            self._db.executemany(
                """INSERT INTO photos (id, place, entry, version, updated, run)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET
                    have = CASE WHEN version = excluded.version THEN have ELSE 0 END,
                    is_embedded = CASE WHEN version = excluded.version THEN is_embedded ELSE 0 END,
                    known = CASE WHEN version = excluded.version AND updated >= excluded.updated
                        THEN known ELSE 0 END,
                    place = excluded.place, entry = excluded.entry, version = excluded.version,
                    updated = max(updated, excluded.updated), run = excluded.run""",
                [(i, place, json.dumps(e), v, u, run) for i, place, e, v, u in rows],
            )

    def photo(self, photo_id: str) -> sqlite3.Row:
        """The row of a photo."""
        found: sqlite3.Row = self._db.execute(
            "SELECT * FROM photos WHERE id = ?", (photo_id,)
        ).fetchone()
        return found

    def keep_file(self, file: File) -> None:
        """Note that a file is there."""
        self._db.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(file.key, file.photo, file.role, file.label),
                *(file.version, file.size, file.sha256, file.media_type),
            ),
        )

    def forget_file(self, key: str) -> None:
        """Note that a file is gone."""
        self._db.execute("DELETE FROM files WHERE key = ?", (key,))

    def file(self, key: str) -> File | None:
        """The file of a key."""
        return next(self._files("key = ?", key), None)

    def files_of(self, photo: str, *roles: str) -> list[File]:
        """The files of a photo, of these roles or all."""
        found = self._files("photo = ? ORDER BY key", photo)
        return [file for file in found if not roles or file.role in roles]

    def all_files(self, after: str, most: int) -> list[File]:
        """Files in the order of their keys."""
        return list(self._files("key > ? ORDER BY key LIMIT ?", after, most))

    def set_members(self, album: str, photos: Iterable[str]) -> None:
        """Note which photos an album has. Sidecars of those that came or went are written again."""
        with self.together():
            before = {row[0] for row in self.rows("SELECT photo FROM members WHERE album=?", album)}
            now = list(dict.fromkeys(photos))
            self._db.execute("DELETE FROM members WHERE album = ?", (album,))
            self._db.executemany(
                "INSERT INTO members VALUES (?, ?, ?)",
                [(album, place, photo) for place, photo in enumerate(now)],
            )
            self._db.executemany(
                "UPDATE photos SET is_stale = 1 WHERE id = ? AND known > 0",
                [(photo,) for photo in before ^ set(now)],
            )

    def _files(self, where: str, *values: Any) -> Iterator[File]:
        for row in self._db.execute(f"SELECT * FROM files WHERE {where}", values):  # noqa: S608
            yield File(**dict(row))


def _lock(lock: TextIO) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreUnavailable(
            "Another process works on this backup.", remedy="Wait until it has ended."
        ) from None
