"""The eight orientations of EXIF: pixels are turned first, then cropped and resized."""

import pytest
from PIL import Image as Pillow
from PIL import ImageOps

from sample_pictures import opened, quadrants, saved
from tintype.blob import Blob
from tintype.processor.libvips import VipsProcessor
from tintype.transform import CropBox, Transform, VAlign


def turned(orientation: int, kind: str = "JPEG") -> Blob:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    return saved(quadrants(), kind, exif=exif, **options)


def as_seen(blob: Blob) -> Pillow.Image:
    return ImageOps.exif_transpose(opened(blob)).convert("RGB")


def near(one: Pillow.Image, other: Pillow.Image) -> bool:
    """Alike in the middle of each quadrant."""
    assert one.size == other.size
    w, h = one.size
    for x, y in (
        (w // 4, h // 4),
        (3 * w // 4, h // 4),
        (w // 4, 3 * h // 4),
        (3 * w // 4, 3 * h // 4),
    ):
        a, b = one.getpixel((x, y)), other.getpixel((x, y))
        if max(abs(i - j) for i, j in zip(a, b, strict=True)) > 20:
            return False
    return True


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_applied_and_left_out(
    processor: VipsProcessor, orientation: int, kind: str
) -> None:
    source = turned(orientation, kind)
    (made,) = processor.process(source, [Transform()])
    assert near(opened(made).convert("RGB"), as_seen(source))
    assert opened(made).getexif().get(0x0112, 1) == 1
    assert processor.measure(source) == as_seen(source).size


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("together", [False, True])
def test_sizes_and_boxes_are_those_of_the_turned_picture(
    processor: VipsProcessor, orientation: int, together: bool
) -> None:
    source = turned(orientation)
    seen = as_seen(source)
    w, h = seen.size
    transforms = [
        Transform(width=30),
        Transform(crop=CropBox(w // 2, 0, w - w // 2, h // 2)),
        Transform(width=20, height=20, valign=VAlign.BOTTOM),
        Transform(flip_vertical=True),
        Transform(flip_horizontal=True, width=w // 2),
    ]
    if together:
        made = processor.process(source, transforms)
    else:
        made = [processor.process(source, [transform])[0] for transform in transforms]
    images = [opened(blob).convert("RGB") for blob in made]
    assert near(images[0], seen.resize((30, round(30 * h / w))))
    corner = seen.getpixel((3 * w // 4, h // 4))
    found = images[1].getpixel((w // 4, h // 4))
    assert max(abs(a - b) for a, b in zip(corner, found, strict=True)) < 20
    assert images[2].size == (20, 20)
    assert near(images[3], ImageOps.flip(seen))
    assert near(images[4], ImageOps.mirror(seen).resize((w // 2, round(w // 2 * h / w))))


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_means_nothing_is_ignored(processor: VipsProcessor, value: int) -> None:
    source = turned(value)
    (made,) = processor.process(source, [Transform()])
    assert near(opened(made), quadrants())
