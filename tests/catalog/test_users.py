"""Users: unique by address, changed by who has seen them last."""

import pytest

from tintype.catalog import Catalog, users
from tintype.catalog.tables import User
from tintype.catalog.users import UserDraft
from tintype.errors import EmailTaken


def draft(email: str = "ada@example.org", **fields: object) -> UserDraft:
    given = {"first_name": "Ada", "last_name": "Lovelace", "email": email} | fields
    return UserDraft(**given)  # type: ignore[arg-type]


def added(catalog: Catalog, email: str = "ada@example.org") -> User:
    return catalog.run_now(lambda session: users.add(session, draft(email)))


def test_what_was_added_is_there(catalog: Catalog) -> None:
    user = added(catalog)
    again = catalog.read_now(lambda session: users.get(session, user.id))
    for name in (column.key for column in User.__table__.columns):
        assert getattr(again, name) == getattr(user, name), name
    assert (again.version, again.is_admin, again.quota_bytes) == (1, False, None)
    assert again.created_at.utcoffset() == user.created_at.utcoffset()


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.ORG", " ada@EXAMPLE.org "])
def test_an_address_is_taken_however_it_is_written(catalog: Catalog, email: str) -> None:
    first = added(catalog)
    with pytest.raises(EmailTaken):
        added(catalog, email)
    page = catalog.read_now(users.page)
    assert [user.id for user in page.items] == [first.id]
