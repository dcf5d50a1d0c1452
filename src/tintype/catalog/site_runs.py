"""Capturing sites: begun by one at a time, ended with a picture or with the reason why not.

Whoever begins gets a token. While pictures are replaced the record says that they are torn: where
that was cut off, they are taken anew.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tintype.catalog import sites, usage, webhooks
from tintype.catalog.columns import now
from tintype.catalog.inserts import insert_new
from tintype.catalog.sites import SiteDraft
from tintype.catalog.tables import Site, SiteCapture, User
from tintype.errors import JobSuperseded
from tintype.ids import new_id

CAPTURED, FAILED = "site.captured", "site.failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureFacts:
    """What is recorded of a picture. In bytes: `kept` is the whole picture that is kept to be
    compared, `made` those that were put.
    """

    id: str = field(default_factory=new_id)
    url: str
    address: str = ""
    status: int = 200
    title: str = ""
    key: str = ""
    media_type: str = ""
    width: int = 0
    height: int = 0
    kept: int = 0
    made: int = 0
    seconds: float = 0.0
    timed_out: bool = False
    notes: tuple[str, ...] = ()
    distance: float | None = None


def begin(
    session: Session, draft: SiteDraft, *, since: datetime | None, longest: float
) -> Site | None:
    """Take a site into work, with the URL of the draft, which is added if need be; None: there is
    nothing to do, for another has it in work, or has captured this URL since a moment.

    `longest`: seconds after which whoever has it is taken for dead.
    """
    insert_new(session, Site, [draft.row()])
    query = select(Site).where(Site.place == draft.place, Site.slug == draft.slug)
    locked = query.with_for_update().execution_options(populate_existing=True)
    site = session.scalars(locked).one()
    moment = now()
    if site.token is not None and site.busy_until and site.busy_until > moment:
        return None
    is_done = since and site.captured_at and site.captured_at >= since and site.torn_at is None
    if is_done and site.url == draft.url:
        return None
    if site.url != draft.url:
        sites.change(session, site, url=draft.url)
    site.token, site.busy_until = new_id(), moment + timedelta(seconds=longest)
    session.flush()
    return site


def tear(session: Session, site: Site, *, longest: float, room: int, quota: int | None) -> None:
    """Say that the pictures of a site are being replaced, by so many bytes more than there are.

    Raises JobSuperseded for who has lost it, and QuotaExceeded.
    """
    mine = _mine(session, site)
    if mine.user_id is not None:
        usage.check_room(usage.hold(session, mine.user_id), room - mine.size, quota)
    mine.torn_at = now()
    mine.busy_until = mine.torn_at + timedelta(seconds=longest)
    session.flush()


def mend(session: Session, site: Site) -> None:
    """Say that its pictures are whole again: the old ones are back. Raises JobSuperseded."""
    _mine(session, site).torn_at = None
    session.flush()


def finish(session: Session, site: Site, facts: CaptureFacts, *, history: int) -> list[str]:
    """Record a picture; the keys of kept ones that are beyond the history. Raises JobSuperseded."""
    mine = _mine(session, site)
    names = CaptureFacts.__dataclass_fields__.keys() - {"kept", "made"}
    row = {name: getattr(facts, name) for name in names}
    row |= {"notes": list(facts.notes), "address": facts.address[:4000], "size": facts.kept}
    row["title"] = facts.title[: sites.LONGEST_TITLE]
    session.add(SiteCapture(site_id=mine.id, **row))
    session.flush()
    gone = _forget(session, mine, max(history, 1))
    before = mine.size
    mine.size = facts.made + _kept(session, mine)
    if mine.user_id is not None:
        usage.hold(session, mine.user_id).size += mine.size - before
    mine.capture_id, mine.captured_at = facts.id, now()
    mine.failures, mine.retry_at, mine.code, mine.reason = 0, None, "", ""
    mine.torn_at = None
    _end(session, mine, CAPTURED)
    return gone


def _kept(session: Session, site: Site) -> int:
    return sum(each.size for each in sites.captures(session, site))


def _forget(session: Session, site: Site, most: int) -> list[str]:
    """Forget the captures beyond so many; the keys of their pictures."""
    old = sites.captures(session, site)[most:]
    session.execute(delete(SiteCapture).where(SiteCapture.id.in_([each.id for each in old])))
    return [each.key for each in old if each.key]


def fail(
    session: Session, site: Site, code: str, reason: str, *, pause: timedelta, longest: timedelta
) -> None:
    """Record why there is no picture. The next try is after a pause, doubled with each failure, up
    to the longest. Raises JobSuperseded.
    """
    mine = _mine(session, site)
    mine.failures += 1
    mine.failed_at, mine.code, mine.reason = now(), code[:50], reason[:1000]
    mine.retry_at = mine.failed_at + min(pause * 2 ** min(mine.failures - 1, 30), longest)
    _end(session, mine, FAILED)


def release(session: Session, site: Site) -> None:
    """Let another have it: it was begun and not ended, for no fault of its own."""
    found = session.get(Site, site.id, with_for_update=True, populate_existing=True)
    if found is not None and found.token == site.token:
        found.token = found.busy_until = None
        session.flush()


def _mine(session: Session, site: Site) -> Site:
    found = session.get(Site, site.id, with_for_update=True, populate_existing=True)
    if found is None or found.token != site.token or site.token is None:
        raise JobSuperseded(f"The site {site.slug} was removed, or taken over by another worker.")
    return found


def _end(session: Session, site: Site, event: str) -> None:
    site.token = site.busy_until = site.job_id = None
    site.event, site.changed_at = event, now()
    sites.touch(session, site)
    if site.user_id is not None and event == CAPTURED:
        webhooks.tell(session, site.user_id, event, told(site))


def told(site: Site) -> dict[str, Any]:
    """What is told of a site."""
    names = ("id", "slug", "url", "code", "reason", "capture_id")
    return {name: getattr(site, name) for name in names}


def quota_of(session: Session, user_id: str | None, default: int) -> int | None:
    """How many bytes a user may keep; None for the operator, who has no limit."""
    if user_id is None:
        return None
    user = session.get(User, user_id)
    return default if user is None or user.quota_bytes is None else user.quota_bytes
