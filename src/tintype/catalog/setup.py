"""The first administrator: made by who has the token that the first start prints, once."""

from datetime import datetime

from sqlalchemy import CursorResult, delete, exists, select
from sqlalchemy.orm import Session

from tintype.catalog import users
from tintype.catalog.columns import now
from tintype.catalog.tables import SetupToken, User
from tintype.catalog.users import UserDraft
from tintype.errors import LastAdministrator, RecordNotFound


def has_other_admin(session: Session, user_id: str) -> bool:
    """Whether there is an administrator beside a user."""
    others = exists().where(User.is_admin, User.id != user_id)
    return bool(session.scalar(select(others)))


def has_admin(session: Session) -> bool:
    """Whether there is somebody who may administer."""
    return bool(session.scalar(select(exists().where(User.is_admin))))


def check_admins(session: Session) -> None:
    """Raises LastAdministrator if there is no administrator left: then nothing has changed."""
    if not has_admin(session):
        raise LastAdministrator("There must be an administrator.", remedy="Add another one first.")


def offer(session: Session, sha256: str, expires_at: datetime) -> None:
    """Accept a token by its hash until then; the tokens before it are void."""
    session.execute(delete(SetupToken))
    session.add(SetupToken(sha256=sha256, expires_at=expires_at))
    session.flush()


def is_open(session: Session, sha256: str) -> bool:
    """Whether a token would be accepted now."""
    token = session.get(SetupToken, sha256)
    return token is not None and token.expires_at > now() and not has_admin(session)


def redeem(session: Session, sha256: str, draft: UserDraft) -> User:
    """Add the user as an administrator and use the token up.

    Raises RecordNotFound for a token that is unknown, expired or used, also when two redeem it at
    once; EmailTaken.
    """
    live = (SetupToken.sha256 == sha256, SetupToken.expires_at > now())
    used = session.execute(delete(SetupToken).where(*live))
    assert isinstance(used, CursorResult)
    if used.rowcount != 1 or has_admin(session):
        raise RecordNotFound(
            "This setup URL is not valid: it is used, or too old.",
            remedy="Start the service again, which prints a new one.",
        )
    user = users.add(session, draft)
    user.is_admin = True
    session.flush()
    return user
