"""API keys and access keys: found while they live, and by nobody else's user."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.records import add_user
from tintype.catalog import Catalog, access_keys, api_keys, granted, users
from tintype.catalog.columns import now
from tintype.catalog.tables import AccessKey, ApiKey, User
from tintype.errors import InvalidRecord, RecordExists, RecordNotFound
from tintype.ids import new_id

KINDS: list[type[Any]] = [ApiKey, AccessKey]


def add(catalog: Catalog, kind: type[Any], user: User, **fields: Any) -> Any:
    name = fields.pop("name", "a key")
    given = {"key_id": new_id(), "scopes": ["originals:read", "originals:write"]}
    if kind is ApiKey:
        given |= {"sha256": f"{given['key_id']} hashed", "last4": "abcd"} | fields
        return catalog.run_now(lambda session: api_keys.add(session, user.id, name, **given))
    given |= {"sealed_secret": "sealed"} | fields
    return catalog.run_now(lambda session: access_keys.add(session, user.id, name, **given))


def find(catalog: Catalog, key: Any) -> Any:
    if isinstance(key, ApiKey):
        return catalog.read_now(lambda session: api_keys.find(session, key.sha256))
    return catalog.read_now(lambda session: access_keys.find(session, key.id))


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_found_with_its_user(catalog: Catalog, kind: type[Any]) -> None:
    user = add_user(catalog)
    key = add(catalog, kind, user, name=" for the shop ")
    found, owner = find(catalog, key)
    assert (found.id, found.name, owner.id) == (key.id, "for the shop", user.id)
    assert found.scopes == ["originals:read", "originals:write"]
    assert repr(found) == f"<{kind.__name__} {key.id}>"


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_is_over_opens_nothing_and_is_still_listed(
    catalog: Catalog, kind: type[Any]
) -> None:
    user = add_user(catalog)
    live = add(catalog, kind, user, expires_at=now() + timedelta(hours=1))
    over = add(catalog, kind, user, expires_at=now() - timedelta(seconds=1))
    revoked = add(catalog, kind, user)
    catalog.run_now(lambda session: granted.revoke(session, kind, user.id, revoked.id))
    assert [bool(find(catalog, key)) for key in (live, over, revoked)] == [True, False, False]
    listed = catalog.read_now(lambda session: granted.of_user(session, kind, user.id))
    assert [key.id for key in listed] == [live.id, over.id, revoked.id]


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_is_revoked_once_and_for_all(catalog: Catalog, kind: type[Any]) -> None:
    user = add_user(catalog)
    key = add(catalog, kind, user)
    first, second = (
        catalog.run_now(lambda session: granted.revoke(session, kind, user.id, key.id))
        for _ in range(2)
    )
    assert first.revoked_at == second.revoked_at is not None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key_id", ["", "' OR 1=1 --", new_id()])
def test_a_key_of_somebody_else_is_not_found(
    catalog: Catalog, kind: type[Any], key_id: str
) -> None:
    user, other = add_user(catalog), add_user(catalog, "grace@example.org")
    key = add(catalog, kind, other)
    for each in (key.id, key_id):
        with pytest.raises(RecordNotFound):
            catalog.run_now(lambda session, i=each: granted.revoke(session, kind, user.id, i))
    assert find(catalog, key)
    assert catalog.read_now(lambda session: granted.of_user(session, kind, user.id)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_use_is_noted_now_and_then(catalog: Catalog, kind: type[Any]) -> None:
    key = add(catalog, kind, add_user(catalog))
    assert granted.is_use_due(key)
    catalog.run_now(lambda session: granted.note_use(session, kind, key.id))
    used, _ = find(catalog, key)
    assert used.last_used_at >= key.created_at
    assert not granted.is_use_due(used)
    used.last_used_at -= timedelta(minutes=2)
    assert granted.is_use_due(used)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "mistake"), [("", "cannot be blank"), ("x" * 101, "longer"), ("a\x00", "control")]
)
def test_a_key_has_a_name(catalog: Catalog, kind: type[Any], name: str, mistake: str) -> None:
    user = add_user(catalog)
    with pytest.raises(InvalidRecord, match=f"name: .*{mistake}"):
        add(catalog, kind, user, name=name)


@pytest.mark.parametrize("kind", KINDS)
def test_keys_go_with_their_user(catalog: Catalog, kind: type[Any]) -> None:
    user = add_user(catalog)
    key = add(catalog, kind, user)
    catalog.run_now(lambda session: users.remove(session, user.id, version=None))
    assert find(catalog, key) is None
    assert catalog.read_now(lambda session: granted.of_user(session, kind, user.id)) == []


def test_two_keys_with_one_hash_cannot_be(catalog: Catalog) -> None:
    user = add_user(catalog)
    add(catalog, ApiKey, user, sha256="one")
    with pytest.raises(RecordExists):
        add(catalog, ApiKey, user, sha256="one")
