"""Access keys for signed requests: made, found by their id. `granted` has what else is done."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tintype.catalog.granted import check_name, is_live
from tintype.catalog.tables import AccessKey, User


def add(
    session: Session,
    user_id: str,
    name: str,
    *,
    key_id: str,
    sealed_secret: str,
    scopes: list[str],
    expires_at: datetime | None = None,
) -> AccessKey:
    """Keep a new key of a user's. Raises InvalidRecord for a name that cannot be."""
    check_name(name)
    key = AccessKey(
        id=key_id,
        user_id=user_id,
        name=name.strip(),
        sealed_secret=sealed_secret,
        scopes=scopes,
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    return key


def find(session: Session, key_id: str) -> tuple[AccessKey, User] | None:
    """The key of an id and whose it is; None if there is none, or it is over."""
    query = select(AccessKey, User).join(User, User.id == AccessKey.user_id)
    row = session.execute(query.where(AccessKey.id == key_id)).first()
    return (row[0], row[1]) if row and is_live(row[0]) else None
