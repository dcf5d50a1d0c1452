"""Sessions of browsers: begun, found by the hash of their token, renewed, ended."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tintype.catalog.columns import now
from tintype.catalog.tables import BrowserSession, User


def begin(session: Session, user_id: str, sha256: str, expires_at: datetime) -> BrowserSession:
    """Keep a new session of a user's by the hash of its token; what has expired goes."""
    session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= now()))
    begun = BrowserSession(user_id=user_id, sha256=sha256, expires_at=expires_at)
    session.add(begun)
    session.flush()
    return begun


def find(session: Session, sha256: str) -> tuple[BrowserSession, User] | None:
    """The session of a token's hash and whose it is; None if there is none, or it is over."""
    query = select(BrowserSession, User).join(User, User.id == BrowserSession.user_id)
    live = BrowserSession.expires_at > now()
    row = session.execute(query.where(BrowserSession.sha256 == sha256, live)).first()
    return (row[0], row[1]) if row else None


def confirm(session: Session, session_id: str) -> None:
    """Note that the password was given again. A session that is gone stays gone."""
    if found := session.get(BrowserSession, session_id):
        found.confirmed_at = found.last_seen_at = now()


def end(session: Session, sha256: str) -> None:
    """End the session of a token's hash, if it is there."""
    session.execute(delete(BrowserSession).where(BrowserSession.sha256 == sha256))


def end_all(session: Session, user_id: str, *, but: str = "") -> None:
    """End all sessions of a user, but for one id: after a new password, for example."""
    mine = BrowserSession.user_id == user_id
    session.execute(delete(BrowserSession).where(mine, BrowserSession.id != but))


def sweep(session: Session) -> None:
    """Forget sessions that are over."""
    session.execute(delete(BrowserSession).where(BrowserSession.expires_at < now()))
