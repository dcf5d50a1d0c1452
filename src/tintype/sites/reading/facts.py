"""An article as JSON."""

from typing import Any

from tintype.sites.reading import Article
from tintype.sites.reading.markdown import body_of
from tintype.sites.reading.plain import as_text


def facts_of(article: Article, html: str = "") -> dict[str, Any]:
    """All that is known of an article, and its text in three forms.

    `html` in the place of the article's own: with other addresses of its pictures, as Markdown has
    them, too.
    """
    html = html or article.html
    return {
        "url": article.url,
        "title": article.title,
        "byline": article.byline,
        "site_name": article.site_name,
        "excerpt": article.excerpt,
        "language": article.language,
        "direction": article.direction,
        "published_at": article.published.isoformat() if article.published else None,
        "words": article.words,
        "minutes": article.minutes,
        "html": html,
        "markdown": body_of(html),
        "text": as_text(html),
    }
