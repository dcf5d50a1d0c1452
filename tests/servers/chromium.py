"""Real Chromium without a window: the machine's own, else Debian's, fetched and unpacked."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from servers import debian

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
# No traffic of its own: what the network sees is what a page asks for.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--no-first-run",
)


@cache
def program() -> debian.Program:
    """Chromium. AbsentError where it is not, and cannot be fetched."""
    # /usr/bin has a script that calls the program at its place below the true root.
    found = debian.program(NAMES, NAMES[0], ("usr/lib/chromium",), patience=240)
    if found.root == Path("/") or Path("/etc/fonts/fonts.conf").exists():
        return found
    return debian.Program(
        found.path, found.root, {**found.environ, "FONTCONFIG_SYSROOT": str(found.root)}
    )


@asynccontextmanager
async def running() -> AsyncIterator[Browser]:
    """Chromium for the length of a block. AbsentError where there is none."""
    found = program()
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.path, args=flags, env={**os.environ, **found.environ}
        )
        try:
            yield browser
        finally:
            await browser.close()
