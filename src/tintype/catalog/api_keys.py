"""API keys: made, found by the hash of what is shown. `granted` has what else is done with them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tintype.catalog.granted import check_name, is_live
from tintype.catalog.tables import ApiKey, User


def add(
    session: Session,
    user_id: str,
    name: str,
    *,
    key_id: str,
    sha256: str,
    last4: str,
    scopes: list[str],
    expires_at: datetime | None = None,
) -> ApiKey:
    """Keep a new key of a user's by its hash. Raises InvalidRecord for a name that cannot be."""
    check_name(name)
    key = ApiKey(
        id=key_id,
        user_id=user_id,
        name=name.strip(),
        sha256=sha256,
        last4=last4,
        scopes=scopes,
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    return key


def find(session: Session, sha256: str) -> tuple[ApiKey, User] | None:
    """The key of a hash and whose it is; None if there is none, or it is over."""
    query = select(ApiKey, User).join(User, User.id == ApiKey.user_id)
    row = session.execute(query.where(ApiKey.sha256 == sha256)).first()
    return (row[0], row[1]) if row and is_live(row[0]) else None
