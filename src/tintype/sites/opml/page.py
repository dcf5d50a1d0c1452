"""The page that shows a ranking with the pictures of its sites: no scripts, light and dark.

All words come from strangers' files. They are escaped, links lead to web addresses only, and the
page's own policy lets nothing run and loads nothing but the pictures beside it.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlsplit

from tintype.sites.opml.addresses import feed_key, site_of, web_address
from tintype.sites.opml.page_style import STYLE
from tintype.sites.opml.ranking import Ranked

WIDTH, HEIGHT = 201, 147  # pixels of a picture
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src 'self' file:; base-uri 'none'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A ranking with its heading, and a sentence on what it is."""

    heading: str
    about: str
    ranked: Sequence[Ranked]


def page(title: str, sections: Sequence[Section], people: int, pictures: Mapping[str, str]) -> str:
    """The page. `pictures`: the file beside it that shows a site, by `site_of`; none of some."""
    shown = "\n".join(_section(each, people, pictures) for each in sections if each.ranked)
    feeds = {each.key for section in sections for each in section.ranked}
    about = f"{_count(people, 'person', 'people')}, {_count(len(feeds), 'feed', 'feeds')} shown."
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY, quote=True)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">
<title>{escape(title)}</title><style>{STYLE}</style></head>
<body><header><h1>{escape(title)}</h1><p>{about}</p>{_contents(sections)}</header>
<main>
{shown}
</main></body></html>
"""


def _contents(sections: Sequence[Section]) -> str:
    named = [(n, each.heading) for n, each in enumerate(sections) if each.ranked]
    if len(named) < 2:
        return ""
    links = "".join(f'<a href="#{_anchor(name)}">{escape(name)}</a>' for _, name in named)
    return f"<nav>{links}</nav>"


def _section(section: Section, people: int, pictures: Mapping[str, str]) -> str:
    cards = "\n".join(
        _card(each, number, people, pictures) for number, each in enumerate(section.ranked, 1)
    )
    return (
        f'<section id="{_anchor(section.heading)}"><h2>{escape(section.heading)}</h2>'
        f"<p>{escape(section.about)}</p>\n<ol>\n{cards}\n</ol></section>"
    )


def _card(ranked: Ranked, number: int, people: int, pictures: Mapping[str, str]) -> str:
    site = site_of(ranked.feed)
    name = ranked.feed.title or ranked.key
    link = escape(web_address(site), quote=True)
    host = (urlsplit(site).hostname or "").removeprefix("www.")
    share = round(100 * ranked.people / max(people, 1))
    lift = f'<b title="lift">{ranked.lift:.1f} ×</b> ' if ranked.lift else ""
    return (
        f'<li><a class="shot" href="{link}" tabindex="-1" aria-hidden="true">'
        f"{_picture(pictures.get(site, ''), name, host)}</a>"
        f'<h3><span class="number">{number}</span> <a href="{link}">{escape(name)}</a></h3>'
        f'<p class="host">{escape(host)}</p>'
        f'<p class="share"><svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none"'
        f' role="img" aria-label="{share} %"><rect width="{share}" height="1"/></svg>'
        f"{lift}{_count(ranked.people, 'person', 'people')}"
        f' · <a href="{escape(ranked.feed.url, quote=True)}">feed</a></p></li>'
    )


def _picture(file: str, name: str, host: str) -> str:
    """The picture, or the first letter of the name on one of a few colours."""
    if file:
        return (
            f'<img src="{escape(quote(file), quote=True)}" width="{WIDTH}" height="{HEIGHT}"'
            ' alt="" loading="lazy" decoding="async">'
        )
    letter = next((c for c in name if c.isalnum()), "?").upper()[:1]
    colour = hashlib.sha256(feed_key(host).encode()).digest()[0] % 6
    return f'<span class="none c{colour}">{escape(letter)}</span>'


def _anchor(heading: str) -> str:
    return quote("-".join(heading.lower().split()), safe="")


def _count(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"
