"""tintype sites diff"""

import asyncio
import json
from pathlib import Path

import click

from tintype.app import open_comparer
from tintype.catalog import Session, sites
from tintype.catalog.tables import SiteCapture
from tintype.cli.opening import opened_catalog
from tintype.cli.options import json_option
from tintype.errors import InvalidRequest
from tintype.settings import Settings
from tintype.sites import history
from tintype.sites.opening import opened_sites
from tintype.sites.places import place_at

EPILOG = """\b
Examples:
  tintype sites diff kelvinism_com
  tintype sites diff kelvinism_com --output diff.webp
"""


@click.command(epilog=EPILOG)
@click.argument("slug")
@click.argument("before", default="")
@click.argument("after", default="")
@click.option("--to", default="", help="Where its pictures lie: as given to capture.")
@click.option("--output", metavar="FILE", help="Also write a picture: what differs, in red.")
@json_option
def command(slug: str, before: str, after: str, to: str, output: str | None, as_json: bool) -> None:
    """Tell how much two captures of a site differ: which share of the picture, as people see it.

    BEFORE and AFTER are ids of its history; left out, they are the last two.
    """
    with opened_catalog() as catalog:
        pair = catalog.read_now(lambda s: _pair(s, slug, place_at(to), before, after))
    asyncio.run(_compare(pair, output, as_json))


def _pair(
    session: Session, slug: str, place: str, before: str, after: str
) -> tuple[SiteCapture, SiteCapture]:
    return sites.pair(session, sites.get(session, None, slug, place), before, after)


async def _compare(
    pair: tuple[SiteCapture, SiteCapture], output: str | None, as_json: bool
) -> None:
    settings = Settings.from_env()
    earlier, later = pair
    async with opened_sites(settings) as stores:
        found = await history.difference(stores.kept, open_comparer(settings), earlier, later)
    if output:
        try:
            await asyncio.to_thread(Path(output).write_bytes, found.picture.read())
        except OSError as error:
            raise InvalidRequest(f"{output} cannot be written: {error.strerror}.") from error
    if as_json:
        facts = {"before": earlier.id, "after": later.id, "share": found.share, "mean": found.mean}
        print(json.dumps(facts))
    else:
        print(f"{found.share:.2%} of the picture differs (mean distance {found.mean:.2f}).")
