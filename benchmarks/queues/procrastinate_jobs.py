"""Procrastinate on PostgreSQL, with the interpreter of a venv of its own: app, worker and measure.

procrastinate_jobs.py worker|measure CONNINFO; the measure prints figures as JSON.
"""

import asyncio
import json
import random
import sys
import time

import procrastinate

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=sys.argv[2]))
rows = app.connector.execute_query_all_async


@app.task(name="nothing", queue="quick")
async def nothing(added: float) -> None:
    pass


async def until(count: int) -> None:
    query = "SELECT count(*) AS n FROM procrastinate_jobs WHERE status = 'succeeded'"
    while (await rows(query))[0]["n"] < count:
        await asyncio.sleep(0.01)


async def size() -> int:
    return int((await rows("SELECT pg_database_size(current_database()) AS n"))[0]["n"])


async def measure(most: int) -> dict[str, object]:
    async with app.open_async():
        waits = []
        for number in range(41):
            await nothing.defer_async(added=time.time())
            await until(1 + number)
            await asyncio.sleep(random.uniform(0, 0.2))
        query = """SELECT extract(epoch FROM s.at)::float8 - (j.args->>'added')::float8 AS wait
            FROM procrastinate_jobs j JOIN procrastinate_events s ON s.job_id = j.id
            WHERE s.type = 'started' ORDER BY j.id"""
        waits = [float(row["wait"]) * 1_000 for row in await rows(query)][1:]
        before, began = await size(), time.monotonic()
        await nothing.batch_defer_async(*[{"added": time.time()} for _ in range(most)])
        added = time.monotonic() - began
        await until(41 + most)
        seconds = time.monotonic() - began
        grown = await size() - before
    return {"waits": waits, "rate": most / seconds, "added": most / added, "grown": grown / most}


async def work() -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await app.run_worker_async(concurrency=8, delete_jobs="never")


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        asyncio.run(work())
    else:
        print(json.dumps(asyncio.run(measure(2_000))))
