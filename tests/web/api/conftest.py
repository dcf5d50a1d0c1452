"""One service for many tests, on each kind of database; and clients for it."""

from collections.abc import Iterator

import httpx2
import pytest

from servers import api
from servers.api import Api, Person


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """A service with a database of its own, and an administrator."""
    url = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.new_database("tintype"))
    with api.running(tmp_path_factory.mktemp("api"), url, api_sign_in_rate=1_000_000) as running:
        yield running


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
