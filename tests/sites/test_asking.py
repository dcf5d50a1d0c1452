"""Store first: what is there is found at one look, and what is missing is queued once."""

from datetime import timedelta
from pathlib import Path

import pytest

from sites.drawn import Bench, page_of, wanted
from tintype.catalog import job_items, jobs, site_queue, sites
from tintype.catalog.columns import now
from tintype.catalog.site_queue import Pair
from tintype.errors import InvalidRequest
from tintype.ids import new_id
from tintype.settings import Settings
from tintype.sites import Wanted
from tintype.sites.asking import Question, State, ask, looked_up
from tintype.sites.capturing import Order, capture_site
from tintype.sites.places import Where, address_of, place_at
from tintype.sites.queueing import ask_and_queue, queue
from tintype.sites.sizes import sizes_of
from tintype.stores.memory import MemoryStore

SITES = [wanted(n) for n in range(3)]


async def put(drawn: Bench, *names: str) -> None:
    for name in names:
        await drawn.stores.kept.put(f"sites/{name}.jpg", page_of(name))


async def states(drawn: Bench, *more: Wanted) -> list[str]:
    return [
        found.state.value for found in await ask(drawn.catalog, drawn.question(), [*SITES, *more])
    ]


async def test_pictures_that_lie_there_are_fresh_whoever_put_them(drawn: Bench) -> None:
    await put(drawn, "site-0_example", "site-0_exampleSM", "site-1_example", "site-9_exampleSM")
    assert await states(drawn) == ["fresh", "missing", "missing"]
    found = await ask(drawn.catalog, drawn.question(), SITES)
    assert [each.exists for each in found] == [True, False, False]


@pytest.mark.parametrize("count", [3, 60], ids=["few", "many"])
async def test_a_store_that_looks_up_none_at_once_is_asked_all_the_same(count: int) -> None:
    store, sizes = MemoryStore(), sizes_of(Settings())
    for n in range(0, count, 2):
        for size in sizes:
            await store.put("a/" + size.key(f"site-{n}_example"), page_of("a"))
    question = Question(where=Where(store, "a/"), sizes=sizes)
    found = await looked_up(question, [wanted(n) for n in range(count)])
    assert [each.exists for each in found] == [n % 2 == 0 for n in range(count)]


async def test_what_is_older_than_the_age_is_old(drawn: Bench) -> None:
    await put(drawn, "site-0_example", "site-0_exampleSM")
    question = drawn.question()
    for age, state in ((timedelta(hours=1), State.FRESH), (timedelta(0), State.OLD)):
        asked = Question(where=question.where, sizes=question.sizes, max_age=age)
        (found,) = await ask(drawn.catalog, asked, SITES[:1])
        assert (found.state, found.exists) == (state, True)


async def test_a_slug_with_another_url_is_captured_anew(drawn: Bench) -> None:
    assert await capture_site(drawn.parts, Order(wanted=SITES[0]))
    moved = Wanted("https://elsewhere.example/", SITES[0].slug)
    (found,) = await ask(drawn.catalog, drawn.question(), [moved])
    assert (found.state, found.exists) == (State.OLD, True)


async def test_what_is_missing_is_queued_once(drawn: Bench) -> None:
    await put(drawn, "site-0_example", "site-0_exampleSM")
    for _ in range(3):
        found = await ask_and_queue(drawn.catalog, drawn.question(), SITES * 2)
        assert [each.state.value for each in found] == ["fresh", "queued", "queued"] * 2
    (job,) = drawn.catalog.read_now(lambda s: jobs.page(s, None)).items
    assert (job.task, job.queue, job.state, job.total) == ("capture", "captures", "running", 2)
    items = drawn.catalog.read_now(lambda s: job_items.page(s, job)).items
    assert [item.args for item in items] == [
        {"source": each.url, "key": each.slug} for each in SITES[1:]
    ]
    drawn.catalog.run_now(lambda s: jobs.cancel(s, None, job.id))
    assert await states(drawn) == ["fresh", "missing", "missing"], "it is queued no more"
    await ask_and_queue(drawn.catalog, drawn.question(), SITES)
    assert len(drawn.catalog.read_now(lambda s: jobs.page(s, None)).items) == 2


