"""Lists as people have them: of all versions, in all encodings, in all states of disorder."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidRequest
from tintype.sites.opml import DEEPEST, MOST_BYTES, Feed, FeedList, tidy_text
from tintype.sites.opml.addresses import feed_key, web_address
from tintype.sites.opml.reader import read_opml
from tintype.sites.opml.writer import write_opml


def read(text: str) -> FeedList:
    return read_opml(text.encode())


def urls(text: str) -> list[str]:
    return [feed.url for feed in read(text).feeds]


ONE = Feed(url="http://a.example/feed", site="http://a.example/", title="A & B")


@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_every_version_is_read(version: str) -> None:
    found = read(
        f'<?xml version="1.0"?><opml version="{version}"><head><title>Mine</title>'
        "<ownerName>Ada</ownerName><ownerEmail>ada@example.org</ownerEmail></head><body>"
        '<outline text="A &amp; B" type="rss" xmlUrl="http://a.example/feed"'
        ' htmlUrl="http://a.example/"/></body></opml>'
    )
    assert found == FeedList(feeds=(ONE,), title="Mine", owner="ada@example.org")


def test_folders_and_categories_are_kept_and_a_feed_in_two_is_one() -> None:
    (feed,) = read(
        '<opml><body><outline text="Tech"><outline title="Python">'
        '<outline xmlUrl="http://a.example/feed" category="/Boston/Weather,cold, "/>'
        '</outline></outline><outline text="Daily">'
        '<outline xmlUrl="https://www.a.example/feed/" title="Later"/></outline></body></opml>'
    ).feeds
    assert feed == Feed(
        url="http://a.example/feed",
        title="Later",
        folders=frozenset({("Tech", "Python"), ("Boston", "Weather"), ("cold",), ("Daily",)}),
    )


SLOPPY = {
    "raw ampersand": '<opml><body><outline text="A & B" xmlUrl="http://a.example/feed?a=1&b=2"/>',
    "no quotes": "<opml><body><outline text=AB xmlUrl=http://a.example/feed?a=1&b=2></body>",
    "lower case": '<opml><body><outline text="A" xmlurl="http://a.example/feed?a=1&amp;b=2"></body>',
    "single quotes": "<OPML><BODY><OUTLINE XMLURL='http://a.example/feed?a=1&b=2'></BODY></OPML>",
    "unknown entity": '<opml><outline text="&nbsp;A" xmlUrl="http://a.example/feed?a=1&amp;b=2"/>',
    "url of a type": '<opml><outline type="rss" url="http://a.example/feed?a=1&b=2"/></opml>',
    "two roots": '<outline xmlUrl="http://a.example/feed?a=1&b=2"/><outline text="x"/>',
    "cut off": '<opml><body><outline xmlUrl="http://a.example/feed?a=1&b=2" text="A',
    "attribute twice": '<opml><outline text="a" text="b" xmlUrl="http://a.example/feed?a=1&b=2"/>',
    "markup in text": '<opml><outline text="<b>A</b>" xmlUrl="http://a.example/feed?a=1&b=2"/>',
    "rubbish before": 'HTTP/1.1 200 OK\n\n<opml><outline xmlUrl="http://a.example/feed?a=1&b=2"/>',
    "nameless prefix": '<opml><x:y/><outline xmlUrl="http://a.example/feed?a=1&amp;b=2"/></opml>',
    "comment that never ends": '<opml><!-- <outline xmlUrl="http://a.example/feed?a=1&b=2"/>',
}


@pytest.mark.parametrize("text", SLOPPY.values(), ids=SLOPPY)
def test_disorder_costs_no_feed(text: str) -> None:
    assert urls(text) == ["http://a.example/feed?a=1&b=2"]


def test_a_comment_hides_what_is_in_it_also_in_disorder() -> None:
    text = '<opml><!-- <outline xmlUrl="http://a.example/"/> --><outline xmlUrl="http://b.example/?a&b">'
    assert urls(text) == ["http://b.example/?a&b"]


def test_feeds_that_are_not_closed_leave_their_folders_what_they_are() -> None:
    found = read(
        "<opml><body><outline text=News><outline text=A xmlUrl=http://a.example/>"
        "<outline text=B xmlUrl=http://b.example/></outline>"
        "<outline text=Fun><outline text=C xmlUrl=http://c.example/></outline>"
        "<outline text=D xmlUrl=http://d.example/></body></opml>"
    )
    assert {feed.title: set(feed.folders) for feed in found.feeds} == {
        "A": {("News",)},
        "B": {("News",)},
        "C": {("Fun",)},
        "D": set(),
    }


def test_feeds_that_are_closed_leave_them_too() -> None:
    found = read(
        "<opml><body><outline text='R & D'><outline text=A xmlUrl='http://a.example/'></outline>"
        "<outline text=B xmlUrl='http://b.example/'/></outline>"
        "<outline text=C xmlUrl='http://c.example/'></outline></body></opml>"
    )
    assert {feed.title: set(feed.folders) for feed in found.feeds} == {
        "A": {("R & D",)},
        "B": {("R & D",)},
        "C": set(),
    }


DOCUMENT = '<opml><body><outline text="Žižek und Ähre" xmlUrl="http://a.example/"/></body></opml>'


@pytest.mark.parametrize(
    ("encoding", "declaration"),
    [
        ("utf-8", ""),
        ("utf-8-sig", '<?xml version="1.0"?>'),
        ("utf-16", '<?xml version="1.0" encoding="UTF-16"?>'),
        ("utf-16-le", '<?xml version="1.0" encoding="UTF-16"?>'),
        ("iso-8859-2", '<?xml version="1.0" encoding="ISO-8859-2"?>'),
        ("windows-1250", "<?xml version='1.0' encoding='windows-1250'?>"),
        ("windows-1252", '<?xml version="1.0" encoding="iso-8859-1"?>'),
        ("windows-1252", '<?xml version="1.0" encoding="utf-8"?>'),
        ("windows-1252", '<?xml version="1.0" encoding="base64"?>'),
        ("windows-1252", '<?xml version="1.0" encoding="no-such-thing"?>'),
    ],
)
def test_a_document_is_decoded_by_its_declaration_or_what_it_must_be(
    encoding: str, declaration: str
) -> None:
    (feed,) = read_opml((declaration + DOCUMENT).encode(encoding)).feeds
    assert feed.title == "Žižek und Ähre"


def test_an_encoding_of_several_bytes_is_read_although_the_parser_cannot() -> None:
    text = '<?xml version="1.0" encoding="Shift_JIS"?><opml><outline text="日本" xmlUrl="http://a.jp/"/></opml>'
    assert read_opml(text.encode("shift_jis")).feeds[0].title == "日本"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;">]><opml><outline text="&c;" xmlUrl="http://a.example/"/></opml>'
)
OUTSIDE = (
    '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<opml><outline text="&x;" xmlUrl="http://a.example/"/></opml>'
)


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, BOMB + "<", BOMB.replace("ENTITY", "entity")])
def test_entities_are_refused_be_they_well_formed_or_not(text: str) -> None:
    with pytest.raises(InvalidRequest, match="declares entities"):
        read(text)


def test_a_doctype_without_entities_does_no_harm() -> None:
    text = '<!DOCTYPE opml SYSTEM "http://127.0.0.1:1/opml.dtd"><opml>'
    assert urls(f'{text}<outline xmlUrl="http://a.example/"/></opml>') == ["http://a.example/"]


@pytest.mark.parametrize("end", ["", "&"], ids=["well-formed", "in disorder"])
def test_what_lies_too_deep_is_refused(end: str) -> None:
    def nested(depth: int) -> str:
        return "<opml>" + '<outline text="x">' * depth + end + "</outline>" * depth + "</opml>"

    assert read(nested(DEEPEST)).feeds == ()
    with pytest.raises(InvalidRequest, match="100 deep"):
        read(nested(DEEPEST + 1))


@pytest.mark.parametrize("end", ["", "&"], ids=["well-formed", "in disorder"])
def test_too_many_outlines_are_refused(end: str) -> None:
    with pytest.raises(InvalidRequest, match="100,000 outlines"):
        read("<opml>" + "<outline/>" * 100_001 + end + "</opml>")


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="10 MiB"):
        read_opml(b" " * (MOST_BYTES + 1))


@pytest.mark.parametrize(
    "text", ["", "words", "<html><body>no</body></html>", "<rss><channel/></rss>"]
)
def test_what_is_no_opml_is_said_to_be_none(text: str) -> None:
    with pytest.raises(InvalidRequest, match="no OPML"):
        read(text)


def test_feeds_that_nobody_could_fetch_are_counted_and_left_out() -> None:
    found = read(
        '<opml><outline xmlUrl="javascript:alert(1)"/><outline xmlUrl="file:///etc/passwd"/>'
        '<outline xmlUrl="http://a.example/" htmlUrl="javascript:alert(1)"/></opml>'
    )
    assert (found.feeds, found.left_out) == ((Feed(url="http://a.example/"),), 2)


HOSTILE = {
    "starts": "<outline ",
    "quotes": '<outline a="',
    "names": "a",
    "equals": "<outline a=",
    "comments": "<!--",
    "slashes": "<outline" + "/" * 20,
    "entities": "<outline a='&amp;&lt;&#x41;'",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_disorder_by_the_megabyte_is_read_in_one_pass(piece: str) -> None:
    # With a pass for each piece it would take hours, and pytest's own limit ends it.
    text = "<opml><" + piece * (400_000 // len(piece))
    with suppress(InvalidRequest):  # too deep, at the end of the pass
        assert read(text).feeds == ()


words = st.text(max_size=12).map(tidy_text)
addresses = st.builds(
    "http{}://{}.example/{}".format,
    st.sampled_from(["", "s"]),
    st.from_regex(r"[a-z]{1,3}", fullmatch=True),
    words,
).map(web_address)
folders = st.frozensets(st.lists(words.filter(bool), min_size=1, max_size=3).map(tuple), max_size=3)
feeds = st.builds(
    Feed, url=addresses, site=st.one_of(st.just(""), addresses), title=words, folders=folders
)
lists = st.builds(
    FeedList,
    feeds=st.lists(feeds, max_size=6, unique_by=lambda feed: feed_key(feed.url)).map(tuple),
    title=words,
    owner=words,
)


@given(lists)
def test_what_is_written_is_read_as_the_same(written: FeedList) -> None:
    found = read_opml(write_opml(written))
    assert (found.title, found.owner) == (written.title, written.owner)
    assert {feed.url: feed for feed in found.feeds} == {feed.url: feed for feed in written.feeds}
    assert write_opml(read_opml(write_opml(found))) == write_opml(found)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for text in (content, b"<opml>" + content, b"<opml><outline " + content):
        with suppress(InvalidRequest):
            assert isinstance(read_opml(text), FeedList)
