"""A browser opens a page and gives back what is seen: a picture, and what was asked of the page.

`Capture` is the order, `Captured` what came of it. The browser behind them is Chromium, driven
over a pipe; whoever uses it knows this file only.
"""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tintype.blob import Blob
from tintype.errors import InvalidTransform

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
MOST_PIXELS = 64_000_000  # device pixels of a picture; 4 bytes each, several times

Format = Literal["png", "jpeg", "webp", "avif", "pdf", "mhtml", "html"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a capture waits for once the page has loaded; all that are given. Times in seconds."""

    until: Literal["load", "idle", "dom"] = "load"  # idle: no request under way for 0.5 s
    selector: str = ""  # until an element matches
    expression: str = ""  # until a JavaScript expression is true
    fixed: float = 0.0


LOAD = Wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie that the page gets; for the host of its URL where no domain is given."""

    name: str
    value: str
    domain: str = ""
    path: str = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageScript:
    """JavaScript that is asked of the page after its picture was taken.

    `source` is an expression, or an async function's call, whose value is JSON. It runs in a world
    of its own, out of the page's reach, but sees its DOM; with `in_page` in the page's own world,
    whose globals it sees and which may lie to it. No answer within `limit` seconds is no answer.
    """

    source: str
    in_page: bool = False
    limit: float = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """The order for one picture of one page. Sizes in CSS pixels, times in seconds."""

    url: str  # http or https
    width: int = 1280
    height: int = 1024
    scale: float = 1.0  # device pixels for each CSS pixel
    full_page: bool = False
    selector: str = ""  # the picture of this element only
    format: Format = "jpeg"
    quality: int = 90
    wait: Wait = LOAD
    timeout: float = 20.0  # of loading; then what is there is taken
    dark: bool = False
    javascript: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)  # sent to the page's own origin only
    cookies: Sequence[Cookie] = ()
    username: str = ""  # HTTP basic
    password: str = field(default="", repr=False)
    user_agent: str = ""
    css: str = ""
    script: str = ""  # run in the page before the picture
    hide: Sequence[str] = ()  # selectors
    block: bool = False  # advertising and cookie banners, by the filter list
    ignore_certificate: bool = False
    scripts: Mapping[str, PageScript] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The main response of a page, after redirects."""

    url: str
    status: int
    media_type: str  # as the server says
    headers: Sequence[tuple[str, str]]  # names in lower case; several of one name stay several


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What came of a capture.

    `notes` are sentences on what was out of the ordinary: a deadline that passed, a dialog that was
    closed, a certificate that was wrong. `answers` has the values of the scripts that answered.
    """

    blob: Blob
    answer: Answer
    title: str = ""
    timed_out: bool = False  # the picture is of what was there when time was up
    blank: bool = False  # one colour, also when asked again
    notes: Sequence[str] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)
    requested: Sequence[str] = ()  # the URLs of what the page loaded, at most 1,000
    cookies: Sequence[str] = ()  # the names of the cookies that it set
    seconds: float = 0.0


def check_sent(capture: Capture) -> None:
    """Raise InvalidTransform for headers and cookies that cannot be sent."""
    sent = [*capture.headers.items(), ("User-Agent", capture.user_agent)]
    sent += [(each.name, each.value) for each in capture.cookies]
    for name, value in sent:
        if not _NAME.fullmatch(name) or re.search(r"[\x00-\x1f\x7f]", value):
            raise InvalidTransform(f"{name[:40]!r} is no header or cookie that can be sent.")


def slots_of(wanted: int) -> int:
    """How many pages are open at once, where so many are wanted; 0: as many as are of use here."""
    return wanted or 2 * (os.cpu_count() or 1)


class Browser(Protocol):
    """Opens pages, several at once, each in a context that no other page shares."""

    async def capture(self, capture: Capture) -> Captured:
        """Take the picture of a page.

        Raises BrowserMissing where there is no browser; PageNotCaptured, or PageUnavailable for
        what may pass, with its reason for a page of which there is no picture to have: no answer,
        4xx and 5xx, an error page of the browser's own. Never gives a picture of those.
        """
        ...

    async def close(self) -> None:
        """End the browser and everything that it started."""
        ...
