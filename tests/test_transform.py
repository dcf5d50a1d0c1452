from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tintype.errors import InvalidTransform
from tintype.transform import (
    MAX_ARGUMENT,
    MAX_FILTERS,
    MAX_SIDE,
    CropBox,
    FilterCall,
    Fit,
    HAlign,
    Transform,
    VAlign,
)


@pytest.mark.parametrize(
    ("transform", "path"),
    [
        (Transform(), "0x0/filters:no_upscale()"),
        (Transform(upscale=True), "0x0"),
        (Transform(width=300, height=200, upscale=True), "300x200"),
        (Transform(width=300), "300x0/filters:no_upscale()"),
        (Transform(width=300, height=200, fit=Fit.INSIDE), "fit-in/300x200"),
        (
            Transform(width=300, height=200, fit=Fit.INSIDE, upscale=True),
            "fit-in/300x200/filters:upscale()",
        ),
        (Transform(width=3, height=2, fit=Fit.COVER, upscale=True), "full-fit-in/3x2"),
        (Transform(width=3, fit=Fit.STRETCH, upscale=True), "3x0/filters:stretch()"),
        (Transform(crop=CropBox(10, 20, 30, 40), upscale=True), "10x20:40x60/0x0"),
        (Transform(flip_horizontal=True, flip_vertical=True, upscale=True), "-0x-0"),
        (
            Transform(
                width=1,
                height=2,
                halign=HAlign.LEFT,
                valign=VAlign.TOP,
                smart=True,
                upscale=True,
                filters=(FilterCall("quality", ("80",)), FilterCall("blur", ("3", "1"))),
            ),
            "1x2/left/top/smart/filters:quality(80):blur(3,1)",
        ),
    ],
)
def test_a_path_is_the_recipe_in_the_grammar_of_thumbor(transform: Transform, path: str) -> None:
    assert transform.path() == path


@pytest.mark.parametrize("side", [0, -1, MAX_SIDE + 1])
@pytest.mark.parametrize("name", ["width", "height"])
def test_a_side_is_1_to_the_limit(name: str, side: int) -> None:
    with pytest.raises(InvalidTransform, match=f"{name} {side} is not valid"):
        Transform(**{name: side})
    Transform(**{name: MAX_SIDE})


@given(st.text(st.sampled_from("ab,'[]() %"), max_size=30))
@example("[(0,0),(1,1)],'a,b',c")
def test_a_call_reads_what_it_writes(text: str) -> None:
    call = FilterCall.parse(f"name({text})")
    assert FilterCall.parse(str(call)) == call
    assert "".join(",".join(call.arguments).split()) == "".join(text.split())


def test_filters_are_limited_in_number_and_length() -> None:
    with pytest.raises(InvalidTransform, match="more than"):
        Transform(filters=(FilterCall("grayscale"),) * (MAX_FILTERS + 1))
    with pytest.raises(InvalidTransform, match="longer than"):
        Transform().with_filter("format", "x" * (MAX_ARGUMENT + 1))


def test_a_filter_is_added_at_the_end_and_the_transform_stays_as_it_was() -> None:
    first = Transform(width=10).with_filter("quality", 80)
    assert first.with_filter("blur", 1.5, 2).filters == (
        FilterCall("quality", ("80",)),
        FilterCall("blur", ("1.5", "2")),
    )
    assert len(first.filters) == 1


boxes = st.builds(
    CropBox,
    st.integers(0, 9_999_999),
    st.integers(0, 9_999_999),
    st.integers(1, 9_999_999),
    st.integers(1, 9_999_999),
)


@given(boxes)
def test_a_crop_box_reads_what_it_writes(box: CropBox) -> None:
    assert CropBox.parse(str(box)) == box
    assert CropBox.parse(f" {str(box).replace(',', ' , ')} ") == box


@pytest.mark.parametrize(
    "text",
    ["", "1,2,3", "1,2,3,4,5", "1,2,0,4", "1,2,3,0", "-1,2,3,4", "a,b,c,d", "1.5,2,3,4", "²,2,3,4"],
)
def test_what_is_no_crop_box_is_refused(text: str) -> None:
    with pytest.raises(InvalidTransform, match="x,y,w,h"):
        CropBox.parse(text)


@given(st.text(max_size=300))
def test_any_text_is_a_crop_box_or_refused(text: str) -> None:
    with suppress(InvalidTransform):
        assert CropBox.parse(text).w > 0


def test_different_recipes_have_different_paths() -> None:
    recipes = [
        Transform(width=width, height=height, fit=fit, upscale=upscale, smart=smart, crop=crop)
        for width in (None, 1, 2)
        for height in (None, 1, 2)
        for fit in Fit
        for upscale in (False, True)
        for smart in (False, True)
        for crop in (None, CropBox(0, 0, 1, 1))
    ]
    assert len({recipe.path() for recipe in recipes}) == len(recipes)
