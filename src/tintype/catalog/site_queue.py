"""Having sites captured: what is missing becomes one job, and nothing waits in two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tintype.catalog import job_items, jobs, sites
from tintype.catalog.columns import now
from tintype.catalog.inserts import insert_new
from tintype.catalog.job_states import UNFINISHED
from tintype.catalog.jobs import JobDraft
from tintype.catalog.sites import SiteDraft
from tintype.catalog.tables import Job, Site

TASK, QUEUE = "capture", "captures"
MOST = 2_000  # sites in one transaction
_ROWS = 200  # in one statement: a row has many columns, and a statement few parameters


@dataclass(frozen=True, slots=True)
class Pair:
    """A URL and a slug, which have been checked."""

    url: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the catalog knows of a site that has no good picture."""

    url: str
    is_queued: bool  # or in work
    is_torn: bool
    is_left_alone: bool  # it has failed a while ago, and is not tried again yet
    code: str = ""
    reason: str = ""


@dataclass(slots=True)
class Queued:
    """What became of an order. `job`: what was added; None: there was nothing to add."""

    job: Job | None = None
    added: list[str] = field(default_factory=list)  # slugs
    waiting: list[str] = field(default_factory=list)  # in another job already, or in work
    failed: list[str] = field(default_factory=list)  # left alone for now


def known(session: Session, place: str, slugs: Sequence[str]) -> dict[str, Known]:
    """What is known of the sites of some slugs."""
    found: dict[str, Known] = {}
    for begin in range(0, len(slugs), MOST):
        rows = _rows(session, place, slugs[begin : begin + MOST])
        found |= {site.slug: _known(site, job_state) for site, job_state in rows}
    return found


def _rows(session: Session, place: str, slugs: Sequence[str]) -> Sequence[tuple[Site, str | None]]:
    query = (
        select(Site, Job.state)
        .outerjoin(Job, Site.job_id == Job.id)
        .where(Site.place == place, Site.slug.in_(slugs))
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _known(site: Site, job_state: str | None) -> Known:
    moment = now()
    is_busy = bool(site.token and site.busy_until and site.busy_until > moment)
    return Known(
        url=site.url,
        is_queued=is_busy or job_state in UNFINISHED,
        is_torn=site.torn_at is not None and not is_busy,
        is_left_alone=site.retry_at is not None and site.retry_at > moment,
        code=site.code,
        reason=site.reason,
    )


def torn(session: Session, place: str) -> set[str]:
    """The slugs of a place whose pictures may be of two captures."""
    query = select(Site.slug, Site.busy_until).where(Site.torn_at.is_not(None), Site.place == place)
    return {slug for slug, until in session.execute(query) if until is None or until < now()}


def moved(session: Session, place: str, urls: Mapping[str, str]) -> set[str]:
    """The slugs whose URL is another than is known: their pictures are of the old one."""
    slugs, found = list(urls), set[str]()
    for begin in range(0, len(slugs), MOST):
        some = slugs[begin : begin + MOST]
        query = select(Site.slug, Site.url).where(Site.place == place, Site.slug.in_(some))
        found |= {slug for slug, url in session.execute(query) if urls[slug] != url}
    return found


def enqueue(
    session: Session,
    pairs: Sequence[Pair],
    *,
    place: str = "",
    user_id: str | None = None,
    args: Mapping[str, Any] | None = None,
    priority: int = 5,
    force: bool = False,
) -> Queued:
    """Have sites captured by whoever works jobs off: one job for all that wait in none yet.

    Sites that are not known are added; one whose URL was another has this one from now on. Those
    that have failed are left alone for their time, unless `force` asks for them. At most `MOST`.
    """
    assert len(pairs) <= MOST
    wanted = {pair.slug: pair.url for pair in pairs}
    drafts = [
        SiteDraft(url=url, slug=slug, place=place, user_id=user_id) for slug, url in wanted.items()
    ]
    for begin in range(0, len(drafts), _ROWS):
        insert_new(session, Site, [each.row() for each in drafts[begin : begin + _ROWS]])
    result = Queued()
    fresh: list[Site] = []
    rows = _rows(session, place, list(wanted))
    for site, job_state in sorted(rows, key=lambda row: row[0].id):
        if site.url != wanted[site.slug]:
            sites.change(session, site, url=wanted[site.slug])
        state = _known(site, job_state)
        if state.is_queued:
            result.waiting.append(site.slug)
        elif state.is_left_alone and not force:
            result.failed.append(site.slug)
        else:
            fresh.append(site)
    _add_job(session, fresh, result, user_id, dict(args or {}), priority)
    return result


def _add_job(
    session: Session,
    fresh: Sequence[Site],
    result: Queued,
    user_id: str | None,
    args: dict[str, Any],
    priority: int,
) -> None:
    if not fresh:
        return
    draft = JobDraft(
        task=TASK, queue=QUEUE, args=args, user_id=user_id, priority=priority, is_open=True
    )
    job, _ = jobs.add(session, draft)
    job_items.add(session, job, [{"source": site.url, "key": site.slug} for site in fresh])
    job_items.close(session, job)
    ids = [site.id for site in fresh]
    # Whoever was quicker keeps it: a site waits in one job.
    session.execute(
        update(Site)
        .where(Site.id.in_(ids))
        .values(job_id=job.id)
        .execution_options(synchronize_session=False)
    )
    result.job, result.added = job, [site.slug for site in fresh]
