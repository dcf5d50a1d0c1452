"""timeline: bring the pictures of a timeline at X home, or those of an account's archive.

How far it is lies with the pictures, so one that is stopped goes on below its last page.
"""

from pathlib import Path
from typing import Any

from tintype.app_timeline import Wanted, Watching, bring_archive, bring_timeline
from tintype.errors import InvalidRecord
from tintype.jobs import Args, Later, Outcome, Task
from tintype.jobs.arguments import check_fields, check_operator, text_of
from tintype.jobs.queues import BULK
from tintype.jobs.slices import LIMIT, one_slice
from tintype.jobs.work import Work
from tintype.x.api import Rate
from tintype.x.importing import Report
from tintype.x.timeline import FEWEST, MOST

SWITCHES = ("videos", "replies", "reposts")
KNOWN: dict[str, Any] = {"to": str, "user": str, "archive": str, "most": int} | dict.fromkeys(
    SWITCHES, bool
)


def check(args: Args, is_trusted: bool) -> None:
    """A place. For the operator: the account is that of `tintype x login`, the archive a file."""
    check_operator(is_trusted)
    check_fields(args, KNOWN, "to")
    if not FEWEST <= int(args.get("most", MOST)) <= MOST:
        raise InvalidRecord.of({"most": f"must be from {FEWEST} to {MOST:,}"})


async def bring(work: Work, args: Args) -> Outcome:
    """One slice; raises Later until all of it is done. Every read is paid for, so those of earlier
    slices count.
    """
    stands, report = "", Report()

    def paged(report: Report, rate: Rate | None) -> None:
        nonlocal stands
        posts = f"{report.posts:,} posts, {report.files:,} files"
        stands = f"{posts}; {rate}." if rate else f"{posts}."

    before: dict[str, Any] = work.job.result or {}
    most = int(args.get("most") or MOST) - before.get("reads", 0)
    if most < FEWEST:
        return Outcome(result=before)
    bringing = _brought(work, args, most, Watching(paged=paged), report)
    try:
        report = await one_slice(work, bringing, lambda: stands)
    except Later as later:
        later.so_far = _counts(report, before)
        raise
    for post, media, why in [*report.failed, *report.missing][:20]:
        await work.note(f"{post} {media}: {why}", "warning")
    return Outcome(result=_counts(report, before), size=report.bytes)


async def _brought(work: Work, args: Args, most: int, watching: Watching, report: Report) -> Report:
    to, settings = text_of(args, "to"), work.tools.settings
    if archive := text_of(args, "archive"):
        return await bring_archive(Path(archive), to, settings, watching)
    switches = {name: bool(args[name]) for name in SWITCHES if name in args}
    wanted = Wanted(user=text_of(args, "user"), to=to, most=most, **switches)
    return await bring_timeline(wanted, settings, watching, report)


def _counts(report: Report, before: dict[str, Any]) -> dict[str, Any]:
    """Of this slice and those before it."""
    counts: dict[str, Any] = {
        "posts": report.posts,
        "files": report.files,
        "already": report.already,
        "reads": report.reads,
        "cost_dollars": round(report.cost, 4),
        "failed": len(report.failed),
        "missing": len(report.missing),
    }
    return {name: before.get(name, 0) + count for name, count in counts.items()}


TASK = Task(
    name="timeline",
    summary="Bring the pictures of a timeline at X home.",
    queue=BULK,
    work=bring,
    check=check,
    limit=LIMIT,
)
