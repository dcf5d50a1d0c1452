from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tintype.errors import InvalidRequest, InvalidTransform
from tintype.transform import (
    MAX_SIDE,
    Corner,
    CropEdges,
    FilterCall,
    Fit,
    HAlign,
    Padding,
    Transform,
    Trim,
    VAlign,
)
from tintype.urls import ImageRequest
from tintype.urls.thumbor import (
    MAX_PATH,
    Grammar,
    compose,
    decoded,
    halves,
    parse,
    reads_alike,
)

PLAIN = Transform(upscale=True)


def asks(image: str = "a.jpg", *, meta: bool = False, **fields: object) -> ImageRequest:
    return ImageRequest(image=image, transform=replace(PLAIN, **fields), meta=meta)  # type: ignore[arg-type]


VECTORS = {  # section 3 of the grammar's description, and imagor's own
    "300x200/http://a.com/b.jpg": asks("http://a.com/b.jpg", width=300, height=200),
    "a.jpg": asks(),
    "smart/300x200/a.jpg": asks("300x200/a.jpg", smart=True),
    "top/left/a.jpg": asks("left/a.jpg", valign=VAlign.TOP),
    "center/middle/a.jpg": asks(),
    "left/bottom/smart/a.jpg": asks(halign=HAlign.LEFT, valign=VAlign.BOTTOM, smart=True),
    "trim/a.jpg": asks(trim=Trim()),
    "trim:bottom-right/a.jpg": asks(trim=Trim(Corner.BOTTOM_RIGHT)),
    "trim:top-left:10/a.jpg": asks(trim=Trim(Corner.TOP_LEFT, 10)),
    "trim:10/a.jpg": asks(trim=Trim(Corner.TOP_LEFT, 10)),  # thumbor takes it for a position
    "trim::15/a.jpg": asks(trim=Trim(Corner.TOP_LEFT, 15)),  # libthumbor writes it
    "trim:/a.jpg": asks("trim:/a.jpg"),
    "trim%3Atop-left%3a9/10x20%3A30x40/a.jpg": asks(
        trim=Trim(tolerance=9), crop=CropEdges(10, 20, 30, 40)
    ),
    "/300x200/a.jpg": asks(width=300, height=200),
    f"{'0' * 999}300x{'0' * 999}/a.jpg": asks(width=300),
    f"0x0:{'9' * 999}x{'9' * 999}/a.jpg": asks(crop=CropEdges(0, 0, 10**9, 10**9)),
    "x/a.jpg": asks(),
    "-x-/a.jpg": asks(flip_horizontal=True, flip_vertical=True),
    "-0x-0/a.jpg": asks(flip_horizontal=True, flip_vertical=True),
    "origx100/a.jpg": asks(width="orig", height=100),
    "-origx/a.jpg": asks(width="orig", flip_horizontal=True),
    "fit-in/1x2/a.jpg": asks(fit=Fit.INSIDE, upscale=False, width=1, height=2),
    "full-fit-in/1x2/a.jpg": asks(fit=Fit.COVER, width=1, height=2),
    "adaptive-fit-in/1x2/a.jpg": asks(
        fit=Fit.INSIDE, upscale=False, adaptive=True, width=1, height=2
    ),
    "adaptive-full-fit-in/1x2/a.jpg": asks(fit=Fit.COVER, adaptive=True, width=1, height=2),
    "full-adaptive-fit-in/1x2/a.jpg": asks("full-adaptive-fit-in/1x2/a.jpg"),
    "meta/debug/a.jpg": asks("debug/a.jpg", meta=True),
    "debug/meta/1x1:2x2/a.jpg": asks(meta=True, debug=True, crop=CropEdges(1, 1, 2, 2)),
    "0x0:0x0/a.jpg": asks(),
    "5x5:2x9/a.jpg": asks(),
    "filters:watermark(http://h/w.png,0,0,0):blur(3)/a.jpg": asks(
        filters=(
            FilterCall("watermark", ("http://h/w.png", "0", "0", "0")),
            FilterCall("blur", ("3",)),
        )
    ),
    "filters:watermark(http://h/w(1)/x.png,0,0,0)/a.jpg": asks(
        "x.png,0,0,0)/a.jpg", filters=(FilterCall("watermark", ("http://h/w(1)"[:-1],)),)
    ),
    "filters:blur(3/a.jpg": asks("filters:blur(3/a.jpg"),
    "300x200/filters:no_upscale()/a.jpg": asks(width=300, height=200, upscale=False),
    "300x200/filters:stretch()/a.jpg": asks(width=300, height=200, fit=Fit.STRETCH),
    "stretch/300x200/a.jpg": asks(width=300, height=200, fit=Fit.STRETCH),
    "stretch/a.jpg": asks("stretch/a.jpg"),
    "fit-in/9x9/filters:upscale()/a.jpg": asks(fit=Fit.INSIDE, width=9, height=9),
    "filters:focal(1x2:30x40):cover()/a.jpg": asks(
        focal=(CropEdges(1, 2, 30, 40),), first_frame=True
    ),
    "300x200/10x20/a.jpg": asks(width=300, height=200, padding=Padding(10, 20, 10, 20)),
    "300x200/1x2:3x4/a.jpg": asks(width=300, height=200, padding=Padding(1, 2, 3, 4)),
    "0.1x0.2:0.9x1/a.jpg": asks(crop=CropEdges(0.1, 0.2, 0.9, 1)),
    "http://a.com/x%20y%3Fz=1.jpg": asks("http://a.com/x y?z=1.jpg"),
    "fit-in/%33x4/a.jpg": asks("3x4/a.jpg", fit=Fit.INSIDE, upscale=False),
    "smart%2Fa.jpg": asks("smart/a.jpg"),
    "filters:)/a.jpg": asks("filters:)/a.jpg"),
    "filters:blur(3)%3Agrayscale()/a.jpg": asks(
        filters=(FilterCall("blur", ("3",)), FilterCall("grayscale"))
    ),
    "filters%3Ablur(3%2C1)/a.jpg": asks(filters=(FilterCall("blur", ("3", "1")),)),
    "filters:watermark(http://h/w%281%29:8/x%29/y.png,0,0,0)/a.jpg": asks(
        filters=(FilterCall("watermark", ("http://h/w(1):8/x)/y.png", "0", "0", "0")),)
    ),
    "filters:curve([(0,0),(255,255)],[],[(1,2)],[])/a.jpg": asks(
        filters=(FilterCall("curve", ("[(0,0),(255,255)]", "[]", "[(1,2)]", "[]")),)
    ),
    "filters:watermark('a , b.png', 0,0,0)/a.jpg": asks(
        filters=(FilterCall("watermark", ("'a , b.png'", "0", "0", "0")),)
    ),
    "é/ü.jpg": asks("é/ü.jpg"),
}


