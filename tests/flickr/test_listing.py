"""Lists of photos over pages that are short, empty, repeated or endless."""

import pytest

from servers.demo import Demo, Sleepless
from tintype.errors import InvalidSource, ProviderNotFound
from tintype.flickr.addresses import Place, parse
from tintype.flickr.demo.account import FIRST_ID, Account
from tintype.flickr.demo.methods import GALLERY
from tintype.flickr.listing import Listing

ME = Place("user", "me")


@pytest.fixture
def many(demo: Demo) -> Demo:
    demo.state.account = Account(1203)
    return demo


async def listed(opened: Sleepless, place: Place, **more: str) -> tuple[Listing, list[str]]:
    listing = Listing(opened.api, place, **more)
    ids = [str(entry["id"]) async for entry in listing.photos()]
    return listing, ids


async def test_all_pages_are_read_in_their_order(many: Demo) -> None:
    listing, ids = await listed(many.opened(), ME)
    assert ids == [str(FIRST_ID + n) for n in range(1202, -1, -1)]
    assert (listing.total, listing.found, listing.missing) == (1203, 1203, 0)
    assert len(many.state.calls) == 3


@pytest.mark.parametrize("kind", ["short", "empty", "429", "html", "201"])
@pytest.mark.parametrize("on", ["page=1", "page=2", "page=3"])
async def test_a_page_that_is_not_whole_is_asked_for_again(many: Demo, kind: str, on: str) -> None:
    many.state.trouble.order(kind, times=1, on=on)
    listing, ids = await listed(many.opened(), ME)
    assert len(set(ids)) == len(ids) == 1203
    assert listing.missing == 0


async def test_numbers_that_are_texts_count(many: Demo) -> None:
    many.state.trouble.order("mixed")
    listing, ids = await listed(many.opened(), ME)
    assert len(ids) == 1203
    assert listing.missing == 0


@pytest.mark.parametrize("kind", ["short", "empty"])
async def test_what_is_never_given_is_told_as_missing(many: Demo, kind: str) -> None:
    many.state.trouble.order(kind, on="page=2")
    listing, ids = await listed(many.opened(), ME)
    assert len(ids) == 1203 - (250 if kind == "short" else 500)
    assert listing.missing == 1203 - len(ids)


async def test_a_page_that_comes_again_and_again_gives_nothing_twice_and_ends(many: Demo) -> None:
    many.state.trouble.order("repeat")
    listing, ids = await listed(many.opened(), ME)
    assert len(ids) == len(set(ids)) == 500
    assert listing.missing == 703
    assert len(many.state.calls) < 10


async def test_a_search_ends_where_flickr_ends_it_and_says_so(demo: Demo) -> None:
    demo.state.account = Account(4_600)
    listing, ids = await listed(demo.opened(), Place("search", "bridge"))
    assert len(set(ids)) == len(ids) == 4_000
    assert listing.is_cut or listing.total == 4_000


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("me", 24),
        ("user:someuser", 24),
        ("user:12345678@N00", 24),
        ("album:72157600000000002", 5),
        ("https://www.flickr.com/photos/someuser/sets/72157600000000002/", 5),
        ("album:72157600000000003", 0),
        (f"gallery:{GALLERY}", 4),
        ("https://www.flickr.com/photos/someuser/galleries/72157600000000009/", 4),
        ("https://www.flickr.com/groups/bridges/pool/", 6),
        ("group:bridges", 6),
        ("favorites:me", 5),
        ("https://www.flickr.com/photos/someuser/favorites", 5),
        ("search:nebel", 4),
        ("tag:oldbridge", 0),
    ],
)
async def test_every_kind_of_place_has_its_photos(demo: Demo, typed: str, count: int) -> None:
    listing, ids = await listed(demo.opened(), parse(typed))
    assert len(ids) == count
    assert listing.total == count


async def test_a_place_that_is_not_there_is_told(demo: Demo) -> None:
    for typed in ("album:1", "group:nobodys", "user:nobody", "gallery:5-5"):
        with pytest.raises(ProviderNotFound):
            await listed(demo.opened(), parse(typed))


async def test_a_single_photo_is_no_list_but_has_an_id(demo: Demo) -> None:
    opened = demo.opened()
    with pytest.raises(InvalidSource):
        await anext(Listing(opened.api, Place("photo", "1")).photos())
    assert [each async for each in opened.tools.ids(Place("photo", "53"))] == ["53"]


async def test_extras_come_when_they_are_asked_for(demo: Demo) -> None:
    opened = demo.opened()
    listing = Listing(opened.api, ME, "url_o,date_taken,geo,original_format")
    entry = await anext(listing.photos())
    assert entry["url_o"].startswith(demo.base)
    assert entry["datetaken"].startswith("2016-")
    assert entry["originalformat"]
