"""Finding: how rules come together. Samples of real platforms are in test_samples."""

from typing import Any

import pytest

from tintype.sites.platforms import Platform
from tintype.sites.platforms.finding import find
from tintype.sites.platforms.rules import Rules, read_rule
from tintype.sites.platforms.signals import Signals


def rules_of(given: dict[str, Any]) -> Rules:
    rules = {name: read_rule(name, rule) for name, rule in given.items()}
    return Rules(rules, {1: "CMS", 2: "Servers"}, {1: 1, 2: 5})


def found(signals: Signals, given: dict[str, Any]) -> dict[str, Platform]:
    return {each.name: each for each in find(signals, rules_of(given)).platforms}


PAGE = Signals(
    url="https://a.example/",
    headers={"server": ["one/1.2", "two"], "x-empty": [""]},
    cookies={"known": "v4", "named": None, "sess_ab": None},
    meta={"generator": ["Alpha 1.0", "Beta 2.10.3"]},
    html="<p>powered by gamma 7</p>",
    text="powered by gamma 7",
    script_urls=["https://a.example/x.js", "https://a.example/lib-3.4.js"],
    scripts=["var delta = 1;"],
    requested=["https://api.example/v1"],
    elements={"a.b": ({"": "text here", "href": "/eps/5"},), "i": ({"": ""},)},
    properties={"a.b": {"prop": "9.9"}},
    variables={"Lib.version": "8.1", "Flag": ""},
)


@pytest.mark.parametrize(
    ("rule", "version"),
    [
        ({"headers": {"Server": r"^one/([\d.]+)\;version:\1"}}, "1.2"),
        ({"headers": {"server": "^two$"}}, ""),
        ({"headers": {"X-Empty": ""}}, ""),
        ({"cookies": {"Known": r"v(\d)\;version:\1"}}, "4"),
        ({"cookies": {"named": ""}}, ""),
        ({"cookies": {"sess_*": ""}}, ""),
        ({"meta": {"generator": r"^beta ([\d.]+)\;version:\1"}}, "2.10.3"),
        ({"meta": {"generator": [r"^zeta", r"^alpha ([\d.]+)\;version:\1"]}}, "1.0"),
        ({"html": r"gamma (\d)\;version:\1"}, "7"),
        ({"scriptSrc": r"/lib-([\d.]+)\.js$\;version:\1"}, "3.4"),
        ({"scriptSrc": r"^https://a\.example/lib"}, ""),
        ({"scripts": "var delta"}, ""),
        ({"xhr": r"^https://api\.example/"}, ""),
        ({"url": r"^https://a\.example/"}, ""),
        ({"dom": "i"}, ""),
        ({"dom": ["u", "a.b"]}, ""),
        ({"text": r"^powered by gamma (\d)$\;version:\1"}, "7"),
        ({"dom": {"a.b": {"exists": ""}}}, ""),
        ({"dom": {"a.b": {"exists": "", "attributes": {"id": "none"}}}}, ""),
        ({"dom": {"a.b": {"text": "^text"}}}, ""),
        ({"dom": {"a.b": {"attributes": {"href": r"/eps/(\d)\;version:\1"}}}}, "5"),
        ({"dom": {"a.b": {"properties": {"prop": r"([\d.]+)\;version:\1"}}}}, "9.9"),
        ({"js": {"Lib.version": r"([\d.]+)\;version:\1"}}, "8.1"),
        ({"js": {"Flag": ""}}, ""),
    ],
    ids=str,
)
def test_a_platform_is_found_by(rule: dict[str, Any], version: str) -> None:
    assert found(PAGE, {"It": rule})["It"].version == version


@pytest.mark.parametrize(
    "rule",
    [
        {"headers": {"server": "^three"}},
        {"headers": {"x-none": ""}},
        {"cookies": {"named": "value"}},
        {"cookies": {"other_*": ""}},
        {"meta": {"author": ""}},
        {"dom": "b"},
        {"text": "<p>"},
        {"dom": {"u": {"exists": "", "attributes": {"id": ""}}}},
        {"dom": {"i": {"text": "x"}}},
        {"dom": {"a.b": {"attributes": {"id": ""}}}},
        {"dom": {"a.b": {"properties": {"none": ""}}}},
        {"js": {"Flag": "value"}},
        {},
    ],
    ids=str,
)
def test_a_platform_is_not_found_by(rule: dict[str, Any]) -> None:
    assert not found(PAGE, {"It": rule})


def test_confidence_adds_up_and_ends_at_a_hundred() -> None:
    some = {"html": r"gamma\;confidence:40", "scripts": r"delta\;confidence:30"}
    assert found(PAGE, {"It": some})["It"].confidence == 70
    more = {**some, "dom": {"i": {"exists": r"\;confidence:60"}}}
    assert found(PAGE, {"It": more})["It"].confidence == 100


def test_a_platform_brings_others_no_surer_than_itself() -> None:
    rules = {
        "A": {"html": r"gamma\;confidence:80", "implies": ["B", r"C\;confidence:50"]},
        "B": {"implies": "D"},
        "C": {},
        "D": {"implies": "A"},
    }
    platforms = found(PAGE, rules)
    assert {name: each.confidence for name, each in platforms.items()} == {
        "A": 80,
        "B": 80,
        "C": 50,
        "D": 80,
    }
    assert platforms["D"].seen == ("comes with B",)


def test_a_platform_may_need_another_or_one_of_a_kind() -> None:
    plugin = {"html": "gamma", "requires": "Base"}
    theme = {"html": "gamma", "requiresCategory": 1}
    nested = {"html": "gamma", "requires": "Plugin"}
    rules = {"Nested": nested, "Plugin": plugin, "Theme": theme}
    assert not found(PAGE, rules)
    base = {"cats": [1], "scripts": "delta"}
    assert set(found(PAGE, {**rules, "Base": base})) == {"Base", "Plugin", "Nested", "Theme"}


def test_a_platform_may_exclude_another() -> None:
    rules = {"Old": {"html": "gamma"}, "New": {"html": "gamma", "excludes": "Old"}}
    assert set(found(PAGE, rules)) == {"New"}


def test_what_a_site_is_made_with_comes_before_what_it_is_served_by() -> None:
    rules = {
        "Server": {"cats": [2], "html": "gamma"},
        "Cms": {"cats": [1], "html": r"gamma\;confidence:50"},
        "Odd": {"html": "gamma"},
    }
    assert list(found(PAGE, rules)) == ["Cms", "Server", "Odd"]


def test_what_was_seen_is_one_short_line_without_control_characters() -> None:
    page = Signals(headers={"server": ["x\x1b[2J\u202e" + "y" * 300]})
    [seen] = found(page, {"It": {"headers": {"server": r"x[\s\S]*"}}})["It"].seen
    assert len(seen) <= 100
    assert seen.isprintable()


def test_when_time_is_up_what_was_found_by_then_is_told() -> None:
    ticks = iter(range(100))
    rules = rules_of({name: {"html": "gamma"} for name in "abcdefgh"})
    findings = find(PAGE, rules, budget=3, clock=lambda: float(next(ticks)))
    assert not findings.complete
    assert len(findings.platforms) == 3
