"""The service beside its peers, by wrk on loopback. Run by hand, on a quiet machine:

    python benchmarks/serving.py [--peers DIR] [--case a,b,c,d,e,f] [--rounds 3] [--seconds 5]

a  a 12 MP JPEG to 400 px, made on every request: sharp, thumbor, the same calls with no HTTP
b  the same from PNG and WebP beside thumbor, and to AVIF
c  second and third sizes of pictures seen before, beside first ones
d  a rendition of 25 KB that is kept, one core: thumbor's result storage, nginx, bare Python
e  1,000 clients at once on 200 pictures that nobody has asked for: errors, renders, memory
f  nginx by the configuration that `tintype vhost nginx` prints, beside nginx alone

All servers of a case run for its whole length and are asked in turns; figures are medians of the
rounds, ratios are taken within a round. thumbor, and sharp by npm, are installed into --peers
unless they are there; wrk and nginx come from the system (apt-get install wrk nginx-light). A peer
that is missing is left out. Look at the ratios, not at the rates. The last line is JSON.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyvips
import serving_peers as peers
from load import Outcome, Rate, Server, ask_all, wrk
from serving_crowd import crowd
from serving_peers import Places
from serving_pictures import MANY, NAMES, draw, kept_rendition, link, many_kept
from thumbnails import quality

SIDE = 400
OFF = {"rendition_age": 0, "rendition_memory": 0, "source_age": 0}
CLIENTS, COLD = 1000, 200
FIT = f"/unsafe/fit-in/{SIDE}x{SIDE}"

Measure = Callable[[], Rate]


@dataclass(slots=True)
class Table:
    """What one comparison has found: the first contender is ours."""

    title: str
    goals: Mapping[str, float] = field(default_factory=dict)  # by contender: ours in times of it
    notes: dict[str, str] = field(default_factory=dict)
    runs: dict[str, list[Rate]] = field(default_factory=dict)

    def measure(self, contenders: Mapping[str, Measure], rounds: int) -> "Table":
        """Let all take turns, after a round to warm up."""
        self.runs = {name: [] for name in contenders}
        for number in range(rounds + 1):
            for name, run in contenders.items():
                found = run()
                if number:
                    self.runs[name].append(found)
        return self

    def ratio(self, name: str) -> float:
        """Ours in times of another: the median of what it was in each round."""
        ours = next(iter(self.runs.values()))
        pairs = zip(ours, self.runs[name], strict=True)
        return statistics.median(one.rate / other.rate for one, other in pairs)

    def cpu_ratio(self, name: str) -> float:
        """What a request costs another, in times of ours."""
        ours = next(iter(self.runs))
        return self.figure(name, "cpu") / self.figure(ours, "cpu")

    def figure(self, name: str, what: str) -> float:
        return statistics.median(getattr(run, what) for run in self.runs[name])

    def show(self) -> None:
        print(
            f"\n{self.title}\n{'':34}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}"
            "  ours ×  CPU ×"
        )
        for number, name in enumerate(self.runs):
            line = f"  {name:32}{self.figure(name, 'rate'):10.1f}"
            line += f"{self.figure(name, 'p50'):9.2f}{self.figure(name, 'p99'):9.2f}"
            line += f"{self.figure(name, 'cpu'):9.3f}"
            ratios = f"{self.ratio(name):8.2f}{self.cpu_ratio(name):7.2f}"
            line += ratios if number else " " * len(ratios)
            if (goal := self.goals.get(name)) is not None:
                line += f"  {'reached' if self.ratio(name) >= goal else 'NOT reached'}: {goal}"
            print(f"{line}  {self.notes.get(name, '')}".rstrip(), flush=True)

    def facts(self) -> dict[str, object]:
        return {
            name: {
                "rate": round(self.figure(name, "rate"), 1),
                "p50": round(self.figure(name, "p50"), 2),
                "p99": round(self.figure(name, "p99"), 2),
                "cpu": round(self.figure(name, "cpu"), 3),
                "cpu_ratio": round(self.cpu_ratio(name), 3),
                "ratio": round(self.ratio(name), 3),
                "goal": self.goals.get(name),
            }
            for name in self.runs
        }


@dataclass(frozen=True, slots=True)
class Bench:
    """Where everything is, and how long to measure."""

    places: Places
    rounds: int
    seconds: float
    facts: dict[str, object] = field(default_factory=dict)

    def compare(self, table: Table, contenders: Mapping[str, Measure]) -> None:
        table.measure(contenders, self.rounds).show()
        self.facts[table.title] = table.facts()

    def load(self, server: Server, paths: Sequence[str], connections: int = 4) -> Measure:
        return partial(wrk, server, paths, connections=connections, seconds=self.seconds)

    def calls(self, kind: str, suffix: str) -> Measure:
        """The work alone, in two threads."""
        files = [str(self.places.originals / (name + suffix)) for name in NAMES]
        command = [sys.executable, str(peers.SERVERS / "calls.py"), kind, "2", str(self.seconds)]

        def run() -> Rate:
            said = subprocess.run(
                [*command, str(SIDE), *files], check=True, capture_output=True, text=True
            )
            rate, cpu = map(float, said.stdout.split())
            return Rate(rate, 2000 / rate, 0, cpu)

        return run


def running(stack: ExitStack, *servers: Server | None) -> list[Server]:
    """Start those that are there; one that does not start is left out, unless it is ours."""
    found = []
    for server in servers:
        if server is None:
            continue
        try:
            found.append(stack.enter_context(server))
        except RuntimeError as error:
            if server.name.startswith("tintype"):
                raise
            print(f"Without {server.name}: {error}")
    return found


def path_for(server: Server, name: str) -> str:
    """The URL of one picture, 400 px, in the words of each server."""
    if server.name.startswith("sharp"):
        return f"/{SIDE}/{name}"
    return f"{FIT}/store:{name}" if server.name.startswith("tintype") else f"{FIT}/{name}"


# The cases


def renders(bench: Bench, title: str, suffix: str, goals: Mapping[str, float]) -> None:
    """A picture of 12 MP to 400 px, made on every request."""
    places = bench.places
    original = (places.originals / (NAMES[0] + suffix)).read_bytes()
    with ExitStack() as stack:
        servers = running(
            stack,
            peers.ours(places, **OFF),
            peers.sharp(places),
            peers.sharp(places, "sharp as it ships", "--cache"),
            peers.thumbor(places, "thumbor, 2 threads", settings={"ENGINE_THREADPOOL_SIZE": 2}),
            peers.thumbor(places, "thumbor as it ships"),
        )
        contenders: dict[str, Measure] = {}
        table = Table(title, goals)
        for server in servers:
            paths = [path_for(server, name + suffix) for name in NAMES]
            table.notes[server.name] = quality(original, server.get(paths[0]))
            contenders[server.name] = bench.load(server, paths)
        contenders["our calls, no HTTP"] = bench.calls("ours", suffix)
        contenders["libvips, no HTTP"] = bench.calls("libvips", suffix)
        bench.compare(table, contenders)


def case_a(bench: Bench) -> None:
    goals = {
        "sharp": 1.15,
        "sharp as it ships": 1.15,
        "thumbor, 2 threads": 1.05,
        "thumbor as it ships": 1.9,
        "our calls, no HTTP": 0.95,
    }
    renders(bench, "a: JPEG of 12 MP to 400 px, nothing kept, 4 connections", ".jpg", goals)


def case_b(bench: Bench) -> None:
    goals = {"thumbor, 2 threads": 1.5}
    renders(bench, "b: PNG of 12 MP to 400 px, nothing kept, 4 connections", ".png", goals)
    renders(bench, "b: WebP of 12 MP to 400 px, nothing kept, 4 connections", ".webp", goals)
    avif(bench)


def avif(bench: Bench) -> None:
    """To AVIF because the browser accepts it, and because the URL says so."""
    original = (bench.places.originals / "00.jpg").read_bytes()
    accept = {"Accept": "image/avif,image/webp,*/*"}
    with ExitStack() as stack:
        ours, negotiating, *others = running(
            stack,
            peers.ours(bench.places, **OFF),
            peers.ours(bench.places, "tintype, negotiated", **OFF, auto_formats="avif,webp"),
            peers.thumbor(bench.places, settings={"ENGINE_THREADPOOL_SIZE": 2}),
        )
        table, contenders = Table("b: JPEG of 12 MP to AVIF of 400 px, one connection"), {}
        for server in (ours, negotiating, *others):
            prefix = "store:" if server in (ours, negotiating) else ""
            words = "" if server is negotiating else "/filters:format(avif)"
            paths = [f"{FIT}{words}/{prefix}{name}.jpg" for name in NAMES]
            headers = accept if server is negotiating else {}
            made = server.get(paths[0], headers)
            table.notes[server.name] = f"{quality(original, made)} {kind_of(made)}"
            contenders[server.name] = partial(
                wrk, server, paths, connections=1, seconds=bench.seconds, headers=headers
            )
        bench.compare(table, contenders)


def kind_of(made: bytes) -> str:
    loader = str(pyvips.Image.new_from_buffer(made, "").get("vips-loader"))
    return loader.removesuffix("load_buffer")


def case_c(bench: Bench) -> None:
    """Each picture is asked for once in each size: no answer is one that was kept.

    First sizes come in small groups, with time between them: masters are made when nobody waits.
    """
    names = [f"c{number:03}.jpg" for number in range(64)]
    link(bench.places.originals, names, "00.jpg")
    table = Table("c: sizes of 64 JPEGs of 12 MP, each once, 4 connections", {"first, 400 px": 4})
    table.runs = {"second, 320 px": [], "third, 200 px": [], "first, 400 px": []}
    for _ in range(bench.rounds):
        with peers.ours(bench.places) as server:
            for name, side, group in (("first", 400, 8), ("second", 320, 64), ("third", 200, 64)):
                paths = [f"/unsafe/fit-in/{side}x{side}/store:{name}" for name in names]
                table.runs[f"{name}, {side} px"].append(once(server, paths, group))
    table.show()
    bench.facts[table.title] = table.facts()


def once(server: Server, paths: Sequence[str], group: int) -> Rate:
    """Every path once, by 4 connections, so many at a time; what follows is waited for."""
    outcome, cpu = Outcome(), 0.0
    for start in range(0, len(paths), group):
        began = server.cpu()
        ask_all(server, paths[start : start + group], 4, outcome)
        cpu += server.cpu() - began
        server.settle()
    if outcome.statuses != {200: len(paths)}:
        raise RuntimeError(f"{dict(outcome.statuses)}: {server.said()[-500:]}")
    latencies = [outcome.percentile(percent) for percent in (50, 99)]
    return Rate(outcome.rate, *latencies, cpu * 1000 / len(paths))


def case_d(bench: Bench) -> None:
    """One core for the server, the other for wrk."""
    places = bench.places
    side, content = kept_rendition(places)
    path = f"/unsafe/fit-in/{side}x{side}/"
    results = {
        "RESULT_STORAGE": "thumbor.result_storages.file_storage",
        "RESULT_STORAGE_FILE_STORAGE_ROOT_PATH": str(places.work / "results"),
        "RESULT_STORAGE_STORES_UNSAFE": True,
    }
    table = Table(
        "d: a kept rendition of 25 KB, one core, 16 connections",
        {"nginx": 0.4, "thumbor, result storage": 10},
    )
    with ExitStack() as stack:
        servers = running(
            stack,
            peers.ours(places, cores="0"),
            peers.ours(places, "tintype, access log", cores="0", access_log="true"),
            many := peers.ours(places, f"tintype, {MANY:,} in turns", cores="0"),
            peers.nginx(places, partial(static, content.parent), cores="0"),
            peers.bound(content, "raw", cores="0"),
            peers.bound(content, "starlette", cores="0"),
            peers.thumbor(places, "thumbor, result storage", cores="0", settings=results),
        )
        contenders: dict[str, Measure] = {}
        for server in servers:
            ours = server.name.startswith("tintype")
            name = {"nginx": f"/{content.name}"}.get(server.name)
            url = name or path + ("store:" if ours else "") + "00.jpg"
            table.notes[server.name] = f"{len(server.get(url)) / 1024:.1f} KB"
            urls = many_kept(places, server, side, content) if server is many else [url]
            contenders[server.name] = partial(
                wrk, server, urls, connections=16, seconds=bench.seconds, cores="1"
            )
        bench.compare(table, contenders)


def static(root: Path, port: int) -> str:
    return f"server {{ listen 127.0.0.1:{port}; root {root}; }}"


def case_e(bench: Bench) -> None:
    """1,000 clients, each of whom wants 5 of 200 pictures."""
    names = [f"e{number:03}.jpg" for number in range(COLD)]
    link(bench.places.originals, names, "00.jpg")
    paths = [f"{FIT}/store:{name}" for name in names]
    for workers in (1, 2):
        name = f"tintype, workers: {workers}"
        with peers.ours(bench.places, name, workers=workers) as server:
            facts = crowd(server, paths, clients=CLIENTS, each=5)
        title = f"e: {CLIENTS} clients on {COLD} cold JPEGs of 12 MP, {workers} workers"
        print(f"\n{title}")
        for key, value in facts.items():
            print(f"  {key:32}{value}")
        bench.facts[title] = facts


def case_f(bench: Bench) -> None:
    """nginx answers what is kept; we make it once, and are then asked for nothing."""
    places = bench.places
    side, content = kept_rendition(places)
    path = f"/unsafe/fit-in/{side}x{side}/store:00.jpg"
    renditions = places.work / "renditions"
    table = Table("f: the same through nginx, one core, 16 connections", {"nginx alone": 0.9})
    with ExitStack() as stack:
        (ours,) = running(stack, peers.ours(places, cores="1", rendition_store=str(renditions)))
        before = partial(peers.in_front_of, ours, renditions)
        alone = partial(static, content.parent)
        servers = running(
            stack,
            peers.nginx(places, before, "nginx before tintype", cores="0"),
            peers.nginx(places, alone, "nginx alone", cores="0"),
        )
        contenders: dict[str, Measure] = {}
        for server in servers:
            url = f"/{content.name}" if server.name == "nginx alone" else path
            table.notes[server.name] = f"{len(server.get(url)) / 1024:.1f} KB"
            contenders[server.name] = partial(
                wrk, server, [url], connections=16, seconds=bench.seconds, cores="1"
            )
        ours.settle()
        asked = ours.counted("tintype_requests_total", route="picture")
        bench.compare(table, contenders)
        more = ours.counted("tintype_requests_total", route="picture") - asked
        print(f"  Requests that came through to tintype: {more:.0f}")


CASES = {"a": case_a, "b": case_b, "c": case_c, "d": case_d, "e": case_e, "f": case_f}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", type=Path, help="folder of the peers and of the originals")
    parser.add_argument("--case", default="a,b,c,d,e,f")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    with tempfile.TemporaryDirectory(prefix="tintype-serving-") as name:
        folder = (options.peers or Path(name) / "peers").resolve()
        peers.install(folder)
        places = Places(folder, folder / "originals", Path(name) / "work")
        places.work.mkdir()
        draw(places.originals)
        bench = Bench(places, options.rounds, options.seconds)
        for case in options.case.split(","):
            CASES[case](bench)
        print(json.dumps(bench.facts))


if __name__ == "__main__":
    main()
