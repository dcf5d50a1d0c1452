"""Lists of 50 out of 1,000,000 originals of one user, on page 1 and on page 10,000.

    python benchmarks/catalog.py [--originals 1000000] [--rounds 50] [--database sqlite,postgresql]

Fills a file of SQLite and a PostgreSQL of its own (that of the tests) with the same originals, each
with a name of three words, a host, a type, two colours and tags, and asks both what the API asks:
without a filter and with each kind, alone and together. A time is the median of `--rounds` calls
of the function that the API calls, transaction included, in milliseconds; no HTTP. The deep page
is number 10,000 where there are so many, else the last. The last line is JSON.
"""

import argparse
import itertools
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from servers import postgres  # noqa: E402
from tintype.catalog import Catalog, Session, search, users  # noqa: E402
from tintype.catalog.conditions import Everything  # noqa: E402
from tintype.catalog.positions import first_of  # noqa: E402
from tintype.catalog.search import Search  # noqa: E402
from tintype.catalog.tables import Original  # noqa: E402
from tintype.catalog.terms import terms_of  # noqa: E402
from tintype.ids import new_id  # noqa: E402

BATCH = 10_000
SECONDS_APART = 20
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
COLOURS = ("#3366cc", "#228b22", "#ffffff", "#000000", "#8b4513", "#ff0000", "#808080")
ORIGINALS = [column.name for column in Original.__table__.columns]
CASES = {
    "all": Search(),
    "tag, half of them": Search(tags=("even",)),
    "tag, 1 of 1,000": Search(tags=("rare",)),
    "name, a word of all": Search(name="img"),
    "name, the beginning of 1 of 9": Search(name="99"),
    "name, one": Search(name="img 123456"),
    "source, a host": Search(source="photos.example"),
    "source, an address": Search(source="https://photos.example/77777.jpg"),
    "color": Search(colour="blue"),
    "size, half of them": Search(least_size=2_500_000),
    "size, 1 of 5,000": Search(least_size=1_000_000, most_size=1_001_000),
    "size, 1 of 100": Search(least_size=1_000_000, most_size=1_050_000),
    "date, half of them": Search(until=BEGIN + timedelta(seconds=SECONDS_APART * 500_000)),
    "tag and color": Search(tags=("even",), colour="red"),
    "tags, of which few have both": Search(tags=("even", "rare")),
    "name, tag, color, size": Search(
        name="img", tags=("even",), colour="green", least_size=2_500_000
    ),
    "size and date": Search(
        least_size=4_000_000, until=BEGIN + timedelta(seconds=SECONDS_APART * 900_000)
    ),
}


def originals(user_id: str, count: int) -> Iterator[Original]:
    chance = random.Random(1)
    for number in range(count):
        moment = BEGIN + timedelta(seconds=SECONDS_APART * number)
        host = chance.choice(["photos.example", "photos.example", ""])
        tags = (["even"] if number % 2 == 0 else ["odd"]) + (["rare"] if number % 1000 == 3 else [])
        yield Original(
            position=first_of(moment) + chance.randrange(1 << 18),
            id=new_id(),
            user_id=user_id,
            sha256=f"{chance.getrandbits(256):064x}",
            store_id=None,
            key=f"originals/{number}",
            media_type=chance.choice(["image/jpeg", "image/jpeg", "image/png"]),
            width=4000,
            height=3000,
            size=chance.randrange(5_000_000),
            source=f"https://{host}/{number}.jpg" if host else "",
            name=f"IMG_{number}.JPG",
            tags=tags,
            colours=chance.sample(COLOURS, 2),
            facts={},
            version=1,
            created_at=moment,
            updated_at=moment,
        )


class Terms:
    """Numbers for terms, as the database would give them."""

    def __init__(self, user_id: str) -> None:
        self._user_id = user_id
        self._numbers: dict[tuple[str, str], int] = {}

    def of(self, batch: list[Original]) -> tuple[list[Any], list[Any]]:
        """The rows of terms that are new, and those of the originals' terms."""
        new: list[Any] = []
        pairs: list[Any] = []
        for original in batch:
            for pair in terms_of(original):
                if pair not in self._numbers:
                    self._numbers[pair] = len(self._numbers) + 1
                    new.append((self._numbers[pair], self._user_id, *pair))
                pairs.append((self._numbers[pair], original.position))
        return new, sorted(pairs)


def row_of(original: Original, *, zoned: bool) -> list[Any]:
    values = [getattr(original, name) for name in ORIGINALS]
    return [_value(value, zoned) for value in values]


