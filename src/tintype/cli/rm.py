"""tintype rm"""

import asyncio

import click

from tintype.app import opened_store
from tintype.errors import InvalidRequest, KeyNotFound
from tintype.keys import check_key
from tintype.settings import Settings
from tintype.stores import Store
from tintype.targets import Target

EPILOG = """\b
Examples:
  tintype rm s3://bucket/films/old.mov
  tintype rm --recursive s3://bucket/films/2019/
  tintype rm store:photos/cat.jpg
"""


@click.command(epilog=EPILOG)
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("-r", "--recursive", is_flag=True, help="Everything whose key starts with TARGET.")
def command(targets: tuple[str, ...], recursive: bool) -> None:
    """Remove what a store keeps. TARGET is s3://bucket/key, store:key or a path in a folder."""
    for target in targets:
        asyncio.run(_remove(Target.parse(target), recursive))


async def _remove(target: Target, recursive: bool) -> None:
    async with opened_store(target.store, Settings.from_env()) as store:
        if recursive:
            await _remove_all(store, target.template)
            return
        key = check_key(target.template)
        if await store.stat(key) is None:
            async for below in store.list(key):
                raise InvalidRequest(
                    f"There is no object {key!r}, but {below.key!r} and perhaps more.",
                    remedy="Add --recursive to remove everything whose key begins so.",
                )
            raise KeyNotFound(f"There is nothing under {target.address(key)}.")
        await store.delete(key)


async def _remove_all(store: Store, prefix: str) -> None:
    if not prefix:
        raise InvalidRequest(
            "That would empty the whole store.", remedy="Name a prefix, such as films/."
        )
    print(f"{await store.delete_prefix(prefix)} removed")
