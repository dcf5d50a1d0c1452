"""What API keys and access keys have in common: they are listed, used, revoked, and they end."""

from datetime import timedelta
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tintype.catalog.columns import now
from tintype.catalog.tables import AccessKey, ApiKey, BrowserSession
from tintype.catalog.texts import mistake_in
from tintype.errors import InvalidRecord, RecordNotFound

Key = TypeVar("Key", ApiKey, AccessKey)
LONGEST_NAME = 100
USE_NOTED = timedelta(minutes=1)  # how exact `last_used_at` is: not every request writes


def check_name(name: str) -> None:
    """Raises InvalidRecord for a name that a key cannot have."""
    if phrase := mistake_in(name, LONGEST_NAME):
        raise InvalidRecord.of({"name": phrase})


def is_live(key: ApiKey | AccessKey) -> bool:
    """Whether a key opens anything: it is not revoked, and its time is not over."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now())


def still_opens(session: Session, user_id: str, key_id: str) -> bool:
    """Whether a user's key, access key or session, by its id, opens anything now."""
    found = _find(session, ApiKey, user_id, key_id) or _find(session, AccessKey, user_id, key_id)
    if found:
        return is_live(found)
    theirs = (BrowserSession.id == key_id, BrowserSession.user_id == user_id)
    query = select(BrowserSession.id).where(*theirs, BrowserSession.expires_at > now())
    return session.scalar(query) is not None


def _find(session: Session, kind: type[Key], user_id: str, key_id: str) -> Key | None:
    return session.scalar(select(kind).where(kind.id == key_id, kind.user_id == user_id))


def of_user(session: Session, kind: type[Key], user_id: str) -> list[Key]:
    """All keys of a user, in the order in which they were made; those revoked, too."""
    order = (kind.created_at, kind.id)
    return list(session.scalars(select(kind).where(kind.user_id == user_id).order_by(*order)))


def get(session: Session, kind: type[Key], user_id: str, key_id: str) -> Key:
    """A key of a user's. Raises RecordNotFound."""
    found = _find(session, kind, user_id, key_id)
    if found is None:
        raise RecordNotFound("There is no such key.")
    return found


def revoke(session: Session, kind: type[Key], user_id: str, key_id: str) -> Key:
    """End a key of a user's, for good. Once more changes nothing. Raises RecordNotFound."""
    key = get(session, kind, user_id, key_id)
    key.revoked_at = key.revoked_at or now()
    session.flush()
    return key


def is_use_due(key: ApiKey | AccessKey) -> bool:
    """Whether the use of a key that is going on is worth a write."""
    return key.last_used_at is None or now() - key.last_used_at > USE_NOTED


def note_use(session: Session, kind: type[Key], key_id: str) -> None:
    """Note that a key is used now. A key that is gone is none of our business here."""
    session.execute(update(kind).where(kind.id == key_id).values(last_used_at=now()))
