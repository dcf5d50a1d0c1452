"""tintype sites rm"""

import asyncio
from contextlib import closing

import click

from tintype.app import open_catalog
from tintype.catalog import sites
from tintype.settings import Settings
from tintype.sites.opening import opened_sites
from tintype.sites.places import place_at
from tintype.sites.removing import remove_site
from tintype.sites.sizes import sizes_of


@click.command()
@click.argument("slugs", nargs=-1, required=True, metavar="SLUG...")
@click.option("--to", default="", help="Where their pictures lie: as given to capture.")
@click.option("--leave-pictures", is_flag=True, help="Forget the sites only.")
def command(slugs: tuple[str, ...], to: str, leave_pictures: bool) -> None:
    """Remove sites by SLUG or id, with their pictures and their history."""
    asyncio.run(_remove(slugs, place_at(to), leave_pictures))


async def _remove(slugs: tuple[str, ...], place: str, leave_pictures: bool) -> None:
    settings = Settings.from_env()
    with closing(open_catalog(settings)) as catalog:
        await asyncio.to_thread(catalog.prepare)
        async with opened_sites(settings) as stores:
            for slug in slugs:
                await remove_site(
                    catalog,
                    stores,
                    sizes_of(settings),
                    lambda s, slug=slug: sites.held(s, None, slug, place=place),  # type: ignore[misc]
                    leave_pictures=leave_pictures,
                )
                print(slug)
