"""Orders that make sense, and how the page is told of them before it loads."""

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

from tintype.browser import Capture
from tintype.browser.page import Page
from tintype.browser.pipe import Params, answered
from tintype.errors import InvalidSource, InvalidTransform

LONGEST_URL = 8_192
LONGEST_SIDE = 16_384  # device pixels; what one picture of a page may have
MOST_PIXELS = 64_000_000  # device pixels; 4 bytes each, several times
_SEED = re.compile(r"https?://[^\s/?#\\@]+(?:[/?#][^\x00-\x20\x7f]*)?", re.IGNORECASE)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def check(capture: Capture) -> None:
    """Raise InvalidSource for what is no page of the web, InvalidTransform for senseless sizes."""
    url = capture.url
    if not _SEED.fullmatch(url) or len(url) > LONGEST_URL:
        scheme = urlsplit(url[:200]).scheme if ":" in url[:20] else ""
        wrong = f"Pages are not opened by {scheme}:" if scheme not in {"", "http", "https"} else ""
        raise InvalidSource(
            wrong + "." if wrong else "That is not the URL of a page.",
            remedy="Write http://host/path or https://host/path, without user and password.",
        )
    for name in ("width", "height"):
        side = getattr(capture, name) * capture.scale
        if not getattr(capture, name) >= 1 or side > LONGEST_SIDE:
            raise InvalidTransform(f"The {name} of a page is 1 to {LONGEST_SIDE:,} device pixels.")
    if not 0.1 <= capture.scale <= 8:
        raise InvalidTransform("The scale of a page is 0.1 to 8.")
    if capture.width * capture.height * capture.scale**2 > MOST_PIXELS:
        raise InvalidTransform(f"The picture of a page has at most {MOST_PIXELS:,} pixels.")
    if not 1 <= capture.quality <= 100:
        raise InvalidTransform("The quality is 1 to 100.")
    for name, value in capture.headers.items():
        if not _NAME.fullmatch(name) or re.search(r"[\r\n\0]", value):
            raise InvalidTransform(f"{name[:40]!r} is not a header that can be sent.")


async def prepare(page: Page, capture: Capture) -> "asyncio.Future[Params]":
    """Tell the page all that it must know, and send it on its way; the navigation's answer."""
    told = [page.send(method, params) for method, params in _settings(capture)]
    deny = {"behavior": "deny", "browserContextId": page.context}
    told.append(page.pipe.send("Browser.setDownloadBehavior", deny))
    if capture.headers or capture.username:
        Credentials(page, capture)
        told.append(page.send("Fetch.enable", {"handleAuthRequests": bool(capture.username)}))
    # What is told while the page is under way already, the page's next process may not hear.
    for each in told:
        await answered(each, 10)
    return page.send("Page.navigate", {"url": capture.url})


def _settings(capture: Capture) -> list[tuple[str, dict[str, Any]]]:
    size = {"width": capture.width, "height": capture.height}
    settings: list[tuple[str, dict[str, Any]]] = [
        ("Page.enable", {}),
        ("Inspector.enable", {}),
        ("Page.setLifecycleEventsEnabled", {"enabled": True}),
        ("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0}),
        (
            "Emulation.setDeviceMetricsOverride",
            {**size, "deviceScaleFactor": capture.scale, "mobile": False},
        ),
    ]
    if capture.dark:
        dark = {"name": "prefers-color-scheme", "value": "dark"}
        settings.append(("Emulation.setEmulatedMedia", {"features": [dark]}))
    if not capture.javascript:
        settings.append(("Emulation.setScriptExecutionDisabled", {"value": True}))
    if capture.user_agent:
        agent = {"userAgent": capture.user_agent}
        settings.append(("Emulation.setUserAgentOverride", agent))
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
