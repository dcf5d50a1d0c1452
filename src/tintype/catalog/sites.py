"""Sites: added, found, changed, removed. `site_runs` captures them, `site_queue` has them captured.

A site is found by its place and slug. A place belongs to somebody: "" to the operator, that with a
user's id for a name to the user.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from tintype.catalog import usage
from tintype.catalog.columns import now
from tintype.catalog.inserts import insert_new
from tintype.catalog.originals import clean_tags
from tintype.catalog.pages import DEFAULT_LIMIT, Page
from tintype.catalog.tables import Site, SiteCapture
from tintype.catalog.texts import folded, mistake_in
from tintype.errors import InvalidRecord, RecordExists, RecordNotFound, RecordStale
from tintype.ids import is_id, new_id

LONGEST_URL, LONGEST_SLUG, LONGEST_TITLE = 2048, 200, 300
CHANGES = 500  # sites that are told at once
OVERLAP = timedelta(seconds=5)  # in which transactions may end in another order than they began
NEW, CAPTURED, FAILED = "new", "captured", "failed"
STATES = (NEW, CAPTURED, FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDraft:
    """A site to be. Its URL and slug have been checked. Raises InvalidRecord."""

    url: str
    slug: str
    place: str = ""
    user_id: str | None = None
    title: str = ""
    tags: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", tuple(clean_tags(self.tags)))
        if phrase := mistake_in(self.title, LONGEST_TITLE, may_be_blank=True):
            raise InvalidRecord.of({"title": phrase})

    def row(self) -> dict[str, Any]:
        """What stands in the table."""
        names = ("url", "slug", "place", "user_id", "title")
        row = {name: getattr(self, name) for name in names}
        moment = now()
        row |= {"tags": list(self.tags), "options": dict(self.options), "facts": {}}
        row |= {
            "words": words_of(self.slug, self.url, self.title),
            "tag_words": _tag_words(self.tags),
        }
        return row | {"id": new_id(), "created_at": moment, "updated_at": moment}


def words_of(*texts: str) -> str:
    """What a search looks through."""
    return folded("\n".join(texts))[:3000]


def _tag_words(tags: Iterable[str]) -> str:
    return "\n".join(["", *map(folded, tags), ""])


def state_of(site: Site) -> str:
    """new: never captured; captured; failed: and there may be an older picture all the same."""
    if site.failures:
        return FAILED
    return CAPTURED if site.captured_at else NEW


def add(session: Session, draft: SiteDraft) -> Site:
    """Add a site. Raises RecordExists where its slug is taken."""
    row = draft.row()
    if not insert_new(session, Site, [row]):
        raise RecordExists(
            f"There is a site {draft.slug!r} already.", remedy="Choose another slug."
        )
    return session.get_one(Site, row["id"])


def find(session: Session, place: str, slug: str) -> Site | None:
    """The site of a slug; None if there is none."""
    query = select(Site).where(Site.place == place, Site.slug == slug)
    return session.scalar(query.execution_options(populate_existing=True))


def get(session: Session, user_id: str | None, name: str, place: str = "") -> Site:
    """The site of an id, or of a slug at a place. Raises RecordNotFound, also for somebody else's.

    `user_id` None is the operator, who may read all.
    """
    found = session.get(Site, name, populate_existing=True) if is_id(name) else None
    if found is None:
        found = find(session, user_id or place, name)
    if found is None or (user_id is not None and found.user_id != user_id):
        raise RecordNotFound(f"There is no site {name[:100]!r}.")
    return found


def held(
    session: Session, user_id: str | None, name: str, *, place: str = "", version: int | None = None
) -> Site:
    """The same, held for a change, if it is at the version that the caller has seen (None: any).

    Raises RecordNotFound, RecordStale.
    """
    found = get(session, user_id, name, place)
    site = session.get(Site, found.id, with_for_update=True, populate_existing=True)
    if site is None:
        raise RecordNotFound(f"There is no site {name[:100]!r}.")
    if version is not None and site.version != version:
        raise RecordStale(f"The site {site.slug} has changed: it is at version {site.version} now.")
    return site


def change(
    session: Session,
    site: Site,
    *,
    url: str | None = None,
    title: str | None = None,
    tags: Iterable[str] | None = None,
    options: Mapping[str, Any] | None = None,
) -> Site:
    """Change a site that is held; None: as before. With another URL what is known of the failures
    of the old one is forgotten. Raises InvalidRecord.
    """
    if url is not None and url != site.url:
        site.url, site.failures, site.retry_at, site.code, site.reason = url, 0, None, "", ""
    if title is not None:
        if phrase := mistake_in(title, LONGEST_TITLE, may_be_blank=True):
            raise InvalidRecord.of({"title": phrase})
        site.title = title
    if tags is not None:
        site.tags = clean_tags(tags)
        site.tag_words = _tag_words(site.tags)
    if options is not None:
        site.options, site.retry_at = dict(options), None
    site.words = words_of(site.slug, site.url, site.title)
    touch(session, site)
    return site


def note(session: Session, site_id: str, name: str, value: Any) -> None:
    """Keep something else that was found out of a site, in place of what was known under this name.
    A site that is gone is fine.
    """
    site = session.get(Site, site_id, with_for_update=True, populate_existing=True)
    if site is not None:
        site.facts = {**site.facts, name: value}
        touch(session, site)


def touch(session: Session, site: Site) -> None:
    """Another version of it."""
    site.version += 1
    site.updated_at = now()
    session.flush()


def remove(session: Session, site: Site) -> list[str]:
    """Remove a site that is held; the keys of the pictures that were kept to be compared."""
    if site.user_id is not None:
        usage.hold(session, site.user_id).size -= site.size
    query = select(SiteCapture.key).where(SiteCapture.site_id == site.id, SiteCapture.key != "")
    keys = list(session.scalars(query))
    session.delete(site)
    session.flush()
    return keys


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSearch:
    """What is looked for; "" is not asked. `text` is in slug, URL or title. `place` None: any."""

    text: str = ""
    tag: str = ""
    state: str = ""
    place: str | None = None


def page(
    session: Session,
    user_id: str | None,
    search: SiteSearch | None = None,
    *,
    after: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page[Site]:
    """Sites, the newest first. `user_id` None: those of all. Raises InvalidRecord for a wrong
    `after`.
    """
    query = _searched(select(Site), user_id, search or SiteSearch())
    if after is not None:
        if not is_id(after):
            raise InvalidRecord.of({"cursor": "is not one that was given out"})
        query = query.where(Site.id < after)
    found = session.scalars(query.order_by(Site.id.desc()).limit(limit + 1)).all()
    return Page(list(found[:limit]), found[limit - 1].id if len(found) > limit else None)


def _searched(query: Select[Any], user_id: str | None, search: SiteSearch) -> Select[Any]:
    if user_id is not None:
        query = query.where(Site.user_id == user_id)
    if search.place is not None:
        query = query.where(Site.place == search.place)
    if search.text:
        query = query.where(Site.words.contains(folded(search.text.strip()), autoescape=True))
    if search.tag:
        wanted = f"\n{folded(search.tag.strip())}\n"
        query = query.where(Site.tag_words.contains(wanted, autoescape=True))
    conditions: dict[str, ColumnElement[bool]] = {
        NEW: (Site.captured_at.is_(None)) & (Site.failures == 0),
        CAPTURED: (Site.captured_at.is_not(None)) & (Site.failures == 0),
        FAILED: Site.failures > 0,
    }
    return query.where(conditions[search.state]) if search.state else query


def counts(session: Session, user_id: str | None) -> dict[str, int]:
    """How many sites are in which state."""
    return {
        state: session.scalar(
            _searched(select(func.count(Site.id)), user_id, SiteSearch(state=state))
        )
        or 0
        for state in STATES
    }


def figures(session: Session) -> dict[str, float]:
    """What metrics tell of sites."""
    failed = session.scalar(select(func.count(Site.id)).where(Site.failures > 0)) or 0
    count = session.scalar(select(func.count(Site.id))) or 0
    return {"sites": float(count), "sites_failed": float(failed)}


def failures(session: Session, user_id: str | None) -> dict[str, int]:
    """How many sites have failed for which reason, by its code."""
    query = select(Site.code, func.count(Site.id)).where(Site.failures > 0).group_by(Site.code)
    if user_id is not None:
        query = query.where(Site.user_id == user_id)
    return {row[0]: row[1] for row in session.execute(query)}


def captures(session: Session, site: Site, limit: int = 1_000) -> list[SiteCapture]:
    """What was taken of a site and is remembered, the newest first."""
    query = select(SiteCapture).where(SiteCapture.site_id == site.id)
    return list(session.scalars(query.order_by(SiteCapture.id.desc()).limit(limit)))


def capture(session: Session, site: Site, capture_id: str) -> SiteCapture:
    """One of them. Raises RecordNotFound."""
    found = session.get(SiteCapture, capture_id) if is_id(capture_id) else None
    if found is None or found.site_id != site.id:
        raise RecordNotFound(f"There is no capture {capture_id[:100]!r} of the site {site.slug}.")
    return found


def pair(
    session: Session, site: Site, before: str = "", after: str = ""
) -> tuple[SiteCapture, SiteCapture]:
    """Two captures by their ids; "": the last whose picture is kept, and the one before it.

    Raises RecordNotFound.
    """
    kept = [each for each in captures(session, site) if each.key]
    later = capture(session, site, after) if after else next(iter(kept), None)
    earlier_ones = (each for each in kept if later is None or each.id < later.id)
    earlier = capture(session, site, before) if before else next(earlier_ones, None)
    if later is None or earlier is None:
        raise RecordNotFound(
            f"There are no two pictures of the site {site.slug} to compare.",
            remedy="Capture it once more.",
        )
    return earlier, later


def changed(
    session: Session,
    user_id: str | None,
    since: datetime,
    *,
    site_id: str = "",
    after: Site | None = None,
) -> list[Site]:
    """Sites that were captured, or could not be, since a moment, in that order, CHANGES at most;
    some that were a little before it may be among them, since what ends later may have begun
    earlier. `after`: the last of those that were told before, in the same look.
    """
    query = select(Site).where(Site.changed_at > since - OVERLAP)
    if after is not None:
        at_once = and_(Site.changed_at == after.changed_at, Site.id > after.id)
        query = query.where(or_(Site.changed_at > after.changed_at, at_once))
    if user_id is not None:
        query = query.where(Site.user_id == user_id)
    if site_id:
        query = query.where(Site.id == site_id)
    query = query.order_by(Site.changed_at, Site.id).limit(CHANGES)
    return list(session.scalars(query.execution_options(populate_existing=True)))
