"""timeline: bring the pictures of a timeline at X home, or those of an account's archive.

How far it is lies with the pictures, so one that is stopped goes on below its last page.
"""

from pathlib import Path
from typing import Any

from tintype.app_timeline import Wanted, Watching, bring_archive, bring_timeline
from tintype.errors import InvalidRecord
from tintype.jobs import Args, Outcome, Task
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
    """One slice; raises Later until all of it is done."""
    stands = ""

    def paged(report: Report, rate: Rate | None) -> None:
        nonlocal stands
        posts = f"{report.posts:,} posts, {report.files:,} files"
        stands = f"{posts}; {rate}." if rate else f"{posts}."

    bringing = _brought(work, args, Watching(paged=paged))
    return await _outcome(work, await one_slice(work, bringing, lambda: stands))


async def _brought(work: Work, args: Args, watching: Watching) -> Report:
    to, settings = text_of(args, "to"), work.tools.settings
    if archive := text_of(args, "archive"):
        return await bring_archive(Path(archive), to, settings, watching)
    switches = {name: bool(args[name]) for name in SWITCHES if name in args}
    most = int(args.get("most") or MOST)
    wanted = Wanted(user=text_of(args, "user"), to=to, most=most, **switches)
    return await bring_timeline(wanted, settings, watching)


async def _outcome(work: Work, report: Report) -> Outcome:
    for post, media, why in [*report.failed, *report.missing][:20]:
        await work.note(f"{post} {media}: {why}", "warning")
    counts = {
        "posts": report.posts,
        "files": report.files,
        "already": report.already,
        "reads": report.reads,
        "cost_dollars": round(report.cost, 4),
        "failed": len(report.failed),
        "missing": len(report.missing),
    }
    return Outcome(result=counts, size=report.bytes)


TASK = Task(
    name="timeline",
    summary="Bring the pictures of a timeline at X home.",
    queue=BULK,
    work=bring,
    check=check,
    limit=LIMIT,
)
