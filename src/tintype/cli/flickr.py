"""tintype flickr"""

import asyncio
import json
import sys
from typing import Any

import click

from tintype.app_providers import find_provider, open_flickr, opened_flickr
from tintype.cli import flickr_backup, flickr_gallery, providers
from tintype.cli.flickr_download import Download, Wanted
from tintype.cli.foreign import printable
from tintype.cli.options import json_option
from tintype.flickr.addresses import Place, parse
from tintype.flickr.listing import Listing
from tintype.flickr.shapes import Size, text
from tintype.providers import FLICKR
from tintype.settings import Settings

EPILOG = """\b
Examples:
  tintype flickr login
  tintype flickr sizes 53000000001
  tintype flickr download 53000000001 --to ./photo/
  tintype flickr download https://www.flickr.com/photos/me/albums/72157600000000001 --size large
  tintype flickr list search:"old bridge"
  tintype flickr backup --to ./flickr/
  tintype flickr gallery ./flickr/
  tintype flickr demo

\b
A photo is an id, its page's URL, or flic.kr/p/…; many photos are an album's, a
gallery's, a group's or a user's URL, or album:ID, gallery:ID, group:NAME,
user:NAME, favorites:NAME, tag:WORD, search:WORDS, and me.
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Sign in at Flickr, look at photos, and bring them home: some of them, or all there is."""


@command.command()
@click.option("--browser", is_flag=True, help="Catch the browser on a local port; no code to type.")
def login(browser: bool) -> None:
    """Sign in: allow reading on Flickr's page, and type the code that it shows.

    The key of your application stands in TINTYPE_FLICKR_KEY and TINTYPE_FLICKR_SECRET, or in a file
    `apikeys` of the working folder, in two lines.
    """
    providers.login(FLICKR, in_browser=browser)


@command.command()
def logout() -> None:
    """Forget the token that login has kept."""
    providers.logout(FLICKR)


@command.command()
@json_option
def whoami(as_json: bool) -> None:
    """Ask Flickr whose token it is."""
    providers.whoami(FLICKR, as_json=as_json)


@command.command()
@click.argument("photo")
@json_option
def sizes(photo: str, as_json: bool) -> None:
    """List the sizes of a photo, and where they are."""
    asyncio.run(_sizes(_place(photo), as_json=as_json))


@command.command(name="list")
@click.argument("what")
@json_option
def list_(what: str, as_json: bool) -> None:
    """List the photos of an album, a gallery, a group, a user or a search: ids and titles."""
    asyncio.run(_list(_place(what), as_json=as_json))


@command.command()
@click.argument("what", nargs=-1, required=True)
@click.option("--to", default="./flickr/", help="Folder, s3://bucket/prefix/ or store:prefix/.")
@click.option(
    "--size", "wanted", multiple=True, metavar="LABEL", help="Such as large-1600; several."
)
@click.option("--largest", is_flag=True, help="The original, or the largest that there is.")
@click.option("--again", is_flag=True, help="Fetch files that are there already, too.")
@json_option
def download(
    what: tuple[str, ...],
    to: str,
    wanted: tuple[str, ...],
    largest: bool,
    again: bool,
    as_json: bool,
) -> int:
    """Bring photos home: every size of each as Label_ID.jpg, unless told which.

    Files that are there stay as they are, so that a run that was stopped is gone on with. Prints a
    line for each file; exit code 4 if some failed.
    """
    labels = (*wanted, *(("largest",) if largest else ()))
    places = [_place(each) for each in what]
    return asyncio.run(_download(places, to, Wanted(labels, again=again), as_json=as_json))


@command.command()
@click.option("--serve", is_flag=True, help="Serve until stopped, for commands in other terminals.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0: any.")
@click.option(
    "--photos", type=click.IntRange(0, 100_000), default=24, help="Photos of the account."
)
def demo(serve: bool, port: int, photos: int) -> None:
    """Show all of it without the internet, on a provider of OAuth on this machine.

    The provider only looks like Flickr and X: its photos are drawn. Nothing leaves the machine.
    """
    from tintype.cli.flickr_demo import run

    run(serve=serve, port=port, photos=photos)


command.add_command(flickr_backup.command, "backup")
command.add_command(flickr_gallery.command, "gallery")


def _place(what: str) -> Place:
    """What somebody typed; pages of the host that stands in Flickr's place are Flickr's."""
    settings = Settings.from_env()
    hosts: frozenset[str] = frozenset()
    if settings.providers.flickr_api:
        hosts = find_provider(FLICKR, settings).provider.hosts
    return parse(what, hosts=hosts)


async def _sizes(place: Place, *, as_json: bool) -> None:
    async with opened_flickr(Settings.from_env()) as tools:
        async for photo_id in tools.ids(place):
            for size in await tools.sizes(photo_id):
                print(json.dumps(_facts(photo_id, size)) if as_json else _line(size))


async def _list(place: Place, *, as_json: bool) -> None:
    async with opened_flickr(Settings.from_env()) as tools:
        if place.kind == "photo":
            print(place.id)
            return
        listing = Listing(tools.api, place)
        async for entry in listing.photos():
            print(json.dumps(entry, ensure_ascii=False) if as_json else _title(entry))
        tell_missing(listing)


async def _download(places: list[Place], to: str, wanted: Wanted, *, as_json: bool) -> int:
    settings = Settings.from_env()
    tools = open_flickr(find_provider(FLICKR, settings), settings)
    try:
        async with Download.opened(tools, to, wanted, as_json=as_json) as work:
            for place in places:
                listing = None if place.kind == "photo" else Listing(tools.api, place)
                async for photo_id in tools.ids(place, listing):
                    await work.photo(photo_id)
                if listing:
                    tell_missing(listing)
            work.tell()
            return work.exit_code
    finally:
        await tools.close()


def tell_missing(listing: Listing) -> None:
    """Say what Flickr counts and does not give."""
    if listing.is_cut:
        print(f"tintype: A search ends after 4,000 of {listing.total:,}.", file=sys.stderr)
    elif listing.missing:
        print(
            f"tintype: Flickr counts {listing.total:,} photos and gave {listing.found:,}.",
            file=sys.stderr,
        )


def _title(entry: dict[str, Any]) -> str:
    title = printable(text(entry.get("title")))
    return f"{text(entry.get('id'))} {title}".rstrip()


def _line(size: Size) -> str:
    shape = f"{size.width} × {size.height}" if size.width else "video" if size.is_video else ""
    label = printable(size.label)
    source = printable(size.source)
    return f"{label:<16} {shape:>12}  {source}"


def _facts(photo_id: str, size: Size) -> dict[str, Any]:
    return {
        "id": photo_id,
        "label": size.label,
        "width": size.width or None,
        "height": size.height or None,
        "media": "video" if size.is_video else "photo",
        "source": size.source,
    }
