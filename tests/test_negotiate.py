"""What a browser takes, by its headers; and which transform it gets for that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.negotiate import (
    ANY,
    HINTS,
    OFFERED,
    Hints,
    accepted,
    negotiated,
    vary,
)
from tintype.transform import MAX_SIDE, FilterCall, Transform

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
FIREFOX = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
SAFARI = "image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/*"
OLD_CHROME = "image/webp,image/apng,image/*,*/*;q=0.8"
CURL = "*/*"


@pytest.mark.parametrize(
    ("header", "formats"),
    [
        (CHROME, {"avif", "webp"}),
        (FIREFOX, {"avif", "webp"}),
        (SAFARI, {"avif", "webp", "jxl"}),
        (OLD_CHROME, {"webp"}),
        (CURL, set()),
        ("image/*", set()),
        ("", set()),
        ("image/webp;q=0", set()),
        ("image/webp;q=0.0, image/avif;q=0.001", {"avif"}),
        ("image/webp;q=0.000, image/webp", set()),
        ("IMAGE/WebP ; Q=0.5", {"webp"}),
        ("image/webp;q=2", set()),
        ("image/webp;q=", set()),
        ("image/webp;q=-1", set()),
        ("image/webp;q=0.1234", set()),
        ("image/webp;q=1.000", {"webp"}),
        ("image/webp;level=1;q=0", set()),
        ("image/webp;level=1", {"webp"}),
        ("image/webp2,ximage/webp,image/web", set()),
        (",,;;,=,image/webp", {"webp"}),
    ],
)
def test_only_what_is_named_and_not_refused_is_accepted(header: str, formats: set[str]) -> None:
    assert accepted(header) == formats


WEIGHTS = st.sampled_from(["", ";q=1", ";q=0.3", "; q=0.001", ";q=0", ";q=0.000", ";Q=0"])
ENTRIES = st.tuples(
    st.sampled_from(["image/avif", "image/webp", "image/jxl", "image/*", "*/*", "text/html"]),
    WEIGHTS,
)


@given(st.lists(ENTRIES))
def test_the_order_of_entries_changes_nothing(entries: list[tuple[str, str]]) -> None:
    header = ",".join(name + weight for name, weight in entries)
    backwards = " , ".join(name.upper() + weight for name, weight in reversed(entries))
    assert accepted(header) == accepted(backwards)
    refused = {name for name, weight in entries if weight and not float(weight.split("=")[1])}
    named = {name for name, _ in entries}
    for name in ("avif", "webp", "jxl"):
        expected = f"image/{name}" in named - refused
        assert (name in accepted(header)) == expected


@given(st.text())
def test_any_text_is_read(header: str) -> None:
    assert accepted(header) <= {"avif", "webp", "jxl"}


@pytest.mark.parametrize("part", ["image/webp;q=0.5;", ",", ";q=", "image/", "0", " "])
def test_a_header_of_megabytes_is_read(part: str) -> None:
    """A reader of more than linear time would not come back within the tests' limit."""
    assert accepted("image/avif," + part * 1_000_000 + ",image/jxl") >= {"avif", "jxl"}


@pytest.mark.parametrize(
    ("header", "arguments", "accept_class"),
    [
        (CHROME, ("avif", "webp"), "avif"),
        (SAFARI, ("avif", "webp"), "avif"),
        (OLD_CHROME, ("webp",), "webp"),
        (CURL, ("plain",), "plain"),
        ("image/avif", ("plain",), "plain"),
    ],
)
def test_a_browser_gets_the_filter_of_its_class(
    header: str, arguments: tuple[str, ...], accept_class: str
) -> None:
    found = negotiated(Transform(width=300), header, OFFERED)
    assert found.transform == Transform(width=300, filters=(FilterCall("accept", arguments),))
    assert found.accept_class == accept_class


def test_only_what_is_offered_is_chosen() -> None:
    assert negotiated(Transform(), CHROME, ("webp",)).accept_class == "webp"
    assert negotiated(Transform(), "image/avif", ("avif",)).accept_class == "avif"


@pytest.mark.parametrize("offered", [(), OFFERED])
def test_a_url_that_names_its_format_is_not_negotiated(offered: tuple[str, ...]) -> None:
    transform = Transform().with_filter("format", "png")
    assert negotiated(transform, CHROME, offered) == (negotiated(transform, "", ()))
    assert negotiated(transform, CHROME, offered).accept_class == ANY


def test_a_url_without_a_format_is_negotiated_only_when_the_setting_offers_something() -> None:
    assert negotiated(Transform(), CHROME, ()).transform == Transform()


def test_format_auto_is_negotiated_without_a_setting() -> None:
    transform = Transform().with_filter("quality", 70).with_filter("format", "auto")
    found = negotiated(transform, CHROME, ())
    assert [str(call) for call in found.transform.filters] == ["quality(70)", "accept(avif,webp)"]


def test_a_transform_that_says_what_is_accepted_stays() -> None:
    transform = Transform().with_filter("accept", "webp")
    assert negotiated(transform, CHROME, OFFERED).transform == transform


def test_of_a_chain_the_last_transform_is_negotiated() -> None:
    chain = Transform(width=900, then=Transform(width=300))
    found = negotiated(chain, OLD_CHROME, OFFERED).transform
    assert found.filters == ()
    assert found.then == Transform(width=300).with_filter("accept", "webp")


@pytest.mark.parametrize(
    ("headers", "hints"),
    [
        ({}, Hints()),
        ({"dpr": "2"}, Hints(2.0)),
        ({"dpr": "2.625"}, Hints(3.0)),
        ({"sec-ch-dpr": "1.25", "dpr": "4"}, Hints(1.0)),
        ({"dpr": "99999"}, Hints(4.0)),
        ({"dpr": "-1"}, Hints()),
        ({"dpr": "nan"}, Hints()),
        ({"dpr": "1e9"}, Hints()),
        ({"width": "401"}, Hints(width=500)),
        ({"sec-ch-width": "400"}, Hints(width=400)),
        ({"width": "99999"}, Hints(width=MAX_SIDE)),
        ({"save-data": "On"}, Hints(save_data=True)),
        ({"save-data": "off"}, Hints()),
    ],
)
def test_hints_are_read_in_few_steps(headers: dict[str, str], hints: Hints) -> None:
    assert Hints.of(headers) == hints


def test_a_size_in_the_url_grows_by_the_pixel_ratio() -> None:
    assert Hints(2.0, 700).applied(Transform(width=300, height=200)) == Transform(
        width=600, height=400
    )
    assert Hints(1.5).applied(Transform(width=301)).width == 452
    assert Hints(4.0).applied(Transform(width=9_000)).width == MAX_SIDE
    assert Hints(2.0).applied(Transform(width="orig")).width == "orig"


def test_a_url_without_a_size_takes_the_hinted_width() -> None:
    assert Hints(2.0, 700).applied(Transform()) == Transform(width=700)
    assert Hints(2.0).applied(Transform()) == Transform()


def test_who_saves_data_gets_fewer_bytes_and_no_more_pixels() -> None:
    saving = Hints(3.0, 700, save_data=True)
    assert saving.applied(Transform(width=300)) == Transform(width=300).with_filter("quality", 60)
    named = Transform(width=300).with_filter("quality", 90)
    assert saving.applied(named) == named


def test_vary_names_what_the_answer_depends_on() -> None:
    assert vary(ANY, hints=False) == ""
    assert vary("plain", hints=False) == "Accept"
    assert vary("avif", hints=True) == "Accept, " + ", ".join(HINTS)
    assert vary(ANY, hints=True) == ", ".join(HINTS)
