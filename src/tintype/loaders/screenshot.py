"""screenshot: sources: the pictures of pages."""

import re
from typing import Any, ClassVar

from tintype.blob import Blob
from tintype.browser import Browser, Capture
from tintype.errors import InvalidSource
from tintype.settings_browser import BrowserSettings
from tintype.source import Source

QUALITY = 92  # of the JPEG that renditions are made from
_LOCATOR = re.compile(
    r"(?:(?P<words>[\w@.,]+):)?(?P<url>https?:/{1,2}[^/].*)", re.DOTALL | re.IGNORECASE
)
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")
_SCALE = re.compile(r"@(\d(?:\.\d{1,2})?)")
WORDS: dict[str, dict[str, Any]] = {
    "full": {"full_page": True},
    "dark": {"dark": True},
    "block": {"block": True},
    "nojs": {"javascript": False},
}


class ScreenshotLoader:
    """Loads `screenshot:https://host/page`; with words before the URL: `screenshot:800x600,full:…`.

    A size, `@2` device pixels for each pixel, `full` for the whole page, `dark`, `nojs`, and
    `block` for advertising and banners.
    """

    schemes: ClassVar[frozenset[str]] = frozenset({"screenshot"})

    def __init__(self, browser: Browser, settings: BrowserSettings) -> None:
        self._browser, self._settings = browser, settings

    async def load(self, source: Source) -> Blob:
        """The picture of the page, as JPEG.

        Raises InvalidSource, BrowserMissing, PageNotCaptured and PageUnavailable.
        """
        capture = capture_of(source, self._settings.timeout)
        return (await self._browser.capture(capture)).blob


def capture_of(source: Source, timeout: float) -> Capture:
    """The order that a source stands for; InvalidSource for what makes no sense."""
    match = _LOCATOR.fullmatch(source.locator)
    if not match:
        raise InvalidSource(
            "That is not the address of a page.", remedy="Write screenshot:https://host/path."
        )
    order: dict[str, Any] = {}
    for word in filter(None, (match["words"] or "").split(",")):
        order |= _meaning(word)
    # A path in a URL may have had its slashes merged on the way.
    url = re.sub(r"^(https?):/+", r"\1://", match["url"], flags=re.IGNORECASE)
    return Capture(url=url, timeout=timeout, quality=QUALITY, **order)


def _meaning(word: str) -> dict[str, Any]:
    if word in WORDS:
        return WORDS[word]
    if size := _SIZE.fullmatch(word):
        return {"width": int(size[1]), "height": int(size[2])}
    if scale := _SCALE.fullmatch(word):
        return {"scale": float(scale[1])}
    raise InvalidSource(
        f"A screenshot knows no {word[:30]!r}.", remedy=f"Known: 1280x1024, @2, {', '.join(WORDS)}."
    )
