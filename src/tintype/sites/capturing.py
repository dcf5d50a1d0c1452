"""Capturing one site: its page is opened, its pictures are made and put, its record is written.

A picture that is there is replaced by a picture of the page, or it stays: neither an error, nor an
empty page, nor half a picture takes its place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from tintype.blob import Blob
from tintype.browser import Browser, Captured
from tintype.catalog import Catalog, Session, site_runs, sites
from tintype.catalog.site_runs import CaptureFacts
from tintype.catalog.sites import SiteDraft
from tintype.catalog.tables import Site, SiteCapture
from tintype.errors import (
    BrowserMissing,
    JobSuperseded,
    PageNotCaptured,
    PageUnavailable,
    TintypeError,
)
from tintype.ids import new_id
from tintype.pipeline import Pipeline
from tintype.processor import ComparesPictures, Processor
from tintype.settings import Settings
from tintype.sites import Wanted, history
from tintype.sites.options import order_of
from tintype.sites.places import Stores, Where, history_key
from tintype.sites.platforms.keeping import FACT, kept_facts
from tintype.sites.platforms.looking import Looking
from tintype.sites.replacing import Torn, replace_all
from tintype.sites.sizes import Size
from tintype.stages import outcome, stage

LONGEST = 300.0  # seconds until who has a site in work is taken for dead
SOON = timedelta(minutes=1)  # until the next try where it is our fault
PASSING = 12  # what may pass by itself is tried again after that part of the usual time


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What capturing works with. `sizes`: what is made of each screenshot."""

    settings: Settings
    catalog: Catalog
    browser: Browser
    pipeline: Pipeline
    processor: Processor
    comparer: ComparesPictures
    stores: Stores
    sizes: Sequence[Size]
    looking: Looking


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A site to be captured. `since`: not if that was done after this moment. `options` are taken
    over those that the site has; `secret` is for this once, and kept nowhere: headers, cookies,
    username, password.
    """

    wanted: Wanted
    place: str = ""
    user_id: str | None = None
    since: datetime | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    secret: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A site that was captured. `urls` of its pictures, by suffix; `size` in bytes."""

    site_id: str
    slug: str
    urls: Mapping[str, str]
    size: int
    notes: Sequence[str] = ()
    timed_out: bool = False
    distance: float | None = None


async def capture_site(parts: Parts, order: Order) -> Taken | None:
    """Capture a site; None: there is nothing to do, for somebody else does it or has done it.

    Raises BrowserMissing; PageNotCaptured and PageUnavailable with the reason; what the processor
    and the store raise; QuotaExceeded. A failure is recorded, and what was there stays.
    """
    draft = SiteDraft(
        url=order.wanted.url, slug=order.wanted.slug, place=order.place, user_id=order.user_id
    )
    site = await parts.catalog.run(
        lambda s: site_runs.begin(s, draft, since=order.since, longest=LONGEST)
    )
    if site is None:
        return None
    try:
        with stage("capture"):
            taken = await _captured(parts, order, site)
    except JobSuperseded:
        raise
    except TintypeError as error:
        outcome("captures", _group(reason_of(error)))
        await _record_failure(parts, site, error)
        raise
    except BaseException:
        await parts.catalog.run(lambda s: site_runs.release(s, site))
        raise
    outcome("captures", "captured")
    return taken


def reason_of(error: TintypeError) -> str:
    """Why there is no picture, in one word for programs."""
    return getattr(error, "reason", "") or error.code


def _group(reason: str) -> str:
    """Reasons for a metric, of which there are only so many."""
    return f"{reason[:6]}xx" if reason.startswith("http-") else reason


async def _record_failure(parts: Parts, site: Site, error: TintypeError) -> None:
    settings = parts.settings.sites
    pause = timedelta(seconds=settings.retry)
    if error.retryable:
        pause /= PASSING
    longest = timedelta(seconds=settings.longest_retry)
    if not isinstance(error, PageNotCaptured | PageUnavailable):
        pause = longest = SOON  # the page is not to blame
    reason = error.for_user if site.user_id else str(error)
    reason = error.public if isinstance(error, BrowserMissing) else reason
    code = reason_of(error)
    await parts.catalog.run(
        lambda s: site_runs.fail(s, site, code, reason, pause=pause, longest=longest)
    )


