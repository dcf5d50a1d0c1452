"""Jobs: work that takes longer than a request, and survives whatever happens to who does it.

A task is a plain function that may be called twice with the same arguments: what it does the second
time changes nothing. A job is one run of it, kept in the catalog (`catalog/jobs.py` and beside it)
until it is finished, with everything that anybody wants to know of it. The engine decides when a
job is begun, and by which worker; it knows ids only, and another could take its place.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from tintype.catalog.job_runs import Handed

if TYPE_CHECKING:
    from tintype.jobs.work import Work

Args = Mapping[str, Any]  # JSON


class Engine(Protocol):
    """Decides when a job is begun and by which worker, over as many processes as there are.

    Used by one process that works jobs off; `enqueue` does not need it. Every method blocks, and
    may wait for as long as its database is away.
    """

    def start(self, run: Callable[[str, int], None]) -> None:
        """Begin to call `run(job_id, run)` for jobs that were handed over, in threads of the
        engine's, as many at once as their queues allow, first the lowest priority and the oldest.

        A job is called again, here or elsewhere, when the process that had it has died. It is over
        for the engine when the call returns.
        """
        ...

    def hand_over(self, jobs: Sequence[Handed]) -> None:
        """Keep jobs until they are over: all of them or none. One that is known stays as it is."""
        ...

    def known(self, jobs: Sequence[Handed]) -> set[Handed]:
        """Those that it was handed and that are not over."""
        ...

    def take_over(self, living: Collection[str], at_work: Collection[Handed]) -> int:
        """Let the jobs be called again of workers that are not among the living, and those that
        this one should have at work and has not; how many.
        """
        ...

    def set_paused(self, queues: Collection[str]) -> None:
        """Begin nothing of these queues, in no process, and go on with all others."""
        ...

    def forget(self) -> int:
        """Remove what is over; how much. What was over a moment ago may stay."""
        ...

    def stop(self) -> None:
        """Begin nothing more, and close. Jobs in work are not waited for."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a task. `result`: JSON; `size`: bytes. `skipped`: there was nothing to do."""

    result: dict[str, Any] | None = None
    size: int = 0
    skipped: bool = False


NOTHING = Outcome()


class Later(Exception):
    """Raised by a task that has to wait for longer than it should hold its place: it is begun again
    after a while, and this does not count as a failure. In seconds. `so_far` is kept as the job's
    result until then.
    """

    def __init__(self, seconds: float, so_far: dict[str, Any] | None = None) -> None:
        super().__init__(f"in {seconds:g} seconds")
        self.seconds, self.so_far = seconds, so_far


@dataclass(frozen=True, slots=True)
class Retry:
    """How often what may pass is tried, and how long is waited: doubled each time, up to `longest`
    seconds, of which a random half is left out.
    """

    tries: int = 6
    first: float = 1.0
    longest: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A function that jobs run.

    `work` gets the job's arguments, in a batch those of one item over those of the batch; it is
    called again after any interruption, so it must come to the same. `plan` yields the items of a
    batch, again from the first after an interruption. `check` judges arguments before a job is
    accepted: for a stranger (`is_trusted` False) they must do no harm. `places`: the arguments that
    `plan` takes items from; a batch has one of them, or items. `paths`: those that may be paths, of
    the job and of items. `limit` in seconds, of one call of `work`.
    """

    name: str
    summary: str
    queue: str
    work: Callable[["Work", Args], Awaitable[Outcome]]
    plan: Callable[["Work", Args], AsyncIterator[dict[str, Any]]] | None = None
    check: Callable[[Args, bool], None] = lambda args, is_trusted: None  # noqa: ARG005
    places: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    check_item: Callable[[Args, bool], None] | None = None  # None: it takes no items
    retry: Retry = field(default_factory=Retry)
    limit: float = 600.0
    is_internal: bool = False
    for_users: bool = False
    fails_as: str = ""  # what a user's webhooks are told when an item fails: rendition.failed
