"""X's API v2, against the demo: rates, refusals, pages."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from servers.demo import Demo
from tintype.errors import (
    NotConnected,
    ProviderNotFound,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
)
from tintype.x.api import LONGEST_WAIT, XApi
from tintype.x.timeline import Span, account, pages


class Clocked:
    """X's API with a clock that passes when somebody waits; the demo's window ends as soon."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.slept: list[float] = []
        self.waits: list[tuple[str, float]] = []
        self.caller = demo.caller(title="X")
        self.api = XApi(
            self.caller,
            demo.x.api,
            demo.signing(),
            sleep=self.sleep,
            clock=lambda: demo.state.window_ends - 300,
            on_wait=lambda seconds, rate: self.waits.append((rate, seconds)),
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.demo.state.window_ends:
            self.demo.state.window_ends = 1.0


@pytest_asyncio.fixture
async def x(demo: Demo) -> AsyncIterator[Clocked]:
    clocked = Clocked(demo)
    yield clocked
    await clocked.api.close()


async def test_who_one_is_and_how_many_posts_there_are(x: Clocked) -> None:
    me = await account(x.api, "")
    assert (me.id, me.name, me.posts, me.is_own) == ("2244994945", "someuser", 40, True)
    other = await account(x.api, "@someuser")
    assert (other.id, other.is_own, other.price) == (me.id, False, 0.005)
    assert x.api.rate is not None
    assert (x.api.rate.limit, x.api.rate.left) == (900, 899)
    assert "899 of 900 calls left until" in str(x.api.rate)


async def test_pages_are_read_to_the_end(x: Clocked) -> None:
    x.demo.state.x_posts = 230
    read = [page async for page in pages(x.api, "2244994945", Span(replies=True))]
    assert [len(page.posts) for page in read] == [100, 100, 30]
    ids = [post.id for page in read for post in page.posts]
    assert len(set(ids)) == 230
    assert ids == sorted(ids, reverse=True)
    assert any("Could not find tweet" in words for page in read for words in page.warnings)


async def test_a_window_that_is_used_up_is_waited_for(x: Clocked) -> None:
    x.demo.state.x_posts, x.demo.state.rate["limit"] = 230, 2
    read = [page async for page in pages(x.api, "2244994945", Span(replies=True))]
    assert len(read) == 3
    assert x.slept == [pytest.approx(301, abs=1)], "once, before the third call"
    assert x.waits[0][0].startswith("0 of 2 calls left")


async def test_too_many_requests_are_waited_for(x: Clocked) -> None:
    x.demo.state.rate["limit"] = 0
    with pytest.raises(ProviderThrottled, match="Too Many Requests"):
        await account(x.api, "")
    assert len(x.slept) == 4, "each try after a window, and not for ever"
    assert all(0 < seconds <= LONGEST_WAIT for seconds in x.slept)


async def test_what_may_pass_is_tried_again(x: Clocked) -> None:
    x.demo.state.trouble.order("503", times=2)
    assert (await account(x.api, "")).name == "someuser"
    x.demo.state.trouble.order("not-json", times=1)
    assert (await account(x.api, "")).name == "someuser"
    x.demo.state.trouble.order("500")
    with pytest.raises(ProviderUnavailable):
        await account(x.api, "")


async def test_refusals_are_sentences_with_what_to_do(x: Clocked) -> None:
    with pytest.raises(ProviderNotFound, match=r"Could not find user with username: \[nobody\]"):
        await account(x.api, "nobody")
    with pytest.raises(ProviderRefused, match="TINTYPE_X_FIELDS"):
        [_ async for _ in pages(x.api, "2244994945", Span(fields="post"))]
    x.demo.state.x_fields = "post"
    assert [_ async for _ in pages(x.api, "2244994945", Span(fields="post"))]
    x.demo.state.is_enrolled = False
    with pytest.raises(ProviderRefused, match="package Pay-per-use"):
        await account(x.api, "")
    x.demo.state.revoke_all()
    with pytest.raises(NotConnected):
        await account(x.api, "")
