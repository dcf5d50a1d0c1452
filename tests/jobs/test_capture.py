"""The task that captures sites, with the engine that calls it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.records import add_user
from jobs.kit import SOON, Jobs
from sites.drawn import DrawnBrowser, wanted
from tintype.catalog import job_items, jobs, site_queue, sites
from tintype.catalog.site_queue import Pair
from tintype.errors import BrowserMissing, InvalidRecord, PageNotCaptured, PageUnavailable
from tintype.ids import new_id
from tintype.jobs.accepting import Order, accept
from tintype.jobs.tasks import capture
from tintype.jobs.tools import Tools

TASK = replace(capture.TASK, retry=SOON)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> DrawnBrowser:
    drawn = DrawnBrowser()
    monkeypatch.setattr(Tools, "browser", drawn)
    return drawn


def results(bench: Jobs, job: Any) -> list[Any]:
    return bench.catalog.read_now(lambda s: job_items.page(s, job, limit=200)).items


def test_what_was_queued_is_captured_once(on_either: Jobs, browser: DrawnBrowser) -> None:
    pairs = [Pair(wanted(n).url, wanted(n).slug) for n in range(5)]
    first = on_either.catalog.run_now(lambda s: site_queue.enqueue(s, pairs[:3])).job
    second = on_either.catalog.run_now(lambda s: site_queue.enqueue(s, pairs)).job
    assert first
    assert second
    with on_either.worker([TASK]):
        for job, total in ((first, 3), (second, 2)):
            done = on_either.finished(job)
            assert (done.state, done.done, done.total) == ("done", total, total)
    assert sorted(browser.urls) == [pair.url for pair in pairs]
    store = on_either.settings.data / "store" / "sites"
    assert len(list(store.glob("*.jpg"))) == 10
    known = on_either.catalog.read_now(
        lambda s: site_queue.known(s, "", [pair.slug for pair in pairs])
    )
    assert not any(each.is_queued for each in known.values())


def test_a_browser_that_dies_is_asked_again(on_sqlite: Jobs, browser: DrawnBrowser) -> None:
    died = PageUnavailable("The browser died twice over this page.", reason="browser-died")
    browser.troubles = {wanted(1).url: [died], wanted(2).url: [died] * 9}
    items = [{"source": wanted(n).url, "key": wanted(n).slug} for n in (1, 2)]
    job, _ = accept(on_sqlite.catalog, Order(task="capture", items=items))
    with on_sqlite.worker([TASK]):
        assert on_sqlite.finished(job).state == "partly"
    assert [item.state for item in results(on_sqlite, job)] == ["done", "failed"]
    assert browser.urls.count(wanted(2).url) == SOON.tries
    site = on_sqlite.catalog.read_now(lambda s: sites.find(s, "", wanted(2).slug))
    assert site
    assert (site.code, site.failures) == ("browser-died", SOON.tries)


def test_without_a_browser_a_job_fails_at_once_with_the_remedy(on_sqlite: Jobs) -> None:
    settings = on_sqlite.settings
    nowhere = replace(settings.browser, chromium="/no/such/chromium")
    bench = replace(on_sqlite, settings=replace(settings, browser=nowhere))
    job, _ = accept(bench.catalog, Order(task="capture", args={"source": wanted(1).url}))
    with bench.worker([TASK]):
        assert bench.finished(job).state == "failed"
    (item,) = results(bench, job)
    assert (item.code, item.tries) == (BrowserMissing.code, 0)
    assert "/no/such/chromium" in item.reason
    assert "chromium-headless-shell" in item.reason


def test_a_user_is_told_no_address_of_our_network(on_sqlite: Jobs, browser: DrawnBrowser) -> None:
    said = "http://intra.example/ cannot be opened. 10.1.2.3 is a private network."
    inside = PageNotCaptured(said, reason="refused-address")
    user = add_user(on_sqlite.catalog).id
    for user_id, place in ((user, user), (None, "")):
        browser.troubles[wanted(1).url] = [inside]
        order = Order(task="capture", args={"source": wanted(1).url}, user_id=user_id)
        job, _ = accept(on_sqlite.catalog, order)
        with on_sqlite.worker([TASK]):
            assert on_sqlite.finished(job).state == "failed"
        (item,) = results(on_sqlite, job)
        site = on_sqlite.catalog.read_now(lambda s, at=place: sites.find(s, at, wanted(1).slug))
        assert site
        assert site.code == "refused-address"
        for reason in (item.reason, site.reason):
            assert ("10.1.2.3" in reason) == (user_id is None), reason


def test_a_list_may_be_the_items(on_sqlite: Jobs, browser: DrawnBrowser, tmp_path: Path) -> None:
    listed = tmp_path / "sites.csv"
    listed.write_text(f"url,slug\n{wanted(1).url},one\n{wanted(2).url},two\n")
    folder = tmp_path / "out"
    args = {"list": str(listed), "to": f"{folder}/", "sizes": ["=64x64"], "options": {"dark": True}}
    job, _ = accept(on_sqlite.catalog, Order(task="capture", args=args))
    with on_sqlite.worker([TASK]):
        assert on_sqlite.finished(job).state == "done"
    assert sorted(path.name for path in folder.glob("*.jpg")) == ["one.jpg", "two.jpg"]
    assert all(asked.dark for asked in browser.asked)


@pytest.mark.parametrize(
    "order",
    [
        {"args": {"to": "s3://bucket/"}, "user_id": new_id()},
        {"args": {"options": {"cookies": []}}},
        {"args": {"options": {"dark": "yes"}}},
        {"args": {"shape": 1}},
        {"items": [{"source": "file:///etc/passwd"}]},
        {"items": [{"source": "https://a.example/", "key": "../a"}]},
    ],
    ids=["place", "secret", "option", "argument", "file", "slug"],
)
def test_an_order_that_makes_no_sense_is_refused(on_sqlite: Jobs, order: dict[str, Any]) -> None:
    given = {"items": [{"source": "https://a.example/"}]} | order
    with pytest.raises(InvalidRecord):
        accept(on_sqlite.catalog, Order(task="capture", **given))
    assert on_sqlite.catalog.read_now(lambda s: jobs.page(s, None)).items == []
