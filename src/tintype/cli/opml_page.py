"""The page of `tintype opml rank --html`: written with the pictures that the store has."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass
from pathlib import Path

from tintype.app import build, open_browser, open_catalog
from tintype.background import go_to_background
from tintype.catalog import Catalog
from tintype.errors import InvalidRequest, InvalidSource, TintypeError
from tintype.settings import Settings
from tintype.sites import Wanted
from tintype.sites.asking import Found, Question, State, ask
from tintype.sites.batches import capture_all
from tintype.sites.opening import opened_sites, site_parts
from tintype.sites.opml.addresses import site_of
from tintype.sites.opml.page import Section, page
from tintype.sites.opml.ranking import Ranked
from tintype.sites.places import SERVICE, Stores, Where
from tintype.sites.queueing import queue
from tintype.sites.sizes import Size, sizes_of
from tintype.sites.slugs import normal_url, slug_of

SHARED = "Most shared", "The feeds that most people have."
GEMS = (
    "Gems",
    "Feeds that you do not have and that people do who agree with you: 2 × is twice as often as"
    " everybody.",
)
PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Page:
    """The page to be written: a file of HTML, or a folder, which gets an index.html. Its pictures
    lie beside it. `is_here`: what has no picture is captured now, in this process; else it is
    queued.
    """

    place: Path
    title: str
    people: int
    is_here: bool

    @property
    def file(self) -> Path:
        """The page itself."""
        is_file = self.place.suffix.lower() in {".html", ".htm"} and not self.place.is_dir()
        return self.place if is_file else self.place / "index.html"

    def write(self, most: Sequence[Ranked], found: Sequence[Ranked]) -> None:
        """Write the page and its pictures. What is missing is told, and the page written all the
        same. Raises InvalidRequest where nothing can be written.
        """
        sections = [
            Section(heading=GEMS[0], about=GEMS[1], ranked=found),
            Section(heading=SHARED[0], about=SHARED[1], ranked=most),
        ]
        sites = dict.fromkeys(site_of(each.feed) for each in [*found, *most])
        try:
            (self.file.parent / PICTURES).mkdir(parents=True, exist_ok=True)
            text = page(self.title, sections, self.people, self._pictures(list(sites)))
            self.file.write_text(text, "utf-8")
        except OSError as error:
            raise InvalidRequest(f"{self.place} cannot be written: {error.strerror}.") from error

    def _pictures(self, sites: Sequence[str]) -> Mapping[str, str]:
        try:
            return asyncio.run(_pictures(sites, self.file.parent / PICTURES, is_here=self.is_here))
        except TintypeError as error:
            print(f"tintype: The page has no pictures: {error}", file=sys.stderr)
            return {}


async def _pictures(sites: Sequence[str], folder: Path, *, is_here: bool) -> dict[str, str]:
    """The files of the sites that have a picture, copied into the folder."""
    settings = Settings.from_env()
    wanted = {site: each for site in sites if (each := _wanted(site))}
    with closing(open_catalog(settings)) as catalog:
        await asyncio.to_thread(catalog.prepare)
        async with opened_sites(settings) as stores:
            sizes, where = sizes_of(settings), stores.at(SERVICE)
            question = Question(where=where, sizes=sizes, place=SERVICE)
            found = await ask(catalog, question, list(wanted.values()))
            if is_here:
                await _capture(settings, catalog, stores, found)
                found = await ask(catalog, question, list(wanted.values()))
            else:
                await queue(catalog, question, found)
            _tell(found)
            there = {each.wanted for each in found if each.exists}
            return {
                site: await _copied(where, sizes[0], each.slug, folder)
                for site, each in wanted.items()
                if each in there
            }


async def _capture(
    settings: Settings, catalog: Catalog, stores: Stores, found: Sequence[Found]
) -> None:
    """Capture what is missing. Raises BrowserMissing."""
    due = list({f.wanted.slug: f.wanted for f in found if f.state is State.MISSING}.values())
    if not due:
        return
    go_to_background()
    app, browser = build(settings, trusted=True), open_browser(settings)
    results = capture_all(site_parts(app, catalog, browser, stores), due, options={}, secret={})
    try:
        async with aclosing(results):  # type: ignore[type-var]
            async for each in results:
                if each.error:
                    print(f"tintype: {each.wanted.url}: {each.error}", file=sys.stderr)
    finally:
        await browser.close()
        await app.close()


def _wanted(site: str) -> Wanted | None:
    try:
        url = normal_url(site)
        return Wanted(url, slug_of(url))
    except InvalidSource:
        return None


async def _copied(where: Where, size: Size, slug: str, folder: Path) -> str:
    file = folder / size.key(slug)
    async with where.store.get(where.key(size, slug)) as download:
        content = b"".join([chunk async for chunk in download.chunks])
    await asyncio.to_thread(file.write_bytes, content)
    return f"{PICTURES}/{file.name}"


def _tell(found: Sequence[Found]) -> None:
    queued = sum(each.state is State.QUEUED for each in found)
    failed = sum(each.state is State.FAILED for each in found)
    if queued:
        print(
            f"tintype: {queued} of {len(found)} sites wait for their pictures, which a running"
            " service or `tintype worker` takes. Write the page again then.",
            file=sys.stderr,
        )
    if failed:
        print(
            f"tintype: {failed} of {len(found)} sites could not be captured a while ago;"
            " `tintype sites list --state failed` has the reasons.",
            file=sys.stderr,
        )
