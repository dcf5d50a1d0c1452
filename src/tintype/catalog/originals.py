"""Originals: add, get, rename, tag, remove. `search` finds them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from tintype.catalog import colours, terms, usage, user_stores, webhooks
from tintype.catalog.columns import now
from tintype.catalog.inserts import insert_new
from tintype.catalog.positions import new_position, time_of
from tintype.catalog.tables import Original, PublishedRendition
from tintype.catalog.texts import folded, mistake_in
from tintype.errors import CatalogUnavailable, InvalidRecord, RecordNotFound, RecordStale
from tintype.ids import is_id, new_id

LONGEST_NAME, LONGEST_TAG, LONGEST_SOURCE = 255, 100, 2048
MOST_TAGS = 100
TOLD = ("id", "sha256", "name", "source", "media_type", "size")  # to webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalDraft:
    """An original to be: bytes that lie in a store already.

    Raises InvalidRecord with every field that is wrong. `source` "": it was uploaded. `colours`:
    `#rrggbb`, the most frequent first.
    """

    sha256: str
    key: str
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    source: str = ""
    name: str = ""
    tags: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    store_id: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", tuple(clean_tags(self.tags)))
        mistakes = {
            "name": mistake_in(self.name, LONGEST_NAME, may_be_blank=True),
            "source": mistake_in(self.source, LONGEST_SOURCE, may_be_blank=True),
            "colours": _mistake_in_colours(self.colours),
        }
        if found := {name: phrase for name, phrase in mistakes.items() if phrase}:
            raise InvalidRecord.of(found)


def _mistake_in_colours(texts: tuple[str, ...]) -> str:
    try:
        for each in texts:
            colours.name_of(each)
    except ValueError as error:
        return str(error)
    return ""


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Tags without blanks around them, each once whatever its case, in their order.

    Raises InvalidRecord.
    """
    found: dict[str, str] = {}
    for tag in tags:
        if phrase := mistake_in(tag, LONGEST_TAG):
            raise InvalidRecord.of({"tags": f"a tag {phrase}"})
        found.setdefault(folded(tag.strip()), tag.strip())
    if len(found) > MOST_TAGS:
        raise InvalidRecord.of({"tags": f"cannot be more than {MOST_TAGS}"})
    return list(found.values())


def add(
    session: Session, user_id: str, draft: OriginalDraft, *, quota: int | None = None
) -> tuple[Original, bool]:
    """Keep a record, and whether it is new: bytes that the user has are not recorded twice.

    Raises QuotaExceeded; `quota` is in bytes, None for no limit.
    """
    kept = usage.hold(session, user_id)
    if existing := find(session, user_id, draft.sha256):
        return existing, False
    usage.check_room(kept, draft.size, quota)
    original = _insert(session, user_id, draft)
    kept.size += draft.size
    kept.originals += 1
    terms.index(session, original)
    told = {name: getattr(original, name) for name in TOLD}
    webhooks.tell(session, user_id, "original.added", told)
    return original, True


def _insert(session: Session, user_id: str, draft: OriginalDraft) -> Original:
    values = {name: getattr(draft, name) for name in OriginalDraft.__dataclass_fields__}
    values |= {"user_id": user_id, "tags": list(draft.tags), "colours": list(draft.colours)}
    values["words"] = terms.spread_words(draft.name)
    for _ in range(10):  # another process may have taken the position in the same millisecond
        position = new_position()
        moment = time_of(position)
        values |= {"position": position, "id": new_id(), "version": 1}
        values |= {"created_at": moment, "updated_at": moment}
        if insert_new(session, Original, [values]):
            return session.get_one(Original, position)
    raise CatalogUnavailable("No position was free for an original.")


def find(session: Session, user_id: str, sha256: str) -> Original | None:
    """The original of a user with this content; None if there is none."""
    return session.scalar(
        select(Original).where(Original.sha256 == sha256, Original.user_id == user_id)
    )


def get(session: Session, user_id: str, original_id: str) -> Original:
    """The original of an id. Raises RecordNotFound, also for one of somebody else."""
    found = session.scalar(_mine(user_id, original_id)) if is_id(original_id) else None
    if found is None:
        raise RecordNotFound(f"There is no original {original_id!r}.")
    return found


