"""Users: add, get, find, list, change, remove."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tintype.catalog import usage
from tintype.catalog.columns import now
from tintype.catalog.emails import email_key, mistake_in_email
from tintype.catalog.pages import DEFAULT_LIMIT, Page
from tintype.catalog.tables import User
from tintype.catalog.texts import mistake_in
from tintype.errors import EmailTaken, InvalidRecord, OriginalsLeft, RecordNotFound, RecordStale
from tintype.ids import is_id

LONGEST_NAME = 100
CHANGEABLE = {"first_name", "last_name", "email", "password_hash", "is_admin", "quota_bytes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDraft:
    """A user to be. Names and address are without blanks around them.

    Raises InvalidRecord with every field that is wrong: "first_name: cannot be blank".
    """

    first_name: str
    last_name: str
    email: str
    password_hash: str | None = field(default=None, repr=False)
    is_admin: bool = False
    quota_bytes: int | None = None

    def __post_init__(self) -> None:
        for name in ("first_name", "last_name", "email"):
            object.__setattr__(self, name, getattr(self, name).strip())
        if mistakes := mistakes_in(
            {n: getattr(self, n) for n in ("first_name", "last_name", "email")}
        ):
            raise InvalidRecord.of(mistakes)


def mistakes_in(fields: dict[str, Any]) -> dict[str, str]:
    """What is wrong with fields of a user, by name; empty if nothing is."""
    found: dict[str, str] = {}
    for name in ("first_name", "last_name"):
        if name in fields:
            found[name] = mistake_in(fields[name], LONGEST_NAME)
    if "email" in fields:
        found["email"] = mistake_in_email(fields["email"])
    return {name: phrase for name, phrase in found.items() if phrase}


def add(session: Session, draft: UserDraft) -> User:
    """Add a user. Raises EmailTaken."""
    user = User(
        first_name=draft.first_name,
        last_name=draft.last_name,
        email=draft.email,
        email_key=email_key(draft.email),
        password_hash=draft.password_hash,
        is_admin=draft.is_admin,
        quota_bytes=draft.quota_bytes,
    )
    session.add(user)
    _flush(session, draft.email)
    return user


def get(session: Session, user_id: str) -> User:
    """The user of an id. Raises RecordNotFound."""
    user = session.get(User, user_id) if is_id(user_id) else None
    if user is None:
        raise RecordNotFound(f"There is no user {user_id!r}.")
    return user


def find(session: Session, email: str) -> User | None:
    """The user of an address, however it is written; None if there is none."""
    if mistake_in_email(email.strip()):
        return None
    return session.scalar(select(User).where(User.email_key == email_key(email.strip())))


def page(session: Session, *, after: str | None = None, limit: int = DEFAULT_LIMIT) -> Page[User]:
    """Users in the order in which they were added. Raises InvalidRecord for a wrong `after`."""
    query = select(User).order_by(User.id).limit(limit + 1)
    if after is not None:
        if not is_id(after):
            raise InvalidRecord.of({"cursor": "is not one that was given out"})
        query = query.where(User.id > after)
    found = list(session.scalars(query))
    items = found[:limit]
    return Page(items, items[-1].id if len(found) > limit else None)


def change(session: Session, user_id: str, fields: dict[str, Any], *, version: int | None) -> User:
    """Change some fields. `version`: the one that the caller has seen; None: any.

    Raises RecordNotFound, RecordStale, EmailTaken, InvalidRecord.
    """
    assert fields.keys() <= CHANGEABLE, fields.keys()
    fields = {
        k: v.strip() if k in {"first_name", "last_name", "email"} else v for k, v in fields.items()
    }
    if mistakes := mistakes_in(fields):
        raise InvalidRecord.of(mistakes)
    if "email" in fields:
        fields["email_key"] = email_key(fields["email"])
    user = _seen(session, user_id, version)
    for name, value in fields.items():
        setattr(user, name, value)
    user.version += 1
    user.updated_at = now()
    _flush(session, user.email)
    return user


def remove(session: Session, user_id: str, *, version: int | None, cascade: bool = False) -> None:
    """Remove a user with all keys and sessions. Raises RecordNotFound, RecordStale.

    Raises OriginalsLeft where originals are left, unless `cascade`: then their records go, too, and
    the bytes are the caller's business.
    """
    user = _seen(session, user_id, version)
    kept = usage.hold(session, user_id)
    if kept.originals and not cascade:
        count = f"{kept.originals:,} original" + "s" * (kept.originals > 1)
        raise OriginalsLeft(
            f"The user {user_id} has {count}.",
            remedy="Remove them first, or with it: ?cascade=true of DELETE, --cascade of users rm.",
        )
    session.delete(user)
    session.flush()


def _seen(session: Session, user_id: str, version: int | None) -> User:
    """The user, locked, if it is as the caller has seen it."""
    get(session, user_id)
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise RecordNotFound(f"There is no user {user_id!r}.")
    if version is not None and user.version != version:
        raise RecordStale(f"The user {user_id} has changed: it is at version {user.version} now.")
    return user


def _flush(session: Session, email: str) -> None:
    try:
        session.flush()
    except IntegrityError:  # the only rule that a user can break is that of unique addresses
        raise EmailTaken(f"Another user has the address {email}.") from None