@pytest.mark.parametrize("path", VECTORS)
def test_a_path_asks_for_what_thumbor_says(path: str) -> None:
    assert parse(path) == VECTORS[path]


def test_imagors_own_path() -> None:
    path = "meta/10x11:12x13/fit-in/-300x-200/5x6/left/top/smart/filters:some_filter()/img"
    assert parse(path) == ImageRequest(
        image="img",
        meta=True,
        transform=Transform(
            crop=CropEdges(10, 11, 12, 13),
            fit=Fit.INSIDE,
            width=300,
            height=200,
            flip_horizontal=True,
            flip_vertical=True,
            padding=Padding(5, 6, 5, 6),
            halign=HAlign.LEFT,
            valign=VAlign.TOP,
            smart=True,
            filters=(FilterCall("some_filter"),),
        ),
    )


def test_transforms_follow_one_another() -> None:
    request = parse("100x100/-/fit-in/50x50/filters:blur(2)/a.jpg")
    assert request.transform.width == 100
    assert request.transform.then == Transform(
        width=50, height=50, fit=Fit.INSIDE, filters=(FilterCall("blur", ("2",)),)
    )
    assert parse(compose(request)) == request
    with pytest.raises(InvalidTransform, match="More than 8"):
        parse("9x9/-/" * 9 + "a.jpg")


