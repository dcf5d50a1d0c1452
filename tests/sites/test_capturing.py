"""Capturing: all pictures of a site are of one page, and nothing worse takes their place."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.records import add_user
from sites.drawn import Bench, page_of, wanted
from tintype.blob import Blob
from tintype.catalog import site_runs, sites
from tintype.catalog.columns import now
from tintype.catalog.tables import Site
from tintype.errors import (
    BrowserMissing,
    JobSuperseded,
    PageNotCaptured,
    PageUnavailable,
    QuotaExceeded,
    StoreUnavailable,
    TintypeError,
)
from tintype.sites.asking import State, ask
from tintype.sites.capturing import Order, Parts, Taken, capture_site
from tintype.sites.places import Where
from tintype.sites.replacing import Torn, replace_all
from tintype.stores import NO_ATTRIBUTES, Attributes, Stat, Store
from tintype.stores.memory import MemoryStore

SITE = wanted(1)
LARGE, SMALL = "sites/site-1_example.jpg", "sites/site-1_exampleSM.jpg"


async def captured(drawn: Bench, parts: Parts | None = None, **order: object) -> Taken:
    taken = await capture_site(parts or drawn.parts, Order(wanted=SITE, **order))  # type: ignore[arg-type]
    assert taken
    return taken


def record(drawn: Bench, slug: str = SITE.slug, place: str = "") -> Site:
    found = drawn.catalog.read_now(lambda s: sites.find(s, place, slug))
    assert found
    return found


async def test_both_sizes_come_from_one_capture(drawn: Bench) -> None:
    taken = await captured(drawn)
    assert len(drawn.browser.asked) == 1
    assert (drawn.browser.asked[0].width, drawn.browser.asked[0].height) == (1280, 1024)
    measure = drawn.parts.processor.measure
    large, small = [Blob.from_bytes(await drawn.bytes_of(key)) for key in (LARGE, SMALL)]
    assert (measure(large), measure(small)) == ((201, 147), (111, 82))
    assert taken.size == large.size + small.size
    assert {suffix: url.rpartition("/")[2] for suffix, url in taken.urls.items()} == {
        "": "site-1_example.jpg",
        "SM": "site-1_exampleSM.jpg",
    }
    site = record(drawn)
    assert (sites.state_of(site), site.event) == ("captured", "site.captured")
    assert site.token is site.torn_at is site.retry_at is None


@pytest.mark.parametrize(
    "error",
    [
        PageNotCaptured("The page answers with 404.", reason="http-404"),
        PageUnavailable("The name has no address now.", reason="dns"),
        None,
    ],
    ids=["not found", "unavailable", "blank"],
)
async def test_a_failure_leaves_the_picture_that_is_there(
    drawn: Bench, error: TintypeError | None
) -> None:
    await captured(drawn)
    before = [await drawn.bytes_of(key) for key in (LARGE, SMALL)]
    kept = await drawn.keys()
    if error:
        drawn.browser.troubles[SITE.url] = [error]
    else:
        drawn.browser.blank.add(SITE.url)
    with pytest.raises(TintypeError) as caught:
        await captured(drawn)
    reason = getattr(caught.value, "reason", "")
    assert reason == (getattr(error, "reason", "") or "blank")
    assert [await drawn.bytes_of(key) for key in (LARGE, SMALL)] == before
    assert await drawn.keys() == kept
    site = record(drawn)
    assert (sites.state_of(site), site.code, site.failures) == ("failed", reason, 1)
    assert site.captured_at
    assert site.retry_at
    (found,) = await ask(drawn.catalog, drawn.question(), [SITE])
    assert (found.state, found.exists) == (State.FRESH, True)


async def test_no_placeholder_is_kept_for_a_page_without_picture(drawn: Bench) -> None:
    drawn.browser.blank.add(SITE.url)
    with pytest.raises(PageNotCaptured, match="empty"):
        await captured(drawn)
    assert await drawn.keys() == []
    (found,) = await ask(drawn.catalog, drawn.question(), [SITE])
    assert (found.state, found.code, found.exists) == (State.FAILED, "blank", False)
    assert "one colour" in found.reason


async def test_a_site_that_fails_is_left_alone_for_longer_each_time(drawn: Bench) -> None:
    pauses = []
    for reason in ("http-404", "dns", "http-404"):
        error = PageUnavailable if reason == "dns" else PageNotCaptured
        drawn.browser.troubles[SITE.url] = [error("It has failed.", reason=reason)]
        with pytest.raises(TintypeError):
            await captured(drawn)
        site = record(drawn)
        assert site.retry_at
        assert site.failed_at
        pauses.append(site.retry_at - site.failed_at)
    hour = timedelta(hours=1)
    assert pauses == [hour, hour / 12 * 2, hour * 4]
    assert drawn.catalog.read_now(lambda s: sites.failures(s, None)) == {"http-404": 1}
    await captured(drawn)
    site = record(drawn)
    assert (site.failures, site.retry_at, site.code) == (0, None, "")


async def test_without_a_browser_the_page_is_not_to_blame(drawn: Bench) -> None:
    drawn.browser.troubles[SITE.url] = [BrowserMissing("No Chromium.", remedy="Install it.")]
    with pytest.raises(BrowserMissing):
        await captured(drawn)
    site = record(drawn)
    assert site.retry_at
    assert site.retry_at - now() <= timedelta(minutes=1)
    assert site.code == "browser-missing"


async def test_of_two_at_once_one_captures(drawn: Bench) -> None:
    results = await asyncio.gather(
        *(capture_site(drawn.parts, Order(wanted=SITE)) for _ in range(4))
    )
    assert sum(1 for each in results if each) == 1
    assert len(drawn.browser.asked) == 1


async def test_what_was_captured_since_it_was_asked_for_is_not_captured_again(
    drawn: Bench,
) -> None:
    asked = now() - timedelta(seconds=1)
    await captured(drawn)
    assert await capture_site(drawn.parts, Order(wanted=SITE, since=asked)) is None
    moved = replace(SITE, url="https://elsewhere.example/")
    assert await capture_site(drawn.parts, Order(wanted=moved, since=asked))
    assert record(drawn).url == moved.url
    assert drawn.browser.urls == [SITE.url, moved.url]


async def test_who_was_taken_for_dead_puts_nothing(drawn: Bench) -> None:
    await captured(drawn)
    before = await drawn.bytes_of(LARGE)

    def lose(_: object) -> None:
        drawn.catalog.run_now(lambda s: setattr(sites.find(s, "", SITE.slug), "token", "other"))

    drawn.browser.meanwhile = lose
    drawn.browser.texts[SITE.url] = "another look"
    with pytest.raises(JobSuperseded):
        await captured(drawn)
    assert await drawn.bytes_of(LARGE) == before


async def test_one_that_is_stopped_lets_others_have_the_site(drawn: Bench) -> None:
    drawn.browser.troubles[SITE.url] = [asyncio.CancelledError()]
    with pytest.raises(asyncio.CancelledError):
        await captured(drawn)
    await captured(drawn)


class FailingStore(MemoryStore):
    """A store that fails at some puts: those whose numbers are in `fails`."""

    def __init__(self, fails: set[int]) -> None:
        super().__init__()
        self.fails, self.puts = fails, 0

    async def put(
        self,
        key: str,
        blob: Blob,
        *,
        attributes: Attributes = NO_ATTRIBUTES,
        overwrite: bool = True,
    ) -> Stat:
        self.puts += 1
        if self.puts in self.fails:
            raise StoreUnavailable("It is away.")
        return await super().put(key, blob, attributes=attributes, overwrite=overwrite)


async def contents(store: Store) -> dict[str, bytes]:
    found = {}
    async for stat in store.list():
        async with store.get(stat.key) as download:
            found[stat.key] = b"".join([chunk async for chunk in download.chunks])
    return found


async def test_when_one_cannot_be_put_all_old_ones_are_back() -> None:
    store = FailingStore({4})
    old = {"b": Blob.from_bytes(b"old b"), "a": Blob.from_bytes(b"old a")}
    await replace_all(store, old)
    before = await contents(store)
    with pytest.raises(StoreUnavailable):
        await replace_all(store, {"b": Blob.from_bytes(b"new"), "a": Blob.from_bytes(b"new")})
    assert await contents(store) == before
    store.fails = {store.puts + 2}
    with pytest.raises(StoreUnavailable):
        await replace_all(store, {"new": Blob.from_bytes(b"1"), "other": Blob.from_bytes(b"2")})
    assert await contents(store) == before


async def test_a_store_that_fails_for_good_leaves_word_of_it() -> None:
    store = FailingStore({4, 5})
    await replace_all(store, {"a": Blob.from_bytes(b"1"), "b": Blob.from_bytes(b"2")})
    with pytest.raises(Torn) as caught:
        await replace_all(store, {"a": Blob.from_bytes(b"3"), "b": Blob.from_bytes(b"4")})
    assert isinstance(caught.value.reason, StoreUnavailable)


async def test_pictures_of_two_captures_are_not_taken_for_good(drawn: Bench) -> None:
    await captured(drawn)
    store = FailingStore(set())
    for key, text in ((LARGE, "a"), (SMALL, "b")):
        await store.put(key.removeprefix("sites/"), page_of(text))
    stores = drawn.stores
    stores.at = lambda place: Where(store)  # type: ignore[method-assign]
    store.fails = {store.puts + 2, store.puts + 3}
    with pytest.raises(StoreUnavailable):
        await captured(drawn)
    assert record(drawn).torn_at
    (found,) = await ask(drawn.catalog, drawn.question(), [SITE])
    assert not found.exists
    assert found.state is State.FAILED  # for a minute: the store is away
    store.fails = set()
    await captured(drawn)
    (found,) = await ask(drawn.catalog, drawn.question(), [SITE])
    assert (found.state, record(drawn).torn_at) == (State.FRESH, None)


async def test_the_history_is_kept_and_bounded(drawn: Bench) -> None:
    settings = drawn.parts.settings
    sites_ = replace(settings.sites, history=2)
    parts = replace(drawn.parts, settings=replace(settings, sites=sites_))
    distances = []
    for text in ("a", "a", "b", "b"):
        drawn.browser.texts[SITE.url] = text
        distances.append((await captured(drawn, parts)).distance)
    assert distances[0] is None
    assert distances[1] == distances[3] == 0
    assert distances[2]
    assert 0.3 < distances[2] < 0.5  # the stripe is 38 % of the page
    site = record(drawn)
    kept = drawn.catalog.read_now(lambda s: sites.captures(s, site))
    assert [each.distance for each in kept] == distances[:1:-1]
    assert [each.title for each in kept] == [f"Page of {SITE.url}"] * 2
    assert await drawn.keys("site-captures/") == sorted(each.key for each in kept)
    assert {each.width for each in kept} == {640}
    pictures = [len(await drawn.bytes_of(key)) for key in (LARGE, SMALL)]
    assert site.size == sum(pictures) + sum(each.size for each in kept)


async def test_without_a_history_no_whole_picture_is_kept(drawn: Bench) -> None:
    settings = drawn.parts.settings
    sites_ = replace(settings.sites, history=0)
    await captured(drawn, replace(drawn.parts, settings=replace(settings, sites=sites_)))
    assert await drawn.keys() == [LARGE, SMALL]


async def test_what_a_user_keeps_is_counted_and_limited(drawn: Bench) -> None:
    user = add_user(drawn.catalog)
    taken = await captured(drawn, place=user.id, user_id=user.id)
    site = record(drawn, place=user.id)
    used = drawn.catalog.read_now(lambda s: site_runs.usage.of_user(s, user.id)).size
    assert used == site.size > taken.size
    assert await drawn.keys(f"user-sites/{user.id}/") == [
        f"user-sites/{user.id}/site-1_example.jpg",
        f"user-sites/{user.id}/site-1_exampleSM.jpg",
    ]
    api = replace(drawn.parts.settings.api, quota=used - 1)
    parts = replace(drawn.parts, settings=replace(drawn.parts.settings, api=api))
    key, kept = f"user-sites/{user.id}/site-1_example.jpg", await drawn.keys()
    before = await drawn.bytes_of(key)
    drawn.browser.texts[SITE.url] = "more"
    order = Order(wanted=wanted(2), place=user.id, user_id=user.id)
    with pytest.raises(QuotaExceeded):
        await capture_site(parts, order)
    assert await drawn.keys() == kept
    assert await drawn.bytes_of(key) == before
    keys = drawn.catalog.run_now(lambda s: sites.remove(s, sites.held(s, user.id, SITE.slug)))
    assert len(keys) == 1
    assert drawn.catalog.read_now(lambda s: site_runs.usage.of_user(s, user.id)).size == 0


async def test_options_of_the_site_and_of_the_order_reach_the_browser(drawn: Bench) -> None:
    draft = sites.SiteDraft(url=SITE.url, slug=SITE.slug, options={"dark": True, "width": 800})
    drawn.catalog.run_now(lambda s: sites.add(s, draft))
    await captured(
        drawn, options={"width": 900, "wait": {"fixed": 0.5}}, secret={"headers": {"X-A": "b"}}
    )
    (asked,) = drawn.browser.asked
    assert (asked.dark, asked.width, asked.wait.fixed) == (True, 900, 0.5)
    assert asked.headers == {"X-A": "b"}
    assert record(drawn).options == {"dark": True, "width": 800}
