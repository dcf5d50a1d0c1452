"""The pages in Chromium, opened from the disk."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from gallery.made import HOSTILE, write
from servers import chromium
from tintype.app_gallery import make_gallery
from tintype.gallery import Options
from tintype.settings import Settings

TILES = ".grid a.tile[href]"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> str:
    import asyncio

    root = write(tmp_path_factory.mktemp("gallery") / "a backup #1")
    asyncio.run(make_gallery(str(root), Options(), Settings(data=root.parent / "data")))
    return (root / "index.html").as_uri()


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Page]:
    """A page; in the end nothing has gone wrong in it, and nothing was asked of the network."""
    try:
        async with chromium.running() as browser:
            context = await browser.new_context(viewport={"width": 1200, "height": 800})
            page = await context.new_page()
            wrong: list[str] = []
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on(
                "console", lambda said: wrong.append(said.text) if said.type == "error" else None
            )
            page.on(
                "request", lambda r: wrong.append(r.url) if not r.url.startswith("file:") else None
            )
            page.on("requestfailed", lambda request: wrong.append(request.url))
            page.on("dialog", lambda dialog: wrong.append(dialog.message))
            yield page
            assert [each for each in wrong if "ERR_ABORTED" not in each] == []
    except chromium.debian.AbsentError as error:
        pytest.skip(str(error))


async def test_the_timeline_is_there_with_its_months_and_pictures(page: Page, gallery: str) -> None:
    await page.goto(gallery)
    await page.wait_for_selector(f"{TILES} img.is-there")
    assert await page.title() == 'Marian "<Field>'
    assert await page.locator(".heading h2").first.inner_text() == "April 2016"
    label = await page.locator(".grid").get_attribute("aria-label")
    assert label == "40 photos"


async def test_texts_of_strangers_are_texts(page: Page, gallery: str) -> None:
    await page.goto(f"{gallery}#/timeline/photo/53000000000")
    await page.wait_for_selector(".facts h1")
    assert await page.locator(".facts h1").inner_text() == HOSTILE
    assert await page.locator(".facts > .text b").inner_text() == "bold"
    assert await page.locator(".photo img, .photo script").count() == 1, "the photo"
    assert await page.locator(".comment strong").inner_text() == HOSTILE
    links = await page.locator(".comment a").evaluate_all("all => all.map(a => a.href)")
    assert [link for link in links if link] == ["https://e.example/"]
    assert await page.locator('[href^="javascript"]').count() == 0
    assert HOSTILE in await page.title()


async def test_keys_lead_through_photos_and_back(page: Page, gallery: str) -> None:
    await page.goto(gallery)
    await page.wait_for_selector(f"{TILES} img.is-there")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".photo .facts h1")
    assert await page.locator(".count").inner_text() == "2 of 40"
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(".count")).to_have_text("3 of 40")
    assert page.url.endswith("#/timeline/photo/53000000037")
    await page.keyboard.press("i")
    assert await page.locator(".facts").is_hidden()
    await page.keyboard.press("Escape")
    await page.wait_for_selector(".photo", state="detached")
    focused = await page.evaluate("document.activeElement.dataset.place")
    assert focused == "2", "where one was"
    await page.keyboard.press("?")
    assert await page.locator("dialog.keys").is_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("d")
    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"


async def test_arrows_stand_beside_the_middle_of_the_photo(page: Page, gallery: str) -> None:
    await page.set_viewport_size({"width": 400, "height": 800})
    await page.goto(f"{gallery}#/timeline/photo/53000000003")
    await page.wait_for_selector(".photo .tool.next")
    where = "all => all.map(a => a.getBoundingClientRect()).map(r => r.top + r.height / 2)"
    middles = []
    for _ in range(2):
        stage = await page.locator(".stage").evaluate_all(where)
        middles += [
            stage[0] - top for top in await page.locator(".before, .next").evaluate_all(where)
        ]
        await page.keyboard.press("i")
    assert len(middles) == 4
    assert max(map(abs, middles)) < 2


async def test_search_finds_all_words_without_accents(page: Page, gallery: str) -> None:
    await page.goto(gallery)
    await page.wait_for_selector(TILES)
    await page.keyboard.press("/")
    await page.keyboard.type("ÉVORA tag12")
    await expect(page.locator(TILES)).to_have_count(1)
    assert (await page.locator(TILES).get_attribute("title") or "").startswith("Hills 12")
    await page.keyboard.press("Escape")
    await page.wait_for_selector(f"{TILES} >> nth=10")


async def test_albums_and_their_photos(page: Page, gallery: str) -> None:
    await page.goto(f"{gallery}#/albums")
    await page.click(".card")
    await page.wait_for_selector(f"{TILES} img.is-there")
    assert HOSTILE in await page.locator(".title h1").inner_text()
    assert await page.locator(TILES).count() == 3
    await page.locator(TILES).last.click()
    await page.wait_for_selector(".photo .facts h1")
    assert await page.locator(".count").inner_text() == "3 of 3"
    assert page.url.endswith("#/album/7215/photo/53000000004")


async def test_links_of_a_photo_lead_to_its_album_and_to_a_search(page: Page, gallery: str) -> None:
    await page.set_viewport_size({"width": 1200, "height": 300})
    await page.goto(f"{gallery}#/timeline/photo/53000000003")
    await page.click(".facts .links a")
    await expect(page.locator(TILES)).to_have_count(3)
    assert await page.locator(".photo").count() == 0
    assert await page.evaluate("scrollY") == 0
    await page.locator(TILES).first.click()
    await page.click(".facts .tag")
    await expect(page.locator(".title h1")).to_have_text("old bridge")
    assert await page.locator(".photo").count() == 0


async def test_the_map_is_drawn_and_its_markers_lead_nearer(page: Page, gallery: str) -> None:
    await page.goto(f"{gallery}#/map")
    await page.wait_for_selector(".pin img")
    drawn = """() => {
        const canvas = document.querySelector('canvas.world');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
    }"""
    assert await page.evaluate(drawn) > 3, "sea, land, coasts, borders"
    assert await page.locator(".tray p").inner_text() == "20 photos here"
    counts = await page.locator(".pin.is-many span").all_inner_texts()
    assert sum(map(int, counts)) + await page.locator(".pin:not(.is-many)").count() == 20
    before = await page.locator(".scale").inner_text()
    await page.keyboard.press("+")
    await expect(page.locator(".scale")).not_to_have_text(before)
    await page.keyboard.press("0")
    await expect(page.locator(".tray p")).to_have_text("20 photos here")
    await page.locator(".strip a").first.click()
    await page.wait_for_selector(".photo .facts h1")
    assert await page.locator(".count").inner_text() == "1 of 20"


async def test_a_telephone_shows_it_without_scrolling_aside(page: Page, gallery: str) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    for view in ("#/", "#/albums", "#/map", "#/timeline/photo/53000000003"):
        await page.goto(gallery + view)
        await page.wait_for_selector(".tile, .card, .pin, .photo")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
