"""Engines of SQLAlchemy for the two databases, set up so that they behave alike.

SQLite: write-ahead log, foreign keys held, every commit on the disk, and a transaction that will
write takes the write lock when it begins: one that took it later could fail for no fault of its
own. PostgreSQL: time limits for everything, so that a server that is away is noticed in seconds.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from tintype.errors import InvalidSettings

READS = "tintype_reads"  # execution option of a connection that is not going to write
THREADS = 8  # transactions at once in one process; readers only with SQLite
BUSY = 5.0  # seconds that a writer of SQLite waits for another process
_FORMS = "Write postgresql://user:password@host/name or sqlite:///file."
_POSTGRES_LIMITS: dict[str, object] = {
    "connect_timeout": 3,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "tintype",
    # A prepared statement gets one plan for all values, be they of few rows or of half a table.
    "prepare_threshold": None,
    "options": "-c statement_timeout=15s -c lock_timeout=5s"
    " -c idle_in_transaction_session_timeout=30s",
}


def read_url(text: str) -> URL:
    """The address of a database. Raises InvalidSettings, without the text: it may hold a password.

    `postgres://` is taken for `postgresql://`; the driver is psycopg whatever stands there.
    """
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise InvalidSettings("TINTYPE_DATABASE_URL is no URL.", remedy=_FORMS) from None
    if backend in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise InvalidSettings("TINTYPE_DATABASE_URL is of no known kind.", remedy=_FORMS)
    if url.database in {None, "", ":memory:"} or url.query:
        raise InvalidSettings(
            "TINTYPE_DATABASE_URL names no file, or has parameters, which SQLite takes none of.",
            remedy="Write sqlite:///folder/file.db, or four slashes for a path from the root.",
        )
    return url.set(drivername="sqlite+pysqlite")


def make_engine(url: URL) -> Engine:
    """The engine for an address that `read_url` gave. No I/O."""
    common: dict[str, Any] = {
        "pool_size": THREADS + 1,
        "max_overflow": 1,
        "pool_timeout": 5,
        "hide_parameters": True,
    }
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY}, **common)
        event.listen(engine, "do_connect", _make_private)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    given = {k: v for k, v in _POSTGRES_LIMITS.items() if k not in url.query}
    return create_engine(url, connect_args=given, pool_pre_ping=True, **common)


def _make_private(dialect: object, record: object, args: list[Any], options: Any) -> None:  # noqa: ARG001 - an event
    """Before the first connection: the file belongs to us alone, and so do those beside it."""
    path = Path(args[0])
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A file that is there is not opened, even for a moment: closing it would take away the locks of
    # this process's other connections (POSIX), and another process would remove the log under them.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _set_up_sqlite(connection: Any, record: object) -> None:  # noqa: ARG001 - an event
    connection.isolation_level = None  # else the driver begins transactions where it likes to
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # what is accepted survives a power cut
    connection.execute("PRAGMA cache_size = -16000")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READS)
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
