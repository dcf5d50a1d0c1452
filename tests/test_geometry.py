"""Geometry in numbers. The tables are worked out by hand from the rules, not from the code."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tintype.errors import InvalidTransform
from tintype.geometry import FocalPoint, Plan, Size, manual_box, plan
from tintype.transform import MAX_SIDE, CropBox, CropEdges, Fit, HAlign, Transform, VAlign


def planned(picture: tuple[int, int], focal: FocalPoint | None = None, **recipe: object) -> Plan:
    return plan(Size(*picture), Transform(**recipe), focal)  # type: ignore[arg-type]


def result(picture: tuple[int, int], **recipe: object) -> tuple[int, int]:
    size = planned(picture, **recipe).result
    return size.width, size.height


def crop(
    picture: tuple[int, int], focal: FocalPoint | None = None, **recipe: object
) -> tuple[int, int, int, int]:
    box = planned(picture, focal, **recipe).crop
    return box.x, box.y, box.w, box.h


# One side given: the other follows, rounded (halves to even, as Python and thumbor round).


@pytest.mark.parametrize(
    ("picture", "width", "expected"),
    [
        ((1600, 1067), 400, (400, 267)),  # 266.75
        ((1600, 1067), 800, (800, 534)),  # 533.5, to even
        ((1600, 1067), 1600, (1600, 1067)),
        ((1000, 333), 100, (100, 33)),
        ((1000, 335), 100, (100, 34)),  # 33.5, to even
        ((1000, 345), 100, (100, 34)),  # 34.5, to even
        ((1000, 1), 10, (10, 1)),  # 0.01 would be nothing
        ((10_000, 3), 1, (1, 1)),
        ((4032, 3024), 400, (400, 300)),
        ((3024, 4032), 400, (400, 533)),
        ((1, 1), 1, (1, 1)),
        ((3, 7), 2, (2, 5)),  # 4.67
    ],
)
@pytest.mark.parametrize("fit", [Fit.FILL, Fit.STRETCH])
def test_a_width_alone_keeps_the_proportions(
    picture: tuple[int, int], width: int, expected: tuple[int, int], fit: Fit
) -> None:
    assert result(picture, width=width, fit=fit) == expected
    assert crop(picture, width=width, fit=fit) == (0, 0, *picture)


@pytest.mark.parametrize(
    ("picture", "height", "expected"),
    [
        ((1600, 1067), 267, (400, 267)),  # 400.4
        ((1000, 333), 33, (99, 33)),
        ((3, 1000), 100, (1, 100)),
        ((4032, 3024), 300, (400, 300)),
        ((5, 2), 1, (2, 1)),  # 2.5, to even
        ((7, 2), 1, (4, 1)),  # 3.5, to even
    ],
)
@pytest.mark.parametrize("fit", [Fit.FILL, Fit.STRETCH])
def test_a_height_alone_keeps_the_proportions(
    picture: tuple[int, int], height: int, expected: tuple[int, int], fit: Fit
) -> None:
    assert result(picture, height=height, fit=fit) == expected


@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize("upscale", [False, True])
def test_without_a_size_the_picture_stays_as_large_as_it_is(fit: Fit, upscale: bool) -> None:
    assert planned((321, 123), fit=fit, upscale=upscale) == Plan(
        CropBox(0, 0, 321, 123), Size(321, 123)
    )


@pytest.mark.parametrize("fit", list(Fit))
def test_one_side_does_not_enlarge_unless_asked(fit: Fit) -> None:
    assert result((100, 50), width=400, fit=fit) == (100, 50)
    assert result((100, 50), height=400, fit=fit) == (100, 50)


@pytest.mark.parametrize("fit", [Fit.FILL, Fit.COVER, Fit.STRETCH])
def test_one_side_enlarges_when_asked(fit: Fit) -> None:
    assert result((100, 50), width=400, fit=fit, upscale=True) == (400, 200)
    assert result((100, 50), height=400, fit=fit, upscale=True) == (800, 400)


def test_a_fit_inside_of_one_side_never_enlarges() -> None:
    assert result((100, 50), width=400, fit=Fit.INSIDE, upscale=True) == (100, 50)
    assert result((3, 1000), height=1001, fit=Fit.INSIDE, upscale=True) == (3, 1000)


# FILL: crop to the ratio on one axis, then resize.


@pytest.mark.parametrize(
    ("picture", "target", "box"),
    [
        ((1600, 1067), (300, 300), (266, 0, 1067, 1067)),  # 266.5, to even
        ((1067, 1600), (300, 300), (0, 266, 1067, 1067)),  # 266.5, to even
        ((800, 600), (400, 300), (0, 0, 800, 600)),  # the same ratio
        ((800, 600), (400, 301), (0, 0, 800, 600)),  # 1.329 and 1.333 agree to two places
        ((800, 600), (400, 310), (12, 0, 775, 600)),  # ceil(774.2); 400 - 387.5 = 12.5, to even
        ((800, 600), (300, 400), (175, 0, 450, 600)),
        ((600, 800), (400, 300), (0, 175, 600, 450)),
        ((1000, 1000), (3, 2), (0, 166, 1000, 667)),  # 666.67; 500 - 333.5 = 166.5, to even
        ((1000, 1000), (2, 3), (166, 0, 667, 1000)),
        ((1001, 1000), (10, 10), (0, 0, 1001, 1000)),  # 1.001 is 1.00 to two places
        ((1006, 1000), (10, 10), (3, 0, 1000, 1000)),  # 1.006 is 1.01
        ((1004, 1000), (10, 10), (0, 0, 1004, 1000)),
        ((4000, 3000), (1600, 900), (0, 375, 4000, 2250)),
        ((100, 100), (100, 1), (0, 50, 100, 1)),  # round(50 - 0.5) = 50, to even
        ((10_000, 10), (1, 10), (5000, 0, 1, 10)),  # round(4999.5), to even
    ],
)
def test_a_fill_crops_one_axis_in_the_middle(
    picture: tuple[int, int], target: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    width, height = target
    assert crop(picture, width=width, height=height) == box
    assert result(picture, width=width, height=height) == target


@pytest.mark.parametrize(
    ("halign", "x"), [(HAlign.LEFT, 0), (HAlign.CENTER, 300), (HAlign.RIGHT, 600)]
)
@pytest.mark.parametrize("valign", list(VAlign))
def test_the_horizontal_gravity_places_a_narrow_window(
    halign: HAlign, x: int, valign: VAlign
) -> None:
    recipe = {"width": 200, "height": 300, "halign": halign, "valign": valign}
    assert crop((1000, 600), **recipe) == (x, 0, 400, 600)


@pytest.mark.parametrize(
    ("valign", "y"), [(VAlign.TOP, 0), (VAlign.MIDDLE, 300), (VAlign.BOTTOM, 600)]
)
@pytest.mark.parametrize("halign", list(HAlign))
def test_the_vertical_gravity_places_a_flat_window(halign: HAlign, valign: VAlign, y: int) -> None:
    recipe = {"width": 300, "height": 200, "halign": halign, "valign": valign}
    assert crop((600, 1000), **recipe) == (0, y, 600, 400)


@pytest.mark.parametrize("target", [(300, 300), (100, 400), (400, 100)])
@pytest.mark.parametrize("side", [101, 102, 997])
@pytest.mark.parametrize("halign", list(HAlign))
@pytest.mark.parametrize("valign", list(VAlign))
def test_the_nine_positions_touch_the_edges_they_name(
    side: int, target: tuple[int, int], halign: HAlign, valign: VAlign
) -> None:
    picture = (side * 2, side)
    x, y, w, h = crop(
        picture, width=target[0], height=target[1], halign=halign, valign=valign, upscale=True
    )
    left, right = x, picture[0] - x - w
    above, below = y, picture[1] - y - h
    assert {HAlign.LEFT: left, HAlign.RIGHT: right, HAlign.CENTER: abs(left - right) // 2}[
        halign
    ] == 0
    assert {VAlign.TOP: above, VAlign.BOTTOM: below, VAlign.MIDDLE: abs(above - below) // 2}[
        valign
    ] == 0


@pytest.mark.parametrize(
    ("point", "x"),
    [
        ((0, 0), 0),
        ((150, 300), 0),  # the window reaches the edge
        ((200, 300), 0),
        ((300, 300), 100),
        ((500, 10), 300),
        ((500.9, 10), 300),  # a centre is floored
        ((799, 300), 599),
        ((900, 300), 600),
        ((1000, 600), 600),
    ],
)
def test_a_focal_point_is_the_middle_of_the_window_pushed_inside(
    point: tuple[float, float], x: int
) -> None:
    assert crop((1000, 600), FocalPoint(*point), width=200, height=300) == (x, 0, 400, 600)


@pytest.mark.parametrize("point", [(-1, 0), (1001, 0), (0, -1), (0, 601)])
def test_a_focal_point_outside_counts_for_nothing(point: tuple[int, int]) -> None:
    found = crop((1000, 600), FocalPoint(*point), width=200, height=300, halign=HAlign.RIGHT)
    assert found == (600, 0, 400, 600)


def test_a_focal_point_is_in_pixels_of_the_whole_picture() -> None:
    box = CropBox(100, 100, 400, 200)
    found = crop((1000, 600), FocalPoint(200, 150), crop=box, width=100, height=100)
    assert found == (100, 100, 200, 200)
    outside = crop((1000, 600), FocalPoint(50, 150), crop=box, width=100, height=100)
    assert outside == (200, 100, 200, 200)


# FILL without enlarging: the box takes the smaller side on each axis (thumbor's no_upscale).


@pytest.mark.parametrize(
    ("picture", "target", "expected"),
    [
        ((100, 50), (400, 400), (100, 50)),
        ((100, 50), (50, 400), (50, 50)),
        ((100, 50), (400, 25), (100, 25)),
        ((100, 50), (60, 60), (60, 50)),
        ((100, 50), (100, 50), (100, 50)),
        ((100, 50), (99, 49), (99, 49)),
    ],
)
@pytest.mark.parametrize("fit", [Fit.FILL, Fit.STRETCH])
def test_without_upscale_each_side_is_the_smaller_one(
    picture: tuple[int, int], target: tuple[int, int], expected: tuple[int, int], fit: Fit
) -> None:
    assert result(picture, width=target[0], height=target[1], fit=fit) == expected
    assert result(picture, width=target[0], height=target[1], fit=fit, upscale=True) == target


def test_the_smaller_side_is_judged_after_the_crop() -> None:
    box = CropBox(10, 10, 80, 40)
    assert result((1000, 1000), crop=box, width=400, height=400) == (80, 40)
    assert result((1000, 1000), crop=box, width=400) == (80, 40)
    assert result((1000, 1000), crop=box, width=400, upscale=True) == (400, 200)


# INSIDE and COVER: nothing is cropped; halves are rounded up.


@pytest.mark.parametrize(
    ("picture", "target", "inside", "cover"),
    [
        ((1600, 1067), (400, 400), (400, 267), (600, 400)),  # 599.8
        ((1067, 1600), (400, 400), (267, 400), (400, 600)),
        ((800, 600), (400, 300), (400, 300), (400, 300)),
        ((1000, 335), (100, 100), (100, 34), (299, 100)),  # 33.5 up; 298.5 up
        ((1000, 345), (100, 100), (100, 35), (290, 100)),  # 34.5 up, not to even
        ((5000, 3), (10, 10), (10, 1), (5000, 3)),  # COVER: the box is 10 × 3 then
        ((1000, 500), (1000, 100), (200, 100), (1000, 500)),
        ((1000, 500), (100, 1000), (100, 50), (1000, 500)),
        ((4, 3), (2, 2), (2, 2), (3, 2)),  # 1.5 up; 2.67
    ],
)
def test_inside_and_cover_of_a_smaller_box(
    picture: tuple[int, int],
    target: tuple[int, int],
    inside: tuple[int, int],
    cover: tuple[int, int],
) -> None:
    recipe = {"width": target[0], "height": target[1]}
    assert result(picture, **recipe, fit=Fit.INSIDE) == inside
    assert crop(picture, **recipe, fit=Fit.INSIDE) == (0, 0, *picture)
    assert result(picture, **recipe, fit=Fit.COVER) == cover


@pytest.mark.parametrize("upscale", [False, True])
@pytest.mark.parametrize("target", [(100, 50), (101, 50), (100, 51)])
def test_inside_leaves_a_picture_alone_that_fits_and_touches(
    target: tuple[int, int], upscale: bool
) -> None:
    recipe = {"width": target[0], "height": target[1], "upscale": upscale}
    assert result((100, 50), **recipe, fit=Fit.INSIDE) == (100, 50)


@pytest.mark.parametrize(
    ("picture", "target", "expected"),
    [
        ((100, 50), (400, 400), (400, 200)),
        ((50, 100), (400, 400), (200, 400)),
        ((100, 50), (101, 51), (101, 50)),  # 50.5: enlarging cuts fractions off
        ((3, 2), (10, 10), (10, 6)),  # 6.7
        ((200, 50), (400, 40), (160, 40)),  # larger on one axis: not enlarged
    ],
)
def test_inside_enlarges_what_is_smaller_on_both_axes_when_asked(
    picture: tuple[int, int], target: tuple[int, int], expected: tuple[int, int]
) -> None:
    recipe = {"width": target[0], "height": target[1], "fit": Fit.INSIDE}
    assert result(picture, **recipe, upscale=True) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [((400, 400), (800, 400)), ((400, 100), (400, 200)), ((10, 400), (800, 400))],
)
def test_cover_enlarges_when_asked(target: tuple[int, int], expected: tuple[int, int]) -> None:
    recipe = {"width": target[0], "height": target[1], "fit": Fit.COVER}
    assert result((100, 50), **recipe, upscale=True) == expected
    assert result((100, 50), **recipe)[0] <= 100


# Crop boxes.


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((0, 0, 100, 50), (0, 0, 100, 50)),
        ((10, 20, 30, 10), (10, 20, 30, 10)),
        ((90, 40, 30, 30), (90, 40, 10, 10)),
        ((0, 0, 9_999_999, 9_999_999), (0, 0, 100, 50)),
        ((99, 49, 1, 1), (99, 49, 1, 1)),
        ((99, 49, 5, 5), (99, 49, 1, 1)),
    ],
)
def test_a_crop_box_is_cut_off_at_the_edges(
    box: tuple[int, int, int, int], expected: tuple[int, int, int, int]
) -> None:
    assert crop((100, 50), crop=CropBox(*box)) == expected
    assert result((100, 50), crop=CropBox(*box)) == expected[2:]


@pytest.mark.parametrize("box", [(100, 0, 1, 1), (0, 50, 1, 1), (5000, 5000, 10, 10)])
def test_a_crop_box_outside_is_refused_with_the_size_of_the_picture(
    box: tuple[int, int, int, int],
) -> None:
    with pytest.raises(InvalidTransform, match="100 × 50 pixels"):
        planned((100, 50), crop=CropBox(*box))


def test_a_crop_box_is_then_filled() -> None:
    found = planned((1000, 1000), crop=CropBox(100, 200, 400, 300), width=150, height=150)
    assert found == Plan(CropBox(150, 200, 300, 300), Size(150, 150))


# Limits.


@pytest.mark.parametrize(
    "recipe",
    [
        {"width": MAX_SIDE, "upscale": True},
        {"height": 9_000, "upscale": True, "fit": Fit.COVER, "width": 9_000},
        {},
        {"crop": CropBox(0, 0, 10, 20_000)},
    ],
)
def test_a_result_with_too_long_a_side_is_refused(recipe: dict[str, object]) -> None:
    picture = (100, 20_000)
    with pytest.raises(InvalidTransform, match=r"no side may be above 10,000"):
        planned(picture, **recipe)


def test_shrink_and_scales_say_what_the_decoder_needs() -> None:
    found = planned((4000, 3000), width=400)
    assert found.shrink == 10
    assert found.horizontal_scale == found.vertical_scale == 0.1
    assert planned((4000, 3000), width=400, height=3000, fit=Fit.STRETCH).shrink == 1


# Properties.

sides = st.integers(1, 9_000)
sizes = st.tuples(sides, sides)
optional_sides = st.none() | sides
boxes = st.none() | st.builds(CropBox, st.integers(0, 9_999), st.integers(0, 9_999), sides, sides)
transforms = st.builds(
    Transform,
    crop=boxes,
    width=optional_sides,
    height=optional_sides,
    fit=st.sampled_from(Fit),
    halign=st.sampled_from(HAlign),
    valign=st.sampled_from(VAlign),
    upscale=st.booleans(),
)
focals = st.none() | st.builds(
    FocalPoint, st.floats(-10, 10_000, width=32), st.floats(-10, 10_000, width=32)
)


@given(sizes, transforms, focals)
def test_every_plan_keeps_the_promises(
    picture: tuple[int, int], transform: Transform, focal: FocalPoint | None
) -> None:
    size = Size(*picture)
    try:
        found = plan(size, transform, focal)
    except InvalidTransform:
        too_long = transform.upscale or transform.fit is Fit.COVER
        assert too_long or transform.crop
        return
    box, made = found.crop, found.result
    manual = manual_box(size, transform)
    assert manual.x <= box.x
    assert manual.y <= box.y
    assert box.x + box.w <= manual.x + manual.w <= picture[0]
    assert box.y + box.h <= manual.y + manual.h <= picture[1]
    assert box.w == manual.w or box.h == manual.h
    assert 1 <= made.width <= MAX_SIDE
    assert 1 <= made.height <= MAX_SIDE
    if not transform.upscale:
        assert made.width <= manual.w
        assert made.height <= manual.h


@given(sizes, sizes)
def test_a_fill_gives_exactly_the_box_when_it_may_enlarge(
    picture: tuple[int, int], target: tuple[int, int]
) -> None:
    assert result(picture, width=target[0], height=target[1], upscale=True) == target


@given(sizes, sizes)
@example((900, 11), (899, 11))
@example((139, 747), (284, 1536))
def test_a_fill_keeps_proportions_to_a_pixel_or_a_hundredth(
    picture: tuple[int, int], target: tuple[int, int]
) -> None:
    box = planned(picture, width=target[0], height=target[1], upscale=True).crop
    wanted = Fraction(*target)  # in floats 899 / 11 * 11 is more than 899
    if round(target[0] / target[1], 2) == round(picture[0] / picture[1], 2):
        assert (box.w, box.h) == picture
    elif wanted > Fraction(*picture):
        assert box.w == picture[0]
        assert abs(box.h - box.w / wanted) <= 0.5 or box.h == 1
    else:
        assert 0 <= box.w - box.h * wanted < 1


@given(sizes, sizes, st.booleans())
def test_inside_is_inside_and_keeps_proportions_to_half_a_pixel(
    picture: tuple[int, int], target: tuple[int, int], upscale: bool
) -> None:
    width, height = result(
        picture, width=target[0], height=target[1], fit=Fit.INSIDE, upscale=upscale
    )
    assert width <= target[0]
    assert height <= target[1]
    if width > 1 and height > 1:
        across, down = picture[0] * height / picture[1], picture[1] * width / picture[0]
        least = 0.5 if width <= picture[0] else 1  # enlarging cuts fractions off, as thumbor does
        assert abs(width - across) <= least or abs(height - down) <= least


@given(st.tuples(st.integers(1, 999), st.integers(1, 999)), sizes)
def test_cover_covers_when_it_may_enlarge(
    picture: tuple[int, int], target: tuple[int, int]
) -> None:
    try:
        width, height = result(
            picture, width=target[0], height=target[1], fit=Fit.COVER, upscale=True
        )
    except InvalidTransform:
        assert max(target[0] / picture[0], target[1] / picture[1]) * max(picture) > MAX_SIDE - 1
        return
    assert width >= target[0]
    assert height >= target[1]
    assert width == target[0] or height == target[1]


@given(sizes, sizes, st.sampled_from(HAlign), st.sampled_from(VAlign))
def test_mirrored_gravity_gives_a_mirrored_window(
    picture: tuple[int, int], target: tuple[int, int], halign: HAlign, valign: VAlign
) -> None:
    across = {HAlign.LEFT: HAlign.RIGHT, HAlign.RIGHT: HAlign.LEFT, HAlign.CENTER: HAlign.CENTER}
    one = planned(picture, width=target[0], height=target[1], halign=halign, valign=valign).crop
    other = planned(
        picture, width=target[0], height=target[1], halign=across[halign], valign=valign
    ).crop
    assert abs(one.x - (picture[0] - other.x - other.w)) <= 2
    assert (one.w, one.h, one.y) == (other.w, other.h, other.y)


# What is left by a trim, and edges as URLs have them.


def trimmed(picture: tuple[int, int], box: CropBox, **recipe: object) -> tuple[int, int, int, int]:
    found = plan(Size(*picture), Transform(**recipe), trimmed=box).crop  # type: ignore[arg-type]
    return found.x, found.y, found.w, found.h


def test_edges_behind_a_trim_are_in_pixels_of_the_whole_picture() -> None:
    # thumbor takes 20 off each edge, and finds -10, -10, 40, 40 in the 60 × 60 pixels left.
    box = CropBox(20, 20, 60, 60)
    assert trimmed((100, 100), box, crop=CropEdges(10, 10, 60, 60)) == (20, 20, 40, 40)
    assert trimmed((100, 100), box, crop=CropEdges(30, 40, 99, 50)) == (30, 40, 50, 10)
    assert trimmed((100, 100), box, crop=CropEdges(0, 0, 10, 10)) == (20, 20, 60, 60)
    assert trimmed((100, 100), box) == (20, 20, 60, 60)
    assert trimmed((100, 100), box, width=30, height=60) == (35, 20, 30, 60)


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        (CropEdges(0.1, 0.25, 0.9, 1), (20, 25, 160, 75)),
        (CropEdges(0, 0, 0.5, 0.5), (0, 0, 100, 50)),
        (CropEdges(0, 0, 1, 1), (0, 0, 1, 1)),  # whole numbers are pixels
        (CropEdges(150, 50, 999, 999), (150, 50, 50, 50)),
        (CropEdges(200, 0, 300, 50), (0, 0, 200, 100)),
        (CropEdges(0.001, 0.001, 0.002, 0.002), (0, 0, 200, 100)),  # less than a pixel
    ],
)
def test_edges_are_cut_off_and_ignored_when_nothing_is_left(
    edges: CropEdges, expected: tuple[int, int, int, int]
) -> None:
    assert crop((200, 100), crop=edges) == expected


def test_focal_areas_count_by_their_size_and_only_within_the_crop() -> None:
    small, large = CropEdges(0, 0, 10, 10), CropEdges(300, 0, 330, 10)
    fill = {"width": 100, "height": 100}
    assert crop((400, 100), focal=None, **fill) == (150, 0, 100, 100)
    picture = Size(400, 100)

    def window(**more: object) -> int:
        return plan(picture, Transform(**fill, **more)).crop.x  # type: ignore[arg-type]

    assert window(focal=(small,)) == 0
    assert window(focal=(large,)) == 265  # 315 less half of the window
    assert window(focal=(small, large)) == 187  # (5 + 3 × 315) // 4 = 237
    cut = CropEdges(200, 0, 400, 100)
    assert window(focal=(small, large), crop=cut) == 265
    assert window(focal=(small,), crop=cut) == 250  # none is left: the middle
    assert window(focal=(small,), crop=CropEdges(900, 0, 999, 9)) == 0  # the crop is ignored


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        (Fit.INSIDE, (150, 300)),
        (Fit.COVER, (150, 300)),
        (Fit.FILL, (300, 150)),
        (Fit.STRETCH, (300, 150)),
    ],
)
def test_only_fits_are_adaptive(fit: Fit, expected: tuple[int, int]) -> None:
    # An upright picture in a box of 300 × 150, which is turned to 150 × 300.
    box = {"width": 300, "height": 150, "adaptive": True, "upscale": fit is not Fit.INSIDE}
    assert result((500, 1000), fit=fit, **box) == expected


@pytest.mark.parametrize("fit", [Fit.FILL, Fit.STRETCH, Fit.COVER])
def test_orig_never_enlarges(fit: Fit) -> None:
    assert result((300, 200), fit=fit, width="orig", height="orig") == (300, 200)
    assert result((300, 200), fit=fit, width="orig") == (300, 200)
    assert result((300, 200), fit=Fit.FILL, width="orig", height=100) == (300, 100)
    edges = CropEdges(0, 0, 30, 20)
    assert result((300, 200), fit=fit, width="orig", height="orig", crop=edges) == (30, 20)
