"""Celery on Redis, with the interpreter of a venv of its own: the worker's app, and its measure.

celery_jobs.py REDIS_URL adds jobs, and prints figures as JSON; CELERY_URL is for the worker.
"""

import json
import os
import random
import sys
import time

import redis
from celery import Celery

URL = (sys.argv[1:] or [""])[0] if __name__ == "__main__" else ""
URL = os.environ.get("CELERY_URL", URL)
app = Celery("celery_jobs", broker=URL, backend=URL)
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=4, result_expires=None)
kept = redis.Redis.from_url(URL)


@app.task(name="nothing")
def nothing(added: float) -> None:
    pipe = kept.pipeline()
    pipe.rpush("waits", time.time() - added)
    pipe.incr("done")
    pipe.execute()


def until(count: int) -> None:
    while int(kept.get("done") or 0) < count:
        time.sleep(0.01)


def measure(most: int) -> dict[str, object]:
    nothing.delay(time.time())
    until(1)
    waits = []
    for number in range(40):
        nothing.delay(time.time())
        until(2 + number)
        waits.append(float(kept.lindex("waits", -1)) * 1_000)
        time.sleep(random.uniform(0, 0.2))
    before = kept.info("memory")["used_memory"]
    began = time.monotonic()
    with app.producer_pool.acquire(block=True) as producer:
        for _ in range(most):
            nothing.apply_async((time.time(),), producer=producer)
    added = time.monotonic() - began
    until(41 + most)
    seconds = time.monotonic() - began
    grown = kept.info("memory")["used_memory"] - before
    return {"waits": waits, "rate": most / seconds, "added": most / added, "grown": grown / most}


if __name__ == "__main__":
    print(json.dumps(measure(2_000)))
