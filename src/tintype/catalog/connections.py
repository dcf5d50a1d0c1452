"""Connections of users to providers: begun, finished, read, removed. The caller seals secrets."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tintype.catalog.columns import now
from tintype.catalog.tables import PendingSignIn, ProviderConnection
from tintype.errors import RecordNotFound

MOST_PENDING = 20  # of one user: the oldest go


def begin(
    session: Session,
    user_id: str,
    provider: str,
    *,
    sha256: str,
    token: str,
    sealed_secret: str,
    expires_at: datetime,
) -> None:
    """Note that a user was sent to a provider. What is over goes, and what is too much."""
    session.execute(delete(PendingSignIn).where(PendingSignIn.expires_at <= now()))
    mine = select(PendingSignIn).where(PendingSignIn.user_id == user_id)
    newest_first = mine.order_by(PendingSignIn.created_at.desc())
    for old in list(session.scalars(newest_first))[MOST_PENDING - 1 :]:
        session.delete(old)
    session.add(
        PendingSignIn(
            sha256=sha256,
            user_id=user_id,
            provider=provider,
            token=token,
            sealed_secret=sealed_secret,
            expires_at=expires_at,
        )
    )
    session.flush()


def take(session: Session, user_id: str, provider: str, sha256: str) -> PendingSignIn | None:
    """The sign-in of a state, once; None for another user's, another provider's, or an old one."""
    found = session.get(PendingSignIn, sha256, with_for_update=True)
    if found is None or (found.user_id, found.provider) != (user_id, provider):
        return None
    session.delete(found)
    session.flush()
    return found if found.expires_at > now() else None


def put(
    session: Session,
    user_id: str,
    provider: str,
    *,
    consumer_key: str,
    sealed: str,
    about: Mapping[str, str],
) -> ProviderConnection:
    """Keep a connection in the place of the one before."""
    session.execute(
        delete(ProviderConnection).where(
            ProviderConnection.user_id == user_id, ProviderConnection.provider == provider
        )
    )
    made = ProviderConnection(
        user_id=user_id,
        provider=provider,
        consumer_key=consumer_key,
        sealed=sealed,
        about=dict(about),
    )
    session.add(made)
    session.flush()
    return made


def get(session: Session, user_id: str, provider: str) -> ProviderConnection:
    """A user's connection. Raises RecordNotFound."""
    query = select(ProviderConnection).where(
        ProviderConnection.user_id == user_id, ProviderConnection.provider == provider
    )
    found = session.scalar(query)
    if found is None:
        raise RecordNotFound(f"There is no connection to {provider[:40]!r}.")
    return found


def of_user(session: Session, user_id: str) -> list[ProviderConnection]:
    """All connections of a user, by provider."""
    query = select(ProviderConnection).where(ProviderConnection.user_id == user_id)
    return list(session.scalars(query.order_by(ProviderConnection.provider)))


def remove(session: Session, user_id: str, provider: str) -> None:
    """Forget a connection. Raises RecordNotFound."""
    session.delete(get(session, user_id, provider))
    session.flush()