def _value(value: Any, zoned: bool) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value)
    if isinstance(value, datetime) and not zoned:
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value


class Sqlite:
    """Rows into SQLite, as fast as it goes."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("PRAGMA cache_size = -200000")

    def put(self, table: str, columns: Iterable[str], rows: list[Any]) -> None:
        names = list(columns)
        marks = ", ".join("?" * len(names))
        self._connection.execute("BEGIN")
        self._connection.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows
        )
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class Postgresql:
    """Rows into PostgreSQL, as fast as it goes."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)

    def put(self, table: str, columns: Iterable[str], rows: list[Any]) -> None:
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,  # type: ignore[call-overload]
        ):
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        self._connection.execute("ANALYZE")  # what autovacuum does within a minute
        self._connection.close()


@contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[Catalog, Sqlite | Postgresql]]:
    """An empty catalog, and a way to fill it."""
    if kind == "sqlite":
        catalog = Catalog.in_file(folder / "catalog.db")
        catalog.upgrade()
        yield catalog, Sqlite(folder / "catalog.db")
        catalog.close()
        return
    with postgres.running(shared_buffers="128MB") as server:
        server.execute("CREATE DATABASE tintype")
        catalog = Catalog.open(server.url("tintype"))
        catalog.upgrade()
        yield catalog, Postgresql(server.url("tintype"))
        catalog.close()


def fill(catalog: Catalog, into: Sqlite | Postgresql, count: int) -> str:
    """Add a user with so many originals; the id."""
    draft = users.UserDraft(first_name="Ada", last_name="Lovelace", email="ada@example.org")
    user_id = catalog.run_now(lambda session: users.add(session, draft)).id
    terms = Terms(user_id)
    made = originals(user_id, count)
    while batch := list(itertools.islice(made, BATCH)):
        new, pairs = terms.of(batch)
        rows = [row_of(each, zoned=isinstance(into, Postgresql)) for each in batch]
        into.put("originals", ORIGINALS, rows)
        into.put("terms", ("number", "user_id", "kind", "text"), new)
        into.put("original_terms", ("term", "position"), pairs)
    into.close()
    return user_id


def deep_cursor(session: Session, user_id: str, wanted: Search, pages: int) -> tuple[int, str]:
    """The number of the deep page, and the cursor that leads to it."""
    conditions = search._conditions(session, user_id, wanted) or []
    everything = Everything(user_id)
    end = first_of(wanted.until) if wanted.until else (1 << 63) - 1
    query = (
        everything.positions()
        .where(everything.column < end, *(c.holds_at(everything.column) for c in conditions))
        .order_by(everything.column.desc())
    )
    found = list(session.scalars(query.limit(50 * (pages - 1))))
    whole = len(found) // 50
    return whole + 1, str(found[50 * whole - 1]) if whole else str(end)


def median(catalog: Catalog, user_id: str, wanted: Search, after: str | None, rounds: int) -> float:
    """Milliseconds of a page."""
    took = []
    for _ in range(rounds + 1):
        begin = time.perf_counter()
        catalog.read_now(lambda session: search.page(session, user_id, wanted, after=after))
        took.append(1000 * (time.perf_counter() - begin))
    return statistics.median(took[1:])


def measure(kind: str, count: int, rounds: int) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp") as folder,
        database(kind, Path(folder)) as (catalog, into),
    ):
        begin = time.monotonic()
        user_id = fill(catalog, into, count)
        print(f"\n{kind}: {count:,} originals in {time.monotonic() - begin:.0f} s\n", flush=True)
        print("| asked for | page 1, ms | deep page, ms | which |\n|---|---|---|---|")
        results = {}
        for name, wanted in CASES.items():
            first = median(catalog, user_id, wanted, None, rounds)
            page, after = catalog.read_now(
                lambda session, w=wanted: deep_cursor(session, user_id, w, 10_000)  # type: ignore[misc]
            )
            deep = median(catalog, user_id, wanted, after, rounds)
            print(f"| {name} | {first:.2f} | {deep:.2f} | {page:,} |", flush=True)
            results[name] = {"first_ms": round(first, 2), "deep_ms": round(deep, 2), "page": page}
        return results


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--originals", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--database", default="sqlite,postgresql")
    given = parser.parse_args()
    results = {
        kind: measure(kind, given.originals, given.rounds) for kind in given.database.split(",")
    }
    print()
    print(json.dumps({"benchmark": "catalog", "originals": given.originals, "lists": results}))


if __name__ == "__main__":
    main()
