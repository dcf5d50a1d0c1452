"""The browser is real, and the clients of other people load in it."""

import pytest
from playwright.async_api import Page

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = b"""<!doctype html><link rel=stylesheet href=/clients.css>
<h1>Pictures</h1><div id=drop></div><script src=/clients.js></script>"""


async def test_the_clients_load_in_chromium(page: Page, site: str, pages: dict[str, bytes]) -> None:
    pages["/harness.html"] = PAGE
    await page.goto(f"{site}/harness.html")
    names = await page.evaluate(
        """() => {
            const uppy = new Uppy().use(Dashboard, { target: "#drop", inline: true });
            const plugin = uppy.use(UppyTus, {}).getPlugin("Tus");
            return [plugin.id, typeof AwsS3, typeof XHRUpload, typeof Dropzone, tus.isSupported];
        }"""
    )
    assert names == ["Tus", "function", "function", "function", True]
    await page.wait_for_selector(".uppy-Dashboard")
