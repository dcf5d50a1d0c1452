"""The page of `tintype opml rank --html`: written with the pictures that the store has."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from tintype.app import open_catalog
from tintype.errors import InvalidRequest, InvalidSource, TintypeError
from tintype.settings import Settings
from tintype.sites import Wanted
from tintype.sites.asking import Found, Question, State
from tintype.sites.opening import opened_sites
from tintype.sites.opml.page import Section, page, site_of
from tintype.sites.opml.ranking import Ranked
from tintype.sites.places import SERVICE, Where
from tintype.sites.queueing import ask_and_queue
from tintype.sites.sizes import Size, sizes_of
from tintype.sites.slugs import normal_url, slug_of

SHARED = "Most shared", "The feeds that most people have."
GEMS = (
    "Gems",
    "Feeds that you do not have and that people do who agree with you: 2 × is twice as often as"
    " everybody.",
)
PICTURES = "pictures"


def write_page(
    folder: Path, title: str, most: Sequence[Ranked], found: Sequence[Ranked], people: int
) -> None:
    """Write index.html and its pictures into a folder; what has no picture is queued.

    It is told what is missing, and why; the page is written all the same.
    """
    sections = [
        Section(heading=GEMS[0], about=GEMS[1], ranked=found),
        Section(heading=SHARED[0], about=SHARED[1], ranked=most),
    ]
    sites = dict.fromkeys(site_of(each) for each in [*found, *most])
    try:
        (folder / PICTURES).mkdir(parents=True, exist_ok=True)
        pictures: Mapping[str, str] = {}
        try:
            pictures = asyncio.run(_pictures(list(sites), folder / PICTURES))
        except TintypeError as error:
            print(f"tintype: The page has no pictures: {error}", file=sys.stderr)
        (folder / "index.html").write_text(page(title, sections, people, pictures), "utf-8")
    except OSError as error:
        raise InvalidRequest(f"{folder} cannot be written: {error.strerror}.") from error


async def _pictures(sites: Sequence[str], folder: Path) -> dict[str, str]:
    """The files of the sites that have a picture, copied into the folder; the rest is queued."""
    settings = Settings.from_env()
    wanted = {site: each for site in sites if (each := _wanted(site))}
    with closing(open_catalog(settings)) as catalog:
        await asyncio.to_thread(catalog.prepare)
        async with opened_sites(settings) as stores:
            sizes, where = sizes_of(settings), stores.at(SERVICE)
            question = Question(where=where, sizes=sizes, place=SERVICE)
            found = await ask_and_queue(catalog, question, list(wanted.values()))
            _tell(found)
            files = {
                each.wanted: await _copied(where, sizes[0], each.wanted.slug, folder)
                for each in found
                if each.exists
            }
    return {site: files[each] for site, each in wanted.items() if each in files}


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
        print(f"tintype: {failed} sites could not be captured a while ago.", file=sys.stderr)
