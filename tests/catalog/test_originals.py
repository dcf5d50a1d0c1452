"""Originals: one for each content of a user, counted, tagged, and nobody else's."""

import asyncio
from datetime import UTC, timedelta

import pytest
from sqlalchemy import func, select

from catalog.records import add_original, add_user, original_draft
from tintype.catalog import Catalog, originals, usage, users
from tintype.catalog.columns import now
from tintype.catalog.tables import Original, OriginalTerm, Usage, User
from tintype.errors import (
    InvalidRecord,
    QuotaExceeded,
    RecordNotFound,
    RecordStale,
)
from tintype.ids import new_id


@pytest.fixture
def user(catalog: Catalog) -> User:
    return add_user(catalog)


def get(catalog: Catalog, original: Original) -> Original:
    return catalog.read_now(lambda s: originals.get(s, original.user_id, original.id))


def used(catalog: Catalog, user: User) -> tuple[int, int]:
    kept: Usage = catalog.read_now(lambda session: usage.of_user(session, user.id))
    return kept.originals, kept.size


def test_what_was_added_is_there(catalog: Catalog, user: User) -> None:
    before = now()
    added = add_original(
        catalog,
        user,
        name="Sunset.JPG",
        size=5 << 40,
        width=4000,
        height=3000,
        source="https://example.org/a?b=c",
        tags=[" Summer", "2026"],
        colours=["#ff8800"],
        facts={"exif": {"Make": "Ω"}},
    )
    again = get(catalog, added)
    for name in (column.key for column in Original.__table__.columns):
        assert getattr(again, name) == getattr(added, name), name
    assert again.tags == ["Summer", "2026"]
    assert again.facts == {"exif": {"Make": "Ω"}}
    assert before - timedelta(milliseconds=1) <= again.created_at <= now() + timedelta(seconds=1)
    assert again.created_at.tzinfo is UTC


def test_bytes_that_a_user_has_are_not_recorded_twice(catalog: Catalog, user: User) -> None:
    draft = original_draft(size=10)
    first, is_new = catalog.run_now(lambda session: originals.add(session, user.id, draft))
    second, is_new_again = catalog.run_now(lambda session: originals.add(session, user.id, draft))
    assert (first.id, is_new, is_new_again) == (second.id, True, False)
    assert used(catalog, user) == (1, 10)
    found = catalog.read_now(lambda session: originals.find(session, user.id, draft.sha256))
    assert found
    assert found.id == first.id


async def test_the_same_bytes_many_times_at_once_are_recorded_once(
    catalog: Catalog, user: User
) -> None:
    draft = original_draft(size=10)
    added = await asyncio.gather(
        *(catalog.run(lambda session: originals.add(session, user.id, draft)) for _ in range(10))
    )
    assert len({original.id for original, _ in added}) == 1
    assert sum(is_new for _, is_new in added) == 1
    assert used(catalog, user) == (1, 10)


async def test_many_at_once_are_all_counted(catalog: Catalog, user: User) -> None:
    drafts = [original_draft(size=10, name="one name", tags=("one tag",)) for _ in range(10)]
    await asyncio.gather(
        *(catalog.run(lambda s, d=draft: originals.add(s, user.id, d)) for draft in drafts)  # type: ignore[misc]
    )
    assert used(catalog, user) == (10, 100)


def test_the_same_bytes_of_two_users_are_two_originals(catalog: Catalog, user: User) -> None:
    other = add_user(catalog, "grace@example.org")
    mine = add_original(catalog, user, sha256="5" * 64)
    theirs = add_original(catalog, other, sha256="5" * 64)
    count = catalog.read_now(lambda session: originals.others_with(session, mine))
    assert count == 1
    catalog.run_now(lambda session: originals.remove(session, other.id, theirs.id))
    assert catalog.read_now(lambda session: originals.others_with(session, mine)) == 0
    assert get(catalog, mine).id == mine.id


async def test_a_quota_holds_however_many_come_at_once(catalog: Catalog, user: User) -> None:
    async def try_to(_: int) -> int:
        draft = original_draft(size=10)
        try:
            await catalog.run(lambda session: originals.add(session, user.id, draft, quota=35))
        except QuotaExceeded:
            return 0
        return 1

    assert sum(await asyncio.gather(*map(try_to, range(10)))) == 3
    assert used(catalog, user) == (3, 30)


def test_a_quota_is_told_and_nothing_is_kept(catalog: Catalog, user: User) -> None:
    draft = original_draft(size=1001)
    with pytest.raises(QuotaExceeded, match="1,001 bytes are more than the 1,000"):
        catalog.run_now(lambda session: originals.add(session, user.id, draft, quota=1000))
    assert used(catalog, user) == (0, 0)
    assert catalog.read_now(lambda s: originals.find(s, user.id, draft.sha256)) is None