def test_a_preset_comes_first_and_what_follows_changes_it() -> None:
    grammar = Grammar({"card": "300x200/smart/filters:blur(1)", "wide": "900x0"})
    assert parse("preset:card/a.jpg", grammar) == parse("300x200/smart/filters:blur(1)/a.jpg")
    changed = parse("preset:card/50x50/filters:grayscale()/a.jpg", grammar)
    assert changed == parse("50x50/smart/filters:blur(1):grayscale()/a.jpg")
    assert parse("preset:card:wide/a.jpg", grammar).transform.width == 900
    assert parse("preset%3Acard/-x/a.jpg", grammar) == parse("preset:card/-x/a.jpg", grammar)
    flipped = parse("preset:card/-x-/a.jpg", grammar).transform
    assert (flipped.width, flipped.flip_horizontal, flipped.flip_vertical) == (300, True, True)
    with pytest.raises(InvalidTransform, match="no preset 'none'"):
        parse("preset:none/a.jpg", grammar)


def test_stretching_undoes_an_adaptive_preset() -> None:
    grammar = Grammar({"wide": "adaptive-fit-in/300x200"})
    assert parse("preset:wide/stretch/30x20/a.jpg", grammar) == parse("stretch/30x20/a.jpg")


@pytest.mark.parametrize("path", ["300x200/a.jpg", "preset:card/9x9/a.jpg", "a.jpg", "smart/a.jpg"])
def test_only_presets_may_be_all(path: str) -> None:
    grammar = Grammar({"card": "300x200"}, only_presets=True)
    assert parse("preset:card/a.jpg", grammar).transform.width == 300
    with pytest.raises(InvalidTransform, match="Only presets"):
        parse(path, grammar)


@pytest.mark.parametrize("path", [f"{MAX_SIDE + 1}x1/a.jpg", f"1x{'9' * 5000}/a.jpg"])
def test_giant_sizes_are_refused(path: str) -> None:
    with pytest.raises(InvalidTransform):
        parse(path)


@pytest.mark.parametrize("path", ["", "x" * (MAX_PATH + 1)])
def test_a_path_without_a_picture_or_too_long_is_refused(path: str) -> None:
    with pytest.raises(InvalidRequest):
        parse(path)


def test_the_focal_point_of_a_nested_url() -> None:
    nested = "http://thumbor:8888/unsafe/100x150:300x200/https://h.com/image.jpg"
    request = parse(f"300x100/filters:extract_focal()/{nested}")
    assert request.image == "https://h.com/image.jpg"
    assert request.transform.focal == (CropEdges(100, 150, 300, 200),)
    deep = parse(f"filters:extract_focal()/t.com:80/{'Ab3-' * 7}=/300x0/{nested}")
    assert (deep.image, deep.transform.focal) == (request.image, request.transform.focal)


@pytest.mark.parametrize(
    "image", ["https://h.com/image.jpg", "http://t.com/unsafe/300x200/h.com/a.jpg", "unsafe/a.jpg"]
)
def test_without_a_crop_in_it_a_nested_url_is_the_picture(image: str) -> None:
    assert parse(f"300x100/filters:extract_focal()/{image}") == asks(image, width=300, height=100)


def test_nested_urls_are_followed_ten_times_and_no_more() -> None:
    nested = "http://t.com/unsafe/filters:extract_focal()/"
    ten = parse(f"{nested.partition('unsafe/')[2]}{nested * 9}t.com/unsafe/1x1:2x2/a.jpg")
    assert ten.image == "a.jpg"
    more = parse(f"{nested.partition('unsafe/')[2]}{nested * 200}t.com/unsafe/1x1:2x2/a.jpg")
    assert more.image.startswith(nested)


