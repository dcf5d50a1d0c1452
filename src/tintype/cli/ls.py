"""tintype ls"""

import asyncio
import json

import click

from tintype.app import opened_store
from tintype.cli.options import json_option
from tintype.settings import Settings
from tintype.stores import Stat, Store
from tintype.targets import CONFIGURED, Target

EPILOG = """\b
Examples:
  tintype ls
  tintype ls s3://bucket/films/
  tintype ls ./out/ --json
"""


@click.command(epilog=EPILOG)
@click.argument("target", default=CONFIGURED)
@json_option
def command(target: str, as_json: bool) -> None:
    """List what is in a store: size in bytes, time, key.

    TARGET is a folder, s3://bucket/prefix or store:prefix; every key that starts with the prefix is
    listed. Left out, it is TINTYPE_STORE, where the service finds its pictures.
    """
    asyncio.run(_list(Target.parse(target), as_json))


async def _list(target: Target, as_json: bool) -> None:
    async with opened_store(target.store, Settings.from_env()) as store:
        async for stat in store.list(target.template):
            print(json.dumps(_facts(stat, store), ensure_ascii=False) if as_json else _line(stat))


def _facts(stat: Stat, store: Store) -> dict[str, object]:
    return {
        "key": stat.key,
        "size": stat.size,
        "modified": stat.modified.isoformat(),
        "etag": stat.etag,
        "url": store.url(stat.key),
    }


def _line(stat: Stat) -> str:
    return f"{stat.size:>14} {stat.modified:%Y-%m-%d %H:%M} {stat.key}"
