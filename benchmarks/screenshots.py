"""Screenshots of 40 local pages: ours, with every guard on, beside shot-scraper and Playwright.

    python benchmarks/screenshots.py --peers FOLDER [--rounds 3] [--laps 2] [--flat 500]

The first run makes an environment with shot-scraper in the folder. Rounds are interleaved, figures
are medians; a figure is of the whole program from its start to its end. CPU and memory are those of
the program and all that it starts, by cgroup (as root): anonymous and shared memory, at its peak.
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SHELL = "/usr/lib/chromium/chromium-headless-shell"
FULL = "/usr/bin/chromium"
CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Contender:
    """A way, a program, and how many pages are open at once."""

    name: str
    way: str
    program: str
    at_once: int


CONTENDERS = (
    Contender("ours, 2 at once", "ours", SHELL, 2),
    Contender("ours, 3 at once", "ours", SHELL, 3),
    Contender("ours, 4 at once", "ours", SHELL, 4),
    Contender("the browser by itself, 2", "bare", SHELL, 2),
    Contender("the browser by itself, 4", "bare", SHELL, 4),
    Contender("Playwright contexts, 2", "playwright", SHELL, 2),
    Contender("Playwright contexts, 4", "playwright", SHELL, 4),
    Contender("shot-scraper, same binary", "shot-scraper", SHELL, 1),
    Contender("shot-scraper, as it ships", "shot-scraper", FULL, 1),
)


class Group:
    """A control group: what runs in it, and what that costs. Version 1 and 2."""

    def __init__(self) -> None:
        name = f"tintype-{os.getpid()}"
        v2 = (CGROUPS / "cgroup.controllers").exists()
        kinds = [CGROUPS] if v2 else [CGROUPS / "cpuacct", CGROUPS / "memory"]
        self.folders = [kind / name for kind in kinds]
        self.v2, self._ended = v2, threading.Event()
        self.samples: list[tuple[float, int]] = []  # seconds, bytes
        for folder in self.folders:
            folder.mkdir()

    def enter(self) -> None:
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(os.getpid()))

    def cpu(self) -> float:
        if self.v2:
            return int((self.folders[0] / "cpu.stat").read_text().split()[1]) / 1e6
        return int((self.folders[0] / "cpuacct.usage").read_text()) / 1e9

    def memory(self) -> int:
        stat = dict(
            line.split() for line in (self.folders[-1] / "memory.stat").read_text().splitlines()
        )
        names = ("anon", "shmem") if self.v2 else ("total_rss", "total_shmem")
        return sum(int(stat.get(name, 0)) for name in names)

    def watch(self) -> None:
        while not self._ended.wait(0.1):
            self.samples.append((time.monotonic(), self.memory()))

    @contextmanager
    def watched(self) -> Iterator[None]:
        thread = threading.Thread(target=self.watch)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()
            for folder in self.folders:
                for _ in range(50):
                    with contextlib.suppress(OSError):
                        folder.rmdir()
                        break
                    time.sleep(0.1)


def run(contender: Contender, python: Path, urls: list[str]) -> dict[str, float]:
    """One run; again where it fails, as Playwright does now and then on a busy machine."""
    for _ in range(3):
        if figures := attempt(contender, python, urls):
            return figures
    raise SystemExit(f"{contender.name} failed three times")


def attempt(contender: Contender, python: Path, urls: list[str]) -> dict[str, float] | None:
    group, folder = Group(), Path(tempfile.mkdtemp(prefix="shots-"))
    command = [str(python), str(HERE / "servers" / "shots.py"), contender.way, contender.program]
    began = time.monotonic()
    with group.watched():
        done = subprocess.run(
            [*command, str(contender.at_once), str(folder), *urls],
            preexec_fn=group.enter,
            capture_output=True,
            text=True,
            timeout=1800,
        )
        if done.returncode:
            print(f"{contender.name}: {done.stderr.strip()[-300:]}", file=sys.stderr)
            return None
        seconds = time.monotonic() - began
        cpu = group.cpu()
    shutil.rmtree(folder)
    return {
        "a minute": 60 * len(urls) / seconds,
        "cpu": 1000 * cpu / len(urls),
        "memory": max(held for _, held in group.samples) / 1e6,
    }


@contextmanager
def pages(folder: Path) -> Iterator[list[str]]:
    command = [sys.executable, str(HERE / "servers" / "pages.py"), str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        assert server.stdin
        sys.path.insert(0, str(HERE / "servers"))
        from pages import names

        base = server.stdout.readline().strip()
        yield [base + name for name in names()]
        server.stdin.close()


def peers(folder: Path) -> Path:
    python = folder / "shot-scraper" / "bin" / "python"
    if not python.exists():
        venv.create(python.parent.parent, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "shot-scraper"], check=True)
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--laps", type=int, default=2, help="times that the 40 pages are taken")
    parser.add_argument("--flat", type=int, default=0, help="screenshots of ours in one run")
    parser.add_argument("--only", default="", help="part of a contender's name")
    options = parser.parse_args()
    options.peers.mkdir(parents=True, exist_ok=True)
    theirs = peers(options.peers)
    with pages(options.peers / "pages") as urls:
        if options.flat:
            flat(urls, options.flat)
            return
        found: dict[str, list[dict[str, float]]] = {}
        chosen = [each for each in CONTENDERS if options.only in each.name]
        for number in range(options.rounds):
            for each in chosen:
                python = Path(sys.executable) if each.way in {"ours", "bare"} else theirs
                figures = run(each, python, urls * options.laps)
                found.setdefault(each.name, []).append(figures)
                print(f"round {number + 1}: {each.name}: {figures}", file=sys.stderr, flush=True)
    tell(found)


def tell(found: dict[str, list[dict[str, float]]]) -> None:
    print("| | captures/min (least–most) | CPU ms each | peak memory MB |\n|---|--:|--:|--:|")
    medians = {}
    for name, rounds in found.items():
        middle = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
        medians[name] = middle
        rates = [each["a minute"] for each in rounds]
        print(
            f"| {name} | **{middle['a minute']:.0f}** ({min(rates):.0f}–{max(rates):.0f})"
            f" | {middle['cpu']:.0f} | {middle['memory']:.0f} |"
        )
    print(json.dumps(medians))


def flat(urls: list[str], count: int) -> None:
    """Memory and pace over many screenshots by one program."""
    group, folder = Group(), Path(tempfile.mkdtemp(prefix="shots-"))
    some = (urls * (count // len(urls) + 1))[:count]
    command = [sys.executable, str(HERE / "servers" / "shots.py"), "ours", SHELL, "2", str(folder)]
    with group.watched():
        subprocess.run([*command, *some], preexec_fn=group.enter, check=True)
    taken = sorted(path.stat().st_mtime for path in folder.glob("*.jpg"))
    shift = time.time() - time.monotonic()
    for part in range(5):
        first, last = taken[count * part // 5], taken[count * (part + 1) // 5 - 1]
        held = [held for at, held in group.samples if first <= at + shift <= last]
        pace = 60 * (count / 5) / (last - first)
        print(
            f"{count * part // 5 + 1} to {count * (part + 1) // 5}: {pace:.0f} a minute, median"
            f" {statistics.median(held) / 1e6:.0f} MB, most {max(held) / 1e6:.0f} MB"
        )
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
