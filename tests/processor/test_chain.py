"""Trim, focal areas, padding, debug, chains, and one frame of an animation: the parts of a
transform that come before and after the resize.
"""

from dataclasses import replace

import pytest
import pyvips

from sample_pictures import animation, difference, jpeg, opened, pixels, quadrants, saved, scene
from tintype.blob import Blob
from tintype.errors import InvalidTransform
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings
from tintype.transform import (
    Corner,
    CropBox,
    CropEdges,
    Fit,
    Padding,
    Transform,
    Trim,
)

AS_IT_IS = Transform()
PNG = AS_IT_IS.with_filter("format", "png")


def made(processor: VipsProcessor, blob: Blob, transform: Transform) -> pyvips.Image:
    (found,) = processor.process(blob, [transform])
    return pixels(found)


def bordered(
    width: int = 200, height: int = 150, ground: tuple[int, ...] = (250, 250, 250)
) -> pyvips.Image:
    """The quadrants at 40, 30 with 120 × 80 pixels, on a ground of one colour."""
    inner = pixels(saved(quadrants(120, 80), "PNG"))
    image = pyvips.Image.black(width, height).new_from_image(list(ground))
    image = image.cast("uchar").copy(interpretation="srgb")
    return image.insert(inner, 40, 30).copy_memory()


def png(image: pyvips.Image) -> Blob:
    return Blob.from_bytes(image.pngsave_buffer())


@pytest.mark.parametrize("corner", Corner)
def test_a_border_of_one_colour_is_trimmed(processor: VipsProcessor, corner: Corner) -> None:
    image = made(processor, png(bordered()), replace(AS_IT_IS, trim=Trim(corner)))
    assert difference(image, bordered().crop(40, 30, 120, 80)) == 0


@pytest.mark.parametrize(
    ("tolerance", "size"),
    [(0, (196, 146)), (8, (196, 146)), (9, (120, 80)), (400, (200, 150))],
)
def test_the_tolerance_is_a_distance_of_colours(
    processor: VipsProcessor, tolerance: int, size: tuple[int, int]
) -> None:
    """An outer line of 2 pixels differs from the rest of the border by (5, 5, 5): 8.66 in all. At
    400 nothing would be left, and the trim is ignored.
    """
    image = bordered(ground=(245, 245, 245))
    for box in ((0, 0, 200, 2), (0, 148, 200, 2), (0, 0, 2, 150), (198, 0, 2, 150)):
        image = image.draw_rect([250, 250, 250], *box, fill=True)
    trim = replace(AS_IT_IS, trim=Trim(tolerance=tolerance))
    found = made(processor, png(image), trim)
    assert (found.width, found.height) == size


def test_the_corner_says_which_colour_is_the_border(processor: VipsProcessor) -> None:
    image = bordered().draw_rect([10, 10, 10], 0, 0, 200, 10, fill=True)
    top = made(processor, png(image), replace(AS_IT_IS, trim=Trim()))
    assert (top.width, top.height) == (200, 140)
    bottom = made(processor, png(image), replace(AS_IT_IS, trim=Trim(Corner.BOTTOM_RIGHT)))
    assert (bottom.width, bottom.height) == (200, 110)


def test_a_trim_of_one_colour_is_ignored(processor: VipsProcessor) -> None:
    flat = png(bordered().crop(0, 0, 30, 20))
    assert made(processor, flat, replace(AS_IT_IS, trim=Trim())).width == 30


def test_transparency_counts_for_the_border(processor: VipsProcessor) -> None:
    image = pyvips.Image.black(60, 40).new_from_image([9, 9, 9, 0]).cast("uchar")
    image = image.copy(interpretation="srgb").draw_rect([9, 9, 9, 255], 5, 6, 20, 10, fill=True)
    found = made(processor, png(image), replace(AS_IT_IS, trim=Trim()))
    assert (found.width, found.height) == (20, 10)


def test_a_trim_is_done_on_the_picture_as_it_is_seen(processor: VipsProcessor) -> None:
    image = bordered().copy()
    image.set_type(pyvips.GValue.gint_type, "orientation", 6)
    blob = Blob.from_bytes(image.jpegsave_buffer(Q=95))
    found = made(processor, blob, replace(AS_IT_IS, trim=Trim(tolerance=40)))
    assert (found.width, found.height) == pytest.approx((80, 120), abs=2)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_is_trimmed_by_its_first_frame(processor: VipsProcessor, kind: str) -> None:
    transform = Transform(trim=Trim(tolerance=5), then=Transform(trim=Trim(tolerance=5)))
    (found,) = processor.process(animation(kind), [transform.with_filter("format", "webp")])
    image = opened(found)
    assert getattr(image, "n_frames", 1) == 4


