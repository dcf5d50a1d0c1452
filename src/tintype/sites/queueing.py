"""Queueing: the store is asked for a list of sites, and what is missing is captured by jobs.

This is what everything that shows sites calls: it waits for one look-up and one transaction, and
never for a page.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tintype.catalog import Catalog, site_queue
from tintype.catalog.site_queue import MOST, Pair
from tintype.sites import Wanted
from tintype.sites.asking import Found, Question, State, ask

BACKGROUND, PERSON = 5, 2  # priorities of jobs


async def ask_and_queue(
    catalog: Catalog,
    question: Question,
    wanted: Sequence[Wanted],
    *,
    user_id: str | None = None,
    args: Mapping[str, Any] | None = None,
    priority: int = BACKGROUND,
) -> list[Found]:
    """What is the case with each of these sites, in their order; what is missing or too old is
    queued before this returns, each in one job.

    `args`: further arguments of the job (`options`). Raises a StoreError, CatalogUnavailable.
    """
    found = await ask(catalog, question, wanted)
    await queue(catalog, question, found, user_id=user_id, args=args, priority=priority)
    return found


async def queue(
    catalog: Catalog,
    question: Question,
    found: Sequence[Found],
    *,
    user_id: str | None = None,
    args: Mapping[str, Any] | None = None,
    priority: int = BACKGROUND,
    force: bool = False,
) -> list[str]:
    """Queue what is due; with `force` what was left alone after a failure, too. The ids of the new
    jobs, one for each `MOST` sites. Raises CatalogUnavailable.
    """
    waits = {State.OLD, State.MISSING, *([State.FAILED] if force else [])}
    due = {f.wanted.slug: Pair(f.wanted.url, f.wanted.slug) for f in found if f.state in waits}
    pairs, jobs = list(due.values()), list[str]()
    if question.place and question.place != user_id:
        args = {**(args or {}), "to": question.place}
    for begin in range(0, len(pairs), MOST):
        some = pairs[begin : begin + MOST]
        queued = await catalog.run(
            lambda s, some=some: site_queue.enqueue(  # type: ignore[misc]
                s,
                some,
                place=question.place,
                user_id=user_id,
                args=args,
                priority=priority,
                force=force,
            )
        )
        jobs += [queued.job.id] if queued.job else []
    for each in found:
        if each.wanted.slug in due:
            each.state = State.QUEUED
    return jobs
