"""Stores of users' own: added, listed, changed, removed. The caller seals what opens them."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tintype.catalog.columns import now
from tintype.catalog.tables import Original, PublishedRendition, UserStore
from tintype.catalog.texts import mistake_in
from tintype.errors import InvalidRecord, RecordExists, RecordNotFound, RecordStale
from tintype.ids import is_id

LONGEST_NAME, LONGEST_ADDRESS = 100, 1024
CURRENT = "current"  # the name of the one that what a user brings from now on goes to


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreDraft:
    """A store to be. `options` are without secrets; raises InvalidRecord."""

    name: str
    address: str
    options: dict[str, Any] = field(default_factory=dict)
    sealed_credentials: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        mistakes = {
            "name": mistake_in(self.name, LONGEST_NAME),
            "address": mistake_in(self.address, LONGEST_ADDRESS),
        }
        if found := {name: phrase for name, phrase in mistakes.items() if phrase}:
            raise InvalidRecord.of(found)


def add(session: Session, user_id: str, draft: StoreDraft) -> UserStore:
    """Add a store. Raises RecordExists if the user has one of this name."""
    store = UserStore(user_id=user_id, **_values(draft))
    session.add(store)
    _flush(session, draft.name)
    return store


def get(session: Session, user_id: str, store_id: str) -> UserStore:
    """The store of an id. Raises RecordNotFound, also for one of somebody else."""
    found = session.get(UserStore, store_id) if is_id(store_id) else None
    if found is None or found.user_id != user_id:
        raise RecordNotFound(f"There is no store {store_id!r}.")
    return found


def current(session: Session, user_id: str) -> UserStore | None:
    """Where what a user brings goes to; None: to the service's own store."""
    query = select(UserStore).where(UserStore.user_id == user_id, UserStore.name == CURRENT)
    return session.scalar(query)


def replace_current(session: Session, user_id: str, draft: StoreDraft) -> UserStore:
    """Let what a user brings go to another store from now on.

    A place has one record, also when it was left and is come back to; the one before is kept for as
    long as something lies in it. Raises RecordExists where somebody else does the same just now.
    """
    before = current(session, user_id)
    if before and _place(before) == _place(draft):
        return change(session, user_id, before.id, draft, version=before.version)
    if before:
        retire(session, before)
    for left in reversed(of_user(session, user_id)):
        if _place(left) == _place(draft):
            return change(session, user_id, left.id, draft, version=left.version)
    return add(session, user_id, draft)


def retire(session: Session, store: UserStore) -> None:
    """Let nothing more go to a store. It is removed when nothing lies in it, else kept, so that
    what does can be read.
    """
    if _is_used(session, store.id):
        store.name = f"{store.id} until {now():%Y-%m-%d}"
        store.version += 1
        store.updated_at = now()
    else:
        session.delete(store)
    session.flush()


def whereabouts(session: Session, place: str) -> str:
    """Where what is put in a place lies: places of several users may be the same bucket. "" for the
    service's store, and for a place of nobody.
    """
    store = session.get(UserStore, place) if place else None
    return " ".join(_place(store)) if store else ""


def same_places(session: Session, place: str) -> list[str]:
    """The places, whose ever they are, that are the same bucket as this one, and this one."""
    store = session.get(UserStore, place) if place else None
    if store is None:
        return [place]
    address = _place(store)[0]
    query = select(UserStore).where(UserStore.address.in_([address, f"{address}/"]))
    found = {each.id for each in session.scalars(query) if _place(each) == _place(store)}
    return sorted(found | {place})


def _place(store: UserStore | StoreDraft) -> tuple[str, str]:
    """What makes two places the same, however their addresses end."""
    endpoint = str(store.options.get("endpoint", ""))
    return store.address.removesuffix("/"), endpoint.rstrip("/").casefold()


def of_user(session: Session, user_id: str) -> list[UserStore]:
    """All stores of a user, by name."""
    query = select(UserStore).where(UserStore.user_id == user_id)
    return list(session.scalars(query.order_by(UserStore.name)))


def change(
    session: Session, user_id: str, store_id: str, draft: StoreDraft, *, version: int | None
) -> UserStore:
    """Put a draft in the place of what was there; credentials that are "" stay.

    Raises RecordNotFound, RecordStale, RecordExists.
    """
    store = _seen(session, user_id, store_id, version)
    for name, value in _values(draft).items():
        if value or name != "sealed_credentials":
            setattr(store, name, value)
    store.version += 1
    store.updated_at = now()
    _flush(session, draft.name)
    return store


def remove(session: Session, user_id: str, store_id: str, *, version: int | None) -> None:
    """Remove a store that nothing of ours lies in. Raises RecordNotFound, RecordStale,
    RecordExists.
    """
    store = _seen(session, user_id, store_id, version)
    if _is_used(session, store_id):
        raise RecordExists(
            "There are originals or renditions in this store.", remedy="Remove them first."
        )
    session.delete(store)
    session.flush()


def _is_used(session: Session, store_id: str) -> bool:
    return bool(
        session.scalar(
            select(
                exists().where(Original.store_id == store_id)
                | exists().where(PublishedRendition.place == store_id)
            )
        )
    )


def _values(draft: StoreDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in StoreDraft.__dataclass_fields__}


def _seen(session: Session, user_id: str, store_id: str, version: int | None) -> UserStore:
    get(session, user_id, store_id)
    store = session.get(UserStore, store_id, with_for_update=True, populate_existing=True)
    if store is None:
        raise RecordNotFound(f"There is no store {store_id!r}.")
    if version is not None and store.version != version:
        raise RecordStale(f"The store has changed: it is at version {store.version} now.")
    return store


def _flush(session: Session, name: str) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise RecordExists(f"There is a store called {name} already.") from None
