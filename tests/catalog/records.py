"""Records that tests begin with."""

import hashlib
import itertools
from typing import Any

from tintype.catalog import Catalog, originals, users
from tintype.catalog.originals import OriginalDraft
from tintype.catalog.tables import Original, User
from tintype.catalog.users import UserDraft

_numbers = itertools.count()


def user_draft(email: str = "ada@example.org", **fields: Any) -> UserDraft:
    return UserDraft(**{"first_name": "Ada", "last_name": "Lovelace", "email": email} | fields)


def add_user(catalog: Catalog, email: str = "ada@example.org", **fields: Any) -> User:
    return catalog.run_now(lambda session: users.add(session, user_draft(email, **fields)))


def original_draft(**fields: Any) -> OriginalDraft:
    sha256 = hashlib.sha256(str(next(_numbers)).encode()).hexdigest()
    given = {"sha256": sha256, "media_type": "image/jpeg", "size": 1000} | fields
    return OriginalDraft(**{"key": f"originals/{given['sha256']}"} | given)


def add_original(catalog: Catalog, user: User, **fields: Any) -> Original:
    draft = original_draft(**fields)
    original, _ = catalog.run_now(lambda session: originals.add(session, user.id, draft))
    return original
