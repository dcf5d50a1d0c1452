"""The queues: which there are, how much of each is in work at once, how soon it is begun."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """`slots`: jobs at once in one process. `every`: seconds between two looks for new ones; what
    slots are worth is `slots / every` jobs a second.
    """

    name: str
    summary: str
    slots: int
    every: float


QUICK, BULK, WEBHOOKS, UPKEEP = "quick", "bulk", "webhooks", "upkeep"
CAPTURES = "captures"


def queues(bulk: int = 8, captures: int = 0) -> tuple[Queue, ...]:
    """All of them. `bulk`: lots of batches at once; `captures`: pages, 0 for two on each core."""
    return (
        Queue(
            name=QUICK,
            summary="Somebody waits for it: single pictures, purges.",
            slots=16,
            every=0.2,
        ),
        Queue(name=BULK, summary="Batches and imports.", slots=bulk, every=0.25),
        Queue(
            name=CAPTURES,
            summary="Screenshots of sites.",
            slots=captures or 2 * (os.cpu_count() or 1),
            every=0.5,
        ),
        Queue(name=WEBHOOKS, summary="Messages to webhooks.", slots=16, every=0.25),
        Queue(name=UPKEEP, summary="What the service does for itself.", slots=1, every=2.0),
    )


NAMES = (QUICK, BULK, CAPTURES, WEBHOOKS, UPKEEP)
