"""imgproxy's geometry, by the sizes that its own tests assert of a picture 200 × 100."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.transform import CropBox, Fit, Padding, Transform
from tintype.urls.imgproxy_geometry import COMPASS, Gravity, Rules

CE = Gravity()


def size_of(transform: Transform, width: int, height: int) -> tuple[int, int]:
    """What the chain makes of a picture of this size."""
    step: Transform | None = transform
    while step:
        box = step.crop or CropBox(0, 0, width, height)
        assert isinstance(box, CropBox)
        assert box.x + box.w <= width
        assert box.y + box.h <= height
        assert isinstance(step.width or 0, int)
        assert isinstance(step.height or 0, int)
        width, height = step.width or box.w, step.height or box.h  # type: ignore[assignment]
        if any(c.name == "rotate" and c.arguments[0] in ("90", "270") for c in step.filters):
            width, height = height, width
        if step.padding:
            width += step.padding.left + step.padding.right
            height += step.padding.top + step.padding.bottom
        step = step.then
    return width, height


def made(rules: Rules, width: int = 200, height: int = 100) -> tuple[int, int]:
    return size_of(Transform(rules=rules).resolved(width, height), width, height)


WANTED = [(50, 50), (50, 20), (20, 50), (300, 300), (300, 125), (250, 300), (300, 50), (100, 300),
          (0, 50), (50, 0), (0, 200), (300, 0)]  # fmt: skip
FIT = [(50, 25), (40, 20), (20, 10), (200, 100), (200, 100), (200, 100), (100, 50), (100, 50),
       (100, 50), (50, 25), (200, 100), (200, 100)]  # fmt: skip
FILL = [(50, 50), (50, 20), (20, 50), (200, 100), (200, 100), (200, 100), (200, 50), (100, 100),
        (100, 50), (50, 25), (200, 100), (200, 100)]  # fmt: skip
FILL_DOWN = [(50, 50), (50, 20), (20, 50), (100, 100), (200, 83), (83, 100), (200, 33), (33, 100),
             (100, 50), (50, 25), (200, 100), (200, 100)]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "expected"), [("fit", FIT), ("fill", FILL), ("fill-down", FILL_DOWN)]
)
def test_sizes_without_enlarging(kind: str, expected: list[tuple[int, int]]) -> None:
    rules = [Rules(resizing_type=kind, width=w, height=h) for w, h in WANTED]
    assert [made(r) for r in rules] == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("fit", [(50, 25), (40, 20), (20, 10), (300, 150), (250, 125), (250, 125)]),
        ("fill", WANTED[:6]),
        ("fill-down", WANTED[:6]),
        ("force", WANTED[:6]),
    ],
)
def test_sizes_with_enlarging(kind: str, expected: list[tuple[int, int]]) -> None:
    rules = [Rules(resizing_type=kind, width=w, height=h, enlarge=True) for w, h in WANTED[:6]]
    assert [made(r) for r in rules] == expected
    one = {"resizing_type": kind, "enlarge": True}
    if kind != "force":
        assert made(Rules(height=200, **one)) == (400, 200)
        assert made(Rules(width=300, **one)) == (300, 150)
    else:
        assert made(Rules(height=200, **one)) == (200, 200)


@pytest.mark.parametrize("kind", ["fit", "fill", "fill-down"])
def test_extending_fills_the_size_up(kind: str) -> None:
    for width, height in WANTED[:8]:
        rules = Rules(resizing_type=kind, width=width, height=height, extend=CE)
        assert made(rules) == (width, height)
    one = {"resizing_type": kind, "extend": CE}
    assert made(Rules(height=50, **one)) == (100, 50)
    assert made(Rules(height=200, **one)) == (200, 200)
    assert made(Rules(width=300, **one)) == (300, 100)


@pytest.mark.parametrize(
    ("kind", "wanted", "expected"),
    [
        ("fit", (50, 50), (50, 50)),
        ("fit", (50, 20), (50, 20)),
        ("fit", (300, 300), (200, 200)),
        ("fit", (300, 125), (240, 100)),
        ("fit", (250, 500), (200, 400)),
        ("fit", (0, 200), (200, 100)),
        ("fill", (300, 50), (300, 50)),
        ("fill", (100, 300), (100, 300)),
        ("fill", (250, 500), (200, 400)),
        ("fill-down", (300, 300), (100, 100)),
        ("fill-down", (300, 125), (200, 83)),
    ],
)
def test_extending_the_proportions(
    kind: str, wanted: tuple[int, int], expected: tuple[int, int]
) -> None:
    width, height = wanted
    rules = Rules(resizing_type=kind, width=width, height=height, extend_ratio=CE)
    assert made(rules) == expected


def test_auto_fills_what_lies_the_same_way_and_fits_the_rest() -> None:
    assert made(Rules(resizing_type="auto", width=80, height=60)) == (80, 60)
    assert made(Rules(resizing_type="auto", width=60, height=80)) == (60, 30)
    assert made(Rules(resizing_type="auto", width=60, height=80), 100, 200) == (60, 80)


def test_zoom_and_device_pixels_multiply() -> None:
    assert made(Rules(width=50, zoom_x=2, zoom_y=2)) == (100, 50)
    assert made(Rules(width=50, zoom_x=2, zoom_y=1)) == (100, 25)
    assert made(Rules(zoom_x=0.5, zoom_y=0.5)) == (100, 50)
    assert made(Rules(width=50, dpr=2)) == (100, 50)
    assert made(Rules(width=150, dpr=2)) == (200, 100)  # as far as there are pixels
    assert made(Rules(width=150, dpr=2, enlarge=True)) == (300, 150)
    assert made(Rules(resizing_type="fill", width=60, height=60, dpr=3)) == (100, 100)


def test_padding_follows_the_device_pixels_there_are() -> None:
    assert made(Rules(width=50, padding=(1, 2, 3, 4))) == (56, 29)
    assert made(Rules(width=50, padding=(1, 2, 3, 4), dpr=2)) == (112, 58)
    assert made(Rules(width=100, padding=(10, 0, 0, 0), dpr=4)) == (200, 120)


def test_least_sizes() -> None:
    assert made(Rules(width=50, min_height=50)) == (50, 50)  # cut to the width
    assert made(Rules(min_width=300)) == (300, 150)
    assert made(Rules(height=10, min_width=60)) == (60, 10)


def test_cropping_before_resizing() -> None:
    assert made(Rules(crop_width=100, crop_height=80)) == (100, 80)
    assert made(Rules(crop_width=0.5, crop_height=0.25)) == (100, 25)
    assert made(Rules(crop_width=999, crop_height=0)) == (200, 100)
    assert made(Rules(crop_width=100, crop_height=80, width=50)) == (50, 40)


@pytest.mark.parametrize(
    ("gravity", "corner"),
    [
        (Gravity("ce"), (50, 25)),  # (100 + 1) / 2, to even; (49 + 1) / 2
        (Gravity("no"), (50, 0)),
        (Gravity("so"), (50, 49)),
        (Gravity("ea"), (100, 25)),
        (Gravity("we"), (0, 25)),
        (Gravity("noea"), (100, 0)),
        (Gravity("nowe"), (0, 0)),
        (Gravity("soea"), (100, 49)),
        (Gravity("sowe"), (0, 49)),
        (Gravity("nowe", 10, 20), (10, 20)),
        (Gravity("soea", 10, 20), (90, 29)),
        (Gravity("ce", -10, 5), (40, 30)),
        (Gravity("ce", 0.1, -0.1), (70, 15)),
        (Gravity("nowe", 500, 500), (100, 49)),
        (Gravity("nowe", -5, 0), (0, 0)),
        (Gravity("fp", 0.5, 0.5), (50, 25)),
        (Gravity("fp", 0, 1), (0, 49)),
        (Gravity("fp", 0.3, 0.4), (10, 15)),
    ],
)
def test_where_a_crop_lies(gravity: Gravity, corner: tuple[int, int]) -> None:
    rules = Rules(crop_width=100, crop_height=51, crop_gravity=gravity)
    box = Transform(rules=rules).resolved(200, 100).crop
    assert isinstance(box, CropBox)
    assert (box.x, box.y) == corner


def test_a_crop_without_a_gravity_of_its_own_takes_the_general_one() -> None:
    rules = Rules(crop_width=50, crop_height=50, gravity=Gravity("soea"))
    assert Transform(rules=rules).resolved(200, 100).crop == CropBox(150, 50, 50, 50)


@pytest.mark.parametrize(
    ("rules", "box", "flips"),
    [
        (Rules(), (0, 0, 20, 10), (False, False)),
        (Rules(flip_x=True), (180, 0, 20, 10), (True, False)),
        (Rules(flip_y=True), (0, 90, 20, 10), (False, True)),
        (Rules(rotate=180), (180, 90, 20, 10), (False, False)),
        (Rules(rotate=90), (0, 80, 10, 20), (False, False)),
        (Rules(rotate=270), (190, 0, 10, 20), (False, False)),
        (Rules(rotate=90, flip_x=True), (0, 0, 10, 20), (False, True)),
        (Rules(rotate=270, flip_y=True), (0, 0, 10, 20), (True, False)),
    ],
)
def test_a_crop_is_meant_in_the_turned_and_flipped_picture(
    rules: Rules, box: tuple[int, ...], flips: tuple[bool, bool]
) -> None:
    """The top left corner of the result, found in the picture as it is seen."""
    from dataclasses import replace

    cropped = replace(rules, crop_width=20, crop_height=10, gravity=Gravity("nowe"))
    found = Transform(rules=cropped).resolved(200, 100)
    assert found.crop == CropBox(*box)
    assert (found.flip_horizontal, found.flip_vertical) == flips
    assert size_of(found, 200, 100) == (20, 10)


def test_a_picture_that_shrinks_is_cut_and_resized_in_one_step() -> None:
    found = Transform(rules=Rules(resizing_type="fill", width=50, height=50)).resolved(200, 100)
    assert found.then is None
    assert found.crop == CropBox(52, 0, 100, 100)  # 51 / 2 of the small picture's is 26, to even
    assert (found.width, found.height, found.fit) == (50, 50, Fit.STRETCH)


def test_an_enlarged_picture_is_cut_in_pixels_of_the_result() -> None:
    rules = Rules(resizing_type="fill", width=1000, height=999, enlarge=True)
    found = Transform(rules=rules).resolved(200, 100)
    assert (found.width, found.height) == (1998, 999)
    assert found.then
    assert found.then.crop == CropBox(500, 0, 1000, 999)


def test_a_smart_crop_is_left_to_the_processor() -> None:
    rules = Rules(resizing_type="fill", width=50, height=50, gravity=Gravity("sm"))
    found = Transform(rules=rules).resolved(200, 100)
    assert found.smart
    assert (found.width, found.height, found.fit) == (50, 50, Fit.FILL)


def test_margins_come_after_the_filters_on_pixels_and_before_all_others() -> None:
    rules = Rules(width=100, height=100, extend=Gravity("no", 0, 5), padding=(1, 2, 3, 4))
    before = Transform(rules=rules).with_filter("blur", 2).with_filter("background_color", "fff")
    found = before.with_filter("quality", 70).resolved(200, 100)
    assert [c.name for c in found.filters] == ["blur"]
    assert found.then
    assert found.then.padding == Padding(4, 6, 2, 48)
    assert [c.name for c in found.then.filters] == ["background_color", "quality"]


GRAVITIES = st.one_of(
    st.builds(Gravity, st.sampled_from(COMPASS), st.floats(-500, 500), st.floats(-500, 500)),
    st.builds(Gravity, st.just("fp"), st.floats(0, 1), st.floats(0, 1)),
)
SIDES = st.integers(0, 400)
FACTORS = st.floats(0.05, 4)
ANY_RULES = st.builds(
    Rules,
    resizing_type=st.sampled_from(["fit", "fill", "fill-down", "force", "auto"]),
    width=SIDES,
    height=SIDES,
    zoom_x=FACTORS,
    zoom_y=FACTORS,
    dpr=FACTORS,
    min_width=SIDES,
    min_height=SIDES,
    enlarge=st.booleans(),
    extend=st.none() | GRAVITIES,
    extend_ratio=st.none() | GRAVITIES,
    gravity=GRAVITIES | st.just(Gravity("sm")),
    crop_width=st.one_of(st.floats(0, 1), st.integers(1, 400)),
    crop_height=st.one_of(st.floats(0, 1), st.integers(1, 400)),
    crop_gravity=st.none() | GRAVITIES,
    rotate=st.sampled_from([0, 90, 180, 270]),
    flip_x=st.booleans(),
    flip_y=st.booleans(),
)


@given(ANY_RULES, st.integers(1, 300), st.integers(1, 300))
def test_every_box_lies_inside_and_nothing_is_below_a_pixel(
    rules: Rules, width: int, height: int
) -> None:
    from tintype.errors import InvalidTransform

    try:
        found = Transform(rules=rules).resolved(width, height)
    except InvalidTransform as error:
        assert "is not valid" in str(error)  # noqa: PT017 - a side above the limit
        return
    assert min(size_of(found, width, height)) >= 1


@given(
    st.sampled_from(["fit", "fill", "fill-down", "force", "auto"]),
    SIDES,
    SIDES,
    FACTORS,
    st.integers(1, 300),
    st.integers(1, 300),
)
def test_nothing_is_enlarged_unless_asked(
    kind: str, w: int, h: int, dpr: float, width: int, height: int
) -> None:
    rules = Rules(resizing_type=kind, width=w, height=h, dpr=dpr)
    out_width, out_height = made(rules, width, height)
    assert out_width <= width
    assert out_height <= height
    if w and dpr <= 1:
        assert out_width <= w
    if h and dpr <= 1:
        assert out_height <= h


@given(ANY_RULES, ANY_RULES)
def test_texts_of_rules_are_equal_exactly_when_the_rules_are(one: Rules, other: Rules) -> None:
    assert "/" not in str(one)
    assert (str(one) == str(other)) == (one == other)


def test_margins_need_no_step_of_their_own_where_nothing_comes_before() -> None:
    rules = Rules(width=100, height=100, extend=CE)
    found = Transform(rules=rules).with_filter("background_color", "fff").resolved(200, 100)
    assert found.then is None
    assert found.padding == Padding(0, 26, 0, 24)  # (50 + 1) / 2, to even