def any_of_id(session: Session, original_id: str) -> Original:
    """The original of an id, whose ever it is. Raises RecordNotFound."""
    query = select(Original).where(Original.id == original_id)
    found = session.scalar(query) if is_id(original_id) else None
    if found is None:
        raise RecordNotFound(f"There is no original {original_id!r}.")
    return found


def change(
    session: Session,
    user_id: str,
    original_id: str,
    *,
    name: str | None = None,
    tags: Iterable[str] | None = None,
    version: int | None = None,
) -> Original:
    """Rename an original, or give it other tags; None: as before.

    Raises RecordNotFound, InvalidRecord, and RecordStale if it is not at the version any more that
    the caller has seen (None: any).
    """
    original = _seen(session, user_id, original_id, version)
    if name is not None:
        if phrase := mistake_in(name, LONGEST_NAME, may_be_blank=True):
            raise InvalidRecord.of({"name": phrase})
        original.name, original.words = name, terms.spread_words(name)
    if tags is not None:
        original.tags = clean_tags(tags)
    return _changed(session, original)


def tag(session: Session, user_id: str, original_id: str, tags: Iterable[str]) -> Original:
    """Add tags to those that are there. Raises RecordNotFound, InvalidRecord."""
    original = _seen(session, user_id, original_id, None)
    original.tags = clean_tags([*original.tags, *tags])
    return _changed(session, original)


def untag(session: Session, user_id: str, original_id: str, tags: Iterable[str]) -> Original:
    """Take tags away, whatever their case; one that is not there is fine. Raises RecordNotFound."""
    original = _seen(session, user_id, original_id, None)
    gone = {folded(each.strip()) for each in tags}
    original.tags = [each for each in original.tags if folded(each) not in gone]
    return _changed(session, original)


def remove(
    session: Session, user_id: str, original_id: str, *, version: int | None = None
) -> Original:
    """Remove a record, with those of its renditions; the record as it was.

    Raises RecordNotFound, RecordStale. The bytes are not touched: see `others_with`.
    """
    kept = usage.hold(session, user_id)
    original = _seen(session, user_id, original_id, version)
    published = select(func.coalesce(func.sum(PublishedRendition.size), 0)).where(
        PublishedRendition.original_id == original.id
    )
    kept.size -= original.size + (session.scalar(published) or 0)
    session.delete(original)
    kept.originals -= 1
    session.flush()
    return original


def is_kept(session: Session, sha256: str, key: str, store_id: str | None) -> bool:
    """Whether any record, whose ever it is, is for these bytes under this key."""
    return bool(session.scalar(_with_bytes(session, sha256, key, store_id)))


def others_with(session: Session, original: Original) -> int:
    """How many records of other users are for the same bytes under the same key."""
    query = _with_bytes(session, original.sha256, original.key, original.store_id)
    return session.scalar(query.where(Original.position != original.position)) or 0


def _with_bytes(session: Session, sha256: str, key: str, store_id: str | None) -> Select[int]:
    """How many records are for bytes in a bucket, which several users may have as their own."""
    lies_there = (
        Original.store_id.in_(user_stores.same_places(session, store_id))
        if store_id
        else Original.store_id.is_(None)
    )
    return select(func.count()).where(Original.sha256 == sha256, Original.key == key, lies_there)


def _mine(user_id: str, original_id: str) -> Select[Original]:
    return select(Original).where(Original.id == original_id, Original.user_id == user_id)


def _seen(session: Session, user_id: str, original_id: str, version: int | None) -> Original:
    """An original, held for a change, if it is as the caller has seen it."""
    get(session, user_id, original_id)
    query = _mine(user_id, original_id).with_for_update()
    original = session.scalar(query.execution_options(populate_existing=True))
    if original is None:
        raise RecordNotFound(f"There is no original {original_id!r}.")
    if version is not None and original.version != version:
        raise RecordStale(
            f"The original {original_id} has changed: it is at version {original.version} now."
        )
    return original


def _changed(session: Session, original: Original) -> Original:
    original.version += 1
    original.updated_at = now()
    session.flush()
    terms.index(session, original)
    return original