sides = st.none() | st.just("orig") | st.integers(1, MAX_SIDE)
calls = st.builds(
    FilterCall,
    st.from_regex(r"[a-z_]{1,12}", fullmatch=True).filter(
        lambda name: (
            name not in {"focal", "stretch", "upscale", "no_upscale", "cover"}
            and name != "extract_focal"
        )
    ),
    st.lists(
        st.from_regex(r"[a-zé0-9.#?%:/()+ -]{0,9}[a-z0-9)%]", fullmatch=True).map(str.strip),
        max_size=3,
    ).map(tuple),
)
edges = st.builds(
    CropEdges, st.integers(0, 99), st.integers(0, 99), st.integers(100, 999), st.integers(100, 999)
)
transforms = st.builds(
    Transform,
    trim=st.none() | st.builds(Trim, st.sampled_from(Corner), st.integers(0, 442)),
    crop=st.none() | edges,
    width=sides,
    height=sides,
    fit=st.sampled_from(Fit),
    halign=st.sampled_from(HAlign),
    valign=st.sampled_from(VAlign),
    smart=st.booleans(),
    flip_horizontal=st.booleans(),
    flip_vertical=st.booleans(),
    upscale=st.booleans(),
    padding=st.none() | st.builds(Padding, *[st.integers(1, 99)] * 4),
    focal=st.lists(edges, max_size=2).map(tuple),
    first_frame=st.booleans(),
    debug=st.booleans(),
    filters=st.lists(calls, max_size=3).map(tuple),
)
images = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)


chains = st.builds(
    lambda first, second: replace(first, then=second and replace(second, debug=False)),
    transforms,
    st.none() | transforms,
)
PARTS = ["http://", "300x200/", "smart/", "-/", "filters:blur(1)/", "x/", "preset:a/", "debug/", ""]


@given(chains, st.sampled_from(PARTS), images, st.booleans())
@example(Transform(), "stretch/1x1/", "a b%41?.jpg", False)
@example(Transform(upscale=True), "/300x200/", "a", False)
@example(Transform(upscale=True), "%33", "0x1/a", False)
def test_composing_and_parsing_are_inverse(
    transform: Transform, start: str, image: str, meta: bool
) -> None:
    request = ImageRequest(image=start + image, transform=transform, meta=meta)
    path = compose(request)
    assert parse(path) == request
    assert quote(path, safe="/:,()!$&'*;=@+~%") == path
    assert "".join(halves(path)) == path
    assert decoded(halves(path)[1]) == request.image


@given(chains, chains)
def test_different_recipes_have_different_paths(one: Transform, other: Transform) -> None:
    assert (one.path() == other.path()) == (one == other)


@pytest.mark.parametrize(
    ("path", "alike"),
    [
        ("300x200/https%3A%2F%2Fh.com%2Fa%20b.jpg", True),
        ("filters%3Ablur(1)/a.jpg", True),
        ("a%2520b", True),
        ("smart%2Fa.jpg", False),
        ("%73mart/a.jpg", False),
        ("0x0/%3300x200/a.jpg", False),
        ("filters:tag(a%29:blur(1)/a.jpg", False),
        ("filters:blur(1)%2Fa.jpg", False),
    ],
)
def test_an_encoding_that_means_something_is_noticed(path: str, alike: bool) -> None:
    assert reads_alike(path) == alike


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        request = parse(text)
    except InvalidRequest:
        return
    assert parse(compose(request)).transform.path() == request.transform.path()


@pytest.mark.parametrize(
    "piece",
    [
        *["filters:", "1x1:", "(", "):", ")/", "-/", "trim:", "%28", "focal(1x1:2x2)", "a(a,", "9"],
        *["x/", "preset:a/", "0.9", "[", "'", "%3A", "filters:extract_focal()/t.com/unsafe/"],
    ],
)
def test_hostile_paths_are_read_in_one_pass(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Work that grew with the square of the length would not end before the tests' time limit.
    monkeypatch.setattr("tintype.urls.thumbor.MAX_PATH", 10_000_000)
    with suppress(InvalidRequest):
        parse((piece * 1_000_000) + ")/aa")
