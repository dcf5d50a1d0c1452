"""Other people's clients, in a real browser and under Node. All tests of this folder share a loop,
which Playwright's connection to the browser lives in.
"""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from clients_pages import LARGE, PICTURE, Customer
from servers import api, chromium, npm, static
from servers.api import Api
from servers.debian import AbsentError
from servers.swift import S3Server, create_bucket, set_cors

HERE = Path(__file__).parent
BUCKET = "direct-uploads"
PREFIX = "some/prefix/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of these tests may have to fetch a browser."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.timeout(600))


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
        "/small.png": PICTURE,
        "/large.png": LARGE,
        "/": b"<!doctype html><link rel=stylesheet href=/clients.css><title>A site</title>"
        b"<div id=drop></div><script src=/clients.js></script>",
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


@pytest.fixture(scope="session")
def running(
    site: str, s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """The service, with a bucket that takes uploads from the customer's site."""
    create_bucket(s3_server, BUCKET)
    rules = [
        {
            "AllowedOrigins": [site],
            "AllowedMethods": ["GET", "PUT", "POST", "DELETE"],
            "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag", "Location"],
            "MaxAgeSeconds": 3600,
        }
    ]
    set_cors(s3_server, BUCKET, json.dumps(rules))
    with api.running(
        tmp_path_factory.mktemp("service"),
        store=f"s3://{BUCKET}/{PREFIX}",
        s3_endpoint=s3_server.endpoint,
        s3_region=s3_server.region,
        s3_access_key_id=s3_server.access_key_id,
        s3_secret_access_key=s3_server.secret_access_key,
        cors_origins=site,
    ) as running:
        yield running


@pytest.fixture(scope="session")
def customer(running: Api, site: str) -> Iterator[Customer]:
    with running.client(running.person()) as client:
        yield Customer(client, site)


@pytest_asyncio.fixture(loop_scope="session")
async def ready(page: Page, customer: Customer) -> Page:
    """A page of the customer's site with everybody's clients in it, and a ticket to upload."""
    await page.goto(customer.site)
    names = {"service": customer.base, "ticket": customer.ticket()}
    await page.evaluate("names => Object.assign(window, names)", names)
    return page
