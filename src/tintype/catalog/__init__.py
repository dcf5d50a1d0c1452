"""The catalog: what we know. Users, keys, originals; in SQLite or in PostgreSQL, by the same code.

    catalog = Catalog.open("postgresql://tintype@localhost/tintype")
    user = await catalog.run(lambda session: users.add(session, draft))

The modules of this package are plain functions that take a session of SQLAlchemy's. One call of
`run` is one transaction: all of it is done, or nothing. The records that come out are finished, and
may be read anywhere.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, PoolProxiedConnection
from sqlalchemy.orm import Session as Session

from tintype.catalog import schema
from tintype.catalog.engine import READS, THREADS, make_engine, read_url
from tintype.catalog.failures import translated
from tintype.catalog.schema import Schema
from tintype.errors import CatalogOutdated, CatalogUnavailable

T = TypeVar("T")
PATIENCE = 5.0  # seconds that a transaction waits for its turn
LONGEST_QUEUE = 1_000


class Catalog:
    """A database and the threads that talk to it. Opening it is no I/O.

    Every method raises CatalogUnavailable while the database is away, busy or full: nothing was
    done then, and the next call finds out anew.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.is_embedded = url.get_backend_name() == "sqlite"
        self.file = Path(url.database or "") if self.is_embedded else None
        self._engine = make_engine(url)
        self._readers = ThreadPoolExecutor(THREADS, thread_name_prefix="tintype-catalog")
        # SQLite has one writer at a time. They wait here in their order, and hold up no reader.
        self._writers = (
            ThreadPoolExecutor(1, thread_name_prefix="tintype-catalog-writer")
            if self.is_embedded
            else self._readers
        )
        self._waiting = 0
        self._watching: PoolProxiedConnection | None = None

    @classmethod
    def open(cls, url: str) -> "Catalog":
        """The catalog at `postgresql://…` or `sqlite:///…`. Raises InvalidSettings. No I/O."""
        return cls(read_url(url))

    @classmethod
    def in_file(cls, path: Path) -> "Catalog":
        """The catalog in a file of SQLite. No I/O."""
        return cls(URL.create("sqlite+pysqlite", database=str(path)))

    async def run(self, work: Callable[[Session], T]) -> T:
        """Do `work` in a thread, in a transaction of its own that may write.

        Commits when it returns; rolls back when it raises, and raises the same. A caller that is
        cancelled does not wait; what is under way is finished.
        """
        return await self._in_thread(self._writers, work, reads=False)

    async def read(self, work: Callable[[Session], T]) -> T:
        """The same for work that writes nothing: it waits for no writer of SQLite."""
        return await self._in_thread(self._readers, work, reads=True)

    def run_now(self, work: Callable[[Session], T]) -> T:
        """`run` for plain code: in this thread."""
        with self._transaction(reads=False) as session:
            return work(session)

    def read_now(self, work: Callable[[Session], T]) -> T:
        """`read` for plain code: in this thread."""
        with self._transaction(reads=True) as session:
            return work(session)

    def stamp(self) -> int | None:
        """A number that changes when anybody has written, read at next to no cost; None: there is
        no such thing here. For one thread.
        """
        if not self.is_embedded:
            return None
        with translated():
            if self._watching is None:
                self._watching = self._engine.raw_connection()
            cursor = self._watching.cursor()
            cursor.execute("PRAGMA data_version")
            found = cursor.fetchone()
            cursor.close()
            return int(found[0]) if found else None

    def upgrade(self) -> None:
        """Bring the tables to this version's. Several processes may do so at once."""
        with translated():
            schema.upgrade(self._engine)

    def check(self) -> Schema:
        """Which version the tables are of, and which they should be."""
        with translated():
            return schema.check(self._engine)

    def prepare(self) -> None:
        """What a start does: upgrade SQLite; raise CatalogOutdated for any other that needs it."""
        found = self.check()
        if found.is_current:
            return
        if not self.is_embedded or found.is_newer:
            raise CatalogOutdated(found.sentence, remedy=found.remedy)
        self.upgrade()

    def close(self) -> None:
        """Finish what is under way and close all connections."""
        self._writers.shutdown()
        self._readers.shutdown()
        if self._watching is not None:
            self._watching.close()
        self._engine.dispose()

    async def _in_thread(
        self, pool: ThreadPoolExecutor, work: Callable[[Session], T], *, reads: bool
    ) -> T:
        if self._waiting >= LONGEST_QUEUE:
            raise CatalogUnavailable("Too many transactions wait for the database.")
        due = time.monotonic() + PATIENCE

        def transact() -> T:
            if time.monotonic() > due:
                raise CatalogUnavailable("The database did not keep up; this one was not begun.")
            with self._transaction(reads=reads) as session:
                return work(session)

        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, transact)
        finally:
            self._waiting -= 1

    @contextmanager
    def _transaction(self, *, reads: bool) -> Iterator[Session]:
        options = {READS: reads} | ({} if self.is_embedded else {"postgresql_readonly": reads})
        with (
            translated(),
            self._engine.connect().execution_options(**options) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.commit()
