"""Pages that are opened while somebody waits: nobody keeps the browser to themselves."""

import asyncio
from dataclasses import replace

import pytest

from sites.drawn import DrawnBrowser
from tintype.browser import Capture, Captured
from tintype.errors import NoArticle, Overloaded
from tintype.settings import Settings
from tintype.web.api.site_visits import Visits


class SlowBrowser(DrawnBrowser):
    """Its pages take until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()

    async def capture(self, capture: Capture) -> Captured:
        await self.free.wait()
        return await super().capture(capture)


@pytest.mark.parametrize(("slots", "most"), [(1, 1), (4, 2), (40, 4)], ids=str)
async def test_who_reads_pages_that_hang_leaves_half_of_the_browser_to_others(
    slots: int, most: int
) -> None:
    settings = Settings()
    settings = replace(settings, browser=replace(settings.browser, slots=slots))
    browser = SlowBrowser()
    visits = Visits(settings, browser)

    async def read(user_id: str, number: int) -> None:
        with pytest.raises(NoArticle):
            await visits.article(user_id, f"https://{number}.example/", anyway=False)

    reading = [asyncio.create_task(read("ada", number)) for number in range(most)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await visits.article("ada", "https://one-more.example/", anyway=False)
    reading.append(asyncio.create_task(read("eve", 0)))
    await asyncio.sleep(0)
    browser.free.set()
    await asyncio.gather(*reading)
    await visits.close()
