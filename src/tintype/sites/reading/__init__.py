"""Reading: the article of a page without its clutter, clean, and typeset for reading.

A page is asked for its article by Mozilla's Readability, in a world of our own (`asking`). What
comes back is the page's word all the same: `articles` checks its shape, `sanitising` leaves of its
HTML what can do nothing. `markdown`, `plain` and `page` write it down.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Direction = Literal["", "ltr", "rtl"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article. `html` is clean, and its pictures have the addresses that the page gave them.

    `language` is a tag of BCP 47 or empty; texts are one line each, and empty if unknown.
    """

    url: str  # http or https, after redirects
    title: str
    html: str
    byline: str = ""
    site_name: str = ""
    excerpt: str = ""
    language: str = ""
    direction: Direction = ""
    published: datetime | None = None
    words: int = 0
    minutes: int = 1
