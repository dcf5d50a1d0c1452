"""A database that goes away in the middle: told so at once, well again after, nothing lost."""

import asyncio
from collections.abc import Iterator

import pytest

from catalog.records import user_draft
from servers import postgres
from servers.postgres import Postgres
from tintype.catalog import Catalog, Session, users
from tintype.catalog.tables import User
from tintype.errors import CatalogUnavailable


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A server of one's own, to be stopped."""
    with postgres.running() as server:
        server.execute("CREATE DATABASE tintype")
        yield server


@pytest.fixture
def catalog(server: Postgres) -> Iterator[Catalog]:
    opened = Catalog.open(server.url("tintype"))
    opened.upgrade()
    yield opened
    opened.close()


class Writers:
    """Adds users as fast as it goes, and notes which were accepted."""

    def __init__(self, catalog: Catalog) -> None:
        self.accepted: list[str] = []
        self.refused = 0
        self._catalog = catalog
        self._tasks = [asyncio.create_task(self._write(number)) for number in range(8)]

    async def _write(self, writer: int) -> None:
        number = 0
        while True:
            number += 1
            draft = user_draft(f"{writer}-{number}@example.org")
            try:
                user = await self._catalog.run(lambda session, d=draft: users.add(session, d))  # type: ignore[misc]
            except CatalogUnavailable:
                self.refused += 1
                await asyncio.sleep(0.01)
            else:
                self.accepted.append(user.id)

    async def until(self, accepted: int = 0, refused: int = 0) -> None:
        """Go on until so many more were accepted and refused."""
        accepted, refused = accepted + len(self.accepted), refused + self.refused
        while len(self.accepted) < accepted or self.refused < refused:
            assert not any(task.done() for task in self._tasks), self._tasks
            await asyncio.sleep(0.01)

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def ids(session: Session) -> set[str]:
    return {user_id for (user_id,) in session.query(User.id)}


async def test_nothing_that_was_accepted_is_lost(server: Postgres, catalog: Catalog) -> None:
    writers = Writers(catalog)
    for _ in range(2):
        await writers.until(accepted=50)
        await asyncio.to_thread(server.stop)
        await writers.until(refused=50)
        await asyncio.to_thread(server.start)
    await writers.until(accepted=50)
    await writers.end()
    assert set(writers.accepted) <= catalog.read_now(ids)


async def test_the_first_request_after_an_outage_is_answered(
    server: Postgres, catalog: Catalog
) -> None:
    await asyncio.gather(*(catalog.read(users.page) for _ in range(20)))  # connections are open
    await asyncio.to_thread(server.stop)
    with pytest.raises(CatalogUnavailable):
        await catalog.read(users.page)
    await asyncio.to_thread(server.start)
    pages = await asyncio.gather(*(catalog.read(users.page) for _ in range(20)))
    assert len(pages) == 20


async def test_a_server_that_was_restarted_unseen_is_no_failure(
    server: Postgres, catalog: Catalog
) -> None:
    await asyncio.gather(*(catalog.read(users.page) for _ in range(20)))
    await asyncio.to_thread(server.stop)
    await asyncio.to_thread(server.start)
    await asyncio.gather(*(catalog.read(users.page) for _ in range(20)))


async def test_a_transaction_that_is_cut_off_is_told_and_not_done(
    server: Postgres, catalog: Catalog
) -> None:
    def work(session: Session) -> None:
        users.add(session, user_draft())
        server.stop()

    with pytest.raises(CatalogUnavailable):
        await catalog.run(work)
    await asyncio.to_thread(server.start)
    assert catalog.read_now(users.page).items == []
