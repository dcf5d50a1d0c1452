"""A user's timeline by v2: the newest 3,200 posts, a hundred a call, with what reading them costs.

X charges for posts that are read (at the prices of April 2026), each once in a day of UTC.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tintype.errors import ProviderNotFound
from tintype.x.api import Query, XApi, warnings
from tintype.x.posts import Post, of_page

PER_PAGE, FEWEST, MOST = 100, 5, 3_200  # posts: of a page at most and at least, and of all
POST_PRICE, OWN_PRICE, USER_PRICE = 0.005, 0.001, 0.010  # dollars
_MEDIA = "url,type,width,height,alt_text,variants,preview_image_url"
_FIELDS = "created_at,attachments"


@dataclass(frozen=True, slots=True)
class Account:
    """A user of X. `posts`: how many X counts; -1 where it does not say."""

    id: str
    name: str
    posts: int = -1
    is_own: bool = False

    @property
    def price(self) -> float:
        """Dollars for a post of theirs."""
        return OWN_PRICE if self.is_own else POST_PRICE


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its posts, newest first; what X says that it leaves out; whether more follow."""

    posts: list[Post]
    warnings: list[str]
    next: str


async def account(api: XApi, name: str) -> Account:
    """The user of a name, or whose token it is for "". Raises what `XApi.get` does."""
    path = (
        f"/2/users/by/username/{quote(name.removeprefix('@'), safe='')}" if name else "/2/users/me"
    )
    said = (await api.get(path, [("user.fields", "public_metrics")], kind="user")).get("data")
    user: dict[str, Any] = said if isinstance(said, dict) else {}
    user_id = str(user.get("id") or "")
    if not (user_id.isascii() and user_id.isdigit()):
        raise ProviderNotFound(f"X tells nothing of the user {name[:40]!r}.")
    metrics = user.get("public_metrics")
    count = metrics.get("tweet_count") if isinstance(metrics, dict) else None
    posts = count if isinstance(count, int) else -1
    shown = "".join(c for c in str(user.get("username") or name) if c.isprintable())[:40]
    return Account(user_id, shown, posts, is_own=not name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which part of a timeline: posts after `since`, before `until`; "" is no bound. `fields`: what
    X calls a post in the names of parameters, tweet or post. `replies`, `reposts`: those, too.
    """

    since: str = ""
    until: str = ""
    fields: str = "tweet"
    replies: bool = False
    reposts: bool = False

    def query(self, token: str, size: int = PER_PAGE) -> Query:
        """The parameters of a call for a page of so many posts."""
        left_out = [*([] if self.replies else ["replies"]), *([] if self.reposts else ["retweets"])]
        given = [
            ("max_results", str(size)),
            ("exclude", ",".join(left_out)),
            ("expansions", "attachments.media_keys"),
            ("media.fields", _MEDIA),
            (f"{self.fields}.fields", _FIELDS),
            ("since_id", self.since),
            ("until_id", self.until),
            ("pagination_token", token),
        ]
        return [(name, value) for name, value in given if value]


def page_size(left: int) -> int:
    """How many posts a page should have where so many may still be read; 0: X has none so small.

    What is left behind it is never too little for a page.
    """
    if left < FEWEST:
        return 0
    return min(left, PER_PAGE if left - PER_PAGE not in range(1, FEWEST) else left - FEWEST)


async def pages(
    api: XApi, user_id: str, span: Span, left: Callable[[], int] = lambda: MOST
) -> AsyncIterator[Page]:
    """The pages of a timeline, for as long as more posts may be `left` to be read. A token of X's
    that leads where it was already ends it.
    """
    token, seen = "", {""}
    while size := page_size(left()):
        query = span.query(token, size)
        said = await api.get(f"/2/users/{user_id}/tweets", query, kind="timeline")
        meta = said.get("meta")
        following = meta.get("next_token") if isinstance(meta, dict) else ""
        token = following if isinstance(following, str) else ""
        yield Page(of_page(said), warnings(said), token)
        if token in seen:
            return
        seen.add(token)
