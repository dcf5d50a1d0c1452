"""What users have besides originals: published renditions, stores of their own."""

import asyncio
from typing import Any

import pytest

from catalog.records import add_original, add_user
from tintype.catalog import Catalog, originals, renditions, user_stores, users
from tintype.catalog.renditions import RenditionFacts
from tintype.catalog.tables import Original, PublishedRendition, User, UserStore
from tintype.catalog.user_stores import StoreDraft
from tintype.errors import InvalidRecord, RecordExists, RecordNotFound, RecordStale
from tintype.ids import new_id


@pytest.fixture
def user(catalog: Catalog) -> User:
    return add_user(catalog)


@pytest.fixture
def other(catalog: Catalog) -> User:
    return add_user(catalog, "grace@example.org")


def facts(key: str = "cards/ada.jpg", **fields: Any) -> RenditionFacts:
    given = {"place": "", "key": key, "transform": "300x200", "url": f"https://cdn.example/{key}"}
    given |= {"media_type": "image/jpeg", "width": 300, "height": 200, "size": 9}
    return RenditionFacts(**(given | fields))


def publish(catalog: Catalog, original: Original, what: RenditionFacts) -> PublishedRendition:
    return catalog.run_now(lambda session: renditions.publish(session, original, what))


def published(catalog: Catalog, original: Original) -> list[PublishedRendition]:
    return catalog.read_now(lambda session: renditions.of_original(session, original))


def test_a_key_holds_what_was_published_last(catalog: Catalog, user: User) -> None:
    first, second = add_original(catalog, user), add_original(catalog, user)
    before = publish(catalog, first, facts())
    publish(catalog, first, facts("another.jpg"))
    after = publish(catalog, second, facts(transform="100x100", width=100))
    assert after.id == before.id
    assert [each.key for each in published(catalog, first)] == ["another.jpg"]
    (now_there,) = published(catalog, second)
    assert (now_there.transform, now_there.width, now_there.height) == ("100x100", 100, 200)


def test_a_key_belongs_to_one_user(catalog: Catalog, user: User, other: User) -> None:
    mine, theirs = add_original(catalog, user), add_original(catalog, other)
    publish(catalog, mine, facts())
    with pytest.raises(RecordExists, match="taken"):
        publish(catalog, theirs, facts())
    with pytest.raises(RecordExists):
        catalog.run_now(lambda s: renditions.claim(s, other.id, "", "cards/ada.jpg"))
    publish(catalog, theirs, facts(place=new_id()))
    assert len(published(catalog, mine)) == 1


async def test_of_many_who_publish_under_a_key_at_once_one_user_gets_it(catalog: Catalog) -> None:
    owners = [add_user(catalog, f"user{i}@example.org") for i in range(6)]
    made = [add_original(catalog, owner) for owner in owners]

    async def try_to(original: Original) -> int:
        try:
            await catalog.run(lambda session: renditions.publish(session, original, facts()))
        except RecordExists:
            return 0
        return 1

    assert sum(await asyncio.gather(*map(try_to, made))) == 1


def test_renditions_go_with_their_original(catalog: Catalog, user: User) -> None:
    original = add_original(catalog, user)
    publish(catalog, original, facts())
    catalog.run_now(lambda session: originals.remove(session, user.id, original.id))
    assert published(catalog, original) == []
    assert catalog.run_now(lambda s: renditions.claim(s, user.id, "", "cards/ada.jpg")) is None


def test_a_rendition_is_removed_by_its_user(catalog: Catalog, user: User, other: User) -> None:
    made = publish(catalog, add_original(catalog, user), facts())
    for owner, rendition_id in ((other.id, made.id), (user.id, "x"), (user.id, new_id())):
        with pytest.raises(RecordNotFound):
            catalog.run_now(lambda s, o=owner, r=rendition_id: renditions.remove(s, o, r))
    removed = catalog.run_now(lambda s: renditions.remove(s, user.id, made.id))
    assert removed.key == "cards/ada.jpg"


