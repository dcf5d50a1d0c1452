"""Procrastinate and Celery at jobs that do nothing: python benchmarks/jobs_peers.py

They are installed with pip into a folder that is removed again. Redis is the machine's:
`apt-get install redis-server` puts it on the PATH; it is started on a free port of the loopback
address, with its log of changes written each second, as durable as it usually is. One worker each,
with 8 jobs at once. `benchmarks/jobs.py latency throughput` has ours, and calls this as `peers`.
"""

import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent / "queues"
if str(ROOT / "tests") not in sys.path:
    sys.path[0] = str(ROOT / "tests")

from servers import postgres  # noqa: E402
from servers.front import free_port  # noqa: E402
from servers.postgres import Postgres  # noqa: E402

PACKAGES = ("procrastinate", "celery", "redis", "psycopg[binary,pool]")
IDLE = 10.0  # seconds


def installed(folder: Path) -> Path:
    """The interpreter of a venv with the peers."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    command = [python, "-m", "pip", "install", "--quiet", *PACKAGES]
    subprocess.run(command, check=True, capture_output=True)
    return python


@contextmanager
def started(command: list[Any], **more: Any) -> Iterator["subprocess.Popen[bytes]"]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet, **more)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def used(process: "subprocess.Popen[bytes]") -> float:
    """Processor time of a process so far, in seconds."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def figures(command: list[Any], worker: "subprocess.Popen[bytes]", **more: Any) -> dict[str, Any]:
    done = subprocess.run(command, check=True, capture_output=True, **more)
    found: dict[str, Any] = json.loads(done.stdout)
    before = used(worker)
    time.sleep(IDLE)
    return found | {"idle": (used(worker) - before) / IDLE}


def told(name: str, found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Lines of the table."""
    waits = found["waits"]
    yield (
        f"from enqueue to start, {name}",
        f"{statistics.median(waits):.0f}/{max(waits):.0f} ms",
    )
    yield f"idle, {name}", f"{found['idle']:.1%} of a core"
    yield (
        f"jobs that do nothing, {name}",
        f"{found['rate']:.0f}/s; {found['grown'] / 100:.1f} MB for 10,000",
    )


def procrastinate(python: Path, server: Postgres) -> dict[str, Any]:
    url, script = server.url(server.new_database()), HERE / "procrastinate_jobs.py"
    with started([python, script, "worker", url]) as worker:
        time.sleep(4)
        return figures([python, script, "measure", url], worker)


def celery(python: Path, folder: Path) -> dict[str, Any]:
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""]
    environ = os.environ | {"CELERY_URL": url, "PYTHONPATH": str(HERE)}
    program = shutil.which("redis-server")
    assert program, "There is no redis-server: apt-get install redis-server"
    work = ["-m", "celery", "-A", "celery_jobs", "worker", "-P", "threads", "-c", "8"]
    with (
        started([program, *options, "--appendonly", "yes"]),
        started([python, *work], env=environ, cwd=folder) as worker,
    ):
        time.sleep(6)
        return figures([python, HERE / "celery_jobs.py", url], worker, env=environ)


def measured(server: Postgres) -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        python = installed(folder / "venv")
        yield from told("Procrastinate on PostgreSQL", procrastinate(python, server))
        yield from told("Celery on Redis", celery(python, folder))


if __name__ == "__main__":
    with postgres.running() as running:
        for what, value in measured(running):
            print(f"| {what} | {value} |", flush=True)
