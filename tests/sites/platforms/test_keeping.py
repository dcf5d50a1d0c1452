"""What is kept of a site's platforms, and counts over many sites."""

from typing import Any

import pytest

from tintype.catalog import Catalog, site_facts, sites
from tintype.catalog.sites import SiteDraft
from tintype.sites.platforms import Findings, Platform
from tintype.sites.platforms.keeping import (
    BADGE,
    FACT,
    badge_of,
    counted,
    found_at,
    kept_facts,
    kept_platforms,
)

URL = "https://a.example/"


def facts(*platforms: Platform) -> dict[str, Any]:
    return {FACT: kept_facts(Findings(platforms=platforms), URL)}


def test_what_is_kept_is_given_back_for_the_same_url() -> None:
    platform = Platform(name="A", version="1", confidence=70, categories=("C",), seen=("s",))
    kept = facts(platform)
    assert kept_platforms(kept, URL) == [platform]
    assert kept_platforms(kept, "https://b.example/") is None
    assert kept_platforms({}, URL) is None
    assert found_at(kept).endswith("+00:00")
    assert found_at({}) == ""


def test_only_so_many_are_kept() -> None:
    kept = facts(*(Platform(name=str(number)) for number in range(100)))
    assert len(kept_platforms(kept, URL) or ()) == 40


def test_platforms_are_counted_where_they_are_sure_enough() -> None:
    guess = Platform(name="Guess", confidence=49)
    many = [facts(Platform(name="b"), guess), facts(Platform(name="a")), facts(), {}]
    many.append(facts(Platform(name="b"), Platform(name="a"), Platform(name="B")))
    counts, known = counted(many)
    assert list(counts.items()) == [("a", 2), ("b", 2), ("B", 1)]
    assert known == 4


@pytest.mark.parametrize(
    ("kept", "public", "name"),
    [
        ({}, False, ""),
        ({BADGE: {"public": True, "platform": "A"}}, True, "A"),
        ({BADGE: {"public": "yes"}}, False, ""),
        ({BADGE: None}, False, ""),
    ],
    ids=["none", "public", "odd", "null"],
)
def test_a_badge_is_public_only_if_that_was_said(kept: Any, public: bool, name: str) -> None:
    assert badge_of(kept) == (public, name)


def test_facts_are_those_of_whose_sites_are_asked_for(catalog: Catalog) -> None:
    def work(session: Any) -> None:
        for number in range(3):
            draft = SiteDraft(url=f"{URL}{number}", slug=f"s{number}")
            site = sites.add(session, draft)
            sites.note(session, site.id, FACT, {"number": number})

    catalog.run_now(work)
    found = catalog.read_now(lambda session: list(site_facts.all_facts(session, None)))
    assert sorted(each[FACT]["number"] for each in found) == [0, 1, 2]
    assert not catalog.read_now(lambda session: list(site_facts.all_facts(session, "nobody")))