def add_store(catalog: Catalog, user: User, name: str = "shop", **fields: Any) -> UserStore:
    draft = StoreDraft(name=name, **({"address": "s3://bucket/shop"} | fields))
    return catalog.run_now(lambda session: user_stores.add(session, user.id, draft))


def test_a_store_is_kept_and_shows_no_credentials(catalog: Catalog, user: User) -> None:
    added = add_store(catalog, user, sealed_credentials="sealed", options={"region": "eu-1"})
    again = catalog.read_now(lambda s: user_stores.get(s, user.id, added.id))
    assert (again.address, again.options) == ("s3://bucket/shop", {"region": "eu-1"})
    assert again.sealed_credentials == "sealed"
    assert "sealed" not in repr(again) + repr(
        StoreDraft(name="a", address="b", sealed_credentials="sealed")
    )


def test_stores_are_listed_by_name_and_have_one_of_each(
    catalog: Catalog, user: User, other: User
) -> None:
    for name in ("b", "a"):
        add_store(catalog, user, name)
    with pytest.raises(RecordExists, match="called a"):
        add_store(catalog, user, "a")
    add_store(catalog, other, "a")
    listed = catalog.read_now(lambda session: user_stores.of_user(session, user.id))
    assert [store.name for store in listed] == ["a", "b"]


def test_a_store_is_changed_by_who_has_seen_it_last(catalog: Catalog, user: User) -> None:
    store = add_store(catalog, user, sealed_credentials="sealed")
    add_store(catalog, user, "taken")
    draft = StoreDraft(name="shop", address="s3://other")
    changed = catalog.run_now(lambda s: user_stores.change(s, user.id, store.id, draft, version=1))
    assert (changed.address, changed.sealed_credentials, changed.version) == (
        *("s3://other", "sealed", 2),
    )
    with pytest.raises(RecordStale):
        catalog.run_now(lambda s: user_stores.change(s, user.id, store.id, draft, version=1))
    with pytest.raises(RecordStale):
        catalog.run_now(lambda s: user_stores.remove(s, user.id, store.id, version=1))
    taken = StoreDraft(name="taken", address="s3://other")
    with pytest.raises(RecordExists):
        catalog.run_now(lambda s: user_stores.change(s, user.id, store.id, taken, version=None))


def test_a_store_of_somebody_else_is_not_found(catalog: Catalog, user: User, other: User) -> None:
    theirs = add_store(catalog, other)
    for store_id in (theirs.id, "", "' OR 1=1 --", new_id()):
        with pytest.raises(RecordNotFound):
            catalog.read_now(lambda s, i=store_id: user_stores.get(s, user.id, i))
        with pytest.raises(RecordNotFound):
            catalog.run_now(lambda s, i=store_id: user_stores.remove(s, user.id, i, version=None))


def test_a_store_in_use_is_not_removed(catalog: Catalog, user: User) -> None:
    store = add_store(catalog, user)
    original = add_original(catalog, user, store_id=store.id)
    with pytest.raises(RecordExists, match="originals"):
        catalog.run_now(lambda s: user_stores.remove(s, user.id, store.id, version=None))
    catalog.run_now(lambda s: originals.remove(s, user.id, original.id))
    catalog.run_now(lambda s: user_stores.remove(s, user.id, store.id, version=None))
    assert catalog.read_now(lambda s: user_stores.of_user(s, user.id)) == []


def test_all_that_is_a_users_goes_with_them(catalog: Catalog, user: User) -> None:
    store = add_store(catalog, user)
    original = add_original(catalog, user, store_id=store.id)
    publish(catalog, original, facts(place=store.id))
    catalog.run_now(lambda s: users.remove(s, user.id, version=None, cascade=True))
    assert published(catalog, original) == []
    assert catalog.read_now(lambda s: user_stores.of_user(s, user.id)) == []


def test_a_store_has_a_name_and_an_address() -> None:
    with pytest.raises(InvalidRecord) as caught:
        StoreDraft(name="", address="x" * 1025)
    assert set(caught.value.mistakes) == {"name", "address"}
