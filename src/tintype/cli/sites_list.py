"""tintype sites list"""

import asyncio
import json
import sys
from functools import partial

import click

from tintype.catalog import Session, sites
from tintype.catalog.pages import Page
from tintype.catalog.sites import STATES, SiteSearch
from tintype.catalog.tables import Site
from tintype.cli.opening import opened_catalog
from tintype.cli.options import json_option
from tintype.cli.sites_lines import facts_of, line_of
from tintype.settings import Settings
from tintype.sites.capturing import urls_of
from tintype.sites.opening import opened_sites
from tintype.sites.places import place_at
from tintype.sites.sizes import sizes_of

PAGE = 200
EPILOG = """\b
Examples:
  tintype sites list
  tintype sites list --state failed
  tintype sites list kelvinism --json
"""


@click.command(epilog=EPILOG)
@click.argument("text", default="")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--tag", default="", help="Only those with this tag.")
@click.option("--to", help="Only those whose pictures lie there; else wherever.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many.")
@json_option
def command(
    text: str, state: str | None, tag: str, to: str | None, limit: int, as_json: bool
) -> None:
    """List sites, newest first: when it was captured, state, slug, URL, what went wrong.

    TEXT is looked for in slugs, URLs and titles.
    """
    place = None if to is None else place_at(to)
    search = SiteSearch(text=text, state=state or "", tag=tag, place=place)
    found: list[Site] = []
    after: str | None = None
    with opened_catalog() as catalog:
        while len(found) < limit:
            count = min(limit - len(found), PAGE)
            page = catalog.read_now(partial(_page, search=search, after=after, limit=count))
            found += page.items
            if (after := page.after) is None:
                break
    asyncio.run(_print(found, as_json))
    if after is not None:
        print(f"tintype: There are more than these {limit} (see --limit).", file=sys.stderr)


def _page(session: Session, search: SiteSearch, after: str | None, limit: int) -> Page[Site]:
    return sites.page(session, None, search, after=after, limit=limit)


async def _print(found: list[Site], as_json: bool) -> None:
    settings = Settings.from_env()
    sizes = sizes_of(settings)
    async with opened_sites(settings) as stores:
        for site in found:
            if as_json:
                urls = urls_of(stores.at(site.place), sizes, site.slug)
                print(json.dumps(facts_of(site, urls), ensure_ascii=False))
            else:
                print(line_of(site))