async def test_a_failure_is_remembered_and_may_be_overruled(drawn: Bench) -> None:
    drawn.browser.blank.add(SITES[0].url)
    with pytest.raises(Exception, match="empty"):
        await capture_site(drawn.parts, Order(wanted=SITES[0]))
    found = await ask_and_queue(drawn.catalog, drawn.question(), SITES[:1])
    assert [(each.state, each.code) for each in found] == [(State.FAILED, "blank")]
    assert await queue(drawn.catalog, drawn.question(), found) == []
    assert await queue(drawn.catalog, drawn.question(), found, force=True)
    assert await states(drawn) == ["queued", "missing", "missing"]


async def test_a_failure_of_another_url_means_nothing(drawn: Bench) -> None:
    drawn.browser.blank.add(SITES[0].url)
    with pytest.raises(Exception, match="empty"):
        await capture_site(drawn.parts, Order(wanted=SITES[0]))
    moved = Wanted("https://elsewhere.example/", SITES[0].slug)
    (found,) = await ask_and_queue(drawn.catalog, drawn.question(), [moved])
    assert found.state is State.QUEUED


async def test_very_many_are_queued_in_several_jobs(
    drawn: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tintype.sites.queueing.MOST", 40)
    some = [wanted(f"many-{n}") for n in range(100)]
    await ask_and_queue(drawn.catalog, drawn.question(), some)
    found = drawn.catalog.read_now(lambda s: jobs.page(s, None)).items
    assert sorted(job.total or 0 for job in found) == [20, 40, 40]
    assert {f.state for f in await ask(drawn.catalog, drawn.question(), some)} == {State.QUEUED}


def test_places_have_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings(data=tmp_path)
    user = new_id()
    assert place_at("") == ""
    assert place_at("./out/") == place_at(f"{tmp_path}/out") == f"{tmp_path}/out/"
    assert place_at("s3://bucket") == "s3://bucket/"
    assert place_at("s3://bucket/thumbs") == "s3://bucket/thumbs/"
    assert place_at("store:a") == "store:a/"
    for place in ("./out/", "s3://bucket/a/", "store:a/", "store:"):
        assert place_at(place_at(place)) == place_at(place)
    assert address_of("", settings) == "store:sites/"
    assert address_of(user, settings) == f"store:user-sites/{user}/"
    with pytest.raises(InvalidRequest, match="slugs"):
        place_at("./out/{name}.jpg")


def test_sites_are_found_by_what_is_in_them(catalog: object) -> None:
    run = catalog.run_now  # type: ignore[attr-defined]
    for n, (title, tags) in enumerate([("Ada's Page", ("Math",)), ("100%", ("a_b", "math"))]):
        draft = sites.SiteDraft(url=f"https://{n}.example/", slug=f"s{n}", title=title, tags=tags)
        run(lambda s, draft=draft: sites.add(s, draft))

    def slugs(**search: str) -> list[str]:
        page = run(lambda s: sites.page(s, None, sites.SiteSearch(**search)))
        return [site.slug for site in page.items]

    assert slugs() == ["s1", "s0"]
    assert slugs(text="ADA'S") == ["s0"]
    assert slugs(text="0.exam") == ["s0"]
    assert slugs(text="%") == ["s1"]
    assert slugs(tag="MATH") == ["s1", "s0"]
    assert slugs(tag="a_b") == ["s1"]
    assert slugs(tag="mat") == []
    assert slugs(state="new") == ["s1", "s0"]
    assert slugs(state="failed") == []
    first = run(lambda s: sites.page(s, None, limit=1))
    second = run(lambda s: sites.page(s, None, limit=1, after=first.after))
    assert [first.items[0].slug, second.items[0].slug, second.after] == ["s1", "s0", None]


def test_what_changed_is_told_in_its_order(catalog: object) -> None:
    run = catalog.run_now  # type: ignore[attr-defined]
    run(lambda s: site_queue.enqueue(s, [Pair("https://a.example/", "a")]))
    before = now() - timedelta(minutes=1)
    assert run(lambda s: sites.changed(s, None, before)) == []
