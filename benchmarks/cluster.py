"""A whole installation as plain processes: python benchmarks/cluster.py [ITEMS]

PostgreSQL and an S3 server (those of the tests), two services and two workers, each with a data
folder of its own: what deploy/compose.yaml describes, without Docker. A list is published through
one service's REST API and watched through the other; meanwhile a worker is killed with kill -9, and
so is a service. Everything listens on loopback.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parent.parent
sys.path[0] = str(ROOT / "tests")

from servers import postgres, service, swift  # noqa: E402
from servers.api import Api  # noqa: E402
from servers.service import Service  # noqa: E402
from servers.swift import create_bucket  # noqa: E402
from tintype.catalog import Catalog  # noqa: E402

SEALING = "a sealing key of a cluster that is for tests only"


@contextmanager
def worker(folder: Path, settings: dict[str, Any]) -> Iterator["subprocess.Popen[bytes]"]:
    folder.mkdir(exist_ok=True)
    environ = service.environment(folder, **settings)
    process = subprocess.Popen([sys.executable, "-m", "tintype", "worker"], env=environ, cwd=folder)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def settings_of(url: str, s3: swift.S3Server) -> dict[str, Any]:
    return {
        "database_url": url,
        "store": "s3://cluster/store",
        "rendition_store": "s3://cluster/renditions",
        "s3_endpoint": s3.endpoint,
        "s3_region": s3.region,
        "s3_access_key_id": s3.access_key_id,
        "s3_secret_access_key": s3.secret_access_key,
        "sealing_key": SEALING,
        "jobs_embedded": "false",
        "api_rate": 1_000_000,
    }


def publish(first: Api, second: Service, items: int, victims: list[Any]) -> None:
    """One batch, from being accepted to its end."""
    with first.client(first.admin) as client:
        made = client.post(
            "/api/v1/jobs",
            json={
                "task": "publish",
                "args": {"look": {"width": 200}},
                "items": [
                    {"source": "sample:hills.jpg", "key": f"cluster/{n}.jpg"} for n in range(items)
                ],
            },
        ).json()
    began = time.monotonic()
    headers = {"authorization": f"Bearer {first.admin.key}"}
    with httpx2.Client(base_url=second.url, headers=headers, timeout=30) as client:
        while True:
            job = client.get(f"/api/v1/jobs/{made['id']}").json()
            progress = job["progress"]
            if victims and progress["done"] > items / (len(victims) + 2):
                victims.pop().send_signal(signal.SIGKILL)
            if job["finished_at"]:
                break
            time.sleep(0.2)
    seconds = time.monotonic() - began
    print(f"{job['state']}: {progress['done']} of {items} in {seconds:.1f} s", flush=True)
    assert (job["state"], progress["done"]) == ("done", items), job


def main(items: int) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(postgres.running())
        s3 = stack.enter_context(swift.running())
        create_bucket(s3, "cluster")
        url = database.url()
        catalog = Catalog.open(url)
        catalog.upgrade()
        settings = settings_of(url, s3)
        services = []
        for number in range(2):
            place = folder / f"web-{number}"
            place.mkdir()
            started = service.start(place, **settings)
            assert started.url, started.log
            stack.callback(started.end, signal.SIGINT)
            services.append(started)
        workers = [stack.enter_context(worker(folder / f"worker-{n}", settings)) for n in range(2)]
        print(f"2 services, 2 workers, on {os.cpu_count()} cores", flush=True)
        publish(Api(services[0], catalog), services[1], items, [services[0].process, workers[0]])
        catalog.close()


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["200"])[0]))
