"""Does memory stay flat? 100,000 requests to one server, by hand:

    python benchmarks/soak.py [--requests 100000] [--connections 8] [--memory BYTES]
                              [--workers 1] [--s3]

Small pictures in ever new sizes, formats and filters (a third), others again (most), conditional
requests, facts, mistakes of every kind, and clients that go away. Every 5,000 requests: resident
memory and open files of the server. With --s3 renditions are kept in the S3 server of the tests, on
loopback. At the end the slope of the second half, when all that is kept
is full, and the ceiling. The last line is JSON.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import serving_peers as peers
from draw_pictures import badge, hills
from load import Client, Outcome, Server, open_files
from serving_peers import Places

EVERY = 5_000
FRESH, AGAIN, FACTS, WRONG, GONE = 0.3, 0.6, 0.04, 0.04, 0.02
FILTERS = ("", "", "", "grayscale()", "blur(2)", "quality(60)", "format(webp)", "rotate(90)")
MISTAKES = (
    "/unsafe/100x100/store:absent.jpg",
    "/unsafe/100x100/store:damaged.jpg",
    "/unsafe/100x100/store:text.txt",
    "/unsafe/100x100/filters:nonsense(1)/store:00.jpg",
    "/unsafe/99999x99999/store:00.jpg",
    "/AAAAAAAAAAAAAAAAAAAAAAAAAAA=/100x100/store:00.jpg",
    "/" + "a" * 9_000,
    "/%ff%fe/..%2f..%2fetc",
)


def draw(folder: Path) -> list[str]:
    """Small originals; damaged ones beside them."""
    folder.mkdir()
    picture, plate = hills(480, 320), badge(200)
    for number in range(12):
        picture.write_to_file(str(folder / f"{number:02}.jpg"), Q=85)
    picture.write_to_file(str(folder / "a.png"))
    picture.write_to_file(str(folder / "a.webp"))
    plate.write_to_file(str(folder / "plate.png"))
    whole = (folder / "00.jpg").read_bytes()
    names = [path.name for path in folder.iterdir()]
    (folder / "damaged.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "text.txt").write_bytes(b"no picture " * 99)
    return names


class Wishes:
    """What the clients ask for: the same in every run."""

    def __init__(self, names: list[str]) -> None:
        self._names, self._chance = names, random.Random(11)
        self._asked: list[str] = []

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Endlessly: the kind of a request and its path."""
        kinds = ("fresh", "again", "facts", "wrong", "gone")
        while True:
            (kind,) = self._chance.choices(kinds, (FRESH, AGAIN, FACTS, WRONG, GONE))
            yield kind, self._path(kind)

    def _path(self, kind: str) -> str:
        if kind == "wrong":
            return self._chance.choice(MISTAKES)
        if kind == "again" and self._asked:
            # Mostly what was asked for lately, now and then something from long ago.
            recent = self._asked[-300:] if self._chance.random() < 0.9 else self._asked
            return self._chance.choice(recent)
        name = self._chance.choice(self._names)
        size = f"{self._chance.randint(16, 480)}x{self._chance.randint(16, 320)}"
        if kind == "facts":
            return f"/unsafe/meta/{size}/store:{name}"
        call = self._chance.choice(FILTERS)
        path = f"/unsafe/{size}/{f'filters:{call}/' if call else ''}store:{name}"
        if kind == "fresh":
            self._asked.append(path)
        return path


class Soak:
    """The run, and what was seen in it."""

    def __init__(self, server: Server, requests: int) -> None:
        self.outcome = Outcome()
        self.samples: list[tuple[int, float, float, int]] = []  # requests, RSS, PSS, open files
        self._server, self._requests = server, requests
        self._done = 0

    async def run(self, wishes: Wishes, connections: int) -> None:
        todo = iter(wishes)
        self._look()
        await asyncio.gather(*(self._client(todo) for _ in range(connections)))

    async def _client(self, todo: Iterator[tuple[str, str]]) -> None:
        client = Client(self._server.port, self.outcome)
        while self._done < self._requests:
            self._done += 1
            if self._done % EVERY == 0:
                self._look()
            kind, path = next(todo)
            if kind == "gone":
                await client.abandon(path)
            else:
                await client.get(path)
        client.close()

    def _look(self) -> None:
        memory = self._server.memory()
        files = open_files(self._server)
        self.samples.append((self._done, memory.rss, memory.pss, files))
        print(f"{self._done:8,}{memory.rss:10.1f}{memory.pss:10.1f}{files:8}", flush=True)

    def facts(self, seconds: float) -> dict[str, object]:
        half = self.samples[len(self.samples) // 2 :]
        slope = statistics.linear_regression([s[0] for s in half], [s[1] for s in half]).slope
        return {
            "requests": self._done,
            "seconds": round(seconds),
            "statuses": dict(sorted(self.outcome.statuses.items())),
            "connections broken": self.outcome.broken,
            "slope, KiB in 1,000 requests": round(slope * 1024 * 1000, 1),
            "ceiling, MiB resident": round(max(s[1] for s in self.samples), 1),
            "open files, first and last": [self.samples[1][3], self.samples[-1][3]],
        }


@contextmanager
def bucket(wanted: bool) -> Iterator[dict[str, str]]:
    """The settings that keep renditions in a bucket for the length of a block; none if not so."""
    if not wanted:
        yield {}
        return
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from servers import swift

    with swift.running() as server:
        swift.create_bucket(server, "soak")
        yield {
            "rendition_store": "s3://soak/renditions",
            "s3_endpoint": server.endpoint,
            "s3_region": server.region,
            "s3_access_key_id": server.access_key_id,
            "s3_secret_access_key": server.secret_access_key,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--memory", type=int, default=64 << 20)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--s3", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tintype-soak-") as name:
        places = Places(Path(name), Path(name) / "originals", Path(name) / "work")
        places.work.mkdir()
        names = draw(places.originals)
        common = {"rendition_memory": options.memory, "workers": options.workers}
        with bucket(options.s3) as more, peers.ours(places, **common, **more) as server:
            print("requests       RSS       PSS   files")
            began = time.perf_counter()
            soak = Soak(server, options.requests)
            asyncio.run(soak.run(Wishes(names), options.connections))
            facts = soak.facts(time.perf_counter() - began)
    for key, value in facts.items():
        print(f"  {key:32}{value}")
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
