"""publish: fetch pictures, resize them, put them where they are to lie."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tintype.errors import InvalidRecord, JobError
from tintype.facade import Published, Tintype
from tintype.jobs import Args, Outcome, Task
from tintype.jobs.arguments import check_fields, check_list, source_of, text_of
from tintype.jobs.keeping import keep
from tintype.jobs.lists import listed
from tintype.jobs.queues import BULK
from tintype.jobs.work import Work
from tintype.keys import check_key
from tintype.look import Look, transform_of
from tintype.originals.publishing import Wanted, address_of, check_slug, own_key
from tintype.transform import Transform

LOOK = {name: object for name in Look.__annotations__ if name not in {"crop"}}
KNOWN: dict[str, Any] = {
    "source": str,
    "key": str,
    "name": str,
    "to": str,
    "look": dict,
    "list": str,
}
KNOWN |= {"overwrite": bool, "tags": list}
ITEM: dict[str, Any] = {"source": str, "key": str, "name": str, "tags": list}


def check(args: Args, is_trusted: bool) -> None:
    """A look that makes sense, and for a user no place but his own."""
    check_fields(args, KNOWN)
    transform(args)
    check_list(args, is_trusted)
    if not is_trusted and text_of(args, "to"):
        raise InvalidRecord.of({"to": "is not for users: give each item a key"})
    if args.get("source"):
        check_item({name: args[name] for name in ITEM if name in args}, is_trusted)


def check_item(args: Args, is_trusted: bool) -> None:
    """A source; for a user with a key."""
    check_fields(args, ITEM, "source", *(() if is_trusted else ("key",)))
    source_of(args["source"], is_trusted=is_trusted)
    if text_of(args, "key"):
        (check_key if is_trusted else check_slug)(args["key"])


def transform(args: Args) -> Transform:
    """The transform that a look asks for. Raises InvalidTransform."""
    look = args.get("look") or {}
    check_fields(look, LOOK)
    return transform_of(**look)


async def plan(work: Work, args: Args) -> AsyncIterator[dict[str, Any]]:
    """The items of a list that is itself a source."""
    async for item in listed(work, args):
        yield item


async def publish(work: Work, args: Args) -> Outcome:
    """One picture. The same key gets the same bytes, however often."""
    source = source_of(args["source"], is_trusted=work.is_trusted)
    if not work.is_trusted:
        return await _publish_for_user(work, args)
    async with _target(work, text_of(args, "to")) as target:
        published = await target.publish(
            source,
            [transform(args)],
            key=text_of(args, "key"),
            overwrite=args.get("overwrite", True),
        )
    return _outcome(published[0])


def _outcome(published: Published) -> Outcome:
    names = ("key", "url", "width", "height", "media_type")
    return Outcome(result={name: getattr(published, name) for name in names}, size=published.size)


@asynccontextmanager
async def _target(work: Work, to: str) -> AsyncIterator[Tintype]:
    target = Tintype(to, work.tools.settings)
    try:
        yield target
    finally:
        await target.close()


async def _publish_for_user(work: Work, args: Args) -> Outcome:
    """Keep the original, and publish a rendition of it, as the REST API does."""
    user_id, publishing = work.job.user_id, work.tools.publishing
    assert user_id
    wanted = publishing.check(
        Wanted(transform=transform(args), key=args["key"], overwrite=args.get("overwrite", True))
    )
    source = source_of(args["source"], is_trusted=False)
    kept = await keep(work, source, name=text_of(args, "name"), tags=tuple(args.get("tags") or ()))
    if kept.record is None:
        raise JobError("The original of a user's job has no record.")
    made = await publishing.publish(user_id, kept.record.id, wanted)
    result = {
        "original_id": kept.record.id,
        "rendition_id": made.id,
        "key": own_key(made),
        "url": address_of(made),
    }
    return Outcome(result=result, size=made.size)


TASK = Task(
    name="publish",
    summary="Fetch pictures, resize them, publish each under its key.",
    queue=BULK,
    work=publish,
    plan=plan,
    check=check,
    check_item=check_item,
    places=("source", "list"),
    paths=("source", "list", "to"),
    for_users=True,
    fails_as="rendition.failed",
)
