"""Other people's clients, in a real browser and under Node. All tests of this folder share a loop,
which Playwright's connection to the browser lives in.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from servers import chromium, npm, static
from servers.debian import AbsentError

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder whose `node_modules` has the clients."""
    try:
        return npm.packages(HERE)
    except AbsentError as error:
        pytest.skip(f"no packages of npm's: {error}")


@pytest.fixture(scope="session")
def pages(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the customer's web server serves, by path; a test adds its own page."""
    bundle = tmp_path_factory.mktemp("bundle") / "clients.js"
    npm.bundle(packages, HERE / "browser.js", bundle)
    return {
        "/clients.js": bundle.read_bytes(),
        "/clients.css": bundle.with_suffix(".css").read_bytes(),
        "/favicon.ico": b"",
    }


@pytest.fixture(scope="session")
def site(pages: dict[str, bytes]) -> Iterator[str]:
    """The origin of a customer's site, which is another one than the service's."""
    with static.serving(pages) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    try:
        chromium.program()
    except AbsentError as error:
        pytest.skip(f"no Chromium: {error}")
    async with chromium.running() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page in a profile of its own; what goes wrong in it fails the test."""
    context = await browser.new_context()
    page = await context.new_page()
    page.set_default_timeout(20_000)
    mishaps: list[str] = []
    page.on("pageerror", lambda error: mishaps.append(str(error)))
    try:
        yield page
    finally:
        await context.close()
    assert not mishaps, mishaps
