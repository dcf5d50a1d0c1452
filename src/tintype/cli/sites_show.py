"""tintype sites show"""

import asyncio
import json

import click

from tintype.catalog import sites
from tintype.catalog.tables import Site
from tintype.cli.opening import opened_catalog
from tintype.cli.options import json_option
from tintype.cli.sites_lines import facts_of, line_of
from tintype.settings import Settings
from tintype.sites.capturing import urls_of
from tintype.sites.opening import opened_sites
from tintype.sites.places import place_at
from tintype.sites.sizes import sizes_of


@click.command()
@click.argument("slug")
@click.option("--to", default="", help="Where its pictures lie: as given to capture.")
@json_option
def command(slug: str, to: str, as_json: bool) -> None:
    """Show a site by its SLUG or id: its state, its pictures, what went wrong last."""
    with opened_catalog() as catalog:
        site = catalog.read_now(lambda s: sites.get(s, None, slug, place_at(to)))
    asyncio.run(_print(site, as_json))


async def _print(site: Site, as_json: bool) -> None:
    settings = Settings.from_env()
    async with opened_sites(settings) as stores:
        urls = urls_of(stores.at(site.place), sizes_of(settings), site.slug)
    if as_json:
        print(json.dumps(facts_of(site, urls), ensure_ascii=False))
        return
    print(line_of(site))
    print(f"  id: {site.id}")
    for name, value in (("tags", site.tags), ("options", site.options), ("facts", site.facts)):
        if value:
            print(f"  {name}: {json.dumps(value, ensure_ascii=False)}")
    if site.retry_at:
        print(f"  tried again from {site.retry_at:%Y-%m-%d %H:%M} UTC on, when it is asked for")
    for url in urls.values():
        print(f"  {url}")
