"""tintype get"""

import asyncio
import os
import sys
from pathlib import Path

import click

from tintype.app import opened_store
from tintype.cli.opening import opened
from tintype.cli.progress import Progress, display_for
from tintype.errors import InvalidKey, KeyExists, KeyNotFound, StoreDenied
from tintype.keys import check_key
from tintype.settings import Settings
from tintype.stores import GivesFiles, Store
from tintype.targets import Target

EPILOG = """\b
Examples:
  tintype get s3://bucket/films/film.mov
  tintype get s3://bucket/films/film.mov ./films/ --resume
  tintype get s3://bucket/backup.tar - | tar x
  tintype get store:photos/cat.jpg
"""


@click.command(epilog=EPILOG)
@click.argument("target")
@click.argument("to", default=".")
@click.option("--resume", is_flag=True, help="Go on with what an interrupted run left.")
@click.option("--no-clobber", is_flag=True, help="Fail rather than replace a file.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(target: str, to: str, resume: bool, no_clobber: bool, quiet: bool) -> None:
    """Read a file out of a store.

    TARGET is s3://bucket/key, store:key in TINTYPE_STORE, or a path in a folder.
    TO is a folder, a file, or - for standard output. The file is whole or absent.
    """
    aim = Target.parse(target)
    key = check_key(aim.template)
    if to == "-":
        asyncio.run(_stream(aim.store, key))
        return
    path = _destination(key, to)
    if no_clobber and path.exists():
        raise KeyExists(f"There is a file {path} already.", remedy="Leave --no-clobber out.")
    display = display_for(as_json=False, quiet=quiet)
    with opened(aim.store) as store:
        stat = asyncio.run(store.stat(key))
        if stat is None:
            raise KeyNotFound(f"There is no object {aim.address(key)}.")
        _make_folder(path.parent)
        _fetch(store, key, path, Progress(display, stat.size), resume=resume)
    print(path)


def _fetch(store: Store, key: str, path: Path, progress: Progress, *, resume: bool) -> None:
    assert isinstance(store, GivesFiles)
    with progress:
        store.download(key, path, resume=resume, on_bytes=progress.add)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreDenied(f"{folder} cannot be made: {error.strerror}.") from error


def _destination(key: str, to: str) -> Path:
    """Where the file goes; a key's last part becomes a name only if it is a harmless one."""
    path = Path(to)
    if not (path.is_dir() or to.endswith("/")):
        return path
    name = key.rstrip("/").rpartition("/")[2]
    if name in {"", ".", ".."} or len(name.encode()) > 255:
        raise InvalidKey(f"The key {key!r} gives no file name.", remedy="Name the file.")
    return path / name


async def _stream(address: str, key: str) -> None:
    """To standard output, as it comes."""
    async with opened_store(address, Settings.from_env()) as store, store.get(key) as download:
        async for chunk in download.chunks:
            view = memoryview(chunk)
            while view:
                view = view[os.write(sys.stdout.fileno(), view) :]
