"""The pace of calls: never faster than allowed, also not over several processes and runs."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tintype.catalog import Catalog
from tintype.catalog.pacing import CatalogPace
from tintype.errors import InvalidSettings
from tintype.providers.pace import FilePace, rate_of

HOUR = 3_600.0


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(tmp_path: Path, clock: Clock) -> Callable[..., FilePace]:
    def made(rate: float = 1.0, burst: int = 5) -> FilePace:
        path = tmp_path / "rates" / "flickr"
        return FilePace(path, rate, burst, sleep=clock.sleep, clock=clock)

    return made


async def test_some_calls_come_at_once_and_the_rest_at_even_distances(
    make: Callable[..., FilePace], clock: Clock
) -> None:
    for _ in range(8):
        await make().turn()  # each in a run of its own
    assert clock.slept == pytest.approx([1.0, 1.0, 1.0], abs=0.01)
    clock.now += 100
    for _ in range(6):
        await make().turn()
    assert len(clock.slept) == 4, "after a rest some may come at once again"


async def test_no_hour_has_more_calls_than_allowed(
    make: Callable[..., FilePace], clock: Clock
) -> None:
    calls = []
    pace = make(rate_of(100, burst=20), 20)
    for _ in range(250):
        await pace.turn()
        calls.append(clock.now)
    for index, moment in enumerate(calls):
        within = [each for each in calls[index : index + 101] if each < moment + HOUR]
        assert len(within) <= 100


async def test_a_pause_holds_for_all(make: Callable[..., FilePace], clock: Clock) -> None:
    one, another = make(), make()
    await one.turn()
    await one.hold(30)
    await another.turn()
    assert clock.slept == pytest.approx([30.0], abs=0.01)


async def test_calls_at_the_same_time_are_booked_one_after_another(
    make: Callable[..., FilePace], clock: Clock
) -> None:
    paces = [make(burst=1) for _ in range(6)]
    await asyncio.gather(*(pace.turn() for pace in paces))
    total = sum(clock.slept)
    assert total > 0
    until = float((make()._path).read_text())
    assert until == pytest.approx(1_000_006.0, abs=total + 1)


async def test_a_damaged_file_or_a_clock_set_back_holds_nothing_up(
    make: Callable[..., FilePace], clock: Clock
) -> None:
    pace = make()
    await pace.turn()
    pace._path.write_text("nonsense")
    await pace.turn()
    assert clock.slept == []
    clock.now -= 10 * HOUR
    await make(burst=1).turn()
    assert sum(clock.slept) <= HOUR


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "rates").write_text("a file")
    with pytest.raises(InvalidSettings, match="cannot be written"):
        await FilePace(tmp_path / "rates" / "flickr", 1.0).turn()


async def test_the_catalog_keeps_the_pace_of_all_who_share_it(
    database_url: str,
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    paces = [
        CatalogPace(Catalog.open(database_url), "flickr", 0.001, 2, sleep=sleep) for _ in range(2)
    ]
    for pace in (*paces, *paces):
        await pace.turn()
    assert slept == pytest.approx([1_000, 2_000], rel=0.01)
    await paces[0].hold(1_000_000)
    await paces[1].turn()
    assert slept[-1] == pytest.approx(1_000_000, rel=0.01)
    for pace in paces:
        await pace.close()
