"""gallery: make the pages to look at a backup, or bring them up to date.

Previews that are made stay, so one that is stopped goes on with the others.
"""

from typing import Any

from tintype.app_gallery import make_gallery
from tintype.gallery import Options, Report
from tintype.jobs import Args, Outcome, Task
from tintype.jobs.arguments import check_fields, check_operator, text_of
from tintype.jobs.queues import BULK
from tintype.jobs.slices import LIMIT, one_slice
from tintype.jobs.work import Work

KNOWN: dict[str, Any] = {"to": str, "title": str, "only_public": bool}


def check(args: Args, is_trusted: bool) -> None:
    """The place of a backup. For the operator: a user has none."""
    check_operator(is_trusted)
    check_fields(args, KNOWN, "to")


async def make(work: Work, args: Args) -> Outcome:
    """One slice; raises Later until all of it is done."""
    options = Options(only_public=args.get("only_public"), title=args.get("title"))
    seen = 0

    def on_photo(count: int) -> None:
        nonlocal seen
        seen = count

    settings = work.tools.settings
    making = make_gallery(text_of(args, "to"), options, settings, on_photo)
    return await _outcome(work, await one_slice(work, making, lambda: f"{seen:,} photos."))


async def _outcome(work: Work, report: Report) -> Outcome:
    for photo, why in report.undrawn[:20]:
        await work.note(f"{photo}: {why}", "warning")
    return Outcome(
        result={
            "photos": report.photos,
            "albums": report.albums,
            "previews": report.previews,
            "written": report.written,
            "removed": report.removed,
            "left_out": report.left_out,
            "undrawn": len(report.undrawn),
        }
    )


TASK = Task(
    name="gallery",
    summary="Make the pages to look at a backup.",
    queue=BULK,
    work=make,
    check=check,
    limit=LIMIT,
)
