"""Filters that thumbor has, where its own answer says too little: see test_against_thumbor.py."""

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st

from sample_pictures import difference, scene
from tintype.errors import InvalidTransform, TintypeError
from tintype.filters import Scene, parse
from tintype.transform import FilterCall, Padding


def filtered(
    image: pyvips.Image, text: str, around: Scene | None = None, **pictures: pyvips.Image
) -> pyvips.Image:
    (step,) = parse([FilterCall.parse(text)]).pixels
    made = step(image, around or Scene(pictures=pictures))
    assert isinstance(made, pyvips.Image)
    return made.copy_memory()


def flat(width: int, height: int, *colour: int) -> pyvips.Image:
    kind = "srgb" if len(colour) > 2 else "b-w"
    image = pyvips.Image.black(width, height).new_from_image(list(colour))
    return image.cast("uchar").copy(interpretation=kind).copy_memory()


def test_noise_is_within_its_amount_and_the_same_for_a_seed() -> None:
    image = flat(600, 600, 128, 128, 128)
    made = filtered(image, "noise(40,7)")
    grain = made.extract_band(0).cast("short") - 128
    assert (grain.min(), grain.max()) == (-20, 19)
    assert abs(grain.avg() + 0.5) < 0.2
    assert grain.deviate() == pytest.approx(40 / 12**0.5, abs=0.2)
    assert difference(made.extract_band(0), made.extract_band(2)) == 0
    assert difference(made, filtered(image, "noise(40,7)")) == 0
    assert difference(made, filtered(image, "noise(40,8)")) > 5
    assert difference(image, filtered(image, "noise(0)")) == 0


def test_equalizing_spreads_the_levels_over_the_whole_range() -> None:
    dull = (scene(120, 80) * 0.2 + 100).cast("uchar").copy(interpretation="srgb")
    made = filtered(dull, "equalize()")
    for band in range(3):
        assert made.extract_band(band).min() == 0
        assert made.extract_band(band).max() == 255
        assert made.extract_band(band).avg() == pytest.approx(128, abs=8)
    one = flat(8, 8, 70, 70, 70)
    assert difference(filtered(one, "equalize()"), one) == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 255), st.integers(0, 255)),
        min_size=1,
        max_size=20,
        unique_by=lambda point: point[0],
    )
)
def test_a_curve_goes_through_its_points(points: list[tuple[int, int]]) -> None:
    points.sort()
    text = "[" + ",".join(f"({x},{y})" for x, y in points) + "]"
    ramp = pyvips.Image.identity().copy(interpretation="b-w")
    straight = "[(0,0),(255,255)]"
    made = bytes(filtered(ramp, f"curve({straight},{text},{text},{text})").write_to_memory())
    assert all(made[x] == y for x, y in points)
    assert set(made[: points[0][0]]) <= {points[0][1]}
    assert set(made[points[-1][0] :]) == {points[-1][1]}


def test_corners_are_round_and_what_is_inside_stays() -> None:
    image = scene(80, 60)
    made = filtered(image, "round_corner(20,255,0,0)")
    assert [made(*at) for at in ((0, 0), (79, 0), (0, 59), (79, 59), (4, 4))] == [[255, 0, 0]] * 5
    assert difference(made.crop(20, 0, 40, 60), image.crop(20, 0, 40, 60)) == 0
    assert difference(made.crop(0, 20, 80, 20), image.crop(0, 20, 80, 20)) == 0
    clear = filtered(image, "round_corner(20,0,0,0,true)")
    assert (clear(0, 0)[3], clear(40, 30)[3]) == (0, 255)
    assert clear(40, 30)[:3] == image(40, 30)
    alpha = clear.extract_band(3).crop(0, 0, 20, 20)
    assert alpha.avg() / 255 == pytest.approx(3.14159 / 4, abs=0.01)  # a quarter of a circle


def test_a_radius_is_cut_down_to_half_the_side() -> None:
    made = filtered(flat(80, 40, 9, 9, 9), "round_corner(999,0,0,0,true)")
    area = made.extract_band(3).avg() / 255
    assert area == pytest.approx(3.14159 / 4, abs=0.01)  # an ellipse in its box


BOX = Scene(box=(60, 50))


