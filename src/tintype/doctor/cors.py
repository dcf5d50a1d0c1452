"""Whether a bucket lets pages of a site send to it: asked as a browser asks.

A browser asks by OPTIONS before it sends (Fetch standard, CORS-preflight), and lets the page read
only those headers of an answer that the bucket exposes: without ETag no upload in parts ends.
"""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

from tintype.doctor import PROBE, Finding, ok, warning
from tintype.errors import TintypeError
from tintype.stores.direct import DirectStore

NAME = "cors"
WAIT = 10.0  # seconds
_MINUTE = timedelta(minutes=1)


def rules_for(origins: tuple[str, ...]) -> str:
    """The CORS rules that a bucket needs, as JSON to paste into Amazon's console."""
    rules = [
        {
            "AllowedOrigins": list(origins),
            "AllowedMethods": ["GET", "PUT", "POST", "DELETE"],
            "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag", "Location"],
            "MaxAgeSeconds": 3600,
        }
    ]
    return json.dumps(rules, separators=(",", ":"))


async def check_cors(
    store: DirectStore, key: str, origins: tuple[str, ...]
) -> AsyncIterator[Finding]:
    """PUT, POST and the exposed ETag, for each origin. `key` is overwritten by a small object."""
    remedy = f"Paste this as the bucket's CORS rules: {rules_for(origins)}"
    for origin in origins:
        try:
            missing = await _missing(store, key, origin)
        except TintypeError as error:
            yield warning(NAME, error.message, error.remedy)
            return
        if missing:
            yield warning(
                NAME, f"pages of {origin} cannot upload directly: {', '.join(missing)}", remedy
            )
        else:
            yield ok(NAME, f"pages of {origin} may PUT, POST and read ETag")


async def _missing(store: DirectStore, key: str, origin: str) -> list[str]:
    url = await store.sign_request(key, method="PUT", expires_in=_MINUTE)
    form, _ = await store.sign_form([["content-length-range", 0, 1]], expires_in=_MINUTE)
    missing = []
    for method, where in (("PUT", url), ("POST", form), ("POST", url)):
        said = await asyncio.to_thread(_preflight, where, origin, method)
        if not _allows(said, origin, method) and f"no {method}" not in missing:
            missing.append(f"no {method}")
    headers = await asyncio.to_thread(_put, url, origin)
    exposed = {name.strip().lower() for name in _of(headers, "expose-headers").split(",")}
    if not _is_for(headers, origin):
        missing.append("answers may not be read")
    elif not exposed & {"etag", "*"}:
        missing.append("ETag is not exposed")
    return missing


def _preflight(url: str, origin: str, method: str) -> Mapping[str, str]:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type",
    }
    return _ask("OPTIONS", url, headers)


def _put(url: str, origin: str) -> Mapping[str, str]:
    headers = {"Origin": origin, "Content-Type": "text/plain"}
    return _ask("PUT", url, headers, PROBE.read())


def _ask(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
) -> Mapping[str, str]:
    """The headers of a good answer by their names in lower case; none of any other."""
    request = urllib.request.Request(url, body, dict(headers), method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=WAIT) as answer:  # noqa: S310 - the store's own
            return {name.lower(): value for name, value in answer.headers.items()}
    except (urllib.error.HTTPError, OSError):
        return {}


def _allows(headers: Mapping[str, str], origin: str, method: str) -> bool:
    methods = {each.strip() for each in _of(headers, "allow-methods").split(",")}
    names = {each.strip().lower() for each in _of(headers, "allow-headers").split(",")}
    return _is_for(headers, origin) and method in methods and bool(names & {"content-type", "*"})


def _is_for(headers: Mapping[str, str], origin: str) -> bool:
    return _of(headers, "allow-origin") in {origin, "*"}


def _of(headers: Mapping[str, str], name: str) -> str:
    return headers.get(f"access-control-{name}", "")
