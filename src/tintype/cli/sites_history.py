"""tintype sites history"""

import asyncio
import json
from collections.abc import Sequence

import click

from tintype.catalog import Session, sites
from tintype.catalog.tables import SiteCapture
from tintype.cli.opening import opened_catalog
from tintype.cli.options import json_option
from tintype.cli.sites_lines import capture_facts, capture_line
from tintype.settings import Settings
from tintype.sites.opening import opened_sites
from tintype.sites.places import place_at


@click.command()
@click.argument("slug")
@click.option("--to", default="", help="Where its pictures lie: as given to capture.")
@json_option
def command(slug: str, to: str, as_json: bool) -> None:
    """List the captures of a site that are remembered, newest first: when, id, how much of the
    page differs from the one before.
    """

    def work(session: Session) -> Sequence[SiteCapture]:
        return sites.captures(session, sites.get(session, None, slug, place_at(to)))

    with opened_catalog() as catalog:
        found = catalog.read_now(work)
    asyncio.run(_print(found, as_json))


async def _print(found: Sequence[SiteCapture], as_json: bool) -> None:
    async with opened_sites(Settings.from_env()) as stores:
        for each in found:
            if as_json:
                url = stores.kept.url(each.key) if each.key else ""
                print(json.dumps(capture_facts(each, url), ensure_ascii=False))
            else:
                print(capture_line(each))
