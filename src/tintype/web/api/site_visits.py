"""Visits: pages that are opened while somebody waits, to be read or to be looked at."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tintype.browser import Browser, slots_of
from tintype.errors import PageNotCaptured, PageUnavailable
from tintype.settings import Settings
from tintype.sites.platforms import Findings
from tintype.sites.platforms.looking import Looking
from tintype.sites.reading import Article
from tintype.sites.reading.remembering import Readings
from tintype.sites.visiting import NO_OPTIONS, visit
from tintype.web.api.fetches import Fetches
from tintype.web.errors import Refusal, Trouble

AT_ONCE, EACH = 16, 4  # of all users, and of one


class Visits:
    """Opens pages for who waits for them. `AT_ONCE` of them at once; the browser is
    another's to close.
    """

    def __init__(self, settings: Settings, browser: Browser) -> None:
        self._browser = browser
        self._timeout = settings.browser.timeout
        self._readings = Readings(self._browser, self._timeout)
        self._looking = Looking.of(settings)
        # Pages that hang do so for as long as they may: half of the browser is left to others.
        self._slots = Fetches(AT_ONCE, max(1, min(EACH, slots_of(settings.browser.slots) // 2)))

    async def article(
        self, user_id: str, url: str, options: Mapping[str, Any] = NO_OPTIONS, *, anyway: bool
    ) -> Article:
        """The article at a URL. Raises NoArticle, Overloaded, and what `visit` raises."""
        with self._slots.place(user_id), _in_these_words():
            return await self._readings.read(url, options, anyway=anyway)

    async def findings(self, user_id: str, url: str, options: Mapping[str, Any]) -> Findings:
        """What the site at a URL runs on. Raises Overloaded, and what `visit` raises."""
        with self._slots.place(user_id), _in_these_words():
            scripts = await self._looking.asked()
            captured = await visit(
                self._browser, url, scripts, timeout=self._timeout, options=options
            )
            return await self._looking.findings(captured)

    async def close(self) -> None:
        """Let go of what is being read."""
        await self._readings.close()


@contextmanager
def _in_these_words() -> Iterator[None]:
    """Who wants to read is told nothing of pictures; and of a refused address no more than of one
    that does not answer.
    """
    try:
        yield
    except (PageNotCaptured, PageUnavailable) as error:
        status = error.reason.removeprefix("http-")
        sentence = f"It answered with the error {status}." if status.isdecimal() else ""
        sentence = f"The page could not be opened. {sentence}".strip()
        later = ((b"retry-after", b"5"),) if error.retryable else ()
        raise Refusal(Trouble(error.status, error.code, sentence, later)) from error
