"""capture: take screenshots of sites, each under its slug."""

from collections.abc import AsyncIterator
from typing import Any

from tintype.errors import InvalidRecord
from tintype.jobs import Args, Outcome, Retry, Task
from tintype.jobs.arguments import check_fields, check_list, text_of
from tintype.jobs.lists import listed
from tintype.jobs.queues import CAPTURES
from tintype.jobs.work import Work
from tintype.sites import Wanted
from tintype.sites.capturing import Order, capture_site
from tintype.sites.opening import site_parts
from tintype.sites.options import check_options
from tintype.sites.places import SERVICE, place_at
from tintype.sites.sizes import read_sizes
from tintype.sites.slugs import check_slug, normal_url, slug_of

KNOWN: dict[str, Any] = {"to": str, "options": dict, "sizes": list, "list": str}
ITEM: dict[str, Any] = {"source": str, "key": str, "name": str, "tags": list, "options": dict}
# What may pass within minutes. What takes longer is remembered, and tried when it is asked for.
RETRY = Retry(tries=3, first=2.0, longest=60.0)
LIMIT = 240.0  # seconds: that of the browser is reached before


def check(args: Args, is_trusted: bool) -> None:
    """Options that make sense, and for a user no place but their own."""
    check_fields(args, KNOWN | ITEM)
    check_list(args, is_trusted)
    check_options(args.get("options") or {})
    if not is_trusted and (args.get("to") or args.get("sizes")):
        raise InvalidRecord.of({"to": "is not for users"})
    place_at(text_of(args, "to"))
    if args.get("source"):
        wanted_of(args)


def check_item(args: Args, is_trusted: bool) -> None:  # noqa: ARG001 - of a task
    """A URL, perhaps with a slug."""
    check_fields(args, ITEM, "source")
    check_options(args.get("options") or {})
    wanted_of(args)


def wanted_of(args: Args) -> Wanted:
    """The site of an item. Raises InvalidSource, InvalidKey."""
    url, slug = normal_url(args["source"]), text_of(args, "key")
    return Wanted(url, check_slug(slug) if slug else slug_of(url))


async def plan(work: Work, args: Args) -> AsyncIterator[dict[str, Any]]:
    """The items of a list that is itself a source; or the one that the job names."""
    if args.get("source"):
        yield {name: args[name] for name in ITEM if name in args}
    async for item in listed(work, args):
        check_item(item, work.is_trusted)
        yield item


async def capture(work: Work, args: Args) -> Outcome:
    """One site; what was captured since the job was accepted is left as it is."""
    tools, user_id = work.tools, work.job.user_id
    sizes = read_sizes(args["sizes"], tools.settings) if args.get("sizes") else ()
    parts = site_parts(tools.app, work.catalog, tools.browser, tools.site_stores, sizes)
    wanted = wanted_of(args)
    check_slug(wanted.slug, [size.suffix for size in parts.sizes])
    await work.call(wanted.url.partition("://")[2].partition("/")[0])
    order = Order(
        wanted=wanted,
        place=user_id or place_at(text_of(args, "to")) or SERVICE,
        user_id=user_id,
        since=work.job.created_at,
        options=args.get("options") or {},
    )
    taken = await capture_site(parts, order)
    if taken is None:
        return Outcome(skipped=True)
    result = {"slug": taken.slug, "urls": dict(taken.urls), "timed_out": taken.timed_out}
    result |= {"distance": taken.distance, "notes": list(taken.notes)}
    return Outcome(result=result, size=taken.size)


TASK = Task(
    name="capture",
    summary="Take screenshots of sites, each under its slug.",
    queue=CAPTURES,
    work=capture,
    plan=plan,
    check=check,
    check_item=check_item,
    retry=RETRY,
    limit=LIMIT,
    for_users=True,
    fails_as="site.failed",
)
