"""API keys: find."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tintype.catalog.tables import ApiKey, User


def find(session: Session, sha256: str) -> tuple[ApiKey, User] | None:
    """The key of a hash, with its user; None if there is none."""
    query = select(ApiKey, User).join(User, User.id == ApiKey.user_id)
    found = session.execute(query.where(ApiKey.sha256 == sha256)).first()
    return (found[0], found[1]) if found else None
