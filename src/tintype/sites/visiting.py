"""Visiting a page to ask it something: no picture is kept, and no record is made."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tintype.browser import Browser, Captured, PageScript
from tintype.sites.options import order_of
from tintype.sites.slugs import normal_url

NO_OPTIONS: Mapping[str, Any] = {}


async def visit(
    browser: Browser,
    url: str,
    scripts: Mapping[str, PageScript],
    *,
    timeout: float,  # noqa: ASYNC109 - of the page
    options: Mapping[str, Any] = NO_OPTIONS,
) -> Captured:
    """Open a page and ask it. `timeout` in seconds, of loading; `options` as a site has them.

    Raises InvalidSource for what is no address on the web, and what `Browser.capture` raises.
    """
    order = order_of(normal_url(url), {**options, "full_page": False}, timeout=timeout)
    return await browser.capture(
        replace(order, format="jpeg", quality=20, scale=1.0, selector="", scripts=scripts)
    )
