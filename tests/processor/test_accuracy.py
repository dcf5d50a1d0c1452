"""The right pixels: exactly where nothing is scaled, near a slow reference where something is."""

from functools import cache

import pytest
import pyvips

from sample_pictures import difference, jpeg, pixels, scene
from tintype.blob import Blob
from tintype.errors import InvalidTransform
from tintype.geometry import Size, plan
from tintype.processor.decode import shrink_for
from tintype.processor.libvips import VipsProcessor
from tintype.transform import CropBox, Fit, HAlign, Transform, VAlign


def as_png(transform: Transform) -> Transform:
    return transform.with_filter("format", "png")


def lossless(image: pyvips.Image, kind: str = "png") -> Blob:
    return Blob.from_bytes(getattr(image, f"{kind}save_buffer")())


@pytest.mark.parametrize("kind", ["png", "tiff", "jpeg"])
@pytest.mark.parametrize(
    "box", [(0, 0, 40, 30), (13, 7, 51, 33), (199, 149, 1, 1), (0, 100, 200, 50)]
)
def test_a_crop_without_scaling_gives_exactly_the_pixels_of_the_file(
    processor: VipsProcessor, kind: str, box: tuple[int, int, int, int]
) -> None:
    source = lossless(scene(200, 150), kind)
    (made,) = processor.process(source, [as_png(Transform(crop=CropBox(*box)))])
    assert difference(pixels(made), pixels(source).crop(*box)) == 0


def test_no_change_gives_exactly_the_pixels_of_the_file(processor: VipsProcessor) -> None:
    source = jpeg(scene(333, 221))
    (made,) = processor.process(source, [as_png(Transform())])
    assert difference(pixels(made), pixels(source)) == 0


def reference(source: Blob, transform: Transform) -> pyvips.Image:
    """All pixels decoded, the box cut exactly, one resize in floating point."""
    image = pixels(source)
    found = plan(Size(image.width, image.height), transform)
    box = found.crop
    cut = image.crop(box.x, box.y, box.w, box.h).cast("float")
    return cut.resize(found.horizontal_scale, vscale=found.vertical_scale, kernel="lanczos3")


@cache
def large(kind: str) -> Blob:
    options = {"Q": 95} if kind in ("webp", "jpeg") else {}
    return Blob.from_bytes(getattr(scene(1601, 1069), f"{kind}save_buffer")(**options))


TRANSFORMS = [
    Transform(width=400),
    Transform(width=333),
    Transform(width=200),
    Transform(width=131),
    Transform(width=150, height=150),
    Transform(width=97, height=200, halign=HAlign.RIGHT),
    Transform(width=300, height=60, valign=VAlign.BOTTOM),
    Transform(width=120, height=300, fit=Fit.STRETCH),
    Transform(crop=CropBox(401, 203, 801, 607), width=100),
    Transform(crop=CropBox(1003, 509, 597, 558), width=60, height=60),
    Transform(crop=CropBox(333, 333, 450, 450), width=50),
    Transform(crop=CropBox(10, 10, 50, 40), width=170, upscale=True),
]


@pytest.mark.parametrize("transform", TRANSFORMS, ids=Transform.path)
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_resize_is_near_the_slow_reference(
    processor: VipsProcessor, transform: Transform, kind: str
) -> None:
    source = large(kind)
    (made,) = processor.process(source, [as_png(transform)])
    wanted = reference(source, transform)
    assert difference(pixels(made), wanted) < 2.6
    # Moved by one pixel it would be farther off: the box is where it should be.
    moved = pixels(made).wrap(x=1, y=1)
    assert difference(moved, wanted) > difference(pixels(made), wanted)


def ramp(width: int, height: int) -> pyvips.Image:
    """Each pixel says where it is: red across, green down."""
    xyz = pyvips.Image.xyz(width, height)
    bands = [xyz.extract_band(0) * (255 / width), xyz.extract_band(1) * (255 / height)]
    return (
        bands[0].bandjoin([bands[1], bands[0] * 0 + 128]).cast("uchar").copy(interpretation="srgb")
    )


