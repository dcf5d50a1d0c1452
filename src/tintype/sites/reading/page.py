"""An article as a page for reading: one column of about 66 characters a line, in light and dark.

The page has no script and loads nothing but pictures of our own. Its style is allowed by its hash.
"""

import base64
import hashlib
from html import escape
from pathlib import Path

from tintype.sites.reading import Article
from tintype.sites.reading.words import day_of, facts_of, host_of

STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()


def policy_of(pictures: str = "'self'") -> str:
    """The Content-Security-Policy of the page: nothing runs, nothing comes from other hosts.

    `pictures` is where pictures may come from; in a file of its own, `data:`.
    """
    return (
        f"default-src 'none'; img-src {pictures}; style-src 'sha256-{_HASH}'; base-uri 'none';"
        " form-action 'none'"
    )


def as_page(article: Article, html: str, *, pictures: str = "'self'") -> str:
    """The page. `html` is the article's, its pictures where they are to be loaded from."""
    title, url = escape(article.title), escape(article.url)
    site = escape(article.site_name or host_of(article))
    return (
        f"<!doctype html>\n<html{_language(article)}>\n<head>\n"
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy_of(pictures))}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="robots" content="noindex">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<header>\n<p class="site"><a href="{url}" rel="noreferrer">{site}</a></p>\n'
        f"<h1>{title}</h1>\n{_standfirst(article)}"
        f'<p class="facts">{_facts(article)}</p>\n</header>\n'
        f"<main>\n{html}\n</main>\n"
        f'<footer><p><a href="{url}" rel="noreferrer">Read the original at'
        f" {escape(host_of(article))}</a></p></footer>\n</body>\n</html>\n"
    )


def _language(article: Article) -> str:
    """The language, without which no browser hyphenates, and the direction."""
    language = f' lang="{escape(article.language)}"' if article.language else ""
    return language + (f' dir="{article.direction}"' if article.direction else "")


def _standfirst(article: Article) -> str:
    """The page's own summary, unless the article begins with it."""
    opening = article.excerpt.rstrip("…")[:60]
    if not opening or escape(opening, quote=False) in article.html:
        return ""
    return f'<p class="standfirst">{escape(article.excerpt)}</p>\n'


def _facts(article: Article) -> str:
    """Those of the head, but for the site, which stands above the title."""
    site = article.site_name or host_of(article)
    words = []
    for fact in facts_of(article):
        if article.published and fact == day_of(article.published):
            moment = article.published.isoformat(timespec="minutes")
            words.append(f'<span><time datetime="{escape(moment)}">{escape(fact)}</time></span>')
        elif fact != site:
            words.append(f"<span>{escape(fact[:1].upper() + fact[1:])}</span>")
    return "".join(words)
