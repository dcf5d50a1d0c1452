"""What is remembered of requests: nonces that are spent, answers that are given again."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tintype.catalog import Catalog, Session, idempotency, nonces
from tintype.catalog.columns import now
from tintype.catalog.idempotency import StoredAnswer
from tintype.catalog.tables import Nonce, RememberedAnswer
from tintype.errors import InvalidRecord, RecordExists

ANSWER = StoredAnswer(201, {"Location": "/users/1"}, b'{"id": "\x00\xff"}')


def begin(catalog: Catalog, key: str = "key", sha256: str = "one") -> StoredAnswer | None:
    return catalog.run_now(lambda session: idempotency.begin(session, "ada", key, sha256))


def finish(catalog: Catalog, key: str = "key") -> None:
    catalog.run_now(lambda session: idempotency.finish(session, "ada", key, ANSWER))


def make_older(catalog: Catalog, by: timedelta) -> None:
    def work(session: Session) -> None:
        session.execute(update(RememberedAnswer).values(begun_at=now() - by))

    catalog.run_now(work)


def test_the_same_request_gets_the_same_answer(catalog: Catalog) -> None:
    assert begin(catalog) is None
    finish(catalog)
    assert begin(catalog) == ANSWER
    assert begin(catalog, key="another") is None
    other = catalog.run_now(lambda session: idempotency.begin(session, "grace", "key", "two"))
    assert other is None


def test_another_request_under_the_key_is_refused(catalog: Catalog) -> None:
    begin(catalog)
    for _ in range(2):
        with pytest.raises(InvalidRecord, match="another request"):
            begin(catalog, sha256="two")
        finish(catalog)


def test_a_request_that_runs_is_not_begun_again_unless_its_runner_is_dead(
    catalog: Catalog,
) -> None:
    begin(catalog)
    with pytest.raises(RecordExists, match="still running"):
        begin(catalog)
    make_older(catalog, idempotency.LONGEST_RUN + timedelta(seconds=1))
    assert begin(catalog) is None
    with pytest.raises(RecordExists):
        begin(catalog)


def test_an_answer_is_kept_for_a_day(catalog: Catalog) -> None:
    begin(catalog)
    finish(catalog)
    make_older(catalog, timedelta(hours=23, minutes=59))
    catalog.run_now(idempotency.sweep)
    assert begin(catalog) == ANSWER
    make_older(catalog, timedelta(hours=24, seconds=1))
    assert begin(catalog, sha256="two") is None
    make_older(catalog, timedelta(hours=24, seconds=1))
    catalog.run_now(idempotency.sweep)
    count = select(func.count()).select_from(RememberedAnswer)
    assert catalog.read_now(lambda session: session.scalar(count)) == 0


def test_a_request_that_was_abandoned_can_be_sent_again(catalog: Catalog) -> None:
    begin(catalog)
    catalog.run_now(lambda session: idempotency.abandon(session, "ada", "key"))
    assert begin(catalog, sha256="two") is None


async def test_of_many_that_begin_at_once_one_does(catalog: Catalog) -> None:
    async def try_to(_: int) -> int:
        try:
            await catalog.run(lambda session: idempotency.begin(session, "ada", "key", "one"))
        except RecordExists:
            return 0
        return 1

    assert sum(await asyncio.gather(*map(try_to, range(10)))) == 1


def spend(catalog: Catalog, nonce: str, *, key: str = "key", lasts: int = 60) -> None:
    until = now() + timedelta(seconds=lasts)
    catalog.run_now(lambda session: nonces.spend(session, key, nonce, until))


def test_a_nonce_is_spent_once_for_each_key(catalog: Catalog) -> None:
    spend(catalog, "one")
    spend(catalog, "two")
    spend(catalog, "one", key="another")
    with pytest.raises(RecordExists):
        spend(catalog, "one")


def test_what_is_too_old_anyway_is_forgotten(catalog: Catalog) -> None:
    spend(catalog, "old", lasts=-1)
    spend(catalog, "new")
    catalog.run_now(nonces.sweep)
    query = select(Nonce.nonce)
    assert catalog.read_now(lambda session: session.scalars(query).all()) == ["new"]


async def test_of_many_replays_at_once_one_is_answered(catalog: Catalog) -> None:
    until = now() + timedelta(minutes=15)

    async def try_to(_: int) -> int:
        try:
            await catalog.run(lambda session: nonces.spend(session, "key", "one", until))
        except RecordExists:
            return 0
        return 1

    assert sum(await asyncio.gather(*map(try_to, range(10)))) == 1