def test_a_crop_is_in_pixels_of_the_whole_picture_and_cut_to_what_is_left(
    processor: VipsProcessor,
) -> None:
    trim = replace(AS_IT_IS, trim=Trim())
    inside = made(processor, png(bordered()), replace(trim, crop=CropEdges(50, 40, 90, 60)))
    assert difference(inside, bordered().crop(50, 40, 40, 20)) == 0
    across = made(processor, png(bordered()), replace(trim, crop=CropEdges(0, 0, 70, 50)))
    assert difference(across, bordered().crop(40, 30, 30, 20)) == 0


def test_a_trimmed_picture_is_resized_as_if_it_were_the_whole(processor: VipsProcessor) -> None:
    big = pixels(jpeg(scene(800, 600)))
    image = pyvips.Image.black(1000, 800).new_from_image([255, 0, 255]).cast("uchar")
    image = image.copy(interpretation="srgb").insert(big, 120, 90)
    small = Transform(width=100, height=70)
    wanted = made(processor, png(big), small)
    assert difference(made(processor, png(image), replace(small, trim=Trim())), wanted) < 0.5


def test_a_crop_keeps_the_focal_areas(processor: VipsProcessor) -> None:
    blob = saved(quadrants(200, 100), "PNG")
    square = Transform(width=50, height=50)
    at_the_right = replace(square, focal=(CropEdges(180, 10, 200, 30),))
    image = made(processor, blob, at_the_right)
    assert (image(5, 5), image(45, 45)) == ([30, 180, 40], [240, 220, 30])
    by_shares = replace(square, focal=(CropEdges(0.9, 0.1, 1.0, 0.3),))
    assert difference(made(processor, blob, by_shares), image) == 0
    both = replace(square, focal=(CropEdges(180, 10, 200, 30), CropEdges(0, 10, 20, 30)))
    assert made(processor, blob, both)(5, 5) == [220, 30, 30]  # their mean is the middle


def test_focal_areas_are_boxes_on_the_picture_in_debug(processor: VipsProcessor) -> None:
    image = pyvips.Image.black(100, 60, bands=3).copy(interpretation="srgb")
    areas = (CropEdges(20, 10, 50, 30), CropEdges(80, 40, 81, 41))
    debug = Transform(width=10, height=10, debug=True, focal=areas, flip_horizontal=True)
    found = made(processor, png(image), debug)
    assert (found.width, found.height) == (100, 60)
    white = [255, 255, 255]
    assert found(20, 10) == found(50, 30) == found(35, 10) == found(20, 20) == white
    assert found(35, 20) == [0, 0, 0]
    assert found(75, 40) == white  # a point is drawn with 10 pixels
    assert found(80, 40) == white  # and filled
    assert found(22, 20) == white  # the line is 3 pixels wide
    large = pyvips.Image.black(2000, 1000, bands=3).copy(interpretation="srgb")
    found = made(processor, png(large), replace(debug, focal=(CropEdges(200, 200, 800, 800),)))
    assert (found(209, 500), found(210, 500)) == (white, [0, 0, 0])  # a 200th of the longer side
    assert made(processor, png(image), replace(debug, focal=())).max() == 0


def test_debug_shows_where_the_content_was_found(processor: VipsProcessor) -> None:
    image = bordered(400, 300)
    debug = Transform(width=100, height=100, debug=True, smart=True)
    found = made(processor, png(image), debug)
    assert difference(found, image) > 0


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_padding_is_added_around_the_result(processor: VipsProcessor, mode: str) -> None:
    transform = replace(PNG, width=60, padding=Padding(1, 2, 3, 4))
    found = made(processor, saved(quadrants(120, 80, mode), "PNG"), transform)
    assert (found.width, found.height) == (64, 46)
    assert found(0, 20)[-1] == found(62, 20)[-1] == found(20, 1)[-1] == found(20, 42)[-1] == 0
    assert found(1, 2)[-1] == found(60, 41)[-1] == 255


def test_padding_has_the_colour_of_fill(processor: VipsProcessor) -> None:
    transform = Transform(width=60, height=60, fit=Fit.INSIDE, padding=Padding(1, 2, 3, 4))
    blob = saved(quadrants(120, 80), "PNG")
    found = made(processor, blob, transform.with_filter("fill", "black"))
    assert (found.width, found.height, found.bands) == (64, 66, 3)
    assert found(0, 30) == found(30, 0) == found(30, 11) == [0, 0, 0]
    assert found(1, 12) == [220, 30, 30]


