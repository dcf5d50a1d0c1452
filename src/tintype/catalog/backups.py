"""Backups of a catalog in SQLite: consistent copies, taken and put back while others work.

SQLite's own online backup does both: a copy is of one moment, and whoever has the database open
when one is put back goes on with what was put back.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tintype.catalog.failures import translated
from tintype.errors import InvalidRequest

_PAGES = 2_000  # copied at a time; writers come in between
_BUSY = 30.0  # seconds


def back_up(database: Path, to: Path) -> int:
    """Copy a database to a new file, which is whole or not there; its size in bytes.

    Raises InvalidRequest where there is no database, or something is there already; CatalogError.
    """
    _must_exist(database)
    if to.exists():
        raise InvalidRequest(f"{to} is there already.", remedy="Name a new file.")
    with translated():
        part = to.with_name(f".{to.name}.{secrets.token_hex(4)}")
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # it holds secrets
        try:
            with _opened(database) as source, _opened(part, writes=True) as target:
                source.backup(target, pages=_PAGES)
                target.execute("PRAGMA journal_mode = DELETE")  # one file, and none beside it
            _sync(part)
            os.link(part, to)
            _sync(to.parent)
        finally:
            part.unlink()
        return to.stat().st_size


def restore(backup: Path, database: Path) -> None:
    """Put a copy in the place of all that a database holds, which need not be there.

    Raises InvalidRequest for what is no whole backup of ours; CatalogError.
    """
    _must_exist(backup)
    _must_be_whole(backup)
    with translated():
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(database, os.O_WRONLY | os.O_CREAT, 0o600))
        with _opened(backup) as source, _opened(database, writes=True) as target:
            target.execute("PRAGMA journal_mode = WAL")
            source.backup(target)


def _must_exist(file: Path) -> None:
    if not file.is_file() or not file.stat().st_size:
        raise InvalidRequest(f"There is no database in {file}.")


def _must_be_whole(backup: Path) -> None:
    found: list[str] = []
    with suppress(sqlite3.Error), _opened(backup) as source:
        tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('users', 'alembic_version')"
        found = [str(source.execute(tables).fetchone()[0])]
        found.append(source.execute("PRAGMA integrity_check").fetchone()[0])
    if found != ["2", "ok"]:
        raise InvalidRequest(f"{backup} is no backup of a catalog, or is damaged.")


@contextmanager
def _opened(file: Path, *, writes: bool = False) -> Iterator[sqlite3.Connection]:
    address = f"{file.absolute().as_uri()}?mode={'rw' if writes else 'ro'}"
    with closing(sqlite3.connect(address, uri=True, timeout=_BUSY)) as connection:
        yield connection


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
