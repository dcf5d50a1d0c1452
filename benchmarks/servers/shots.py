"""Takes screenshots of many pages in one of several ways; run by screenshots.py.

    shots.py ours|playwright|shot-scraper PROGRAM AT_ONCE FOLDER URL…

Each runs with the interpreter that has it. Prints one line of JSON for each lap.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

FLAGS = ["--no-sandbox"] if os.geteuid() == 0 else []


def ours(program: str, at_once: int, folder: Path, urls: list[str]) -> None:
    from tintype.browser import Capture
    from tintype.browser.chromium import Chromium
    from tintype.netguard import Allowed
    from tintype.settings import BrowserSettings, plain_environment

    async def run() -> None:
        settings = BrowserSettings(chromium=program, slots=at_once)
        allowed = Allowed.parse(["127.0.0.0/8"])
        browser = Chromium(settings, allowed, environ=plain_environment())

        async def one(number: int, url: str) -> None:
            captured = await browser.capture(Capture(url=url, quality=80))
            assert not captured.blank, url
            assert not captured.timed_out, url
            (folder / f"{number}.jpg").write_bytes(captured.blob.read())

        await asyncio.gather(*(one(number, url) for number, url in enumerate(urls)))
        await browser.close()

    asyncio.run(run())


def playwright(program: str, at_once: int, folder: Path, urls: list[str]) -> None:
    from playwright.async_api import async_playwright

    async def run() -> None:
        busy = asyncio.Semaphore(at_once)
        async with async_playwright() as player:
            browser = await player.chromium.launch(executable_path=program, args=FLAGS)

            async def one(number: int, url: str) -> None:
                async with busy:
                    size = {"width": 1280, "height": 1024}
                    context = await browser.new_context(viewport=size)
                    page = await context.new_page()
                    await page.goto(url)
                    path = folder / f"{number}.jpg"
                    await page.screenshot(path=path, type="jpeg", quality=80)
                    await context.close()

            await asyncio.gather(*(one(number, url) for number, url in enumerate(urls)))
            await browser.close()

    asyncio.run(run())


def shot_scraper(program: str, _: int, folder: Path, urls: list[str]) -> None:
    from playwright.sync_api import BrowserType
    from shot_scraper.cli import cli

    shots = [
        {"url": url, "output": str(folder / f"{number}.jpg"), "width": 1280, "height": 1024}
        for number, url in enumerate(urls)
    ]
    for each in shots:
        each["quality"] = 80
    (folder / "shots.yml").write_text(json.dumps(shots))  # JSON is YAML
    launch = BrowserType.launch

    def with_program(self: BrowserType, **options: object) -> object:
        return launch(self, **{**options, "executable_path": program, "args": FLAGS})

    BrowserType.launch = with_program  # the one thing that has no option
    cli(["multi", str(folder / "shots.yml"), "--silent"], standalone_mode=False)


WAYS = {"ours": ours, "playwright": playwright, "shot-scraper": shot_scraper}


def main() -> None:
    way, program, at_once, folder, *urls = sys.argv[1:]
    began = time.monotonic()
    WAYS[way](program, int(at_once), Path(folder), urls)
    made = len(list(Path(folder).glob("*.jpg")))
    assert made == len(urls), f"{made} of {len(urls)} were taken"
    print(json.dumps({"seconds": time.monotonic() - began}))


if __name__ == "__main__":
    main()
