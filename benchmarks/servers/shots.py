"""Takes screenshots of many pages in one of several ways; run by screenshots.py.

    shots.py ours|bare|playwright|shot-scraper PROGRAM AT_ONCE FOLDER URL…

"bare" is the browser by itself: a page in a fresh context, loaded and taken, with no guard at all.

Each runs with the interpreter that has it. Prints one line of JSON for each lap.
"""

import asyncio
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FLAGS = ["--no-sandbox"] if os.geteuid() == 0 else []


def ours(program: str, at_once: int, folder: Path, urls: list[str]) -> None:
    from tintype.background import go_to_background
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

    go_to_background()  # as jobs and commands do
    asyncio.run(run())


def bare(program: str, at_once: int, folder: Path, urls: list[str]) -> None:
    from tintype.browser.pipe import Pipe

    async def run(profile: str) -> None:
        (their_in, out), (into, their_out) = os.pipe(), os.pipe()

        def connect() -> None:
            os.dup2(their_in, 3)
            os.dup2(their_out, 4)

        flags = ["--headless", "--remote-debugging-pipe", "--hide-scrollbars", *FLAGS]
        command = [program, f"--user-data-dir={profile}", *flags, "about:blank"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        browser = subprocess.Popen(command, preexec_fn=connect, pass_fds=(3, 4), **quiet)
        pipe, busy = await Pipe.over(into, out), asyncio.Semaphore(at_once)

        async def one(number: int, url: str) -> None:
            async with busy:
                (folder / f"{number}.jpg").write_bytes(await bare_shot(pipe, url))

        await asyncio.gather(*(one(number, url) for number, url in enumerate(urls)))
        await pipe.call("Browser.close")
        browser.wait()

    with tempfile.TemporaryDirectory() as profile:
        asyncio.run(run(profile))


async def bare_shot(pipe: Any, url: str) -> bytes:
    context = (await pipe.call("Target.createBrowserContext"))["browserContextId"]
    size = {"width": 1280, "height": 1024, "browserContextId": context}
    target = (await pipe.call("Target.createTarget", {"url": "about:blank", **size}))["targetId"]
    attach = {"targetId": target, "flatten": True}
    session = (await pipe.call("Target.attachToTarget", attach))["sessionId"]
    loaded = asyncio.get_running_loop().create_future()

    def hear(method: str, _: Any) -> None:
        if method == "Page.loadEventFired" and not loaded.done():
            loaded.set_result(None)

    pipe.listen(session, hear)
    await pipe.call("Page.enable", session=session)
    await pipe.call("Page.navigate", {"url": url}, session=session)
    await loaded
    order = {"format": "jpeg", "quality": 80}
    taken = await pipe.call("Page.captureScreenshot", order, session=session)
    pipe.forget(session)
    await pipe.call("Target.disposeBrowserContext", {"browserContextId": context})
    return base64.b64decode(taken["data"])


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


WAYS = {"ours": ours, "bare": bare, "playwright": playwright, "shot-scraper": shot_scraper}


def main() -> None:
    way, program, at_once, folder, *urls = sys.argv[1:]
    began = time.monotonic()
    WAYS[way](program, int(at_once), Path(folder), urls)
    made = len(list(Path(folder).glob("*.jpg")))
    assert made == len(urls), f"{made} of {len(urls)} were taken"
    print(json.dumps({"seconds": time.monotonic() - began}))


if __name__ == "__main__":
    main()
