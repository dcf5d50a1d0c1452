"""Many sites here and now: one that fails stops no other, and what may pass is tried again."""

import pytest

from sites.drawn import Bench, wanted
from tintype.errors import BrowserMissing, PageNotCaptured, PageUnavailable
from tintype.sites import batches
from tintype.sites.batches import Result, capture_all


async def all_of(drawn: Bench, count: int) -> dict[str, Result]:
    some = [wanted(n) for n in range(count)]
    results = capture_all(drawn.parts, some, options={}, secret={})
    return {each.wanted.slug: each async for each in results}


async def test_one_that_fails_stops_no_other(drawn: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PAUSE", 0.0)
    away = PageUnavailable("The browser died.", reason="browser-died")
    drawn.browser.troubles = {
        wanted(1).url: [PageNotCaptured("It answers with 404.", reason="http-404")],
        wanted(2).url: [away],
        wanted(3).url: [away, away],
    }
    results = await all_of(drawn, 6)
    failed = {slug: each.error for slug, each in results.items() if each.error}
    assert {slug: getattr(error, "reason", "") for slug, error in failed.items()} == {
        "site-1_example": "http-404",
        "site-3_example": "browser-died",
    }
    assert sum(each.taken is not None for each in results.values()) == 4
    assert drawn.browser.urls.count(wanted(2).url) == 2


async def test_without_a_browser_none_is_tried_for_long(drawn: Bench) -> None:
    missing = [BrowserMissing("There is no Chromium.") for _ in range(100)]
    drawn.browser.troubles = {wanted(n).url: missing for n in range(50)}
    with pytest.raises(BrowserMissing):
        await all_of(drawn, 50)
    assert len(drawn.browser.asked) < 50
