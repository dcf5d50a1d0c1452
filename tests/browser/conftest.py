"""A real browser and a site on loopback, both for all tests of a process: starting costs most."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio

from browser.site import Site, on_loopback, site_of
from servers import chromium
from servers.web import serving
from tintype.browser import Capture, Captured
from tintype.browser.chromium import Chromium
from tintype.settings import BrowserSettings, plain_environment

Take = Callable[..., Any]


def made(allowed: str = "127.0.0.0/8", **options: Any) -> Chromium:
    """A browser that may reach this machine; options beginning with a setting's name are that."""
    found = chromium.program()
    names = set(BrowserSettings.__dataclass_fields__)
    settings = {name: options.pop(name) for name in names & set(options)}
    return Chromium(
        BrowserSettings(chromium=str(found.path), **{"slots": 4, **settings}),
        on_loopback(allowed),
        environ=plain_environment() | found.environ,
        resolve=options.pop("resolve", lambda host, port: ["127.0.0.1"]),
        **options,
    )


@pytest.fixture(scope="session", autouse=True)
def _there_is_one() -> None:
    try:
        chromium.program()
    except chromium.debian.AbsentError as error:
        pytest.skip(f"no Chromium: {error}")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Chromium]:
    """One browser for all that may share it."""
    opened = made()
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def site() -> AsyncIterator[Site]:
    """Pages, good and bad."""
    async with serving() as web:
        yield site_of(web)


@pytest.fixture
def take(browser: Chromium, site: Site) -> Take:
    """Capture a page of the site: `await take("/path", full_page=True)`."""

    async def one(path: str, **order: Any) -> Captured:
        url = path if "://" in path else site.url(path)
        return await browser.capture(Capture(**{"url": url, "timeout": 30.0, **order}))

    return one