def test_fill_pads_to_the_size_asked_for_and_centres() -> None:
    image = flat(40, 20, 10, 20, 30)
    made = filtered(image, "fill(ff0000)", BOX)
    assert (made.width, made.height, made.bands) == (60, 50, 3)
    assert made(9, 25) == made(50, 25) == made(30, 14) == made(30, 35) == [255, 0, 0]
    assert made(10, 15) == made(49, 34) == [10, 20, 30]
    assert filtered(image, "fill(auto)", BOX)(0, 0) == [10, 20, 30]
    assert filtered(image, "fill(transparent)", BOX)(0, 0)[3] == 0
    assert filtered(image, "fill(blur)", BOX)(0, 0) == pytest.approx([10, 20, 30], abs=1)


def test_fill_cuts_off_what_is_larger_than_the_box() -> None:
    image = flat(40, 90, 10, 20, 30).draw_rect([255, 255, 255], 0, 0, 40, 20, fill=True)
    made = filtered(image, "fill(red)", BOX)
    assert (made.width, made.height) == (60, 50)
    assert made(30, 0) == [10, 20, 30]
    assert made(5, 0) == [255, 0, 0]


def test_fill_leaves_or_fills_what_is_transparent() -> None:
    image = flat(40, 20, 0, 0, 255, 0)
    assert filtered(image, "fill(red)", BOX)(30, 25)[3] == 0
    assert filtered(image, "fill(red)", BOX)(0, 0) == [255, 0, 0, 255]
    assert filtered(image, "fill(red,true)", BOX)(30, 25)[:3] == [255, 0, 0]


def test_fill_colours_the_padding_once() -> None:
    image = flat(40, 20, 10, 20, 30)
    around = Scene(box=(40, 20), padding=Padding(1, 2, 3, 4))
    made = filtered(image, "fill(red)", around)
    assert (made.width, made.height) == (44, 26)
    assert made(0, 10) == made(20, 1) == made(41, 10) == made(20, 22) == [255, 0, 0]
    assert made(1, 2) == made(40, 21) == [10, 20, 30]
    again = filtered(made, "fill(blue)", around)
    assert difference(again, made) == 0


MARK = flat(10, 6, 255, 0, 0, 255)


@pytest.mark.parametrize(
    ("places", "box"),
    [
        ("0,0,0", (0, 0, 10, 6)),
        ("left,top,0", (0, 0, 10, 6)),
        ("right,bottom,0", (90, 44, 10, 6)),
        ("-0,-0,0", (90, 44, 10, 6)),
        ("-5,7,0", (85, 7, 10, 6)),
        ("10p,-10p,0", (10, 39, 10, 6)),
        ("center,center,0", (45, 22, 10, 6)),
        ("repeat,0,0", (0, 0, 100, 6)),
        ("repeat,repeat,0,none,100", (0, 0, 100, 50)),
        ("95,0,0", (95, 0, 5, 6)),
        ("0,0,0,50", (0, 0, 50, 30)),
        ("0,0,0,50,20", (0, 0, 17, 10)),
    ],
)
def test_a_watermark_lies_where_it_should(places: str, box: tuple[int, int, int, int]) -> None:
    image = flat(100, 50, 0, 0, 0)
    made = filtered(image, f"watermark(mark,{places})", mark=MARK)
    left, top, width, height = made.find_trim(background=[0, 0, 0], threshold=20)
    assert (left, top, width, height) == box


def test_a_watermark_becomes_transparent_by_steps() -> None:
    image = flat(100, 50, 0, 0, 0)
    assert filtered(image, "watermark(mark,0,0,60)", mark=MARK)(3, 3)[0] == pytest.approx(
        102, abs=1
    )
    assert filtered(image, "watermark(mark,0,0,100)", mark=MARK).max() == 0
    half = flat(10, 6, 255, 0, 0, 128)
    assert filtered(image, "watermark(mark,0,0,60)", mark=half).max() == 0


def test_a_watermark_far_outside_changes_nothing() -> None:
    image = scene(100, 50)
    for places in ("500,0,0", "0,500,0", "-500,0,0", "0,-999999,0", "100,0,0", "-100,0,0"):
        assert difference(filtered(image, f"watermark(mark,{places})", mark=MARK), image) == 0


