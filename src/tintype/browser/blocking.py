"""The filter list: hosts that are not connected to, and banners that are not shown.

Nothing is clicked, and nothing is waited for. Of `blocklist/`: hosts are refused by the proxy, so
that a page is sooner there; banners are hidden by a style sheet before the picture is taken.
"""

from functools import cache
from importlib.resources import files

# A banner often keeps the page below it from being scrolled.
_BELOW = "html, body { overflow: visible !important }"


@cache
def hosts() -> frozenset[str]:
    """The hosts that are not connected to; each stands for the names below it, too."""
    return frozenset(_lines("hosts.txt"))


@cache
def style() -> str:
    """The style sheet that hides banners."""
    # A rule each: one selector that a browser does not know would void a rule of all.
    rules = [f"{selector} {{ display: none !important }}" for selector in _lines("banners.txt")]
    return "\n".join([*rules, _BELOW])


def _lines(name: str) -> list[str]:
    text = (files("tintype.browser") / "blocklist" / name).read_text("utf-8")
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("# ")]
