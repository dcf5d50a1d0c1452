"""Users: unique by address, changed by who has seen them last."""

import asyncio
from datetime import UTC

import pytest

from catalog.records import add_original, add_user, user_draft
from tintype.catalog import Catalog, users
from tintype.catalog.tables import User
from tintype.errors import EmailTaken, InvalidRecord, RecordExists, RecordNotFound, RecordStale
from tintype.ids import new_id


def get(catalog: Catalog, user: User) -> User:
    return catalog.read_now(lambda session: users.get(session, user.id))


def test_what_was_added_is_there(catalog: Catalog) -> None:
    user = add_user(catalog, password_hash="a hash", is_admin=True, quota_bytes=5 << 40)
    again = get(catalog, user)
    for name in (column.key for column in User.__table__.columns):
        assert getattr(again, name) == getattr(user, name), name
    assert (again.version, again.is_admin, again.quota_bytes) == (1, True, 5 << 40)
    assert again.created_at.tzinfo is UTC


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.ORG", " ada@EXAMPLE.org "])
def test_an_address_is_taken_however_it_is_written(catalog: Catalog, email: str) -> None:
    first = add_user(catalog)
    with pytest.raises(EmailTaken):
        add_user(catalog, email)
    page = catalog.read_now(users.page)
    assert [user.id for user in page.items] == [first.id]


def test_a_change_of_address_cannot_take_another_ones(catalog: Catalog) -> None:
    add_user(catalog)
    other = add_user(catalog, "grace@example.org")
    change = {"email": "ADA@example.org"}
    with pytest.raises(EmailTaken):
        catalog.run_now(lambda session: users.change(session, other.id, change, version=None))
    assert get(catalog, other).email == "grace@example.org"


def test_a_user_is_found_by_the_address_however_it_is_written(catalog: Catalog) -> None:
    user = add_user(catalog, "Björn@Bücher.example")
    for written in (
        "björn@bücher.example",
        "BJÖRN@xn--bcher-kva.example",
        "Bjo\u0308rn@BÜCHER.example",
    ):
        found = catalog.read_now(lambda session, email=written: users.find(session, email))
        assert found
        assert found.id == user.id
    for unknown in ("bjorn@bücher.example", "", "nobody", "a@b\x00"):
        assert catalog.read_now(lambda session, e=unknown: users.find(session, e)) is None


def test_pages_hold_everybody_once_in_the_order_in_which_they_came(catalog: Catalog) -> None:
    added = [add_user(catalog, f"user{i}@example.org").id for i in range(7)]
    seen: list[str] = []
    sizes, after = [], None
    while True:
        page = catalog.read_now(lambda session, a=after: users.page(session, after=a, limit=3))
        seen += [user.id for user in page.items]
        sizes.append(len(page.items))
        after = page.after
        if after is None:
            break
    assert (seen, sizes) == (added, [3, 3, 1])


def test_a_last_page_that_is_full_is_the_last(catalog: Catalog) -> None:
    for i in range(2):
        add_user(catalog, f"user{i}@example.org")
    assert catalog.read_now(lambda session: users.page(session, limit=2)).after is None


@pytest.mark.parametrize(
    "after", ["", "1", "x' OR 1=1 --", "\x00", "01A2292A-BE3A-7000-B233-C4676E134CD4"]
)
def test_a_cursor_that_was_not_given_out_is_refused(catalog: Catalog, after: str) -> None:
    with pytest.raises(InvalidRecord, match="cursor: is not one that was given out"):
        catalog.read_now(lambda session: users.page(session, after=after))


def test_a_change_counts_on_and_says_when(catalog: Catalog) -> None:
    user = add_user(catalog)
    fields = {"first_name": " Augusta ", "quota_bytes": 10}
    changed = catalog.run_now(lambda session: users.change(session, user.id, fields, version=1))
    assert (changed.first_name, changed.quota_bytes, changed.version) == ("Augusta", 10, 2)
    again = get(catalog, user)
    assert (again.first_name, again.last_name, again.version) == ("Augusta", "Lovelace", 2)
    assert again.updated_at > again.created_at == user.created_at


def test_a_change_by_who_has_not_seen_the_last_one_is_refused(catalog: Catalog) -> None:
    user = add_user(catalog)
    fields = {"first_name": "Augusta"}
    catalog.run_now(lambda session: users.change(session, user.id, fields, version=1))
    with pytest.raises(RecordStale):
        catalog.run_now(
            lambda session: users.change(session, user.id, {"last_name": "Byron"}, version=1)
        )
    with pytest.raises(RecordStale):
        catalog.run_now(lambda session: users.remove(session, user.id, version=1))
    assert get(catalog, user).last_name == "Lovelace"


