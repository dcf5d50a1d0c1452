"""tintype ls"""

import asyncio
import json

import click

from tintype.app import open_store
from tintype.cli.options import json_option
from tintype.settings import Settings
from tintype.targets import Target

EPILOG = """\b
Examples:
  tintype ls s3://bucket/films/
  tintype ls ./out/ --json
"""


@click.command(epilog=EPILOG)
@click.argument("target")
@json_option
def command(target: str, as_json: bool) -> None:
    """List what is in a store: size in bytes, time, key.

    TARGET is a folder or s3://bucket/prefix; every key that starts with the prefix is listed.
    """
    asyncio.run(_list(Target.parse(target), as_json))


async def _list(target: Target, as_json: bool) -> None:
    store = open_store(target.store, Settings.from_env())
    async for stat in store.list(target.template):
        if as_json:
            facts = {
                "key": stat.key,
                "size": stat.size,
                "modified": stat.modified.isoformat(),
                "etag": stat.etag,
                "url": store.url(stat.key),
            }
            print(json.dumps(facts, ensure_ascii=False))
        else:
            print(f"{stat.size:>14} {stat.modified:%Y-%m-%d %H:%M} {stat.key}")
