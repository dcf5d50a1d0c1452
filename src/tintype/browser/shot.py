"""Taking the picture, also of a page that hangs."""

import asyncio
import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tintype.blob import Blob
from tintype.browser import MOST_PIXELS, Capture
from tintype.browser.order import LONGEST_SIDE
from tintype.browser.page import Page, ScriptFailed
from tintype.browser.pipe import Params, Refused, Silent
from tintype.browser.pixels import is_blank, to_avif
from tintype.browser.verdict import plain
from tintype.errors import PageNotCaptured, PageUnavailable, TooLarge

PATIENCE = 4.0  # seconds for a picture of the window
HURRY = 2.0  # of a page whose time is up already, or that seems to hang
PAUSE = 0.2
LARGE = 20.0  # of something larger
# A page that reloads itself for ever draws nothing: its next document is asked for, and held.
HOLD: tuple[str, Params] = (
    "Fetch.enable",
    {"patterns": [{"urlPattern": "*", "resourceType": "Document"}]},
)
STOP: tuple[str, Params] = ("Page.stopLoading", {})
END: tuple[str, Params] = ("Runtime.terminateExecution", {})
FREEZE: tuple[str, Params] = ("Page.setWebLifecycleState", {"state": "frozen"})
RESTLESS = 3  # documents in one capture; whoever shows more does not stop by itself
BLANK_PAUSES = (0.5, 1.0, 1.5)
LONGEST_TEXT = 20 << 20  # bytes of HTML and MHTML
_HTML = """(() => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : '';
  return (type && type + '\\n') + document.documentElement.outerHTML;
})()"""
_BOX = """(selector => {
  const found = document.querySelector(selector);
  if (!found) return null;
  found.scrollIntoView({block: 'center', behavior: 'instant'});
  const box = found.getBoundingClientRect();
  return [box.x + scrollX, box.y + scrollY, box.width, box.height];
})(%s)"""
_HAS_CONTENT = """(() => {
  const body = document.body;
  return !!body && (body.innerText.trim() !== '' ||
    !!document.querySelector('img, svg, canvas, video, iframe'));
})()"""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture or document of a page. `blank`: of one colour, also when asked again."""

    content: bytes
    media_type: str
    blank: bool = False

    @property
    def blob(self) -> Blob:
        """As a blob, of the type that was asked for."""
        return Blob(self.content, self.media_type, len(self.content))


async def take(page: Page, capture: Capture, *, hurry: bool = False) -> Shot:
    """The picture that is asked for. Raises PageUnavailable, PageNotCaptured, Crashed, Closed."""
    match capture.format:
        case "pdf":
            order = {"printBackground": True, "preferCSSPageSize": True}
            made = await climb(page, "Page.printToPDF", order, LARGE)
            return Shot(base64.b64decode(made["data"]), "application/pdf")
        case "mhtml":
            made = await climb(page, "Page.captureSnapshot", {"format": "mhtml"}, LARGE)
            return Shot(_text(made["data"]), "multipart/related")
        case "html":
            return Shot(_text(await _html(page)), "text/html")
    return await _picture(page, capture, HURRY if hurry else PATIENCE)


async def climb(page: Page, method: str, params: Params, patience: float) -> Params:
    """Ask the page; where it hangs stop its loading, then its script, and ask again each time."""
    for rung in _rungs(page):
        if rung:
            page.tale.note("The page hangs; it was stopped.")
            page.listeners.clear()  # nothing that is held is let go
            for each in rung:
                page.send(*each)  # not awaited: what hangs may not answer, and obeys all the same
        for _ in range(2):
            try:
                return await page.call(method, params, limit=patience)
            except Silent:
                break
            except Refused:  # it draws nothing now: it is leaving, or the machine is busy
                await asyncio.sleep(PAUSE)
    raise PageUnavailable(f"{plain(page.tale.shown.url)} hangs for good.", reason="hangs")


def _rungs(page: Page) -> Iterator[Sequence[tuple[str, Params]]]:
    """What is done to a page that hangs, step by step; no more than it takes."""
    if page.tale.navigations <= RESTLESS:
        yield ()
    if page.tale.navigations > RESTLESS:  # by now
        # What is shown is let be at first: stopped as it arrives, there would be nothing to draw.
        yield (HOLD,)
    yield from ((HOLD, STOP), (END, STOP), (FREEZE, END, STOP))


async def _html(page: Page) -> str:
    try:
        return str(await page.evaluate(_HTML))
    except (Silent, Refused, ScriptFailed) as error:
        raise PageUnavailable(
            f"{plain(page.tale.shown.url)} hangs for good.", reason="hangs"
        ) from error


def _text(text: str) -> bytes:
    data = text.encode(errors="replace")
    if len(data) > LONGEST_TEXT:
        raise TooLarge(f"The page is larger than {LONGEST_TEXT:,} bytes.")
    return data


async def _picture(page: Page, capture: Capture, patience: float) -> Shot:
    clip = await _clip(page, capture)
    wide, high = (clip["width"], clip["height"]) if clip else (capture.width, capture.height)
    pixels = round(wide * high * capture.scale**2)
    kind = "png" if capture.format == "avif" else capture.format
    order: dict[str, Any] = {"format": kind}
    if kind == "png":
        order["optimizeForSpeed"] = capture.format == "avif"
    else:
        order["quality"] = capture.quality
    if clip:
        order |= {"clip": clip, "captureBeyondViewport": True}
    patience = LARGE if clip else patience
    for pause in (*BLANK_PAUSES, None):
        data = base64.b64decode(
            (await climb(page, "Page.captureScreenshot", order, patience))["data"]
        )
        blank = await asyncio.to_thread(is_blank, data, pixels)
        if not blank or pause is None or not await _has_content(page):
            break
        await asyncio.sleep(pause)
    if capture.format == "avif":
        data = await asyncio.to_thread(to_avif, data, capture.quality)
    return Shot(data, f"image/{capture.format}", blank)


async def _has_content(page: Page) -> bool:
    try:
        return bool(await page.evaluate(_HAS_CONTENT, limit=2))
    except (Silent, Refused, ScriptFailed):
        return True


async def _clip(page: Page, capture: Capture) -> dict[str, float] | None:
    """The part that the picture is of, in CSS pixels of the page; None: the window."""
    if capture.selector:
        x, y, width, height = await _box(page, capture.selector)
    elif capture.full_page:
        metrics = await climb(page, "Page.getLayoutMetrics", {}, PATIENCE)
        content = metrics["cssContentSize"]
        x, y, width, height = 0, 0, content["width"], content["height"]
        width, height = max(width, capture.width), max(height, capture.height)
    else:
        return None
    most = int(LONGEST_SIDE / capture.scale)
    width = min(width, most)
    room = min(most, int(MOST_PIXELS / capture.scale**2 / width))
    if height > room:
        page.tale.note(f"The picture is cut off at {room:,} of {height:,.0f} pixels.")
        height = room
    return {"x": x, "y": y, "width": width, "height": height, "scale": 1}


async def _box(page: Page, selector: str) -> tuple[float, float, float, float]:
    shown = plain(page.tale.shown.url)
    try:
        box = await page.evaluate(_BOX % json.dumps(selector), limit=5)
    except (Silent, Refused) as error:
        raise PageUnavailable(f"{shown} hangs.", reason="hangs") from error
    except ScriptFailed as error:
        raise PageNotCaptured(
            f"{selector[:60]!r} is not a CSS selector.", reason="bad-selector"
        ) from error
    if box is None or not (box[2] >= 1 and box[3] >= 1):
        said = "is not there" if box is None else "is not to be seen"
        raise PageNotCaptured(f"{shown}: {selector[:60]!r} {said}.", reason="no-element")
    return box[0], box[1], box[2], box[3]
