"""tintype flickr gallery"""

import asyncio
import json
import sys
from dataclasses import asdict

import click

from tintype.app_gallery import make_gallery
from tintype.cli import EXIT_PARTLY
from tintype.cli.options import json_option
from tintype.gallery import Options, Report
from tintype.settings import Settings

SHOWN = 10  # photos that a report for people names
EVERY = 500  # photos between two lines
EPILOG = """\b
Examples:
  tintype flickr gallery ./flickr/
  tintype flickr gallery s3://bucket/flickr/ --public --title "Our photos"

\b
Then open ./flickr/index.html in a browser.
"""


@click.command(epilog=EPILOG)
@click.argument("place")
@click.option(
    "--public/--all", default=None, help="Only what everybody may see at Flickr, or all of it."
)
@click.option("--title", help="What stands above it; else the account's name.")
@json_option
def command(place: str, public: bool | None, title: str | None, as_json: bool) -> int:
    """Make the gallery of a backup: pages to look at it, from a disk or a server.

    Run it again after each backup: only what is new is made, and --public and --title are
    remembered. Exit code 4 if there is a photo of which no preview could be made.
    """
    options = Options(only_public=public, title=title)
    return asyncio.run(make(place, options, Settings.from_env(), as_json=as_json))


async def make(place: str, options: Options, settings: Settings, *, as_json: bool) -> int:
    """Make it, and tell; the exit code."""
    told = 0

    def on_photo(count: int) -> None:
        nonlocal told
        if count - told >= EVERY:
            told = count
            print(f"{count:,} photos", file=sys.stderr, flush=True)

    report = await make_gallery(place, options, settings, on_photo)
    if as_json:
        print(json.dumps({"event": "gallery", **asdict(report)}))
    else:
        _tell(place, report)
    return EXIT_PARTLY if report.undrawn or report.unread else 0


def _tell(place: str, report: Report) -> None:
    print(f"{place if place.endswith(('/', ':')) else f'{place}/'}index.html")
    words = f"{report.photos:,} photos and videos, {report.albums:,} albums; {report.previews:,}"
    words += f" previews made, {report.written:,} files written"
    words += f", {report.removed:,} removed" if report.removed else ""
    words += f"; {report.left_out:,} not public and left out" if report.left_out else ""
    print(words, file=sys.stderr)
    for photo, why in report.undrawn[:SHOWN]:
        print(f"tintype: {photo}: {why}", file=sys.stderr)
    if len(report.undrawn) > SHOWN:
        print(f"tintype: and {len(report.undrawn) - SHOWN:,} more", file=sys.stderr)
    if report.unread:
        print(f"tintype: {report.unread:,} records cannot be read.", file=sys.stderr)
