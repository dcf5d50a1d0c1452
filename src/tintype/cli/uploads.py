"""tintype uploads"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import click

from tintype.app import open_upload_store
from tintype.cli.options import json_option
from tintype.errors import UploadNotFound
from tintype.settings import Settings
from tintype.uploads import UploadRecord, UploadStore
from tintype.uploads.sweeping import sweep

EPILOG = """\b
Examples:
  tintype uploads list
  tintype uploads rm 0123456789abcdef0123456789abcdef
  tintype uploads sweep
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """List and remove uploads that are not originals yet.

    They lie where TINTYPE_UPLOADS says, or in TINTYPE_DATA; a service may be running.
    """


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List the uploads: id, bytes that are there and that will be, user, when it ends."""
    asyncio.run(_list(as_json))


@command.command(name="rm")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
def rm(ids: tuple[str, ...]) -> None:
    """Remove uploads with their bytes. What has become an original stays."""
    asyncio.run(_remove(ids))


@command.command(name="sweep")
@json_option
def sweep_(as_json: bool) -> None:
    """Remove uploads whose time is over; a service does this by itself."""
    asyncio.run(_sweep(as_json))


async def _list(as_json: bool) -> None:
    async with _opened() as store:
        async for upload_id in store.ids():
            with suppress(UploadNotFound):  # removed in this moment
                record = await store.find(upload_id)
                if record.result:  # an original by now; what is kept is that it is one
                    continue
                print(json.dumps(_facts(record)) if as_json else _line(record))


async def _remove(ids: tuple[str, ...]) -> None:
    async with _opened() as store:
        for upload_id in ids:
            async with store.hold(upload_id, lambda: None):
                record = await store.find(upload_id)
                await store.delete(upload_id)
            await store.tally.release(record.user_id, upload_id)


async def _sweep(as_json: bool) -> None:
    async with _opened() as store:
        swept = await sweep(store, datetime.now(UTC))
    if as_json:
        print(json.dumps({"seen": swept.seen, "removed": swept.removed}))
    else:
        print(f"{swept.removed} of {swept.seen} uploads removed")


@asynccontextmanager
async def _opened() -> AsyncIterator[UploadStore]:
    store = open_upload_store(Settings.from_env())
    try:
        yield store
    finally:
        await store.close()


def _facts(record: UploadRecord) -> dict[str, object]:
    return {
        "id": record.id,
        "user_id": record.user_id,
        "offset": record.offset,
        "length": record.length,
        "expires_at": record.expires.isoformat(),
    }


def _line(record: UploadRecord) -> str:
    length = "?" if record.length is None else f"{record.length:,}"
    ends = record.expires.isoformat(timespec="minutes")
    return f"{record.id}  {record.offset:,} of {length} bytes  {record.user_id}  until {ends}"