async def _captured(parts: Parts, order: Order, site: Site) -> Taken:
    began = perf_counter()
    options = {**site.options, **order.options, **order.secret}
    timeout = parts.settings.browser.timeout
    scripts = await parts.looking.asked()
    asked = replace(order_of(site.url, options, timeout=timeout), scripts=scripts)
    captured = await parts.browser.capture(asked)
    if captured.blank:
        raise PageNotCaptured("The page is empty: it is of one colour.", reason="blank")
    transforms = [size.transform for size in parts.sizes]
    keeps = parts.settings.sites.history > 0
    if keeps:
        transforms.append(history.kept_picture(parts.settings.sites.history_width))
    made = await parts.pipeline.process(captured.blob, transforms)
    kept = made.pop() if keeps else None
    facts = await _kept(parts, site, captured, kept, sum(blob.size for blob in made))
    await _put(parts, site, facts, made)
    gone = await parts.catalog.run(
        lambda s: site_runs.finish(s, site, facts, history=parts.settings.sites.history)
    )
    await history.forget(parts.stores.kept, gone)
    await _note_platforms(parts, site, captured)
    where = parts.stores.at(site.place)
    return Taken(
        site_id=site.id,
        slug=site.slug,
        urls=urls_of(where, parts.sizes, site.slug),
        size=facts.made,
        notes=(*facts.notes, f"It took {perf_counter() - began:.1f} s."),
        timed_out=facts.timed_out,
        distance=facts.distance,
    )


async def _note_platforms(parts: Parts, site: Site, captured: Captured) -> None:
    """Keep what the site runs on, which the capture has shown."""
    found = kept_facts(await parts.looking.findings(captured), site.url)
    await parts.catalog.run(lambda s: sites.note(s, site.id, FACT, found))


async def _kept(
    parts: Parts, site: Site, captured: Captured, picture: Blob | None, made: int
) -> CaptureFacts:
    """What is recorded of a capture, with its whole picture kept to be compared."""
    capture_id, key, distance = new_id(), "", None
    width = height = 0
    if picture is not None:
        earlier = await parts.catalog.read(lambda s: _earlier(s, site))
        distance = await history.distance(parts.stores.kept, parts.comparer, earlier, picture)
        width, height = parts.processor.measure(picture)
        key = history_key(site.user_id, site.id, capture_id, history.EXT)
        await parts.stores.kept.put(key, picture)
    return CaptureFacts(
        id=capture_id,
        url=site.url,
        address=captured.answer.url,
        status=captured.answer.status,
        title=" ".join(captured.title.split()),
        key=key,
        media_type=captured.answer.media_type[:100],
        width=width,
        height=height,
        kept=picture.size if picture else 0,
        made=made,
        seconds=captured.seconds,
        timed_out=captured.timed_out,
        notes=tuple(captured.notes[:20]),
        distance=distance,
    )


def _earlier(session: Session, site: Site) -> Sequence[SiteCapture]:
    return sites.captures(session, site, limit=1)


async def _put(parts: Parts, site: Site, facts: CaptureFacts, made: Sequence[Blob]) -> None:
    """Put the pictures under their keys: all of them, or the old ones stay."""
    where, room = parts.stores.at(site.place), facts.made + facts.kept
    quota = parts.settings.api.quota

    def tear(session: Session) -> None:
        mine = site_runs.quota_of(session, site.user_id, quota)
        site_runs.tear(session, site, longest=LONGEST, room=room, quota=mine)

    try:
        await parts.catalog.run(tear)
        # The first size comes last: whoever looks for it finds all others.
        pairs = list(zip(parts.sizes, made, strict=True))
        blobs = {where.key(size, site.slug): blob for size, blob in reversed(pairs)}
        await _replaced(parts, site, where, blobs)
    except BaseException:
        if facts.key:
            await history.forget(parts.stores.kept, [facts.key])
        raise


async def _replaced(parts: Parts, site: Site, where: Where, blobs: Mapping[str, Blob]) -> None:
    try:
        await replace_all(where.store, blobs)
    except Torn as torn:
        raise torn.reason from None  # the record says that they are
    except BaseException:
        await parts.catalog.run(lambda s: site_runs.mend(s, site))
        raise


def urls_of(where: Where, sizes: Sequence[Size], slug: str) -> dict[str, str]:
    """The URL of each picture of a site, by its suffix, whether or not it is there."""
    return {size.suffix: where.store.url(where.key(size, slug)) for size in sizes}