@pytest.mark.parametrize("size", [(4033, 3019), (4039, 3023), (4032, 3024)])
@pytest.mark.parametrize("box", [None, (1500, 1100, 1600, 1200), (2433, 1819, 1600, 1200)])
def test_a_box_lies_to_half_a_pixel_where_it_should_after_a_shrunk_decode(
    processor: VipsProcessor, size: tuple[int, int], box: tuple[int, int, int, int] | None
) -> None:
    source = jpeg(ramp(*size), Q=97)
    transform = Transform(crop=CropBox(*box) if box else None, width=160)
    found = plan(Size(*size), transform)
    assert shrink_for(found) == 8
    made = pixels(processor.process(source, [as_png(transform)])[0])
    for x, y in ((0, 0), (80, 60), (159, made.height - 1)):
        red, green, _ = made(x, y)
        wanted_x = found.crop.x + (x + 0.5) / found.horizontal_scale
        wanted_y = found.crop.y + (y + 0.5) / found.vertical_scale
        pixel_x, pixel_y = 1 / found.horizontal_scale, 1 / found.vertical_scale
        level_x, level_y = size[0] / 255, size[1] / 255  # a level of colour, in pixels
        assert abs((red + 0.5) * level_x - wanted_x) < 0.8 * pixel_x + 1.5 * level_x
        assert abs((green + 0.5) * level_y - wanted_y) < 0.8 * pixel_y + 1.5 * level_y


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_several_sizes_are_as_good_as_single_ones(processor: VipsProcessor, kind: str) -> None:
    source = large(kind)
    transforms = [as_png(transform) for transform in TRANSFORMS[:9]]
    together = processor.process(source, transforms)
    for transform, made in zip(transforms, together, strict=True):
        (alone,) = processor.process(source, [transform])
        wanted = reference(source, transform)
        one, other = difference(pixels(made), wanted), difference(pixels(alone), wanted)
        assert one < max(2.6, other * 1.5)


@pytest.mark.parametrize(
    ("width", "shrink"),
    [(400, 8), (504, 4), (420, 8), (421, 4), (840, 4), (841, 2), (1680, 2), (1681, 1), (4032, 1)],
)
def test_the_decoder_leaves_a_fifth_to_the_resize(width: int, shrink: int) -> None:
    assert shrink_for(plan(Size(4032, 3024), Transform(width=width))) == shrink


def test_a_smart_crop_finds_what_there_is_to_see(processor: VipsProcessor) -> None:
    image = pyvips.Image.black(900, 300, bands=3) + 90
    for x in range(0, 80, 8):
        image = image.draw_rect([240, 60 + x, 30], 700 + x, 120, 4, 60, fill=True)
    source = lossless(image.cast("uchar").copy(interpretation="srgb"))
    smart = Transform(width=300, height=300, smart=True)
    plain, found, moved = processor.process(
        source, [Transform(width=300, height=300), smart, Transform(width=300, smart=True)]
    )
    assert pixels(plain).max() == 90
    assert pixels(found).max() > 200
    assert pixels(moved).width == 300
    (alone,) = processor.process(source, [smart])
    assert pixels(alone).max() > 200
    inside = Transform(crop=CropBox(0, 0, 600, 300), width=100, height=100, smart=True)
    assert pixels(processor.process(source, [inside])[0]).max() < 200


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 3), (17, 1)])
@pytest.mark.parametrize(
    "transform",
    [
        Transform(),
        Transform(width=1),
        Transform(width=1, height=1),
        Transform(width=40, upscale=True),
        Transform(width=9, height=9, smart=True),
        Transform(width=9, height=9, fit=Fit.INSIDE),
        Transform(width=9, height=9, fit=Fit.STRETCH, upscale=True),
    ],
    ids=Transform.path,
)
@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif"])
def test_the_smallest_pictures_are_no_trouble(
    processor: VipsProcessor, shape: tuple[int, int], transform: Transform, kind: str
) -> None:
    source = lossless(pyvips.Image.black(*shape, bands=3).copy(interpretation="srgb"), kind)
    try:
        expected = plan(Size(*shape), transform).result
    except InvalidTransform:
        assert max(shape) == 500
        return
    for together in (1, 2):
        made = processor.process(source, [transform] * together)[0]
        assert (pixels(made).width, pixels(made).height) == (expected.width, expected.height)
