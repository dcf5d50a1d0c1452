"""A browser that draws pages instead of opening them, and a service's parts around it."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyvips

from tintype.app import App, build
from tintype.blob import Blob
from tintype.browser import Answer, Capture, Captured
from tintype.catalog import Catalog
from tintype.settings import Settings
from tintype.sites import Wanted
from tintype.sites.asking import Question
from tintype.sites.capturing import Parts
from tintype.sites.opening import open_site_stores, site_parts
from tintype.sites.places import Stores


def page_of(text: str, width: int = 1280, height: int = 1024) -> Blob:
    """A page with a stripe whose colour is that of its text."""
    colour = list(hashlib.sha256(text.encode()).digest()[:3])
    whole = pyvips.Image.black(width, height).new_from_image([250, 250, 250]).cast("uchar")
    whole = whole.draw_rect([*map(float, colour)], 100, 100, 1000, 500, fill=True)
    return Blob.from_bytes(whole.copy(interpretation="srgb").jpegsave_buffer(Q=90))


@dataclass
class DrawnBrowser:
    """Browser: each page has the content that `texts` has for its URL, else its URL. What
    `troubles` has is raised, in its order, before there is a picture.
    """

    texts: dict[str, str] = field(default_factory=dict)
    troubles: dict[str, list[BaseException]] = field(default_factory=dict)
    blank: set[str] = field(default_factory=set)
    asked: list[Capture] = field(default_factory=list)
    meanwhile: Callable[[Capture], object] = field(default=str)  # called at each page

    async def capture(self, capture: Capture) -> Captured:
        self.asked.append(capture)
        await asyncio.sleep(0)
        self.meanwhile(capture)
        if self.troubles.get(capture.url):
            raise self.troubles[capture.url].pop(0)
        return Captured(
            blob=page_of(self.texts.get(capture.url, capture.url), capture.width, capture.height),
            answer=Answer(url=capture.url, status=200, media_type="text/html", headers=()),
            title=f"Page of {capture.url}",
            blank=capture.url in self.blank,
            seconds=0.1,
        )

    async def close(self) -> None:
        pass

    @property
    def urls(self) -> list[str]:
        return [capture.url for capture in self.asked]


@dataclass
class Bench:
    """Everything that captures sites, over a drawn browser."""

    parts: Parts
    browser: DrawnBrowser
    app: App

    @property
    def catalog(self) -> Catalog:
        return self.parts.catalog

    @property
    def stores(self) -> Stores:
        return self.parts.stores

    def question(self, place: str = "") -> Question:
        return Question(where=self.stores.at(place), sizes=self.parts.sizes, place=place)

    async def bytes_of(self, key: str) -> bytes:
        async with self.stores.kept.get(key) as download:
            return b"".join([chunk async for chunk in download.chunks])

    async def keys(self, prefix: str = "") -> list[str]:
        return [stat.key async for stat in self.stores.kept.list(prefix)]

    async def close(self) -> None:
        await self.stores.close()
        await self.app.close()


def bench(settings: Settings, catalog: Catalog) -> Bench:
    """To be closed in the loop that it was used in."""
    app, browser = build(settings, trusted=True), DrawnBrowser()
    stores = open_site_stores(settings)
    return Bench(site_parts(app, catalog, browser, stores), browser, app)


def settings_at(folder: Path) -> Settings:
    return Settings(data=folder)


def wanted(number: int | str) -> Wanted:
    return Wanted(f"https://site-{number}.example/", f"site-{number}_example")
