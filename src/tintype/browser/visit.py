"""One capture on one open page, from its URL to its picture."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tintype.blob import Blob
from tintype.browser import Capture, Captured, blocking, dress, order, shot, verdict
from tintype.browser.outlet import Outlet
from tintype.browser.page import Page, ScriptFailed
from tintype.browser.pipe import Gone, Params, Refused, Silent, answered
from tintype.browser.tale import Closed, Crashed
from tintype.errors import PageNotCaptured, PageUnavailable, TintypeError

Pictures = Callable[[str, Capture], Awaitable[Blob]]

SETTLE = 2.5  # seconds after loading that what is still under way is waited for
PICTURES = frozenset({"png", "jpeg", "webp", "avif"})
QUIET = 0.5  # seconds without a request that count as settled
IDLE = 10.0  # seconds that `idle` waits beyond loading
_BARE = "!document.documentElement || (document instanceof HTMLDocument && !document.body)"
REACHES = {"load": "load", "idle": "load", "dom": "DOMContentLoaded"}


@dataclass(slots=True)
class Visit:
    """What is known in the course of a capture."""

    page: Page
    capture: Capture
    outlet: Outlet
    pictures: Pictures | None = None
    timed_out: bool = False
    hangs: bool = False  # it does not draw

    async def run(self) -> Captured:
        """The capture. Raises PageNotCaptured, PageUnavailable, and Gone where the browser dies."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            taken = await self._seen(start + self.capture.timeout)
            return await self._told(taken, loop.time() - start)
        except Crashed as error:
            raise PageNotCaptured(
                f"{self._shown} made its tab crash: it took too much memory, or broke it.",
                reason="crashed",
            ) from error
        except Closed as error:
            raise PageNotCaptured(f"{self._shown} closes itself.", reason="closed") from error
        except (Silent, Refused) as error:
            raise PageUnavailable(f"{self._shown} hangs.", reason="hangs") from error

    @property
    def _shown(self) -> str:
        return verdict.plain(self.capture.url)

    async def _arrive(self, until: float) -> None:
        """Open the URL, and wait until it has loaded and settled, or time is up."""
        page, capture = self.page, self.capture
        navigation = await order.depart(page, capture, self.outlet)
        await self._navigated(navigation, until)
        self._judge()
        stage = REACHES[capture.wait.until]
        loaded = await page.tale.until(lambda: stage in page.tale.reached, until)
        if not loaded:
            if await self._is_bare():
                raise verdict.late(capture.url, capture.timeout)
            self._late()
            return
        await self._settled(stage, until)

    async def _seen(self, until: float) -> shot.Shot:
        try:
            await self._arrive(until)
            self._judge()
        except PageNotCaptured as error:
            kind = self._kind(error.reason)
            if not kind or (taken := await self._file(kind)) is None:
                raise
            return taken
        return await self._picture() or await self._taken(until)

    async def _taken(self, until: float) -> shot.Shot:
        await self._dress(until)
        self._judge()
        taken = await shot.take(self.page, self.capture, hurry=self.timed_out or self.hangs)
        self._judge()
        return taken

    def _kind(self, reason: str) -> str:
        """What a file is that browsers do not show, where it has a picture: TIFF, an attachment."""
        if reason == "pdf":
            return "PDF"
        return "picture" if reason == "download" and self._is_picture else ""

    @property
    def _is_picture(self) -> bool:
        """Whether what came is a picture of pixels, which an SVG is not."""
        answer = self.page.tale.shown.answer
        kind = answer.media_type if answer else ""
        return kind.startswith("image/") and "svg" not in kind

    async def _picture(self) -> shot.Shot | None:
        """What is at the URL, where that is a picture itself."""
        if not self._is_picture:
            return None
        try:
            return await self._file("picture")
        except TintypeError:  # it is for browsers only, or for one visit
            self.page.tale.note("The picture could not be fetched itself: it is as it is shown.")
            return None

    async def _file(self, kind: str) -> shot.Shot | None:
        """The picture of a file, where that can be had without secrets."""
        answer, capture = self.page.tale.shown.answer, self.capture
        own = capture.headers or capture.cookies or capture.username
        if self.pictures is None or answer is None or own or capture.format not in PICTURES:
            return None
        blob = await self.pictures(answer.url, capture)
        self.page.tale.note(f"The URL is that of a {kind}, which is given itself.")
        return shot.Shot(blob.read(), blob.media_type)

    async def _navigated(self, navigation: "asyncio.Future[Params]", until: float) -> None:
        tale = self.page.tale
        left = max(0.1, until - asyncio.get_running_loop().time())
        try:
            result = await answered(navigation, left)
        except Silent:
            tale.check()
            if tale.shown.answer is None:
                raise verdict.late(self.capture.url, self.capture.timeout) from None
            self._late()
            return
        except Refused as error:
            tale.check()
            raise PageNotCaptured(
                f"{self._shown} cannot be opened: {error}.", reason="bad-url"
            ) from error
        tale.loader = tale.loader or result.get("loaderId", "")
        if failure := result.get("errorText"):
            document = tale.documents.get(result.get("loaderId", "")) or tale.shown
            raise verdict.failed(document, failure, self.outlet.failures, self.capture.url)

    async def _is_bare(self) -> bool:
        """Whether so little has come that there is nothing to draw: a byte a second."""
        try:
            return bool(await self.page.evaluate(_BARE, limit=shot.HURRY))
        except (Silent, Refused, ScriptFailed):
            return False

    async def _settled(self, stage: str, until: float) -> None:
        tale, loop = self.page.tale, asyncio.get_running_loop()
        waits = self.capture.wait.until
        if waits == "load":
            self.hangs = not await dress.frame(self.page)
        if waits == "dom" or (waits == "load" and not tale.under_way and not self.hangs):
            return
        end = min(until, loop.time() + (IDLE if waits == "idle" else SETTLE))
        came = await tale.until(
            lambda: stage in tale.reached and tale.quiet() >= QUIET, end, tick=0.1
        )
        if waits == "idle" and not came:
            tale.note("The page kept loading; it was not waited for any longer.")

    async def _dress(self, until: float) -> None:
        page, capture = self.page, self.capture
        if not await dress.wait_for(page, capture, until):
            self.timed_out = True
        hidden = ", ".join(capture.hide)
        css = capture.css + (f"\n{hidden} {{display: none !important}}" if hidden else "")
        css = f"{blocking.style()}\n{css}" if capture.block else css
        if css:
            await dress.style(page, css)
        if capture.script:
            await dress.run(page, capture.script)
        if capture.full_page or capture.selector:
            await dress.scroll_through(page, order.LONGEST_SIDE)
            await self._loaded_again()
        if css or capture.script:
            await dress.frame(page)

    async def _loaded_again(self) -> None:
        """Wait for what came into view to be loaded."""
        tale = self.page.tale
        end = asyncio.get_running_loop().time() + SETTLE
        await tale.until(lambda: not tale.under_way, end, tick=0.1)
        await dress.frame(self.page)

    def _judge(self) -> None:
        """Raise what the answer means, where it is no page's."""
        tale = self.page.tale
        tale.check()
        document = tale.shown
        if tale.unreachable or document.error:
            raise verdict.failed(document, document.error, self.outlet.failures, self.capture.url)
        if document.answer is None:
            raise PageUnavailable(f"{self._shown} did not answer.", reason="no-answer")
        if error := verdict.of_answer(document, self.outlet.failures):
            raise error

    def _late(self) -> None:
        self.timed_out = True
        self.page.tale.note(f"The page was not complete after {self.capture.timeout:g} seconds.")

    async def _told(self, taken: shot.Shot, seconds: float) -> Captured:
        """Everything else that is wanted of the page."""
        page, capture, tale = self.page, self.capture, self.page.tale
        document = tale.shown
        assert document.answer
        answer = document.answer
        if document.headers:
            answer = verdict.with_headers(answer, document.headers)
        history = page.send("Page.getNavigationHistory")
        cookies = page.pipe.send("Storage.getCookies", {"browserContextId": page.context})
        answers = await self._asked()
        if document.insecure and capture.ignore_certificate and answer.url.startswith("https:"):
            tale.note("The certificate is not valid; that was to be ignored.")
        if self.outlet.is_full:
            tale.note("The page wanted to load more than is allowed; the rest was left out.")
        return Captured(
            blob=taken.blob,
            answer=answer,
            title=_title(await _quietly(history)),
            timed_out=self.timed_out,
            blank=taken.blank,
            notes=tuple(tale.notes),
            answers=answers,
            requested=tuple(tale.requested),
            cookies=_names(await _quietly(cookies)),
            seconds=seconds,
        )

    async def _asked(self) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for name, script in self.capture.scripts.items():
            try:
                answers[name] = await self.page.evaluate(
                    script.source, limit=script.limit, in_page=script.in_page
                )
            except (Silent, Refused):
                self.page.tale.note(f"The script {name!r} did not answer in time.")
            except ScriptFailed as error:
                self.page.tale.note(f"The script {name!r} failed: {error}")
        return answers


async def _quietly(future: "asyncio.Future[Params]") -> Params:
    with suppress(Silent, Refused, Gone):
        return await answered(future, 2)
    return {}


def _title(history: Params) -> str:
    entries: Sequence[Params] = history.get("entries", ())
    index = history.get("currentIndex", 0)
    return str(entries[index].get("title", ""))[:1000] if index < len(entries) else ""


def _names(found: Params) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each["name"] for each in found.get("cookies", ())))[:200]
