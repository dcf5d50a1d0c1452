"""A catalog with jobs, in SQLite or in PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.kit import Jobs
from tintype.catalog import Catalog
from tintype.settings import Settings


@pytest.fixture(scope="session")
def engine_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine's file with its tables and queues, made once."""
    folder = tmp_path_factory.mktemp("engine")
    settings = Settings(data=folder)
    catalog = Catalog.in_file(folder / "catalog.db")
    catalog.prepare()
    with Jobs(settings, catalog).worker([]):
        pass
    catalog.close()
    return folder / "jobs.db"


@pytest.fixture
def on_sqlite(tmp_path: Path, engine_file: Path) -> Iterator[Jobs]:
    settings = Settings(data=tmp_path)
    catalog = Catalog.in_file(tmp_path / "catalog.db")
    catalog.prepare()
    yield Jobs(settings, catalog, engine_file)
    catalog.close()


@pytest.fixture
def on_either(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, engine_file: Path
) -> Iterator[Jobs]:
    url = database_url if database_url.startswith("postgres") else ""
    catalog = Catalog.open(database_url)
    catalog.prepare()
    yield Jobs(Settings(data=tmp_path, database_url=url), catalog, None if url else engine_file)
    catalog.close()
