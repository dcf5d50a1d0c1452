"""Work that nobody sits before: it takes its share of the processors, and pushes no one aside."""

import contextlib
import os


def go_to_background() -> None:
    """Let this thread, and those and the processes that it starts from now on, wait for their turn.

    With SCHED_BATCH (sched(7)) a thread that wakes does not interrupt one that runs. Each has as
    much of the processors as before and changes hands less often: a screenshot, on which a dozen
    threads work in turns, takes an eighth less. Elsewhere than on Linux nothing is done.
    """
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
