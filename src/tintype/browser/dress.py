"""What is done to a page between its loading and its picture."""

import asyncio
import json

from tintype.browser import Capture
from tintype.browser.page import Page, ScriptFailed
from tintype.browser.pipe import Refused, Silent

FRAME = 0.3  # seconds for a frame of an animation
LAZY = 4.0  # seconds until what is further down must have been scrolled to
POLL = 0.1

_FRAME = "new Promise(done => requestAnimationFrame(() => done(1)))"
# Not a style element: a page's Content-Security-Policy has no say in this.
_STYLE = """(text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
})(%s)"""
_LAZY = """(async (most, until) => {
  for (const each of document.querySelectorAll('[loading=lazy]')) each.loading = 'eager';
  const pause = time => new Promise(done => setTimeout(done, time));
  const root = document.scrollingElement || document.documentElement;
  const end = performance.now() + until;
  for (let y = 0; y < Math.min(root.scrollHeight, most) && performance.now() < end;
       y += innerHeight) {
    scrollTo({top: y, behavior: 'instant'});
    await pause(20);
  }
  scrollTo({top: 0, behavior: 'instant'});
  await pause(20);
})(%d, %d)"""


async def frame(page: Page) -> bool:
    """Let a frame of an animation pass; False where the page does not draw any, or slowly.

    A picture of the page waits for another one.
    """
    try:
        await page.evaluate(_FRAME, limit=FRAME)
    except (Silent, Refused, ScriptFailed):
        return False
    return True


async def style(page: Page, text: str) -> None:
    """Add a style sheet to the page."""
    try:
        await page.evaluate(_STYLE % json.dumps(text), limit=2)
    except (Silent, Refused):
        page.tale.note("The page hangs, so that it was not changed.")
    except ScriptFailed as error:
        page.tale.note(f"The style sheet could not be added: {error}")


async def run(page: Page, script: str) -> None:
    """Run the order's own script in the page."""
    try:
        await page.evaluate(script, limit=5, in_page=True)
    except (Silent, Refused):
        page.tale.note("The script did not end in time.")
    except ScriptFailed as error:
        page.tale.note(f"The script failed: {error}")


async def scroll_through(page: Page, most: int) -> None:
    """Have everything loaded that waits until somebody scrolls to it, down to so many pixels."""
    try:
        await page.evaluate(_LAZY % (most, LAZY * 1000), limit=LAZY + 2)
    except (Silent, Refused, ScriptFailed):
        page.tale.note("The page could not be scrolled through.")


async def wait_for(page: Page, capture: Capture, until: float) -> bool:
    """Wait for what the order names besides loading; False when time is up before it came."""
    wait, came = capture.wait, True
    if wait.selector:
        found = f"document.querySelector({json.dumps(wait.selector)}) !== null"
        came = await _poll(page, found, until, in_page=False) and came
    if wait.expression:
        came = await _poll(page, f"!!({wait.expression})", until, in_page=True) and came
    if wait.fixed:
        await asyncio.sleep(wait.fixed)
    return came


async def _poll(page: Page, expression: str, until: float, *, in_page: bool) -> bool:
    time = asyncio.get_running_loop().time
    said = ""
    while True:
        try:
            left = max(0.2, until - time())
            if await page.evaluate(expression, limit=min(left, 5), in_page=in_page):
                return True
        except (Silent, Refused):
            said = "The page hangs"
        except ScriptFailed as error:
            said = f"What was waited for fails: {error}"
        if time() + POLL >= until:
            page.tale.note(said or "What was waited for did not come in time.")
            return False
        await asyncio.sleep(POLL)
