"""Orders that make sense, and how the page is told of them before it loads."""

import asyncio
import re
from typing import Any

from tintype.browser import MOST_PIXELS, Capture, agent, check_sent
from tintype.browser.outlet import Outlet
from tintype.browser.page import Page
from tintype.browser.pipe import Params, answered
from tintype.errors import InvalidSource, InvalidTransform

LONGEST_URL = 8_192
LONGEST_SIDE = 16_384  # device pixels; what one picture of a page may have
LONGEST_WAIT = 300  # seconds
_SEED = re.compile(r"https?://[^\s/?#\\@]+(?:[/?#][^\x00-\x20\x7f]*)?", re.IGNORECASE)


def check(capture: Capture) -> None:
    """Raise InvalidSource for what is no page of the web, InvalidTransform for senseless sizes."""
    url = capture.url
    if not _SEED.fullmatch(url) or len(url) > LONGEST_URL:
        other = re.match(r"(?!https?:)[a-z][a-z0-9+.-]{1,19}:", url, re.IGNORECASE)
        raise InvalidSource(
            f"{other[0]} is no page on the web." if other else "That is not the URL of a page.",
            remedy="Write http://host/path or https://host/path, without user and password.",
        )
    _check_numbers(capture)
    check_sent(capture)


def _check_numbers(capture: Capture) -> None:
    for name in ("width", "height"):
        side = getattr(capture, name)
        if side < 1 or side * capture.scale > LONGEST_SIDE:
            raise InvalidTransform(f"The {name} of a page is 1 to {LONGEST_SIDE:,} device pixels.")
    if capture.width * capture.height * capture.scale**2 > MOST_PIXELS:
        raise InvalidTransform(f"The picture of a page has at most {MOST_PIXELS:,} pixels.")
    ranges = {
        "scale": (capture.scale, 0.1, 8),
        "quality": (capture.quality, 1, 100),
        "timeout": (capture.timeout, 0.1, LONGEST_WAIT),
        "wait": (capture.wait.fixed, 0, LONGEST_WAIT),
    }
    for name, (value, least, most) in ranges.items():
        if not least <= value <= most:
            raise InvalidTransform(f"The {name} of a screenshot is {least} to {most}.")


def window(capture: Capture) -> dict[str, int]:
    """Where the page's window is.

    All frames of a window are drawn, and nobody looks at them: only its last pixel is within what
    the browser draws, therefore, which the page does not know. Its picture is drawn whole; but for
    that of a part, or of a full page, the window gets that size, and must not be off then.
    """
    is_whole = not (capture.full_page or capture.selector)
    left, top = (1 - capture.width, 1 - capture.height) if is_whole else (0, 0)
    return {"left": left, "top": top, "width": capture.width, "height": capture.height}


async def depart(page: Page, capture: Capture, outlet: Outlet) -> "asyncio.Future[Params]":
    """Tell the page all that it must know, and send it on its way; the navigation's answer.

    It sets out while its process still starts; no answer reaches it before it has heard everything.
    """
    told = [page.send(method, params) for method, params in _settings(capture)]
    deny = {"behavior": "deny", "browserContextId": page.context}
    told.append(page.pipe.send("Browser.setDownloadBehavior", deny))
    if capture.headers or capture.username:
        Credentials(page, capture)
        told.append(page.send("Fetch.enable", {"handleAuthRequests": bool(capture.username)}))
    navigation = page.send("Page.navigate", {"url": capture.url})
    # A page may come in another process than it set out in, which knows what this one has heard.
    for each in told:
        await answered(each, 10)
    outlet.open()
    return navigation


def _settings(capture: Capture) -> list[tuple[str, dict[str, Any]]]:
    size = {"width": capture.width, "height": capture.height}
    screen = {"screenWidth": capture.width, "screenHeight": capture.height}
    place = {"positionX": 0, "positionY": 0}  # as far as the page knows
    settings: list[tuple[str, dict[str, Any]]] = [
        ("Page.enable", {}),
        ("Inspector.enable", {}),
        ("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0}),
        (
            "Emulation.setDeviceMetricsOverride",
            {**size, **screen, **place, "deviceScaleFactor": capture.scale, "mobile": False},
        ),
    ]
    if capture.dark:
        dark = {"name": "prefers-color-scheme", "value": "dark"}
        settings.append(("Emulation.setEmulatedMedia", {"features": [dark]}))
    if not capture.javascript:
        settings.append(("Emulation.setScriptExecutionDisabled", {"value": True}))
    if capture.user_agent:
        override = agent.override(capture.user_agent)
        settings.append(("Emulation.setUserAgentOverride", override))
    if capture.ignore_certificate:
        settings.append(("Security.setIgnoreCertificateErrors", {"ignore": True}))
    if capture.cookies:
        settings.append(("Network.setCookies", {"cookies": _cookies(capture)}))
    return settings


def _cookies(capture: Capture) -> list[dict[str, str]]:
    where = {"url": capture.url}
    return [
        {
            "name": each.name,
            "value": each.value,
            "path": each.path,
            **({"domain": each.domain} if each.domain else where),
        }
        for each in capture.cookies
    ]


class Credentials:
    """Gives headers and a password to the origin of the page's own URL, and to no other."""

    def __init__(self, page: Page, capture: Capture) -> None:
        self._page, self._capture = page, capture
        self._origin = ""  # as the browser writes it, from the first request of all
        self._asked: set[str] = set()
        page.listeners["Fetch.requestPaused"] = self._request
        page.listeners["Fetch.authRequired"] = self._asks

    def _request(self, event: Params) -> None:
        request = event["request"]
        origin = _origin(request["url"])
        self._origin = self._origin or origin
        order: dict[str, Any] = {"requestId": event["requestId"]}
        if self._capture.headers and origin == self._origin:
            ours = {name.lower() for name in self._capture.headers}
            kept = {n: v for n, v in request["headers"].items() if n.lower() not in ours}
            headers = {**kept, **self._capture.headers}
            order["headers"] = [{"name": n, "value": v} for n, v in headers.items()]
        self._page.send("Fetch.continueRequest", order)

    def _asks(self, event: Params) -> None:
        known = event["authChallenge"].get("source") == "Server" and event["requestId"]
        ours = _origin(event["request"]["url"]) == self._origin
        if known and ours and known not in self._asked:
            self._asked.add(known)
            reply = {
                "response": "ProvideCredentials",
                "username": self._capture.username,
                "password": self._capture.password,
            }
        else:
            reply = {"response": "CancelAuth"}
        order = {"requestId": event["requestId"], "authChallengeResponse": reply}
        self._page.send("Fetch.continueWithAuth", order)


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3]).lower()
