"""Finding originals: the same on both databases as by looking at each of them."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from catalog.records import add_original, add_user
from tintype.catalog import Catalog, Session, originals, search
from tintype.catalog.colours import name_of
from tintype.catalog.pages import Page
from tintype.catalog.search import Search
from tintype.catalog.tables import Original, User
from tintype.catalog.terms import words_in
from tintype.errors import InvalidRecord


@pytest.fixture
def user(catalog: Catalog) -> User:
    return add_user(catalog)


def page(catalog: Catalog, user: User, wanted: Search, **options: object) -> Page[Original]:
    return catalog.read_now(lambda session: search.page(session, user.id, wanted, **options))  # type: ignore[arg-type]


def names(catalog: Catalog, user: User, **wanted: object) -> list[str]:
    found = page(catalog, user, Search(**wanted))  # type: ignore[arg-type]
    assert found.after is None
    return [original.name for original in found.items]


def every(catalog: Catalog, user: User, wanted: Search, limit: int = 7) -> list[str]:
    """The ids on all pages, each of which is new."""
    found: list[str] = []
    after: str | None = None
    while True:
        got = page(catalog, user, wanted, after=after, limit=limit)
        assert len(got.items) <= limit
        found += [original.id for original in got.items]
        if got.after is None:
            assert len(found) == len(set(found))
            return found
        assert got.after != after
        after = got.after


def test_the_newest_comes_first(catalog: Catalog, user: User) -> None:
    for name in "abc":
        add_original(catalog, user, name=name)
    assert names(catalog, user) == ["c", "b", "a"]


def test_everybody_finds_their_own(catalog: Catalog, user: User) -> None:
    other = add_user(catalog, "grace@example.org")
    add_original(catalog, other, name="theirs", tags=["t"], size=5)
    add_original(catalog, user, name="mine")
    for wanted in ({}, {"tags": ["t"]}, {"name": "theirs"}, {"least_size": 5, "most_size": 5}):
        assert "theirs" not in names(catalog, user, **wanted)
    assert names(catalog, other, name="theirs", tags=["T"]) == ["theirs"]


@pytest.mark.parametrize(
    ("question", "is_found"),
    [
        *(("sunset", True), ("SUN", True), ("beach sun", True), ("img 0042", True), ("jpg", True)),
        *(("été", True), ("e\u0301te\u0301", True), ("", True), ("!?", True), ("_", True)),
        *(("set", False), ("sunsets", False), ("sunset winter", False), ("042", False)),
        *(("%", True), ("' OR 1=1 --", False)),
    ],
)
def test_by_name(catalog: Catalog, user: User, question: str, is_found: bool) -> None:
    add_original(catalog, user, name="IMG_0042 Sunset-beach (Été).JPG")
    assert bool(names(catalog, user, name=question)) == is_found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"tags": ["summer"]}, ["b", "a"]),
        ({"tags": [" SUMMER "]}, ["b", "a"]),
        ({"tags": ["summer", "sea"]}, ["b"]),
        ({"tags": ["summer", "winter"]}, []),
        ({"tags": ["none"]}, []),
        ({"source": "example.org"}, ["a"]),
        ({"source": "EXAMPLE.ORG"}, ["a"]),
        ({"source": "https://example.org/x?y=1"}, ["a"]),
        ({"source": "https://example.org/x?y=2"}, []),
        ({"source": "upload"}, ["c", "b"]),
        ({"media_type": "image/png"}, ["c"]),
        ({"media_type": "IMAGE/PNG"}, ["c"]),
        ({"colour": "red"}, ["a"]),
        ({"colour": "#fe0102"}, ["a"]),
        ({"colour": "grey"}, ["c"]),
        ({"colour": "green"}, []),
        ({"least_size": 20}, ["c", "b"]),
        ({"most_size": 20}, ["b", "a"]),
        ({"least_size": 11, "most_size": 29}, ["b"]),
        ({"least_size": 30, "most_size": 10}, []),
        ({"least_size": -(10**30), "most_size": 10**30}, ["c", "b", "a"]),
        ({"tags": ["summer"], "least_size": 20, "name": "b", "colour": "blue"}, ["b"]),
    ],
)
def test_by_what_it_is(
    catalog: Catalog, user: User, wanted: dict[str, object], found: list[str]
) -> None:
    add_original(
        catalog, user, name="a", tags=["Summer"], size=10, source="https://example.org/x?y=1",
        colours=["#ff0000", "#0000ff"],
    )  # fmt: skip
    add_original(catalog, user, name="b", tags=["summer", "Sea"], size=20, colours=["#0000ff"])
    add_original(catalog, user, name="c", size=30, media_type="image/png", colours=["#808080"])
    assert names(catalog, user, **wanted) == found


def test_by_date(catalog: Catalog, user: User) -> None:
    first = add_original(catalog, user, name="first")
    second = add_original(catalog, user, name="second")
    while second.created_at == first.created_at:
        second = add_original(catalog, user, name="second")
    last = names(catalog, user, since=second.created_at)
    assert set(last) == {"second"}
    assert "first" in names(catalog, user, until=second.created_at)
    assert names(catalog, user, since=second.created_at, until=second.created_at) == []
    long_ago, far = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
    assert "first" in names(catalog, user, since=long_ago, until=far)
    assert names(catalog, user, until=long_ago) == names(catalog, user, since=far) == []


def test_a_change_changes_what_it_is_found_by(catalog: Catalog, user: User) -> None:
    original = add_original(catalog, user, name="old name", tags=["old", "kept"])
    catalog.run_now(
        lambda s: originals.change(s, user.id, original.id, name="new", tags=["kept", "new"])
    )
    assert names(catalog, user, name="old") == names(catalog, user, tags=["old"]) == []
    assert names(catalog, user, name="new", tags=["new", "kept"]) == ["new"]


@pytest.mark.parametrize(
    "after", ["", "x", "-1", "1.5", "9" * 30, "١", "1 OR 1=1", str(1 << 63), "1\x00"]
)
def test_a_cursor_that_was_not_given_out_is_refused(
    catalog: Catalog, user: User, after: str
) -> None:
    with pytest.raises(InvalidRecord, match="cursor"):
        page(catalog, user, Search(), after=after)


def test_a_colour_that_is_none_is_refused(catalog: Catalog, user: User) -> None:
    with pytest.raises(InvalidRecord, match="color: must be"):
        page(catalog, user, Search(colour="beautiful"))


Check = Callable[[Original], bool]


def questions(made: list[Original]) -> Iterator[tuple[Search, Check]]:
    """Questions of every kind and mixture, each with what it means."""
    chance = random.Random(7)
    middle = made[len(made) // 2].created_at
    kinds: list[tuple[dict[str, object], Check]] = [
        ({"name": "wo"}, lambda o: any(w.startswith("wo") for w in words_in(o.name))),
        ({"name": "word1"}, lambda o: any(w.startswith("word1") for w in words_in(o.name))),
        ({"tags": ("odd",)}, lambda o: "odd" in o.tags),
        ({"tags": ("rare",)}, lambda o: "rare" in o.tags),
        ({"source": "example.org"}, lambda o: o.source.startswith("https://example.org/")),
        ({"colour": "blue"}, lambda o: "blue" in map(name_of, o.colours)),
        ({"least_size": 30}, lambda o: o.size >= 30),
        ({"least_size": 40, "most_size": 45}, lambda o: 40 <= o.size <= 45),
        ({"since": middle}, lambda o: o.created_at >= middle),
        ({"until": middle}, lambda o: o.created_at < middle),
    ]
    yield Search(), lambda _: True
    for count in (1, 2, 3):
        for _ in range(10):
            chosen = chance.sample(kinds, count)
            fields = {k: v for wanted, _ in chosen for k, v in wanted.items()}
            if sum(len(wanted) for wanted, _ in chosen) == len(fields):
                checks = [check for _, check in chosen]
                yield Search(**fields), lambda o, c=checks: all(each(o) for each in c)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize("window", [10_000, 20, 3])
def test_pages_hold_what_is_meant_and_each_once(
    catalog: Catalog, user: User, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few positions are looked at for a page: with a small window all plans are taken."""
    monkeypatch.setattr("tintype.catalog.search.WINDOW", window)
    chance = random.Random(3)

    def add(session: Session) -> list[Original]:
        return [originals.add(session, user.id, draft)[0] for draft in drafts(chance, 90)]

    made = catalog.run_now(add)
    kept = sorted(made, key=lambda original: -original.position)
    for wanted, is_meant in questions(kept):
        meant = [original.id for original in kept if is_meant(original)]
        assert every(catalog, user, wanted) == meant, wanted


def drafts(chance: random.Random, count: int) -> Iterator[originals.OriginalDraft]:
    for number in range(count):
        yield originals.OriginalDraft(
            sha256=f"{number:064}",
            key=f"originals/{number}",
            media_type="image/jpeg",
            size=chance.randrange(60),
            name=f"word{number} {chance.choice(['woman', 'man', 'world word'])}.jpg",
            tags=(*(["odd"] if number % 2 else []), *(["rare"] if number % 17 == 0 else [])),
            source=chance.choice(["", "https://example.org/a", "https://other.example/a"]),
            colours=(chance.choice(["#0000ff", "#ff0000", "#ffffff"]),),
        )


def test_a_short_page_says_where_to_go_on(
    catalog: Catalog, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tintype.catalog.search.WINDOW", 4)
    for number in range(30):
        tags = ["even"] * (number % 2 == 0) + ["third"] * (number % 3 == 0)
        add_original(catalog, user, name=str(number), tags=tags)
    wanted = Search(tags=("even", "third"))
    first = page(catalog, user, wanted, limit=50)
    assert len(first.items) < 5
    assert first.after
    assert len(every(catalog, user, wanted)) == 5
