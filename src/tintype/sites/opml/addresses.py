"""What the address of a feed or a site means, however it is written.

People subscribe to one feed by many spellings: http and https, `feed:`, with `www.` or without,
with the default port, a slash at the end, marks of campaigns. Two addresses are one where their
`feed_key` is the same; what is shown and exported is an address that somebody uses.
"""

import re
from urllib.parse import urlsplit

from tintype.errors import InvalidSource
from tintype.sites.opml import Feed
from tintype.sites.slugs import normal_url

_FEEDBURNER = {"feeds.feedburner.com", "feeds2.feedburner.com", "feedproxy.google.com"}
_CAMPAIGN = re.compile(r"utm_[a-z]+$", re.IGNORECASE | re.ASCII)


def web_address(text: str) -> str:
    """The http or https address that a text means, in its normal form; empty for none.

    `feed:` and marks of campaigns are left out. One with a user and a password is none: it is that
    of a private feed, which is nobody else's business.
    """
    text = text.strip()
    if text[:5].lower() == "feed:":
        text = text[5:]
    try:
        url = normal_url(text).partition("#")[0]
    except InvalidSource:
        return ""
    head, _, query = url.partition("?")
    rest = [pair for pair in query.split("&") if pair and not _is_campaign(pair)]
    return f"{head}?{'&'.join(rest)}" if rest else head


def feed_key(url: str) -> str:
    """What all spellings of a feed's address have in common; empty for what is no web address."""
    if not (address := web_address(url)):
        return ""
    parts = urlsplit(address)
    host, query = (parts.hostname or "").removeprefix("www."), parts.query
    if host in _FEEDBURNER:
        host = "feeds.feedburner.com"
        query = "&".join(pair for pair in query.split("&") if pair.lower() != "format=xml")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    return f"{host}{port}{parts.path.rstrip('/')}{'?' if query else ''}{query}"


def site_of(feed: Feed) -> str:
    """The page that a feed belongs to: the one it names, else the front page of its host."""
    if feed.site:
        return feed.site
    parts = urlsplit(feed.url)
    return f"{parts.scheme}://{parts.netloc}/"


def _is_campaign(pair: str) -> bool:
    return bool(_CAMPAIGN.match(pair.partition("=")[0]))
