"""Renditions that users have published: which transform of which original lies under which key."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tintype.catalog import usage, user_stores, webhooks
from tintype.catalog.columns import now
from tintype.catalog.inserts import insert_new
from tintype.catalog.tables import Original, PublishedRendition
from tintype.errors import RecordExists, RecordNotFound
from tintype.ids import is_id, new_id

TOLD = ("id", "original_id", "key", "url", "transform", "width", "height", "size")


@dataclass(frozen=True, slots=True, kw_only=True)
class RenditionFacts:
    """What lies under a key, and where. `place`: the id of a user's store, "" for the service's."""

    place: str
    key: str
    transform: str
    url: str
    media_type: str
    width: int
    height: int
    size: int


def publish(
    session: Session, original: Original, facts: RenditionFacts, *, quota: int | None = None
) -> PublishedRendition:
    """Record what lies under a key now, in place of what the user had there.

    Raises RecordExists where the key is another user's, and QuotaExceeded; `quota` is in bytes,
    None for no limit.
    """
    kept = usage.hold(session, original.user_id)
    before = claim(session, original.user_id, facts.place, facts.key)
    more = facts.size - (before.size if before else 0)
    usage.check_room(kept, more, quota)
    kept.size += more
    values = {name: getattr(facts, name) for name in RenditionFacts.__dataclass_fields__}
    values |= {"user_id": original.user_id, "original_id": original.id}
    if insert_new(session, PublishedRendition, [values | {"id": new_id(), "created_at": now()}]):
        found = _at(session, facts.place, facts.key)
        _tell(session, found)
        return found
    held = claim(session, original.user_id, facts.place, facts.key)
    assert held
    for name, value in values.items():
        setattr(held, name, value)
    session.flush()
    _tell(session, held)
    return held


def check_room(
    session: Session, original: Original, facts: RenditionFacts, *, quota: int | None
) -> None:
    """Raise what `publish` would raise now: so that nothing is put that is refused."""
    kept = usage.of_user(session, original.user_id)
    before = claim(session, original.user_id, facts.place, facts.key)
    usage.check_room(kept, facts.size - (before.size if before else 0), quota)


def _tell(session: Session, made: PublishedRendition) -> None:
    told = {name: getattr(made, name) for name in TOLD}
    webhooks.tell(session, made.user_id, "rendition.published", told)


def claim(session: Session, user_id: str, place: str, key: str) -> PublishedRendition | None:
    """What a user has under a key; None: nobody has anything. Raises RecordExists where the key is
    another user's, who keeps it.
    """
    query = select(PublishedRendition).where(
        PublishedRendition.place == place, PublishedRendition.key == key
    )
    found = session.scalar(query.with_for_update())
    if found is not None and found.user_id != user_id:
        raise RecordExists(f"The key {key} is taken.", remedy="Choose another.")
    return found


def _at(session: Session, place: str, key: str) -> PublishedRendition:
    query = select(PublishedRendition).where(
        PublishedRendition.place == place, PublishedRendition.key == key
    )
    return session.scalars(query).one()


def of_original(session: Session, original: Original) -> list[PublishedRendition]:
    """All that was published of an original, in the order in which it was."""
    query = select(PublishedRendition).where(PublishedRendition.original_id == original.id)
    return list(session.scalars(query.order_by(PublishedRendition.id)))


def find(session: Session, rendition_id: str) -> PublishedRendition | None:
    """The record of an id as it is now; None: there is none."""
    return session.get(PublishedRendition, rendition_id)


def get(session: Session, rendition_id: str) -> PublishedRendition:
    """What was published, by its id, whose ever it is: who knows the id may see it.

    Raises RecordNotFound.
    """
    found = session.get(PublishedRendition, rendition_id) if is_id(rendition_id) else None
    if found is None:
        raise RecordNotFound(f"There is no rendition {rendition_id!r}.")
    return found


def own(session: Session, user_id: str, original_id: str, rendition_id: str) -> PublishedRendition:
    """A user's rendition of an original. Raises RecordNotFound, also for somebody else's."""
    found = get(session, rendition_id)
    if (found.user_id, found.original_id) != (user_id, original_id):
        raise RecordNotFound(f"There is no rendition {rendition_id!r}.")
    return found


def is_shared(session: Session, made: PublishedRendition) -> bool:
    """Whether another record, whose ever it is, is for what lies there, too."""
    query = select(PublishedRendition.id).where(
        PublishedRendition.place.in_(user_stores.same_places(session, made.place)),
        PublishedRendition.key == made.key,
        PublishedRendition.id != made.id,
    )
    return session.scalar(query.limit(1)) is not None


def remove(session: Session, user_id: str, rendition_id: str) -> PublishedRendition:
    """Remove a record; the record as it was. Raises RecordNotFound. Bytes are not touched."""
    found = get(session, rendition_id)
    if found.user_id != user_id:
        raise RecordNotFound(f"There is no rendition {rendition_id!r}.")
    kept = usage.hold(session, user_id)
    kept.size -= found.size
    session.delete(found)
    session.flush()
    return found
