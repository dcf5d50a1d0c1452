"""backup: bring the whole account of the person at this machine home from Flickr.

A job of hours: it gives its place back now and then, and goes on where it stood.
"""

import asyncio
import time
from typing import Any

from tintype.app_backups import opened_backup
from tintype.errors import InvalidRecord, InvalidRequest
from tintype.flickr.backup import NAME, Options
from tintype.flickr.backup.names import check_template
from tintype.flickr.backup.report import Report
from tintype.flickr.backup.running import Backup, Standing
from tintype.jobs import Args, Later, Outcome, Task
from tintype.jobs.arguments import check_fields, text_of
from tintype.jobs.queues import BULK
from tintype.jobs.work import Work

SWITCHES = ("all_sizes", "details", "embed", "links", "verify", "delete_removed")
KNOWN: dict[str, Any] = {"to": str, "name": str} | dict.fromkeys(SWITCHES, bool)
SLICE, NOTED = 3_000.0, 60.0  # seconds of work at a time, and between two notes
_COUNTS = (
    *("listed", "counted", "missing", "complete", "files", "bytes", "albums", "gone"),
    *("removed", "verified", "calls", "fetched", "kept_because"),
)


def check(args: Args, is_trusted: bool) -> None:
    """A place. For the operator: the account is that of `tintype flickr login`."""
    if not is_trusted:
        raise InvalidRecord.of({"task": "is for the operator only"})
    check_fields(args, KNOWN, "to")
    try:
        check_template(text_of(args, "name") or NAME)
    except InvalidRequest as error:
        raise InvalidRecord.of({"name": error.message}) from error


async def back_up(work: Work, args: Args) -> Outcome:
    """One slice; raises Later until all of it is done."""
    given = {name: bool(args[name]) for name in SWITCHES if name in args}
    options = Options(name=text_of(args, "name") or NAME, **given)
    settings = work.tools.settings
    async with opened_backup(text_of(args, "to"), options, settings) as backup:
        report = await _slice(work, backup)
        if report is None:
            raise Later(1.0)
    facts = report.facts()
    result = {name: facts[name] for name in _COUNTS}
    result |= {name: len(facts[name]) for name in ("withheld", "failed", "lacks", "damaged")}
    for failed in report.failed[:20]:
        await work.note(f"{failed['id']} ({failed['what']}): {failed['reason']}", "warning")
    return Outcome(result=result, size=report.fetched)


async def _slice(work: Work, backup: Backup) -> Report | None:
    """The report, or None when the time is over."""
    end = time.monotonic() + SLICE
    running = asyncio.ensure_future(backup.run())
    try:
        while time.monotonic() < end:
            done, _ = await asyncio.wait({running}, timeout=NOTED)
            if done:
                return running.result()
            await work.note(_stands(backup.watching.standing))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return None


def _stands(standing: Standing) -> str:
    return (
        f"{standing.files:,} of {standing.files_due:,} files, and details of"
        f" {standing.details:,} of {standing.details_due:,} photos; {standing.calls:,} calls."
    )


TASK = Task(
    name="backup",
    summary="Bring the whole account home from Flickr.",
    queue=BULK,
    work=back_up,
    check=check,
    limit=3_600.0,
)