def test_what_was_removed_is_gone_with_all_that_it_was_found_by(
    catalog: Catalog, user: User
) -> None:
    kept = add_original(catalog, user, size=1, name="kept", tags=["a"])
    gone = add_original(catalog, user, size=10, name="gone", tags=["a", "b"])
    removed = catalog.run_now(lambda session: originals.remove(session, user.id, gone.id))
    assert removed.key == gone.key
    with pytest.raises(RecordNotFound):
        get(catalog, gone)
    with pytest.raises(RecordNotFound):
        catalog.run_now(lambda session: originals.remove(session, user.id, gone.id))
    assert used(catalog, user) == (1, 1)
    query = select(func.count()).where(OriginalTerm.position != kept.position)
    assert catalog.read_now(lambda session: session.scalar(query)) == 0


def test_the_same_bytes_may_come_again_after_they_were_removed(
    catalog: Catalog, user: User
) -> None:
    first = add_original(catalog, user, sha256="5" * 64)
    catalog.run_now(lambda session: originals.remove(session, user.id, first.id))
    assert add_original(catalog, user, sha256="5" * 64).id != first.id


@pytest.mark.parametrize("original_id", ["", "1", "' OR 1=1 --", "\x00", "../x", new_id()])
def test_an_original_of_somebody_else_is_not_found(
    catalog: Catalog, user: User, original_id: str
) -> None:
    other = add_user(catalog, "grace@example.org")
    theirs = add_original(catalog, other)
    for each in (theirs.id, original_id):
        with pytest.raises(RecordNotFound):
            catalog.read_now(lambda session, i=each: originals.get(session, user.id, i))
        with pytest.raises(RecordNotFound):
            catalog.run_now(lambda session, i=each: originals.change(session, user.id, i, name="x"))
        with pytest.raises(RecordNotFound):
            catalog.run_now(lambda session, i=each: originals.remove(session, user.id, i))
    assert get(catalog, theirs).name == theirs.name


def test_a_change_counts_on(catalog: Catalog, user: User) -> None:
    added = add_original(catalog, user, name="old", tags=["a"])
    changed = catalog.run_now(
        lambda s: originals.change(s, user.id, added.id, name="new", tags=["B"], version=1)
    )
    assert (changed.name, changed.tags, changed.version) == ("new", ["B"], 2)
    with pytest.raises(RecordStale):
        catalog.run_now(lambda s: originals.change(s, user.id, added.id, name="old", version=1))
    with pytest.raises(RecordStale):
        catalog.run_now(lambda s: originals.remove(s, user.id, added.id, version=1))
    again = get(catalog, added)
    assert (again.name, again.tags, again.version) == ("new", ["B"], 2)
    assert again.updated_at >= again.created_at


def test_tags_are_there_once_whatever_their_case(catalog: Catalog, user: User) -> None:
    added = add_original(catalog, user, tags=["Summer", "summer ", "beach"])
    assert added.tags == ["Summer", "beach"]
    tagged = catalog.run_now(lambda s: originals.tag(s, user.id, added.id, ["BEACH", "sea"]))
    assert tagged.tags == ["Summer", "beach", "sea"]
    less = catalog.run_now(lambda s: originals.untag(s, user.id, added.id, ["SUMMER", "none"]))
    assert less.tags == ["beach", "sea"]


async def test_no_tag_of_many_at_once_is_lost(catalog: Catalog, user: User) -> None:
    added = add_original(catalog, user)
    names = [f"tag{i}" for i in range(10)]
    await asyncio.gather(
        *(catalog.run(lambda s, n=name: originals.tag(s, user.id, added.id, [n])) for name in names)  # type: ignore[misc]
    )
    assert sorted(get(catalog, added).tags) == names


@pytest.mark.parametrize(
    ("fields", "mistake"),
    [
        ({"tags": [""]}, "tags: a tag cannot be blank"),
        ({"tags": ["x" * 101]}, "tags: a tag cannot be longer than 100 characters"),
        ({"tags": ["a\x00"]}, "tags: a tag cannot hold control characters"),
        ({"tags": [str(i) for i in range(101)]}, "tags: cannot be more than 100"),
        ({"name": "x" * 256}, "name: cannot be longer than 255 characters"),
        ({"name": "a\nb"}, "name: cannot hold control characters"),
        ({"name": "\udc80"}, "name: is not valid Unicode"),
        ({"source": "x" * 2049}, "source: cannot be longer than 2048 characters"),
        ({"colours": ["red"]}, "colours: must be a color such as #3366cc"),
    ],
)
def test_what_cannot_be_kept_is_named(fields: dict[str, object], mistake: str) -> None:
    with pytest.raises(InvalidRecord, match=mistake):
        original_draft(**fields)


def test_originals_go_with_their_user_if_that_is_meant(catalog: Catalog, user: User) -> None:
    add_original(catalog, user, tags=["a"])
    catalog.run_now(lambda s: users.remove(s, user.id, version=None, cascade=True))
    count = select(func.count()).select_from(Original)
    assert catalog.read_now(lambda session: session.scalar(count)) == 0