def test_too_much_padding_is_refused(processor: VipsProcessor) -> None:
    transform = Transform(padding=Padding(0, 0, 2_000_000_000, 0))
    for each in (transform, transform.with_filter("fill", "red")):
        with pytest.raises(InvalidTransform, match="no side may be above 10,000"):
            processor.process(saved(quadrants(), "PNG"), [each])


def test_a_chain_works_on_what_the_one_before_has_made(processor: VipsProcessor) -> None:
    blob = saved(quadrants(200, 100), "PNG")
    turned = Transform(width=100).with_filter("rotate", 90)
    found = made(processor, blob, replace(turned, then=Transform(crop=CropBox(0, 0, 25, 50))))
    assert (found.width, found.height) == (25, 50)
    assert found(5, 5) == [30, 180, 40]  # green was at the top right
    three = replace(turned, then=Transform(height=20, then=Transform(width=5)))
    assert (made(processor, blob, three).width, made(processor, blob, three).height) == (5, 10)


def test_of_what_a_chain_says_about_the_file_the_last_word_counts(
    processor: VipsProcessor,
) -> None:
    last = Transform().with_filter("format", "webp")
    first = Transform(width=20).with_filter("format", "gif").with_filter("quality", 50)
    (found,) = processor.process(saved(quadrants(), "PNG"), [replace(first, then=last)])
    assert found.media_type == "image/webp"
    (found,) = processor.process(saved(quadrants(), "PNG"), [replace(first, then=AS_IT_IS)])
    assert found.media_type == "image/gif"


def test_a_chain_has_an_end(processor: VipsProcessor) -> None:
    chain = AS_IT_IS
    for _ in range(8):
        chain = replace(AS_IT_IS, then=chain)
    with pytest.raises(InvalidTransform, match="More than 8"):
        processor.check(chain)


def test_every_link_of_a_chain_is_checked_against_the_limits() -> None:
    small = VipsProcessor(ImageSettings(max_pixels=50_000))
    grown = Transform(width=2_000, fit=Fit.STRETCH, upscale=True)
    with pytest.raises(InvalidTransform, match="2,000 × 1,333"):
        small.process(saved(quadrants(), "PNG"), [replace(AS_IT_IS, then=grown)])


def test_a_filter_that_pads_is_checked_against_the_limits() -> None:
    small = VipsProcessor(ImageSettings(max_pixels=50_000))
    box = Transform(width=300, height=300, fit=Fit.INSIDE)
    small.process(saved(quadrants(), "PNG"), [box])
    with pytest.raises(InvalidTransform, match="300 × 300"):
        small.process(saved(quadrants(), "PNG"), [box.with_filter("fill", "red")])


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_the_first_frame_alone_is_a_still_picture(processor: VipsProcessor, kind: str) -> None:
    for transform in (Transform(first_frame=True), AS_IT_IS.with_filter("cover")):
        (found,) = processor.process(animation(kind), [transform])
        assert found.media_type == f"image/{kind.lower()}"
        assert getattr(opened(found), "n_frames", 1) == 1


def test_filters_of_the_recipe_work_where_filters_are_given_by_hand(
    processor: VipsProcessor,
) -> None:
    blob = saved(quadrants(100, 50), "PNG")
    square = Transform(width=200, height=200)
    assert made(processor, blob, square).width == 100
    large = made(processor, blob, square.with_filter("upscale"))
    assert (large.width, large.height) == (200, 200)
    stretched = made(processor, blob, Transform(width=50, height=50).with_filter("stretch"))
    assert stretched(2, 2) == [220, 30, 30]
    assert stretched(47, 2) == [30, 180, 40]


def test_what_would_be_done_can_be_asked(processor: VipsProcessor) -> None:
    blob = png(bordered())
    header, found = processor.planned(blob, Transform(trim=Trim(), width=60, height=60))
    assert (header.seen.width, header.format.name) == (200, "png")
    assert found.trimmed == CropBox(40, 30, 120, 80)
    assert found.window == found.trimmed
    assert found.plan.crop == CropBox(60, 30, 80, 80)
    assert str(found.plan.result) == "60 × 60"
    assert found.areas == ()
    assert (found.alignment.x, found.alignment.y, found.alignment.weight) == (100, 70, 1)
    _, found = processor.planned(
        blob, Transform(width=60, height=60, focal=(CropEdges(10, 20, 30, 60),))
    )
    (area,) = found.areas
    assert (area.x, area.y, area.width, area.height, area.weight) == (20, 40, 20, 40, 800)
    _, found = processor.planned(blob, Transform(width=60, height=60, smart=True))
    assert found.areas[0].origin == "detection"
    assert found.plan.crop.h == 150