def test_a_watermark_cannot_be_made_enormous() -> None:
    thin = flat(1, 3_000, 255, 0, 0)
    with pytest.raises(InvalidTransform, match="far larger"):
        filtered(flat(100, 50, 0, 0, 0), "watermark(mark,0,0,0,1000)", mark=thin)


def patch() -> pyvips.Image:
    """A frame of 2 pixels, red with blue corners, whose sides stretch; the picture goes inside."""
    image = flat(9, 9, 0, 0, 0, 0)
    inner = flat(7, 7, 255, 0, 0, 255).draw_rect([0, 0, 0, 0], 2, 2, 3, 3, fill=True)
    for x, y in ((0, 0), (5, 0), (0, 5), (5, 5)):
        inner = inner.draw_rect([0, 0, 255, 255], x, y, 2, 2, fill=True)
    image = image.insert(inner, 1, 1)
    for line in ((3, 0, 5, 0), (0, 3, 0, 5), (3, 8, 5, 8), (8, 3, 8, 5)):
        image = image.draw_line([0, 0, 0, 255], *line)
    return image.copy_memory()


def test_a_frame_goes_around_the_picture() -> None:
    image = flat(40, 30, 0, 200, 0)
    made = filtered(image, "frame(frame)", frame=patch())
    assert (made.width, made.height) == (44, 34)
    assert made(0, 0) == made(43, 33) == made(1, 1) == [0, 0, 255]
    assert made(20, 0) == made(0, 15) == made(43, 20) == made(2, 33) == [255, 0, 0]
    assert difference(made.crop(2, 2, 40, 30), image) == 0


def test_a_frame_without_marks_for_the_picture_covers_its_edge() -> None:
    lone = patch().draw_rect([0, 0, 0, 0], 1, 8, 8, 1, fill=True)
    lone = lone.draw_rect([0, 0, 0, 0], 8, 1, 1, 8, fill=True)
    made = filtered(flat(40, 30, 0, 200, 0), "frame(frame)", frame=lone)
    assert (made.width, made.height) == (40, 30)
    assert made(0, 0) == [0, 0, 255]
    assert made(20, 15) == [0, 200, 0]


def striped(width: int, height: int) -> pyvips.Image:
    """A picture whose every second row is black and the others clear."""
    marks = (pyvips.Image.xyz(width, height).extract_band(1) % 2 * 255).cast("uchar")
    return marks.new_from_image([0, 0, 0]).bandjoin(marks).copy(interpretation="srgb").copy_memory()


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (9, 400)])
def test_what_is_no_frame_is_refused_with_a_sentence(size: tuple[int, int]) -> None:
    with pytest.raises(TintypeError, match="The frame "):
        filtered(flat(40, 30, 0, 200, 0), "frame(frame)", frame=striped(*size))


def test_a_frame_of_one_pixel_that_does_not_stretch_is_laid_on_the_corner() -> None:
    made = filtered(flat(40, 30, 0, 200, 0), "frame(frame)", frame=striped(3, 3))
    assert made(0, 0) == [0, 0, 0]
    assert made(20, 15) == [0, 200, 0]


def test_a_convolution_keeps_transparency() -> None:
    image = scene(30, 20).bandjoin(99)
    made = filtered(image, "convolution(-1;-1;-1;-1;8;-1;-1;-1;-1,3,false)")
    assert made.extract_band(3).avg() == 99
    twice = filtered(flat(9, 9, 50, 60, 70), "convolution(2,1,false)")
    assert twice(4, 4) == [100, 120, 140]
    assert filtered(flat(9, 9, 50, 60, 70), "convolution(2,1)")(4, 4) == [50, 60, 70]


def test_a_proportion_that_leaves_less_than_a_pixel_is_ignored() -> None:
    image = scene(30, 20)
    assert filtered(image, "proportion(0.01)").width == 30
    assert (filtered(image, "proportion(0.55)").width, filtered(image, "proportion(1)").width) == (
        16,
        30,
    )


def test_what_is_enlarged_stays_where_it_is() -> None:
    ramp = (pyvips.Image.xyz(20, 4).extract_band(0) * 10).cast("uchar").copy(interpretation="b-w")
    mark = filtered(flat(200, 40, 0), "watermark(mark,0,0,0,100)", mark=ramp)
    assert [mark(x, 20)[0] for x in (5, 55, 105, 155)] == pytest.approx([0, 50, 100, 150], abs=2.1)
