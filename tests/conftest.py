"""What tests of every part may use: a real S3 server on loopback, and a fresh bucket in it; a real
PostgreSQL, and a database of one's own in it, or in a file of SQLite.
"""

import itertools
import os
import shutil
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from longest import LONGEST
from servers import postgres
from servers.postgres import Postgres
from servers.swift import S3Server, create_bucket, running
from tintype.catalog import Catalog
from tintype.settings import S3Settings

if TYPE_CHECKING:
    from servers.demo import Demo

_numbers = itertools.count(1)


def pytest_configure() -> None:
    """A shell starts what runs in its background deaf to Ctrl-C, and its children inherit that."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Half as many processes again as there are cores: a third of the time a test waits for what
    it has started, or for a time to be over.
    """
    cores = yield
    return cores + cores // 2


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files first, where several processes share the tests."""
    if hasattr(config, "workerinput"):
        here = Path(__file__).parent
        places = {here / name: place for place, name in enumerate(LONGEST)}
        items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """OpenStack Swift with its s3api, in a process of its own; about a second to start."""
    with running() as server:
        yield server


@pytest.fixture
def s3_settings(s3_server: S3Server) -> S3Settings:
    """Settings that reach the server, and nothing else: no shared files, no instance role."""
    return S3Settings(
        endpoint=s3_server.endpoint,
        region=s3_server.region,
        access_key_id=s3_server.access_key_id,
        secret_access_key=s3_server.secret_access_key,
        credentials_file="",
        config_file="",
        metadata_endpoint="",
        read_timeout=20.0,
    )


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> str:
    """The name of a new, empty bucket."""
    bucket = f"bucket-{os.getpid()}-{next(_numbers)}"
    create_bucket(s3_server, bucket)
    return bucket


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """PostgreSQL itself; half a second to start. `tintype` in it is a database with our tables."""
    with postgres.running() as server:
        server.execute("CREATE DATABASE tintype")
        catalog = Catalog.open(server.url("tintype"))
        catalog.upgrade()
        catalog.close()
        yield server


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite with our tables, to be copied."""
    catalog = Catalog.in_file(tmp_path_factory.mktemp("sqlite") / "catalog.db")
    catalog.upgrade()
    catalog.close()
    assert catalog.file
    return catalog.file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of one's own, with empty tables. On both kinds."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_file"), tmp_path / "catalog.db")
        yield f"sqlite:///{tmp_path}/catalog.db"
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    database = server.take()
    yield server.url(database)
    server.give_back(database)


@pytest.fixture
def catalog(database_url: str) -> Iterator[Catalog]:
    """A catalog of one's own, ready for use. On both kinds of database."""
    opened = Catalog.open(database_url)
    opened.prepare()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def demo_server() -> "Iterator[Demo]":
    """The provider that plays Flickr and X, in a thread of this process. Who has no use for it
    does not load it.
    """
    from servers import demo as demo_provider

    with demo_provider.running() as running_demo:
        yield running_demo


@pytest.fixture
def demo(demo_server: "Demo") -> "Demo":
    """The same, as it is in the beginning."""
    from servers import demo as demo_provider

    demo_provider.reset(demo_server)
    return demo_server
