"""One vote a person, and gems."""

import pytest

from tintype.sites.opml import Feed, FeedList
from tintype.sites.opml.merging import Merged, NamedList, merged
from tintype.sites.opml.ranking import agreement, gems, shared


def person(name: str, letters: str, owner: str = "") -> NamedList:
    feeds = tuple(Feed(url=f"http://{c}.example/", title=c.upper()) for c in letters)
    return NamedList(name, FeedList(feeds=feeds, title=name, owner=owner))


def group(*letters: str) -> Merged:
    return merged([person(str(n), each) for n, each in enumerate(letters)])


def test_feeds_are_ranked_by_how_many_people_share_them() -> None:
    ranked = shared(group("ab", "bc", "bcd"))
    assert [(each.feed.title, each.people) for each in ranked] == [
        ("B", 3),
        ("C", 2),
        ("A", 1),
        ("D", 1),
    ]


def test_nobody_has_two_votes() -> None:
    spellings = (
        "http://a.example/",
        "https://www.a.example",
        "feed:http://a.example/?utm_source=x",
    )
    ada = FeedList(feeds=tuple(Feed(url=url) for url in spellings), owner="ada@example.org")
    again = FeedList(feeds=(Feed(url="http://a.example/"),), owner="ADA@example.org")
    all_lists = [NamedList("1", ada), NamedList("2", again), person("3", "a"), person("3", "a")]
    (one,) = shared(merged(all_lists))
    assert one.people == 2
    assert [each.name for each in merged(all_lists).people] == ["ada@example.org", "3"]


def test_two_people_with_the_same_taste_are_two() -> None:
    assert shared(group("a", "a"))[0].people == 2


def test_the_spelling_that_most_people_have_is_kept_and_every_folder() -> None:
    found = merged(
        [
            NamedList(str(n), FeedList(feeds=(feed,), title=str(n)))
            for n, feed in enumerate(
                [
                    Feed(url="http://a.example/x", title="", folders=frozenset({("one",)})),
                    Feed(url="https://a.example/x/", title="A", site="http://a.example/"),
                    Feed(url="https://a.example/x/", title="A", folders=frozenset({("two",)})),
                ]
            )
        ]
    )
    assert list(found.feeds.values()) == [
        Feed(
            url="https://a.example/x/",
            site="http://a.example/",
            title="A",
            folders=frozenset({("one",), ("two",)}),
        )
    ]


# Three agree with "abc" and have the gem g; everybody has p; six others have none of it.
GROUP = ("abgp", "bcgp", "acgp", "xyp", "xzp", "yzp", "xwp", "ywp", "zwp")


def mine(letters: str) -> frozenset[str]:
    return frozenset(f"{c}.example" for c in letters)


def test_a_gem_is_what_those_have_who_agree_with_you_and_few_others() -> None:
    found = gems(group(*GROUP), mine("abc"))
    assert [(each.feed.title, each.people, each.lift) for each in found] == [("G", 3, 3.0)]


def test_what_everybody_has_is_no_gem_nor_what_you_have_nor_the_word_of_two() -> None:
    titles = {each.feed.title for each in gems(group(*GROUP), mine("abc"), least=1)}
    assert "P" not in titles
    assert titles.isdisjoint("ABC")
    assert gems(group(*GROUP), mine("abcg"), least=3) == []
    assert gems(group(*GROUP[1:]), mine("abc"), least=3) == []


def test_who_agrees_more_counts_more() -> None:
    found = gems(group("abcdg", "abcdg", "azyh", "bzyh", *["x"] * 6), mine("abcd"), least=2)
    lifts = {each.feed.title: each.lift for each in found}
    assert lifts["G"] > lifts["H"] > 1


def test_without_anybody_who_agrees_there_are_no_gems() -> None:
    assert gems(group("xy", "yz"), mine("abc"), least=1) == []
    assert gems(merged([]), mine("abc"), least=1) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("abcd", "abcd", 1.0), ("a", "bcde", 0.0), ("abcd", "a", 0.5), ("", "a", 0.0)],
)
def test_agreement_is_the_cosine_of_two_lists(one: str, other: str, expected: float) -> None:
    assert agreement(mine(one), mine(other)) == expected
