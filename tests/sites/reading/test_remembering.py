"""Readings: who asks for a page that is being read, or was just now, does not open it again."""

import asyncio
from dataclasses import dataclass, field

import pytest

from tintype.blob import Blob
from tintype.browser import Answer, Capture, Captured
from tintype.errors import NoArticle, PageUnavailable
from tintype.sites.reading import asking
from tintype.sites.reading.remembering import AGE, MOST, Readings

URL = "https://page.example/"
HTML = f"<p>{'A sentence of some words. ' * 20}</p>"


@dataclass
class Told:
    """A browser whose pages all have the same article, or trouble."""

    opened: list[Capture] = field(default_factory=list)
    trouble: Exception | None = None
    looks_like_one: bool = True
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def capture(self, capture: Capture) -> Captured:
        self.opened.append(capture)
        await self.gate.wait()
        if self.trouble:
            raise self.trouble
        answer = {"looksLikeOne": self.looks_like_one, "article": {"html": HTML, "title": "T"}}
        return Captured(
            blob=Blob.from_bytes(b"x"),
            answer=Answer(url=capture.url, status=200, media_type="text/html", headers=()),
            answers={asking.READ: answer},
        )

    async def close(self) -> None: ...


@pytest.fixture
def told() -> Told:
    browser = Told()
    browser.gate.set()
    return browser


async def test_a_page_is_opened_once_within_a_quarter_of_an_hour(told: Told) -> None:
    time = 0.0
    readings = Readings(told, 20, clock=lambda: time)
    first = await readings.read(URL)
    assert await readings.read(URL) is first
    assert len(told.opened) == 1
    time = AGE + 1
    await readings.read(URL)
    assert len(told.opened) == 2
    await readings.read(URL, {"dark": True})
    assert [capture.dark for capture in told.opened] == [False, False, True]


async def test_who_asks_meanwhile_waits_for_the_same_and_may_give_up(told: Told) -> None:
    told.gate.clear()
    readings = Readings(told, 20)
    hasty, patient = (asyncio.create_task(readings.read(URL)) for _ in range(2))
    while not told.opened:
        await asyncio.sleep(0)
    hasty.cancel()
    told.gate.set()
    assert (await patient).title == "T"
    assert len(told.opened) == 1
    await asyncio.wait({hasty})
    assert hasty.cancelled()


async def test_what_fails_is_tried_again(told: Told) -> None:
    readings = Readings(told, 20)
    told.trouble = PageUnavailable("It is away.", reason="timeout")
    with pytest.raises(PageUnavailable):
        await readings.read(URL)
    told.trouble, told.looks_like_one = None, False
    with pytest.raises(NoArticle):
        await readings.read(URL)
    assert (await readings.read(URL, anyway=True)).title == "T"
    assert len(told.opened) == 3


async def test_only_so_many_are_remembered(told: Told) -> None:
    readings = Readings(told, 20)
    for number in range(MOST + 1):
        await readings.read(f"{URL}{number}")
    await readings.read(f"{URL}{MOST}")
    assert len(told.opened) == MOST + 1
    await readings.read(f"{URL}0")
    assert len(told.opened) == MOST + 2


async def test_at_the_end_nothing_is_left_open(told: Told) -> None:
    told.gate.clear()
    readings = Readings(told, 20)
    waiting = asyncio.create_task(readings.read(URL))
    while not told.opened:
        await asyncio.sleep(0)
    await readings.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