async def test_of_many_changes_of_one_version_at_once_one_is_made(catalog: Catalog) -> None:
    user = add_user(catalog)

    async def change(number: int) -> str:
        fields = {"first_name": f"Ada {number}"}
        try:
            changed = await catalog.run(
                lambda session: users.change(session, user.id, fields, version=1)
            )
        except RecordStale:
            return ""
        return changed.first_name

    made = [name for name in await asyncio.gather(*map(change, range(12))) if name]
    assert made == [get(catalog, user).first_name]
    assert get(catalog, user).version == 2


async def test_no_change_of_many_at_once_is_lost(catalog: Catalog) -> None:
    user = add_user(catalog)

    async def change(number: int) -> None:
        fields = {"first_name": f"Ada {number}"}
        await catalog.run(lambda session: users.change(session, user.id, fields, version=None))

    await asyncio.gather(*map(change, range(12)))
    assert get(catalog, user).version == 13


async def test_of_many_users_with_one_address_at_once_one_is_added(catalog: Catalog) -> None:
    async def add(number: int) -> int:
        try:
            await catalog.run(
                lambda session: users.add(session, user_draft(first_name=f"{number}"))
            )
        except EmailTaken:
            return 0
        return 1

    assert sum(await asyncio.gather(*map(add, range(12)))) == 1


def test_who_was_removed_is_gone_and_the_address_is_free(catalog: Catalog) -> None:
    user = add_user(catalog)
    catalog.run_now(lambda session: users.remove(session, user.id, version=1))
    with pytest.raises(RecordNotFound):
        get(catalog, user)
    with pytest.raises(RecordNotFound):
        catalog.run_now(lambda session: users.remove(session, user.id, version=None))
    assert add_user(catalog).id != user.id


def test_who_keeps_originals_is_not_removed_unless_that_is_meant(catalog: Catalog) -> None:
    user = add_user(catalog)
    add_original(catalog, user)
    with pytest.raises(RecordExists, match=r"has 1 original\."):
        catalog.run_now(lambda session: users.remove(session, user.id, version=None))
    catalog.run_now(lambda session: users.remove(session, user.id, version=None, cascade=True))
    with pytest.raises(RecordNotFound):
        get(catalog, user)


@pytest.mark.parametrize(
    "user_id",
    [
        "",
        "1",
        "' OR 1=1 --",
        "\x00",
        "\ud800",
        "a" * 100_000,
        "01a2292a-be3a-7000-b233-c4676e134cd4",
        "01A2292A-BE3A-7000-B233-C4676E134CD4",
    ],
)
def test_an_id_that_nobody_has_is_not_found(catalog: Catalog, user_id: str) -> None:
    add_user(catalog)
    with pytest.raises(RecordNotFound):
        catalog.read_now(lambda session: users.get(session, user_id))


@pytest.mark.parametrize(
    "name", ["Robert'); DROP TABLE users;--", '"', "%s", ":x", "O’Neill", "李", "🎞️", "a\u0301" * 50]
)
def test_a_name_comes_back_as_it_was(catalog: Catalog, name: str) -> None:
    user = add_user(catalog, first_name=name, last_name=name)
    assert get(catalog, user).first_name == name


@pytest.mark.parametrize(
    ("fields", "mistakes"),
    [
        ({"first_name": ""}, {"first_name": "cannot be blank"}),
        (
            {"first_name": " \t", "last_name": ""},
            {"first_name": "cannot be blank", "last_name": "cannot be blank"},
        ),
        ({"last_name": "x" * 101}, {"last_name": "cannot be longer than 100 characters"}),
        ({"first_name": "a\nb"}, {"first_name": "cannot hold control characters"}),
        ({"first_name": "a\x00"}, {"first_name": "cannot hold control characters"}),
        ({"first_name": "a\u2028b"}, {"first_name": "cannot hold line breaks"}),
        ({"last_name": "\ud800"}, {"last_name": "is not valid Unicode"}),
        ({"email": ""}, {"email": "cannot be blank"}),
        ({"email": "ada"}, {"email": "is not an email address"}),
        ({"email": "a@" + "x" * 300}, {"email": "cannot be longer than 254 characters"}),
    ],
)
def test_every_field_that_is_wrong_is_named(
    fields: dict[str, str], mistakes: dict[str, str]
) -> None:
    with pytest.raises(InvalidRecord) as caught:
        user_draft(**fields)
    assert caught.value.mistakes == mistakes
    assert str(caught.value) == "; ".join(f"{k}: {v}" for k, v in mistakes.items()) + "."


def test_a_change_is_checked_like_a_new_user(catalog: Catalog) -> None:
    user = add_user(catalog)
    fields = {"first_name": "", "email": "nobody"}
    with pytest.raises(InvalidRecord) as caught:
        catalog.run_now(lambda session: users.change(session, user.id, fields, version=1))
    assert set(caught.value.mistakes) == {"first_name", "email"}
    assert get(catalog, user).version == 1


def test_no_secret_is_in_a_repr() -> None:
    assert "a hash" not in repr(user_draft(password_hash="a hash"))
    assert "a hash" not in repr(User(id=new_id(), password_hash="a hash"))
