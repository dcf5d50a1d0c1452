"""The tables' version: which it is, which it should be, and how it gets there. Alembic's work.

The migrations lie in this package, so that an installed wheel has them. An upgrade is one
transaction, under a lock that several processes starting at once queue for.
"""

from contextlib import closing
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from tintype.catalog.engine import READS
from tintype.errors import CatalogError

_LOCK = 0x74696E74797065  # "tintype", of PostgreSQL's advisory locks
_LONGEST_UPGRADE = 600  # seconds that a process waits for another's upgrade


@dataclass(frozen=True, slots=True)
class Schema:
    """The version that the tables have, "" for none, and the one that they should have."""

    found: str
    wanted: str
    is_newer: bool = False  # than this program knows

    @property
    def is_current(self) -> bool:
        """Whether the tables are this version's."""
        return self.found == self.wanted

    @property
    def sentence(self) -> str:
        """What is the case, for people."""
        if self.is_current:
            return f"The database is current ({self.found})."
        if self.is_newer:
            return f"The database was made by a newer version of Tintype ({self.found})."
        if not self.found:
            return "The database is empty."
        return f"The database is of an older version of Tintype ({self.found})."

    @property
    def remedy(self) -> str:
        """What to do about it."""
        if self.is_newer:
            return "Install that version, or restore a backup from before."
        return "" if self.is_current else "Run: tintype db upgrade"


def config() -> Config:
    """Alembic's configuration: where the migrations are."""
    made = Config()
    made.set_main_option("script_location", "tintype.catalog:migrations")
    return made


def check(engine: Engine) -> Schema:
    """The versions, found and wanted."""
    with engine.connect().execution_options(**{READS: True}) as connection:
        found = MigrationContext.configure(connection).get_current_revision() or ""
    scripts = ScriptDirectory.from_config(config())
    known = {script.revision for script in scripts.walk_revisions()}
    wanted = scripts.get_current_head() or ""
    return Schema(found, wanted, is_newer=bool(found) and found not in known)


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing, in one transaction."""
    if engine.dialect.name == "sqlite":
        _write_ahead(engine)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # A migration may rebuild a table, and dropping the old one must not cascade.
            _outside_transactions(connection, "PRAGMA foreign_keys = OFF")
        try:
            _migrate(connection)
        finally:
            if engine.dialect.name == "sqlite":
                connection.invalidate()  # so that the next one comes with foreign keys on


def _write_ahead(engine: Engine) -> None:
    """Turn the write-ahead log on, which the file remembers."""
    with closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA journal_mode = WAL")


def _outside_transactions(connection: Connection, statement: str) -> None:
    driver = connection.connection.dbapi_connection
    assert driver
    for each in (f"PRAGMA busy_timeout = {_LONGEST_UPGRADE * 1000}", statement):
        driver.cursor().execute(each)


def _migrate(connection: Connection) -> None:
    with connection.begin():
        if connection.dialect.name == "postgresql":
            for limit in ("statement_timeout", "lock_timeout"):
                connection.execute(text(f"SET LOCAL {limit} = '{_LONGEST_UPGRADE}s'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        settings = config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")
        _finish(connection)


def _finish(connection: Connection) -> None:
    """The last look before all of it counts."""
    if connection.dialect.name != "sqlite":
        return
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise CatalogError("The upgrade would leave records without their owners.")
