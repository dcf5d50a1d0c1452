"""upkeep: forget what is kept no longer: jobs, messages, workers, answers, sessions, nonces."""

from datetime import timedelta

from tintype.catalog import Session, idempotency, jobs, nonces, sessions, webhooks, workers
from tintype.catalog.columns import now
from tintype.jobs import Args, Outcome, Task
from tintype.jobs.queues import UPKEEP
from tintype.jobs.work import Work, patiently

INTERNAL = timedelta(days=1)  # how long upkeep and messages that were sent are remembered
DEAD = timedelta(days=7)
SCHEDULE, CRON = "upkeep", "17 * * * *"
MOST = 1_000


async def tidy(work: Work, args: Args) -> Outcome:  # noqa: ARG001 - a task
    """In steps, so that nobody waits long for the database."""
    age, removed = timedelta(seconds=work.tools.settings.jobs.age), 0

    def some(session: Session) -> int:
        return jobs.sweep(session, now() - age, now() - INTERNAL, MOST)

    def others(session: Session) -> None:
        for sweep in (idempotency.sweep, nonces.sweep, sessions.sweep, webhooks.sweep):
            sweep(session)
        workers.sweep(session, DEAD)

    while count := await patiently(work.catalog, some):
        removed += count
    await patiently(work.catalog, others)
    return Outcome(result={"jobs": removed})


TASK = Task(
    name="upkeep",
    summary="Forget what is kept no longer.",
    queue=UPKEEP,
    work=tidy,
    is_internal=True,
    limit=3_600.0,
)
