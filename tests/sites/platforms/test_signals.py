"""Signals: whatever a page answers, its shape is checked and its size is bounded."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tintype.blob import Blob
from tintype.browser import Answer, Captured
from tintype.sites.platforms import asking
from tintype.sites.platforms.finding import find
from tintype.sites.platforms.rules import OURS, read_rules
from tintype.sites.platforms.signals import signals_of

RULES = read_rules(OURS)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from(["html", "meta", "elements", "scriptUrls", "scripts", "x"])


def captured(**answers: Any) -> Captured:
    answer = Answer(
        url="https://a.example/",
        status=200,
        media_type="text/html",
        headers=[("server", "nginx"), ("set-cookie", "a=1; Path=/\nb=2"), ("x" * 9000, "y" * 9000)],
    )
    return Captured(
        blob=Blob.from_bytes(b"x"),
        answer=answer,
        answers=answers,
        cookies=["C"],
        requested=["https://a.example/x.js?1", "https://a.example/y.css"],
    )


@given(ANYTHING, ANYTHING)
def test_an_answer_of_any_shape_is_taken(seen: Any, told: Any) -> None:
    page = captured(**{asking.SEEN: seen, asking.TOLD: told})
    assert "nginx" in {each.name for each in find(asking.signals_in(page), RULES).platforms}


@given(
    st.dictionaries(NAMES, ANYTHING),
    st.dictionaries(st.sampled_from(["variables", "properties"]), ANYTHING),
)
def test_so_is_one_whose_parts_are_of_any_shape(seen: Any, told: Any) -> None:
    signals = signals_of(captured(), seen, told)
    assert find(signals, RULES).complete


def test_what_is_right_is_kept() -> None:
    signals = signals_of(
        captured(),
        {
            "html": "<p>",
            "meta": [["Generator", "X 1"], ["generator", "Y"], ["odd"], 3],
            "elements": {"a": [{"": "t", "href": "/"}, 7]},
            "scriptUrls": ["https://b.example/z.js", None],
            "scripts": ["one"],
        },
        {"variables": {"A": "1", "B": True, "C": False, "D": 2, "E": None, "F": []}},
    )
    assert signals.meta == {"generator": ["X 1", "Y"]}
    assert signals.elements == {"a": ({"": "t", "href": "/"}, {})}
    assert signals.script_urls == ("https://b.example/z.js", "https://a.example/x.js?1")
    assert signals.variables == {"A": "1", "B": "", "D": "2"}
    assert signals.cookies == {"c": None, "a": "1", "b": "2"}
    assert signals.headers["server"] == ["nginx"]


def test_what_is_too_large_is_cut() -> None:
    seen = {
        "html": "x" * 5_000_000,
        "scripts": ["y" * 1_000_000] * 10_000,
        "meta": [["a", "b" * 10_000]] * 10_000,
        "elements": {"a": [{"": "c" * 10_000}] * 10_000},
    }
    signals = signals_of(captured(), seen, {"variables": {"v": "d" * 10_000}})
    assert len(signals.html) == 400_000
    assert (len(signals.scripts), len(signals.scripts[0])) == (500, 20_000)
    assert (len(signals.meta["a"]), len(signals.meta["a"][0])) == (500, 2_000)
    assert (len(signals.elements["a"]), len(signals.elements["a"][0][""])) == (500, 2_000)
    assert len(signals.variables["v"]) == 2_000


def test_half_a_character_is_no_reason_to_fail() -> None:
    half = "\ud800"
    seen = {
        "html": half,
        "meta": [[half, half]],
        "scripts": [half],
        "elements": {half: [{"": half}]},
    }
    assert find(signals_of(captured(), seen, {"variables": {half: half}}), RULES).complete
