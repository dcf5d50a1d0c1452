"""Whether what somebody got in with is still good, told by its id alone."""

from datetime import timedelta

import pytest

from catalog.records import add_user
from tintype.catalog import Catalog, access_keys, api_keys, granted, sessions
from tintype.catalog.columns import now
from tintype.catalog.tables import AccessKey, ApiKey


def still_opens(catalog: Catalog, user_id: str, key_id: str) -> bool:
    return catalog.read_now(lambda session: granted.still_opens(session, user_id, key_id))


@pytest.mark.parametrize("kind", [ApiKey, AccessKey])
def test_a_key_opens_until_it_is_revoked(
    catalog: Catalog, kind: type[ApiKey] | type[AccessKey]
) -> None:
    user, other = add_user(catalog), add_user(catalog, "other@example.org")
    if kind is ApiKey:
        catalog.run_now(
            lambda session: api_keys.add(
                session, user.id, "a key", key_id="it", sha256="x", last4="abcd", scopes=[]
            )
        )
    else:
        catalog.run_now(
            lambda session: access_keys.add(
                session, user.id, "a key", key_id="it", sealed_secret="x", scopes=[]
            )
        )
    assert still_opens(catalog, user.id, "it")
    assert not still_opens(catalog, other.id, "it")
    assert not still_opens(catalog, user.id, "another")
    catalog.run_now(lambda session: granted.revoke(session, kind, user.id, "it"))
    assert not still_opens(catalog, user.id, "it")


def test_a_session_opens_until_it_ends(catalog: Catalog) -> None:
    user, other = add_user(catalog), add_user(catalog, "other@example.org")
    later, before = now() + timedelta(hours=1), now() - timedelta(seconds=1)
    live = catalog.run_now(lambda session: sessions.begin(session, user.id, "a", later))
    over = catalog.run_now(lambda session: sessions.begin(session, user.id, "b", before))
    assert still_opens(catalog, user.id, live.id)
    assert not still_opens(catalog, other.id, live.id)
    assert not still_opens(catalog, user.id, over.id)
    catalog.run_now(lambda session: sessions.end(session, "a"))
    assert not still_opens(catalog, user.id, live.id)
