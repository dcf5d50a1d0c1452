"""purge: remove renditions that are kept, so that they are made anew."""

from typing import Any

from tintype.app_urls import rendition_reader, source_reader
from tintype.errors import InvalidRecord
from tintype.jobs import Args, Outcome, Task
from tintype.jobs.arguments import check_fields, check_operator, text_of
from tintype.jobs.queues import QUICK
from tintype.jobs.work import Work

KNOWN: dict[str, Any] = {"source": str, "rendition": str, "tag": str, "all": bool, "expired": bool}


def check(args: Args, is_trusted: bool) -> None:
    """One thing at a time; for the operator."""
    check_operator(is_trusted)
    check_fields(args, KNOWN)
    if sum(bool(args.get(name)) for name in KNOWN) != 1:
        raise InvalidRecord.of({"source": "or one of rendition, tag, all, expired, and only one"})


async def purge(work: Work, args: Args) -> Outcome:
    """What is gone already is fine."""
    kept, settings = work.tools.service.renditions, work.tools.settings
    if text := text_of(args, "source"):
        count = await kept.purge_source(source_reader(settings)(text))
    elif text := text_of(args, "rendition"):
        source, transforms = rendition_reader(settings)(text)
        count = sum([await kept.purge_rendition(source, each) for each in transforms])
    elif text := text_of(args, "tag"):
        count = await kept.purge_tag(text)
    elif args.get("all"):
        count = await kept.purge_all()
    else:
        count = (await kept.sweep()).removed
    return Outcome(result={"count": count})


TASK = Task(
    name="purge",
    summary="Remove renditions that are kept.",
    queue=QUICK,
    work=purge,
    check=check,
    limit=3_600.0,
)
