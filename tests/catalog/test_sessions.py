"""Sessions of browsers, and the first administrator."""

import asyncio
from datetime import timedelta

import pytest

from catalog.records import add_user, user_draft
from tintype.catalog import Catalog, sessions, setup, users
from tintype.catalog.columns import now
from tintype.catalog.tables import BrowserSession, User
from tintype.errors import EmailTaken, RecordNotFound

LATER = timedelta(hours=1)


def begin(catalog: Catalog, user: User, sha256: str, lasts: timedelta = LATER) -> BrowserSession:
    until = now() + lasts
    return catalog.run_now(lambda session: sessions.begin(session, user.id, sha256, until))


def is_found(catalog: Catalog, sha256: str) -> bool:
    return catalog.read_now(lambda session: sessions.find(session, sha256)) is not None


def test_a_session_is_found_with_its_user_until_it_ends(catalog: Catalog) -> None:
    user = add_user(catalog)
    begun = begin(catalog, user, "one")
    found = catalog.read_now(lambda session: sessions.find(session, "one"))
    assert found
    assert (found[0].id, found[1].id) == (begun.id, user.id)
    for _ in range(2):
        catalog.run_now(lambda session: sessions.end(session, "one"))
    assert not is_found(catalog, "one")


def test_a_session_that_is_over_is_not_found_and_goes(catalog: Catalog) -> None:
    user = add_user(catalog)
    over = begin(catalog, user, "one", -timedelta(seconds=1))
    assert not is_found(catalog, "one")
    begin(catalog, user, "two")
    assert catalog.read_now(lambda session: session.get(BrowserSession, over.id)) is None


def test_all_sessions_of_a_user_end_but_the_one_in_use(catalog: Catalog) -> None:
    user, other = add_user(catalog), add_user(catalog, "grace@example.org")
    kept = begin(catalog, user, "kept")
    begin(catalog, user, "ended")
    begin(catalog, other, "another's")
    catalog.run_now(lambda session: sessions.end_all(session, user.id, but=kept.id))
    assert [is_found(catalog, each) for each in ("kept", "ended", "another's")] == [1, 0, 1]
    catalog.run_now(lambda session: sessions.end_all(session, user.id))
    assert not is_found(catalog, "kept")


def test_a_password_that_is_given_again_is_noted(catalog: Catalog) -> None:
    begun = begin(catalog, add_user(catalog), "one")
    catalog.run_now(lambda session: sessions.confirm(session, begun.id))
    catalog.run_now(lambda session: sessions.confirm(session, "nobody's"))
    found = catalog.read_now(lambda session: sessions.find(session, "one"))
    assert found
    assert found[0].confirmed_at > begun.confirmed_at


def test_sessions_go_with_their_user(catalog: Catalog) -> None:
    user = add_user(catalog)
    begin(catalog, user, "one")
    catalog.run_now(lambda session: users.remove(session, user.id, version=None))
    assert not is_found(catalog, "one")


def offer(catalog: Catalog, sha256: str, lasts: timedelta = LATER) -> None:
    catalog.run_now(lambda session: setup.offer(session, sha256, now() + lasts))


def redeem(catalog: Catalog, sha256: str, email: str = "ada@example.org") -> User:
    return catalog.run_now(lambda session: setup.redeem(session, sha256, user_draft(email)))


def test_a_token_makes_one_administrator(catalog: Catalog) -> None:
    assert not catalog.read_now(setup.has_admin)
    offer(catalog, "one")
    assert catalog.read_now(lambda session: setup.is_open(session, "one"))
    assert redeem(catalog, "one").is_admin
    assert catalog.read_now(setup.has_admin)
    assert not catalog.read_now(lambda session: setup.is_open(session, "one"))
    with pytest.raises(RecordNotFound):
        redeem(catalog, "one", "mallory@example.org")
    assert len(catalog.read_now(users.page).items) == 1


def test_a_token_that_is_unknown_too_old_or_replaced_makes_nobody(catalog: Catalog) -> None:
    offer(catalog, "replaced")
    offer(catalog, "old", -timedelta(seconds=1))
    for token in ("replaced", "old", "unknown", "", "' OR 1=1 --"):
        assert not catalog.read_now(lambda session, t=token: setup.is_open(session, t))
        with pytest.raises(RecordNotFound):
            redeem(catalog, token)
    assert catalog.read_now(users.page).items == []


def test_a_token_is_of_no_use_where_somebody_administers(catalog: Catalog) -> None:
    add_user(catalog, "root@example.org", is_admin=True)
    offer(catalog, "one")
    with pytest.raises(RecordNotFound):
        redeem(catalog, "one")


def test_a_token_is_not_used_up_by_a_mistake(catalog: Catalog) -> None:
    add_user(catalog)
    offer(catalog, "one")
    with pytest.raises(EmailTaken):
        redeem(catalog, "one")
    assert redeem(catalog, "one", "grace@example.org").is_admin


async def test_of_many_who_redeem_at_once_one_is_made(catalog: Catalog) -> None:
    offer(catalog, "one")

    async def try_to(number: int) -> int:
        draft = user_draft(f"user{number}@example.org")
        try:
            await catalog.run(lambda session: setup.redeem(session, "one", draft))
        except RecordNotFound:
            return 0
        return 1

    assert sum(await asyncio.gather(*map(try_to, range(10)))) == 1
    assert len(catalog.read_now(users.page).items) == 1
