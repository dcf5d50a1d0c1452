"""What is told of an article beside its text, in words."""

from datetime import datetime
from urllib.parse import urlsplit

from tintype.sites.reading import Article

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def facts_of(article: Article) -> list[str]:
    """Who wrote it, where and when, and how long it takes to read; what is known of that."""
    minutes = f"{article.minutes} minute{'' if article.minutes == 1 else 's'} to read"
    by = f"by {article.byline}" if article.byline else ""
    site = article.site_name or host_of(article)
    published = day_of(article.published) if article.published else ""
    return [each for each in (by, site, published, minutes) if each]


def host_of(article: Article) -> str:
    """The host of the article's address, without www."""
    try:
        return (urlsplit(article.url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def day_of(moment: datetime) -> str:
    """A day as English writes it, whatever the machine's language is."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
