"""A whole installation as plain processes: python benchmarks/cluster.py [ITEMS] [--namespaces]

PostgreSQL and an S3 server (those of the tests), two services and two workers, each with a data
folder of its own: what deploy/compose.yaml describes, without Docker. A list is published through
one service's REST API and watched through the other; meanwhile a worker is killed with kill -9, and
so is a service. Everything listens on loopback.

With --namespaces (as root) the database, the bucket, and each service and worker are machines of
their own to the network, with addresses that nothing else reaches. Then a worker is not killed but
cut off for 40 seconds: others take its jobs over, and when it is back it is refused what they did.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from namespaces import Machines, machines

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


def publish(first: Api, second: Service, items: int, troubles: list[Callable[[], object]]) -> None:
    """One batch, from being accepted to its end, with trouble meanwhile."""
    with first.client(first.admin) as client:
        lines = "".join(f"sample:hills.jpg,cluster/{n}.jpg\n" for n in range(items))
        query = {"task": "publish", "args": '{"look": {"width": 200}}'}
        made = client.post("/api/v1/job-lists", params=query, content=lines).json()
    began, steps = time.monotonic(), len(troubles) + 2
    headers = {"authorization": f"Bearer {first.admin.key}"}
    with httpx2.Client(base_url=second.url, headers=headers, timeout=30) as client:
        while True:
            job = client.get(f"/api/v1/jobs/{made['id']}").json()
            progress = job["progress"]
            if troubles and progress["done"] > items * (steps - len(troubles) - 1) / steps:
                troubles.pop()()
            if job["finished_at"]:
                break
            time.sleep(0.2)
    seconds = time.monotonic() - began
    print(f"{job['state']}: {progress['done']} of {items} in {seconds:.1f} s", flush=True)
    assert (job["state"], progress["done"]) == ("done", items), job


@dataclass
class Places:
    """Where processes run: all on loopback, or each in a namespace of its own."""

    machines: Machines | None = None

    @contextmanager
    def at(self, name: str) -> Iterator[str]:
        if self.machines is None:
            yield "127.0.0.1"
        else:
            with self.machines.inside(name) as address:
                yield address

    def cut(self, name: str) -> None:
        """A cable that is pulled, and put back after the worker has been taken for dead."""
        assert self.machines
        print(f"{name} is cut off", flush=True)
        self.machines.cut(name, off=True)
        threading.Timer(40, self.machines.cut, [name], {"off": False}).start()


def run(items: int, places: Places) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with places.at("database") as address:
            database = stack.enter_context(postgres.running(address))
        with places.at("bucket") as address:
            s3 = stack.enter_context(swift.running(host=address))
            create_bucket(s3, "cluster")
        settings = settings_of(database.url(), s3)
        services, workers = [], []
        for number in range(2):
            with places.at(f"web-{number}") as address:
                if not number:
                    catalog = stack.enter_context(closing(Catalog.open(database.url())))
                    catalog.upgrade()
                    Api(None, catalog)  # type: ignore[arg-type] - whom others reach has an admin
                place = folder / f"web-{number}"
                place.mkdir()
                services.append(service.start(place, host=address, **settings))
                assert services[-1].url, services[-1].log
                stack.callback(services[-1].end, signal.SIGINT)
        for number in range(2):
            with places.at(f"worker-{number}"):
                made = worker(folder / f"worker-{number}", settings)
                workers.append(stack.enter_context(made))
        where = "each in its namespace" if places.machines else "on loopback"
        print(f"2 services, 2 workers, {where}, on {os.cpu_count()} cores", flush=True)
        troubles: list[Callable[[], object]] = [services[0].process.kill, workers[0].kill]
        if places.machines:
            troubles = [services[0].process.kill, lambda: places.cut("worker-0")]
        with places.at("web-0"):
            publish(Api(services[0], catalog), services[1], items, troubles)


def main(arguments: list[str]) -> None:
    options = [each for each in arguments if each == "--namespaces"]
    items = int(([each for each in arguments if each not in options] or ["200"])[0])
    if not options:
        run(items, Places())
        return
    names = ("database", "bucket", "web-0", "web-1", "worker-0", "worker-1")
    with machines(*names) as made:
        run(items, Places(made))


if __name__ == "__main__":
    main(sys.argv[1:])
