"""One service for many tests, on each kind of database; and clients for it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

import httpx2
import pytest

from servers import api
from servers.api import Api, Person
from servers.postgres import Postgres

PRESETS = "card=20x20/filters:format(webp)"


@pytest.fixture(scope="session")
def served_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with _running(tmp_path_factory, "") as running:
        yield running


@pytest.fixture(scope="session")
def served_on_postgresql(
    postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    url = postgres_server.url(postgres_server.new_database("tintype"))
    with _running(tmp_path_factory, url) as running:
        yield running


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest) -> Api:
    """A service with a database of its own, and an administrator. Both go on to the end: one that
    depended on the parameter itself would end whenever a file goes over to the other.
    """
    running: Api = request.getfixturevalue(f"served_on_{request.param}")
    return running


def _running(folders: pytest.TempPathFactory, url: str) -> AbstractContextManager[Api]:
    return api.running(folders.mktemp("api"), url, api_sign_in_rate=1_000_000, presets=PRESETS)


@pytest.fixture
def admin(served: Api) -> Iterator[httpx2.Client]:
    with served.client(served.admin) as client:
        yield client


@pytest.fixture
def person(served: Api) -> Person:
    """Somebody who administers nothing."""
    return served.person()


@pytest.fixture
def own(served: Api, person: Person) -> Iterator[httpx2.Client]:
    """That person's client."""
    with served.client(person) as client:
        yield client


@pytest.fixture
def stranger(served: Api) -> Iterator[httpx2.Client]:
    with served.client() as client:
        yield client
