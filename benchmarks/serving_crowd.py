"""Very many clients at once, for `serving.py`."""

import asyncio
import random
import time
from collections.abc import Sequence

from load import Client, Outcome, Server, watched


def crowd(server: Server, paths: Sequence[str], *, clients: int, each: int) -> dict[str, object]:
    """Every client asks for `each` of the paths, and again when it is told to come back later."""
    before, outcome, cpu = server.memory(), Outcome(), server.cpu()
    with watched(server) as seen:
        began = time.perf_counter()
        asyncio.run(_everybody(server, paths, clients, each, outcome))
        outcome.seconds = time.perf_counter() - began
        server.settle()
    made = server.counted("tintype_renders_total")
    return {
        "seconds": round(outcome.seconds, 1),
        "seconds of CPU": round(server.cpu() - cpu, 1),
        "answers by status": dict(sorted(outcome.statuses.items())),
        "connections broken": outcome.broken,
        "requests given up": outcome.unserved,
        "renders": int(made),
        "renders that were not needed": int(made) - len(paths),
        "latency p50, p99 in ms": [round(outcome.percentile(p)) for p in (50, 99)],
        "MiB before: RSS, PSS": [round(before.rss), round(before.pss)],
        "MiB at most: RSS, PSS": [
            round(max(m.rss for m in seen)),
            round(max(m.pss for m in seen)),
        ],
    }


async def _everybody(
    server: Server, paths: Sequence[str], clients: int, each: int, outcome: Outcome
) -> None:
    chance = random.Random(7)
    # All pictures are wanted by somebody, and each by several at the same time.
    orders = [chance.sample(paths, each) for _ in range(clients)]

    async def one(order: Sequence[str]) -> None:
        client = Client(server.port, outcome)
        for path in order:
            await client.get(path, tries=60)
        client.close()

    await asyncio.gather(*map(one, orders))
