"""render: make renditions by preset before anybody asks, so that the first one does not wait."""

import re
from collections.abc import AsyncIterator
from typing import Any

from tintype.app_urls import rendition_reader
from tintype.errors import InvalidRecord
from tintype.jobs import Args, Outcome, Task
from tintype.jobs.arguments import check_fields, check_list, source_of
from tintype.jobs.lists import listed
from tintype.jobs.queues import BULK
from tintype.jobs.work import Work
from tintype.urls.presets import read_presets

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
KNOWN: dict[str, Any] = {"source": str, "presets": list, "list": str}
ITEM: dict[str, Any] = {"source": str, "key": str, "name": str, "tags": list}


def check(args: Args, is_trusted: bool) -> None:
    """Names of presets; none means all that are set."""
    check_fields(args, KNOWN)
    check_list(args, is_trusted)
    if not all(isinstance(n, str) and _NAME.fullmatch(n) for n in args.get("presets") or ()):
        raise InvalidRecord.of({"presets": "are names of TINTYPE_PRESETS"})


def check_item(args: Args, is_trusted: bool) -> None:
    """A source, as URLs name it."""
    check_fields(args, ITEM, "source")
    if not is_trusted:
        source_of(args["source"], is_trusted=False)


async def plan(work: Work, args: Args) -> AsyncIterator[dict[str, Any]]:
    """The items of a list that is itself a source."""
    async for item in listed(work, args):
        yield item


async def render(work: Work, args: Args) -> Outcome:
    """All presets of one picture; what is kept already is found."""
    settings = work.tools.settings
    names = args.get("presets") or sorted(read_presets(settings.urls.presets))
    read, made, size = rendition_reader(settings), 0, 0
    for name in names:
        source, transforms = read(f"preset:{name}/{args['source']}")
        if not work.is_trusted:
            source_of(str(source), is_trusted=False)
        for transform in transforms:
            kept = await work.tools.service.renditions.get(source, transform)
            made += 1
            size += len(kept.content)
    await work.tools.service.renditions.drained()
    return Outcome(result={"renditions": made}, size=size, skipped=not made)


TASK = Task(
    name="render",
    summary="Make renditions by preset, so that nobody waits for the first one.",
    queue=BULK,
    work=render,
    plan=plan,
    check=check,
    check_item=check_item,
    places=("source", "list"),
    paths=("list",),
    for_users=True,
    fails_as="rendition.failed",
)
