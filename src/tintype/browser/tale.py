"""What a page has told so far: its answer, what it loads, and whether it has loaded."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tintype.browser import Answer
from tintype.browser.pipe import Params

MOST_REQUESTED = 1_000  # URLs that are remembered
MOST_NOTES = 20
# They stay open for ever, and mean nothing.
_ENDLESS = frozenset({"EventSource", "WebSocket", "Ping", "CSPViolationReport", "Prefetch"})


class Crashed(Exception):
    """The page's process has died."""


class Closed(Exception):
    """The page has closed itself."""


@dataclass(slots=True)
class Document:
    """What came for one navigation of the main frame."""

    url: str = ""
    answer: Answer | None = None
    error: str = ""  # the browser's word for what went wrong: net::ERR_…
    headers: tuple[tuple[str, str], ...] = ()  # as they came, cookies too
    insecure: bool = False


class Tale:
    """Listens to the events of one page, and lets others wait for what they are told."""

    def __init__(self, frame: str, on_dialog: Callable[[Params], None]) -> None:
        self.frame = frame
        self.loader = ""  # of the document that is shown
        self.navigations = 0
        self.unreachable = False  # the browser shows an error page of its own
        self.documents: dict[str, Document] = {}  # by loader
        self.reached: set[str] = set()  # of the document that is shown: load, DOMContentLoaded
        self.under_way: dict[str, float] = {}  # requests, and when they began
        self.quiet_since = 0.0
        self.requested: dict[str, None] = {}
        self.notes: dict[str, None] = {}
        self.downloads = False
        self._on_dialog = on_dialog
        self._over: Exception | None = None
        self._changed = asyncio.Event()
        self._time = asyncio.get_running_loop().time
        self._heard: dict[str, Callable[[Params], None]] = {
            "Page.domContentEventFired": lambda _: self._reached("DOMContentLoaded"),
            "Page.loadEventFired": lambda _: self._reached("load"),
            "Page.frameNavigated": self._navigated,
            "Page.javascriptDialogOpening": self._dialog,
            "Page.windowOpen": lambda _: self.note("A popup was not opened."),
            "Network.requestWillBeSent": self._request,
            "Network.responseReceived": self._response,
            "Network.responseReceivedExtraInfo": self._extra,
            "Network.loadingFinished": self._finished,
            "Network.loadingFailed": self._failed,
            "Inspector.targetCrashed": lambda _: self.end(Crashed()),
            "Inspector.detached": lambda _: self.end(Closed()),
        }

    def hear(self, method: str, params: Params) -> None:
        """Take an event."""
        if take := self._heard.get(method):
            take(params)
            self._changed.set()

    def note(self, sentence: str) -> None:
        """Remember what was out of the ordinary."""
        if len(self.notes) < MOST_NOTES:
            self.notes[sentence] = None

    def end(self, error: Exception) -> None:
        """Nothing more will come; whoever waits is raised this."""
        self._over = self._over or error
        self._changed.set()

    @property
    def shown(self) -> Document:
        """The document that is shown."""
        return self.documents.get(self.loader) or Document()

    def quiet(self) -> float:
        """Seconds since the last request ended; 0 while any is under way."""
        return 0.0 if self.under_way else self._time() - self.quiet_since

    def check(self) -> None:
        """Raise what `end` was given when it is over with the page."""
        if self._over is not None:
            raise self._over

    async def until(self, done: Callable[[], bool], until: float, *, tick: float = 60.0) -> bool:
        """Wait for what events bring about, until a time of the loop's; whether it came.

        `tick` is how often it is looked at without an event. Raises what `check` does.
        """
        while True:
            self.check()
            if done():
                return True
            left = until - self._time()
            if left <= 0:
                return False
            self._changed.clear()
            try:
                async with asyncio.timeout(min(left, tick)):
                    await self._changed.wait()
            except TimeoutError:
                pass

    def _document(self, loader: str) -> Document:
        return self.documents.setdefault(loader, Document())

    def _reached(self, stage: str) -> None:
        if self.navigations:
            self.reached.add(stage)

    def _navigated(self, event: Params) -> None:
        frame = event["frame"]
        # Before the page itself there may be the empty one that it was opened with.
        if frame["id"] == self.frame and (self.navigations or frame["url"].startswith("http")):
            self.loader = frame["loaderId"]
            self.navigations += 1
            self.unreachable = "unreachableUrl" in frame
            self.reached.clear()

    def _dialog(self, event: Params) -> None:
        self.note(f"A dialog was closed ({event['type']}).")
        self._on_dialog(event)

    def _request(self, event: Params) -> None:
        url = event["request"]["url"]
        if not url.startswith(("http://", "https://", "ws://", "wss://")):
            return
        if len(self.requested) < MOST_REQUESTED:
            self.requested[url] = None
        if event.get("type") == "Document" and event.get("frameId") == self.frame:
            self._document(event["loaderId"]).url = url
        if event.get("type") not in _ENDLESS:
            self.under_way.setdefault(event["requestId"], self._time())

    def _response(self, event: Params) -> None:
        if event.get("type") != "Document" or event.get("frameId") != self.frame:
            return
        answer = event["response"]
        document = self._document(event["loaderId"])
        document.insecure = answer.get("securityState") == "insecure"
        document.answer = Answer(
            url=answer["url"],
            status=answer["status"],
            media_type=answer.get("mimeType", ""),
            headers=_headers(answer["headers"]),
        )

    def _extra(self, event: Params) -> None:
        """The headers as they came, cookies and all; of the main document only, and no redirect."""
        document = self.documents.get(event["requestId"])
        if document is None or 300 <= event["statusCode"] < 400:
            return
        document.headers = _headers(event["headers"])

    def _finished(self, event: Params) -> None:
        if self.under_way.pop(event["requestId"], None) is not None and not self.under_way:
            self.quiet_since = self._time()

    def _failed(self, event: Params) -> None:
        if event.get("type") == "Document":
            document = self._document(event["requestId"])
            document.error = event.get("errorText", "")
        self._finished(event)


def _headers(found: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.lower(), line) for name, value in found.items() for line in str(value).split("\n")
    )
