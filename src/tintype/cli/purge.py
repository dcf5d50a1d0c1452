"""tintype purge"""

import asyncio
import json

import click

from tintype.app import build
from tintype.app_urls import rendition_reader, source_reader
from tintype.cli.options import json_option
from tintype.errors import InvalidRequest
from tintype.settings import Settings

EPILOG = """\b
Examples:
  tintype purge https://example.org/photo.jpg
  tintype purge --rendition 300x200/smart/https://example.org/photo.jpg
  tintype purge --tag summer --dry-run
"""


@click.command(epilog=EPILOG)
@click.argument("source", required=False, default="")
@click.option("--rendition", metavar="PATH", help="One: the path of its URL, signed or not.")
@click.option("--tag", help="All that have this tag, by the filter tag(…).")
@click.option("--all", "everything", is_flag=True, help="Everything that is kept.")
@click.option("--expired", is_flag=True, help="What is too old; a service does this by itself.")
@click.option("--dry-run", is_flag=True, help="Only count.")
@json_option
def command(
    source: str,
    rendition: str | None,
    tag: str | None,
    everything: bool,
    expired: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Remove renditions that are kept, so that they are made anew.

    SOURCE is a picture as URLs name it: a web address, or its name in the store. All its renditions
    go, with what was kept of the original. Running services notice within seconds.
    """
    chosen = [bool(source), bool(rendition), bool(tag), everything, expired]
    if sum(chosen) != 1:
        raise InvalidRequest(
            "One thing is purged at a time.",
            remedy="Give a source, --rendition, --tag, --all or --expired.",
        )
    if expired and dry_run:
        raise InvalidRequest("--expired has no --dry-run.", remedy="Leave one of them out.")
    count = asyncio.run(_purge(source, rendition, tag, everything, dry_run))
    noun = "object or link" if expired and count == 1 else "rendition"
    if count != 1:
        noun = "objects and links" if expired else "renditions"
    if as_json:
        print(json.dumps({"count": count, "dry_run": dry_run}))
    else:
        print(f"{count} {noun} {'would be ' if dry_run else ''}removed")


async def _purge(
    source: str, rendition: str | None, tag: str | None, everything: bool, dry_run: bool
) -> int:
    settings = Settings.from_env()
    app = build(settings)
    kept = app.renditions
    try:
        if source:
            return await kept.purge_source(source_reader(settings)(source), dry_run=dry_run)
        if rendition:
            picture, transforms = rendition_reader(settings)(rendition)
            counts = [await kept.purge_rendition(picture, t, dry_run=dry_run) for t in transforms]
            return sum(counts)
        if tag:
            return await kept.purge_tag(tag, dry_run=dry_run)
        if everything:
            return await kept.purge_all(dry_run=dry_run)
        return (await kept.sweep()).removed
    finally:
        await app.close()
