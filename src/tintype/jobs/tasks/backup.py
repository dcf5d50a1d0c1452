"""backup: bring the whole account of the person at this machine home from Flickr."""

from typing import Any

from tintype.app_backups import opened_backup
from tintype.errors import InvalidRecord, InvalidRequest
from tintype.flickr.backup import NAME, Options
from tintype.flickr.backup.names import check_template
from tintype.flickr.backup.running import Standing
from tintype.jobs import Args, Outcome, Task
from tintype.jobs.arguments import check_fields, check_operator, text_of
from tintype.jobs.queues import BULK
from tintype.jobs.slices import LIMIT, one_slice
from tintype.jobs.work import Work

SWITCHES = ("all_sizes", "details", "embed", "links", "verify", "delete_removed")
KNOWN: dict[str, Any] = {"to": str, "name": str} | dict.fromkeys(SWITCHES, bool)
_COUNTS = (
    *("listed", "counted", "missing", "complete", "files", "bytes", "albums", "gone"),
    *("removed", "verified", "calls", "fetched", "kept_because"),
)


def check(args: Args, is_trusted: bool) -> None:
    """A place. For the operator: the account is that of `tintype flickr login`."""
    check_operator(is_trusted)
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
        report = await one_slice(work, backup.run(), lambda: _stands(backup.watching.standing))
    facts = report.facts()
    result = {name: facts[name] for name in _COUNTS}
    result |= {name: len(facts[name]) for name in ("withheld", "failed", "lacks", "damaged")}
    for failed in report.failed[:20]:
        await work.note(f"{failed['id']} ({failed['what']}): {failed['reason']}", "warning")
    return Outcome(result=result, size=report.fetched)


def _stands(standing: Standing) -> str:
    if standing.step in ("", "list"):
        return "What there is, is listed." if standing.step else ""
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
    limit=LIMIT,
)
