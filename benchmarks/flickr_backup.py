"""A backup of a large account, killed again and again, by hand: python benchmarks/flickr_backup.py

    python benchmarks/flickr_backup.py [--photos 50000] [--kills 20] [--details] [--bucket]

The provider of `tintype flickr demo` has an account of 50,000 tiny pictures, and counts how often
each file is fetched. `tintype flickr backup` runs as a process of its own, is killed (SIGKILL) at
20 random moments, and begun again each time. In the end every file must be what the provider has,
and none may have been fetched twice but for those that were in flight when a process was killed.
Memory is the kernel's own figure of the largest process. With `--bucket` the backup goes to the S3
server of the tests. Nothing that the backup writes or says may hold a secret.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from servers import swift  # noqa: E402
from tintype.app import opened_store  # noqa: E402
from tintype.app_providers import open_kept  # noqa: E402
from tintype.flickr.demo.account import FIRST_ID, Account, Photo  # noqa: E402
from tintype.flickr.demo.pictures import picture, video  # noqa: E402
from tintype.flickr.demo.serving import serving  # noqa: E402
from tintype.flickr.demo.state import APP_KEY, APP_SECRET, State  # noqa: E402
from tintype.oauth1 import Consumer, Token  # noqa: E402
from tintype.providers.kept import Connection  # noqa: E402
from tintype.settings import Settings  # noqa: E402

MIB = 1 << 20
CONNECTIONS = 4


class Tiny(Photo):
    """A photo whose original is tiny."""

    @property
    def shape(self) -> tuple[int, int]:
        """Width and height of the original."""
        return 64, 48


@dataclass(frozen=True)
class Many(Account):
    """An account whose photos are made once."""

    @cached_property
    def every(self) -> list[Photo]:
        """The newest first."""
        return [Tiny(number, self.is_free) for number in range(self.count - 1, -1, -1)]

    def photo(self, photo_id: str) -> Photo | None:
        """The photo of an id."""
        number = int(photo_id) - FIRST_ID if photo_id.isdigit() else -1
        return self.every[self.count - 1 - number] if 0 <= number < self.count else None

    def photos(self, *, private: bool) -> list[Photo]:
        """All that somebody may see."""
        return self.every if private else [p for p in self.every if not p.is_private]


def main() -> None:
    options = arguments()
    state = State(account=Many(options.photos))
    with (
        tempfile.TemporaryDirectory(dir=options.work) as work,
        serving(state) as base,
        bucket(options) as reach,
    ):
        folder = Path(work)
        to = "s3://backup/flickr/" if options.bucket else f"{folder}/backup/"
        environment = signed_in(state, base, folder) | reach
        figures = rounds(options, state, folder, environment, to)
        backup = brought(folder, to, environment)
        figures |= whole(state, backup)
        figures |= again(options, state, folder, environment, to)
        figures["secrets"] = told(state, backup, folder / "log")
    print(json.dumps(figures))
    limit = options.kills * CONNECTIONS
    ok = not figures["wrong"] and figures["twice"] <= limit and figures["memory"] < 250
    ok = ok and figures["exit"] == 0 and not figures["fetched_again"] and not figures["secrets"]
    ok = ok and figures["sidecars"] == options.photos
    print("held" if ok else "NOT held")
    sys.exit(not ok)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--details", action="store_true", help="ask for details, too")
    parser.add_argument("--bucket", action="store_true", help="to the S3 server of the tests")
    parser.add_argument("--work", default="/var/tmp", help="folder for the backup")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


@contextmanager
def bucket(options: argparse.Namespace) -> Iterator[dict[str, str]]:
    """The S3 server with its bucket, if one is wanted: what the environment needs to reach it."""
    if not options.bucket:
        yield {}
        return
    with swift.running(Path(options.work)) as s3:
        swift.create_bucket(s3, "backup")
        yield {
            "TINTYPE_S3_ENDPOINT": s3.endpoint,
            "TINTYPE_S3_REGION": s3.region,
            "TINTYPE_S3_ACCESS_KEY_ID": s3.access_key_id,
            "TINTYPE_S3_SECRET_ACCESS_KEY": s3.secret_access_key,
        }


def signed_in(state: State, base: str, folder: Path) -> dict[str, str]:
    """The environment of a person who has signed in."""
    grant = state.grant_directly()
    kept = open_kept(Settings(data=folder / "data"))
    consumer, token = Consumer(APP_KEY, APP_SECRET), Token(grant.key, grant.secret)
    kept.keep(Connection(provider="flickr", consumer=consumer, token=token))
    plain = {n: v for n, v in os.environ.items() if not n.startswith("TINTYPE_")}
    return plain | {
        "TINTYPE_DATA": str(folder / "data"),
        "TINTYPE_FLICKR_API": base,
        "TINTYPE_FLICKR_KEY": APP_KEY,
        "TINTYPE_FLICKR_SECRET": APP_SECRET,
        "TINTYPE_FLICKR_RATE": "100000000",
    }


def start(
    options: argparse.Namespace, folder: Path, environment: dict[str, str], to: str
) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tintype", "flickr", "backup", "--to", to]
    if not options.details:
        command.append("--no-details")
    log = (folder / "log").open("ab")
    return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def rounds(
    options: argparse.Namespace, state: State, folder: Path, environment: dict[str, str], to: str
) -> dict[str, float]:
    """Kill and begin again, then let it end."""
    luck = random.Random(options.seed)
    moments = sorted(luck.randrange(1, options.photos) for _ in range(options.kills))
    began, memory, cpu, kills = time.monotonic(), 0.0, 0.0, 0
    for moment in [*moments, None]:
        process = start(options, folder, environment, to)
        while moment is not None and len(fetched(state)) < moment and process.poll() is None:
            time.sleep(0.2)
        if moment is not None and process.poll() is None:
            time.sleep(luck.random())
            process.send_signal(signal.SIGKILL)
            kills += 1
        _, status, used = os.wait4(process.pid, 0)
        memory, cpu = max(memory, used.ru_maxrss / 1024), cpu + used.ru_utime + used.ru_stime
        print(f"{len(fetched(state)):,} fetched after {time.monotonic() - began:.0f} s", flush=True)
    print((folder / "log").read_text()[-600:])
    return {
        "photos": options.photos,
        "kills": kills,
        "seconds": round(time.monotonic() - began),
        "cpu": round(cpu),
        "memory": round(memory),
        "exit": os.waitstatus_to_exitcode(status),
    }


def fetched(state: State) -> list[str]:
    """The files that were fetched, in their order."""
    return [call for call in state.calls if not call.startswith("flickr.")]


def brought(folder: Path, to: str, environment: dict[str, str]) -> Path:
    """The folder of the backup; what is in a bucket is read into one."""
    if not to.startswith("s3:"):
        return folder / "backup"
    asyncio.run(_bring(folder / "brought", to, Settings.from_env(environment)))
    return folder / "brought"


async def _bring(folder: Path, to: str, settings: Settings) -> None:
    async with opened_store(to, settings) as store:
        slots = asyncio.Semaphore(8)

        async def bring(key: str) -> None:
            async with slots, store.get(key) as download:
                path = folder / key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"".join([chunk async for chunk in download.chunks]))

        await asyncio.gather(*[bring(stat.key) async for stat in store.list()])


def told(state: State, *places: Path) -> int:
    """How many files hold a secret: of the application, or of a token."""
    secrets = [APP_SECRET.encode()]
    secrets += [
        part.encode() for grant in state.grants.values() for part in (grant.key, grant.secret)
    ]
    files = [p for place in places for p in (place.rglob("*") if place.is_dir() else [place])]
    return sum(any(s in p.read_bytes() for s in secrets) for p in files if p.is_file())


def whole(state: State, backup: Path) -> dict[str, int]:
    """Compare every file with what the provider has, and count what was fetched twice."""
    wrong, sidecars = 0, 0
    index = {}
    for line in (backup / "index.jsonl").read_text("utf-8").splitlines():
        record = json.loads(line)
        index[record["id"]] = record
    for photo in state.account.photos(private=True):
        record = index.get(photo.id)
        path = backup / record["file"]["key"] if record else backup / "none"
        wrong += not (path.is_file() and digest(path.read_bytes()) == digest(truth(photo)))
        sidecar = backup / "sidecars" / f"{photo.id}.json"
        sidecars += (
            sidecar.is_file() and json.loads(sidecar.read_bytes())["photo"]["id"] == photo.id
        )
    counts = Counter(fetched(state))
    twice = sum(count - 1 for count in counts.values())
    left = sum(1 for _ in (backup / ".tintype").rglob("*")) if (backup / ".tintype").exists() else 0
    return {"wrong": wrong, "sidecars": sidecars, "twice": twice, "left_over": left}


def again(
    options: argparse.Namespace, state: State, folder: Path, environment: dict[str, str], to: str
) -> dict[str, int]:
    """One more run, which must fetch nothing."""
    before, began = len(fetched(state)), time.monotonic()
    start(options, folder, environment, to).wait()
    seconds = round(time.monotonic() - began)
    return {"fetched_again": len(fetched(state)) - before, "seconds_again": seconds}


def truth(photo: Photo) -> bytes:
    """The best file of a photo."""
    if photo.is_video:
        return video(f"{photo.id} 1080p")
    _, name, width, height, _ = photo.sizes()[-1]
    return picture(photo.number, photo.format, width, height, name)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
