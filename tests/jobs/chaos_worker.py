"""A worker to be killed: python chaos_worker.py FOLDER [DATABASE_URL]. Says `begun` when it is."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jobs.kit import HURRY, SOON, fast_queues, task
from tintype.blob import Blob
from tintype.jobs import Outcome
from tintype.jobs.worker import Candidate, Plan
from tintype.settings import JobSettings, Settings


async def plan(work: Any, args: Any) -> AsyncIterator[dict[str, Any]]:
    for number in range(args["most"]):
        yield {"number": number}
        if number % 50 == 0:
            await asyncio.sleep(0.02)


async def put(work: Any, args: Any) -> Outcome:
    """An effect whose key follows from the arguments, and a note of every time it was begun."""
    number = args["number"]
    descriptor = os.open(work.tools.settings.data / "begun", os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(descriptor, f"{number}\n".encode())
    os.close(descriptor)
    await asyncio.sleep(args.get("seconds", 0.01))
    await work.tools.store.put(f"effects/{number}", Blob.from_bytes(str(number).encode()))
    return Outcome(size=1)


async def call(work: Any, args: Any) -> Outcome:
    """A call of a provider, with a note of when it was made."""
    await work.call("provider")
    descriptor = os.open(work.tools.settings.data / "calls", os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(descriptor, f"{time.time()}\n".encode())
    os.close(descriptor)
    return Outcome()


async def poison(work: Any, args: Any) -> Outcome:
    os._exit(9)


def main() -> None:
    settings = Settings(
        data=Path(sys.argv[1]),
        database_url=(sys.argv[2:] or [""])[0],
        jobs=JobSettings(rates=("provider=3600/h",)),
    )
    tasks = [
        task("effects", put, plan=plan, queue="bulk", retry=SOON),
        task("effect", put, retry=SOON),
        task("poison", poison),
        task("calls", call, plan=plan, queue="bulk"),
    ]
    candidate = Candidate(
        Plan(
            settings=settings,
            tasks={each.name: each for each in tasks},
            queues=fast_queues(bulk=4),
            rhythm=HURRY,
        ),
        lambda: print("begun", flush=True),
    )
    candidate.start()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
