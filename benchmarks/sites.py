"""A list of 100,000 sites whose pictures are all there: how long it takes to know that.

    python benchmarks/sites.py [--slugs 100000] [--swift 500] [--case folder,s3,far,swift]

Asks what `tintype sites capture` and web views ask (`sites.asking.ask`: two pictures of each site,
with a catalog that knows them all), in a process of its own for each case:

folder   the pictures are files in a folder
s3       a server that lists from memory at once: what the client costs
far      the same, 60 ms away, as a bucket in the same region may be
swift    OpenStack Swift, the S3 server of the tests, with `--swift` sites; its own time is that of
         the same requests without the client's work, and it lists in one thread

The last line is JSON.
"""

import argparse
import asyncio
import contextlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from sqlalchemy import insert  # noqa: E402

from servers.swift import create_bucket, running  # noqa: E402
from tintype.blob import Blob  # noqa: E402
from tintype.catalog import Catalog  # noqa: E402
from tintype.catalog.sites import SiteDraft  # noqa: E402
from tintype.catalog.tables import Site  # noqa: E402
from tintype.settings import S3Settings, Settings  # noqa: E402
from tintype.sites import Wanted  # noqa: E402
from tintype.sites.asking import Question, State, ask  # noqa: E402
from tintype.sites.opening import open_site_stores  # noqa: E402
from tintype.sites.sizes import sizes_of  # noqa: E402

FAR = 60  # milliseconds


def wanted(count: int) -> list[Wanted]:
    return [
        Wanted(f"https://site-{n:06}.example.org/", f"site-{n:06}_example_org")
        for n in range(count)
    ]


def fill_catalog(folder: Path, count: int) -> None:
    catalog = Catalog.in_file(folder / "catalog.db")
    catalog.prepare()
    moment = datetime(2026, 11, 29, tzinfo=UTC)
    rows = [
        SiteDraft(url=each.url, slug=each.slug).row() | {"captured_at": moment}
        for each in wanted(count)
    ]
    catalog.run_now(lambda session: session.execute(insert(Site), rows))
    catalog.close()


def fill_folder(folder: Path, count: int) -> None:
    sites = folder / "store" / "sites"
    sites.mkdir(parents=True)
    for each in wanted(count):
        for suffix in ("", "SM"):
            (sites / f"{each.slug}{suffix}.jpg").write_bytes(b"\xff\xd8\xff" + bytes(3_000))


async def asked(settings: Settings, count: int) -> dict[str, float]:
    """Seconds on the clock and of the processor for one look, and how many were fresh."""
    catalog = Catalog.in_file(settings.data / "catalog.db")
    stores = open_site_stores(settings)
    sites = wanted(count)
    question = Question(where=stores.at(""), sizes=sizes_of(settings))
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    found = await ask(catalog, question, sites)
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = time.perf_counter() - begun
    fresh = sum(each.state is State.FRESH for each in found)
    assert fresh == count, f"{fresh} of {count} were found"
    await stores.close()
    catalog.close()
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return {"seconds": seconds, "cpu": used, "memory_mib": after.ru_maxrss / 1024}


@contextlib.contextmanager
def listing(slugs: int, milliseconds: float) -> Iterator[str]:
    command = [sys.executable, str(HERE / "servers" / "listing.py"), str(slugs), str(milliseconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.terminate()


def s3_settings(settings: Settings, endpoint: str) -> Settings:
    s3 = S3Settings(endpoint=endpoint, access_key_id="a", secret_access_key="b")
    return replace(settings, store="s3://bucket", s3=s3)


def in_swift(settings: Settings, count: int) -> dict[str, float]:
    """Swift with so many sites: our look, and the server's part of it."""
    with running() as server:
        create_bucket(server, "bucket")
        given = s3_settings(settings, server.endpoint)
        s3 = replace(
            given.s3,
            access_key_id=server.access_key_id,
            secret_access_key=server.secret_access_key,
            region=server.region,
        )
        given = replace(given, s3=s3)
        asyncio.run(_fill(given, count))
        found = asyncio.run(asked(given, count))
        return found | {"server_seconds": asyncio.run(_server_alone(given))}


async def _fill(settings: Settings, count: int) -> None:
    stores = open_site_stores(settings)
    where, turns = stores.at(""), asyncio.Semaphore(8)
    picture = Blob.from_bytes(b"\xff\xd8\xff" + bytes(3_000))

    async def put(key: str) -> None:
        async with turns:
            await where.store.put(key, picture)

    keys = (where.key(size, each.slug) for each in wanted(count) for size in sizes_of(settings))
    await asyncio.gather(*map(put, keys))
    await stores.close()


async def _server_alone(settings: Settings) -> float:
    """The pages of the listing, one after another, and nothing done with them."""
    stores = open_site_stores(settings)
    client = stores.kept.client  # type: ignore[attr-defined]
    begun = time.perf_counter()
    await asyncio.to_thread(lambda: sum(1 for _ in client.list_objects_v2("sites/")))
    seconds = time.perf_counter() - begun
    await stores.close()
    return seconds


def measured(case: str, count: int, swift: int) -> dict[str, Any]:
    if case == "swift":
        count = swift
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(data=Path(name))
        fill_catalog(settings.data, count)
        if case == "folder":
            fill_folder(settings.data, count)
            found = asyncio.run(asked(settings, count))
        elif case == "swift":
            found = in_swift(settings, count)
        else:
            with listing(count, FAR if case == "far" else 0) as endpoint:
                found = asyncio.run(asked(s3_settings(settings, endpoint), count))
        shutil.rmtree(settings.data / "store", ignore_errors=True)
    return {"slugs": count} | found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slugs", type=int, default=100_000)
    parser.add_argument("--swift", type=int, default=500)
    parser.add_argument("--case", default="folder,s3,far,swift")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.one, given.slugs, given.swift)))
        return
    results = {}
    for case in given.case.split(","):
        command = [sys.executable, __file__, "--one", case, "--slugs", str(given.slugs)]
        command += ["--swift", str(given.swift)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        results[case] = found = json.loads(done.stdout.splitlines()[-1])
        server = found.get("server_seconds")
        print(
            f"{case:<8}{found['slugs']:>9,} sites {found['seconds']:6.2f} s "
            f"{found['cpu']:6.2f} s of processor {found['memory_mib']:6.0f} MiB"
            + (f"   the server alone {server:.2f} s" if server else ""),
            flush=True,
        )
    print(json.dumps(results))


if __name__ == "__main__":
    main()
