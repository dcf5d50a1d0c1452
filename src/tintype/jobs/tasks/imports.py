"""import: take the pictures of a folder, of a bucket's prefix or of a list into the store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

from tintype import formats
from tintype.app import opened_store
from tintype.blob import SpoolLimits, spool
from tintype.errors import InvalidRecord
from tintype.jobs import Args, Outcome, Task
from tintype.jobs.arguments import check_fields, check_list, source_of, text_of
from tintype.jobs.keeping import keep
from tintype.jobs.lists import listed
from tintype.jobs.queues import BULK
from tintype.jobs.work import Work
from tintype.source import Source

KNOWN: dict[str, Any] = {"list": str, "folder": str, "bucket": str, "tags": list, "any": bool}
KNOWN |= {"source": str, "name": str}
PLACES = ("source", "list", "folder", "bucket")
ITEM: dict[str, Any] = {"source": str, "key": str, "name": str, "tags": list}


def check(args: Args, is_trusted: bool) -> None:
    """One place to import from, or items. Files and buckets are the operator's."""
    check_fields(args, KNOWN)
    check_list(args, is_trusted)
    places = [name for name in PLACES if args.get(name)]
    if len(places) > 1:
        raise InvalidRecord.of({places[1]: f"cannot be given beside {places[0]}"})
    if not is_trusted and {"folder", "bucket"} & set(places):
        raise InvalidRecord.of({places[0]: "is for the operator only"})
    if args.get("bucket") and not text_of(args, "bucket").startswith("s3://"):
        raise InvalidRecord.of({"bucket": "is written s3://bucket/prefix"})


def check_item(args: Args, is_trusted: bool) -> None:
    """A source."""
    check_fields(args, ITEM, "source")
    source_of(args["source"], is_trusted=is_trusted)


async def plan(work: Work, args: Args) -> AsyncIterator[dict[str, Any]]:
    """What is there: of a folder and a bucket what has the suffix of a picture, unless `any`."""
    async for item in listed(work, args):
        yield item
    everything = bool(args.get("any"))
    if args.get("folder"):
        for path in await asyncio.to_thread(_files, Path(args["folder"]), everything):
            yield {"source": f"file:{path}"}
    if args.get("bucket"):
        bucket, _, prefix = text_of(args, "bucket").removeprefix("s3://").partition("/")
        async with opened_store(f"s3://{bucket}", work.tools.settings) as store:
            async for stat in store.list(prefix):
                if everything or _is_picture(stat.key):
                    yield {"source": f"s3://{bucket}/{stat.key}"}


def _files(folder: Path, everything: bool) -> list[Path]:
    """In an order that is the same each time."""
    found = (path for path in folder.expanduser().absolute().rglob("*") if path.is_file())
    return sorted(path for path in found if everything or _is_picture(path.name))


def _is_picture(name: str) -> bool:
    return formats.by_suffix(Path(name).suffix) is not None


async def take(work: Work, args: Args) -> Outcome:
    """One original; one that is in the store already is skipped."""
    tags = tuple(args.get("tags") or ())
    if args["source"].startswith("s3://") and work.is_trusted:
        return await _take_object(work, args["source"])
    source = source_of(args["source"], is_trusted=work.is_trusted)
    kept = await keep(work, source, name=text_of(args, "name"), tags=tags)
    result = {"key": kept.key} | ({"original_id": kept.record.id} if kept.record else {})
    return Outcome(result=result, size=kept.blob.size, skipped=not kept.is_new)


async def _take_object(work: Work, address: str) -> Outcome:
    """An object of a bucket, streamed from store to store."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    settings = work.tools.settings
    limits = SpoolLimits(settings.http.max_bytes)
    async with (
        opened_store(f"s3://{bucket}", settings) as store,
        store.get(key) as download,
        aclosing(download.chunks) as chunks,  # type: ignore[type-var]
    ):
        blob = await spool(chunks, limits)
    source = Source("s3", address.removeprefix("s3:"))
    original = await work.tools.app.pipeline.add(blob, source, work.tools.store)
    return Outcome(result={"key": original.key}, size=blob.size)


TASK = Task(
    name="import",
    summary="Take the pictures of a folder, a bucket or a list into the store.",
    queue=BULK,
    work=take,
    plan=plan,
    check=check,
    check_item=check_item,
    places=PLACES,
    paths=("source", "list", "folder"),
    for_users=True,
    fails_as="original.failed",
)
