"""tintype get"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from tintype.app import opened_store
from tintype.cli.progress import Progress, display_for
from tintype.errors import InvalidKey, InvalidRequest, StoreDenied
from tintype.keys import check_key
from tintype.settings import Settings
from tintype.stores import GivesFiles, Store
from tintype.targets import Target

EPILOG = """\b
Examples:
  tintype get s3://bucket/films/film.mov
  tintype get s3://bucket/films/film.mov ./films/ --resume
  tintype get s3://bucket/backup.tar - | tar x
"""


@click.command(epilog=EPILOG)
@click.argument("target")
@click.argument("to", default=".")
@click.option("--resume", is_flag=True, help="Go on with what an interrupted run left.")
@click.option("--no-clobber", is_flag=True, help="Leave a file of that name alone.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def command(target: str, to: str, resume: bool, no_clobber: bool, quiet: bool) -> None:
    """Read a file out of a store.

    TO is a folder, a file, or - for standard output. The file is whole or absent.
    """
    aim = Target.parse(target)
    path = None if to == "-" else _destination(check_key(aim.template), to)
    if path and no_clobber and path.exists():
        raise InvalidRequest(f"There is a file {path} already.", remedy="Leave --no-clobber out.")
    with Progress(None if path is None else display_for(as_json=False, quiet=quiet)) as progress:
        asyncio.run(_get(aim, path, resume, progress))
    if path:
        print(path)


async def _get(target: Target, path: Path | None, resume: bool, progress: Progress) -> None:
    async with opened_store(target.store, Settings.from_env()) as store:
        key = check_key(target.template)
        if path is None:
            await _stream(store, key, sys.stdout.fileno(), progress.add)
        elif isinstance(store, GivesFiles):
            # It blocks, in threads of its own; nothing else is to be done meanwhile.
            store.download(key, path, resume=resume, on_bytes=progress.add)
        else:
            await _copy(store, key, path, progress)


def _destination(key: str, to: str) -> Path:
    """Where the file goes; a key's last part becomes a name only if it is a harmless one."""
    path = Path(to)
    if not (path.is_dir() or to.endswith("/")):
        return path
    name = key.rstrip("/").rpartition("/")[2]
    if name in {"", ".", ".."} or len(name.encode()) > 255:
        raise InvalidKey(f"The key {key!r} gives no file name.", remedy="Name the file.")
    path.mkdir(parents=True, exist_ok=True)
    return path / name


async def _copy(store: Store, key: str, path: Path, progress: Progress) -> None:
    """Stream into a temporary file beside the target, which it then becomes."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tintype-")
    except OSError as error:
        raise StoreDenied(f"{path.parent} cannot be written: {error.strerror}.") from error
    try:
        await _stream(store, key, handle, progress.add)
        os.fsync(handle)
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
    finally:
        os.close(handle)


async def _stream(store: Store, key: str, handle: int, count: Callable[[int], None]) -> None:
    async with store.get(key) as download:
        async for chunk in download.chunks:
            view = memoryview(chunk)
            while view:
                view = view[os.write(handle, view) :]
            count(len(chunk))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
