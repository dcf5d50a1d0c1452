"""What is asked of a page, as options of a command."""

import re
from pathlib import Path
from typing import Any, cast

import click

from tintype.browser import Capture, Cookie, Format, Wait
from tintype.cli.options import F, _stack
from tintype.cli.page_lists import text_given
from tintype.errors import InvalidRequest
from tintype.settings import Settings

SUFFIXES = {
    **{".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp", ".avif": "avif"},
    **{".pdf": "pdf", ".mhtml": "mhtml", ".mht": "mhtml", ".html": "html", ".htm": "html"},
}
ENDINGS = {"jpeg": "jpg"} | {each: each for each in SUFFIXES.values() if each != "jpeg"}


def capture_options(function: F) -> F:
    """The options of `Capture`; `capture_of` reads them."""
    return _stack(
        function,
        [
            click.option("--width", type=int, default=1280, show_default=True, help="CSS pixels."),
            click.option("--height", type=int, default=1024, show_default=True, help="CSS pixels."),
            click.option("--scale", type=float, default=1.0, help="Device pixels a CSS pixel: 2."),
            click.option("--full-page", is_flag=True, help="All of it, down to 16,384 pixels."),
            click.option("--selector", default="", help="Of this element only, by CSS."),
            click.option("--format", type=click.Choice(sorted(ENDINGS)), help="Else by the name."),
            click.option("--quality", type=click.IntRange(1, 100), default=90, help="Not PNG."),
            click.option("--until", type=click.Choice(["load", "idle", "dom"]), default="load",
                         show_default=True, help="idle: nothing loads for 0.5 s."),
            click.option("--wait-for", default="", metavar="JS", help="Until this is true."),
            click.option("--wait-selector", default="", help="Until there is such an element."),
            click.option("--wait", type=float, default=0.0, help="Seconds more, in any case."),
            click.option("--timeout", type=float, help="Seconds to load; then as it is."),
            click.option("--fail-late", is_flag=True, help="Fail where it is not loaded in time."),
            click.option("--dark", is_flag=True, help="As for readers who prefer it dark."),
            click.option("--no-javascript", is_flag=True, help="Run none of the page's."),
            click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'",
                         help="Sent to the page's own origin only; several times."),
            click.option("--cookie", "cookies", multiple=True, metavar="NAME=VALUE",
                         help="For the page's host; several times."),
            click.option("--user", default="", metavar="NAME:PASSWORD", help="HTTP basic."),
            click.option("--user-agent", default="", help="What the browser calls itself."),
            click.option("--css", default="", help="A style sheet, or @FILE."),
            click.option("--script", default="", metavar="JS", help="Run first; or @FILE."),
            click.option("--hide", multiple=True, metavar="SELECTOR", help="Not shown; several."),
            click.option("--block", is_flag=True, help="No advertising and no cookie banners."),
            click.option("--ignore-certificate", is_flag=True, help="Whatever it is."),
        ],
    )  # fmt: skip


def capture_of(options: dict[str, Any], settings: Settings, name: str) -> Capture:
    """The order that options describe, without its URL; the format is by a name where not given."""
    user, _, password = options.pop("user").partition(":")
    wait = Wait(
        until=options.pop("until"),
        selector=options.pop("wait_selector"),
        expression=options.pop("wait_for"),
        fixed=options.pop("wait"),
    )
    timeout = options.pop("timeout")
    return Capture(
        url="",
        wait=wait,
        timeout=settings.browser.timeout if timeout is None else timeout,
        format=cast(
            Format, options.pop("format") or SUFFIXES.get(Path(name).suffix.lower(), "png")
        ),
        headers=dict(_pair("--header", text, ":") for text in options.pop("headers")),
        cookies=[
            Cookie(name=name, value=value)
            for name, value in (_pair("--cookie", text, "=") for text in options.pop("cookies"))
        ],
        username=user,
        password=password,
        javascript=not options.pop("no_javascript"),
        css=text_given(options.pop("css")),
        script=text_given(options.pop("script")),
        **options,
    )


def without_password(url: str) -> str:
    """A URL that somebody gave, as it is printed: without user and password."""
    return re.sub(r"^(\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?[\\/]{2})[^\\/?#]*@", r"\1", url)


def _pair(option: str, text: str, separator: str) -> tuple[str, str]:
    name, found, value = text.partition(separator)
    if not found or not name.strip():
        raise InvalidRequest(f"{option} takes NAME{separator}VALUE.")  # it may hold a secret
    return name.strip(), value.strip()
