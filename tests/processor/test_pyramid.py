"""Pyramids: what is cut from one is what the original would have given."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
import pyvips
from PIL import Image as Pillow

from sample_pictures import BLUE, RED, YELLOW, jpeg, opened, quadrants, saved, scene
from tintype.blob import Blob
from tintype.errors import CorruptImage, ImageTooBig, InvalidTransform, UnsupportedFormat
from tintype.geometry import Plan, Size
from tintype.processor.libvips import VipsProcessor
from tintype.processor.pyramid import LEAST_PIXELS, VipsPyramids, level_for
from tintype.settings import ImageSettings
from tintype.transform import CropBox, Fit, Transform, Trim
from tintype.urls.iiif import Limits, read

TILE = 512


@pytest.fixture(scope="module")
def pyramids() -> VipsPyramids:
    return VipsPyramids(ImageSettings())


def made(pyramids: VipsPyramids, original: Blob, folder: Path) -> Blob:
    path = folder / "made.tif"
    pyramids.make_pyramid(original, path)
    assert [entry.name for entry in folder.iterdir()] == ["made.tif"]
    return Blob.from_path(path)


def asked(text: str, width: int, height: int) -> Transform:
    return read(text, 3).exact(Size(width, height), Limits()).transform()


def pixels(blob: Blob) -> pyvips.Image:
    return pyvips.Image.new_from_buffer(blob.read(), "")


@pytest.mark.parametrize(("width", "height"), [(2048, 1536), (1301, 1027), (1023, 2049)])
def test_every_tile_is_that_of_the_original(
    pyramids: VipsPyramids, processor: VipsProcessor, tmp_path: Path, width: int, height: int
) -> None:
    original = jpeg(scene(width, height))
    pyramid = made(pyramids, original, tmp_path)
    assert pyramids.measure_pyramid(pyramid) == (width, height)
    for factor in (1, 2, 4):
        step = TILE * factor
        for x in range(0, width, step):
            for y in range(0, height, step):
                w, h = min(step, width - x), min(step, height - y)
                size = f"{-(-w // factor)},{-(-h // factor)}"
                transform = asked(f"{x},{y},{w},{h}/{size}/0/default.png", width, height)
                ours = pixels(pyramids.cut(pyramid, transform))
                (theirs,) = map(pixels, processor.process(original, [transform]))
                assert (ours.width, ours.height) == (theirs.width, theirs.height)
                # Quality 90, and levels that are means instead of a sharper filter.
                assert (ours - theirs).abs().avg() < 6
                if ours.width > 100 and ours.height > 100:
                    assert shift(ours, theirs) == (0, 0)


def shift(one: pyvips.Image, other: pyvips.Image) -> tuple[int, int]:
    """By how many pixels one picture must be moved to resemble the other most."""
    inner = one.crop(8, 8, one.width - 16, one.height - 16)
    distances = {
        (x, y): (inner - other.crop(8 + x, 8 + y, inner.width, inner.height)).abs().avg()
        for x in (-1, 0, 1)
        for y in (-1, 0, 1)
    }
    return min(distances, key=lambda place: distances[place])


def test_any_window_turned_and_gray(
    pyramids: VipsPyramids, processor: VipsProcessor, tmp_path: Path
) -> None:
    original = jpeg(scene(1600, 1067))
    pyramid = made(pyramids, original, tmp_path)
    for text in (
        "100,37,999,801/333,267/!90/gray.jpg",
        "7,9,1500,1000/200,133/0/default.webp",
        "full/max/180/default.jpg",
        "full/^2000,/0/default.jpg",
        "square/300,/22.5/default.png",
        "500,500,100,100/max/0/bitonal.png",
    ):
        transform = asked(text, 1600, 1067)
        assert pyramids.may_cut(transform)
        ours = pixels(pyramids.cut(pyramid, transform))
        theirs = pixels(processor.process(original, [transform])[0])
        assert (ours.width, ours.height, ours.bands) == (theirs.width, theirs.height, theirs.bands)
        assert (ours.cast("float") - theirs).abs().avg() < 8


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_pyramid_is_upright(pyramids: VipsPyramids, tmp_path: Path, orientation: int) -> None:
    picture = quadrants(900, 600)
    exif = picture.getexif()
    exif[274] = orientation
    pyramid = made(pyramids, saved(picture, "JPEG", exif=exif, quality=95), tmp_path)
    width, height = (900, 600) if orientation < 5 else (600, 900)
    assert pyramids.measure_pyramid(pyramid) == (width, height)
    # The corner that the orientation puts at the top left (EXIF 2.3, 4.6.4).
    seen = opened(pyramids.cut(pyramid, asked("0,0,20,20/max/0/default.png", width, height)))
    green = (30, 180, 40)
    corner = {1: RED, 2: green, 3: YELLOW, 4: BLUE, 5: RED, 6: BLUE, 7: YELLOW, 8: green}
    found = seen.convert("RGB").getpixel((10, 10))
    assert isinstance(found, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(found, corner[orientation], strict=True))


def test_transparency_and_gray_are_kept(pyramids: VipsPyramids, tmp_path: Path) -> None:
    clear = Pillow.new("RGBA", (700, 600), (200, 10, 10, 0))
    clear.paste((10, 200, 10, 255), (0, 0, 350, 600))
    pyramid = made(pyramids, saved(clear, "PNG"), tmp_path)
    seen = opened(pyramids.cut(pyramid, asked("full/350,/0/default.png", 700, 600)))
    assert seen.mode == "RGBA"
    assert (seen.getpixel((50, 50)), seen.getpixel((300, 50))[3]) == ((10, 200, 10, 255), 0)  # type: ignore[index]
    (tmp_path / "made.tif").unlink()
    gray = made(pyramids, saved(quadrants(700, 600, "L"), "JPEG"), tmp_path)
    assert opened(pyramids.cut(gray, asked("full/350,/0/default.jpg", 700, 600))).mode == "L"


def test_cmyk_becomes_srgb(pyramids: VipsPyramids, tmp_path: Path) -> None:
    pyramid = made(pyramids, saved(quadrants(700, 600, "CMYK"), "JPEG", quality=95), tmp_path)
    assert opened(pyramids.cut(pyramid, asked("full/350,/0/default.jpg", 700, 600))).mode == "RGB"


def test_only_very_large_still_pictures_merit_one(pyramids: VipsPyramids) -> None:
    side = int(LEAST_PIXELS**0.5)
    flat = pyvips.Image.black(side + 1, side + 1)
    assert pyramids.merits_pyramid(jpeg(flat))
    assert not pyramids.merits_pyramid(jpeg(flat.crop(0, 0, side, side)))
    assert not pyramids.merits_pyramid(jpeg(pyvips.Image.black(50_000, 500)))
    assert not pyramids.merits_pyramid(Blob.from_bytes(b"no picture"))


def test_limits_are_those_of_any_picture(tmp_path: Path) -> None:
    small = VipsPyramids(ImageSettings(max_pixels=1000))
    with pytest.raises(ImageTooBig):
        small.make_pyramid(saved(quadrants(), "JPEG"), tmp_path / "a.tif")
    with pytest.raises(UnsupportedFormat):
        small.make_pyramid(Blob.from_bytes(b"<svg/>"), tmp_path / "a.tif")
    assert not (tmp_path / "a.tif").exists()


def test_a_picture_that_breaks_off_makes_none(pyramids: VipsPyramids, tmp_path: Path) -> None:
    whole = jpeg(scene()).read()
    with pytest.raises(CorruptImage):
        pyramids.make_pyramid(Blob.from_bytes(whole[: len(whole) // 2]), tmp_path / "a.tif")


def test_what_is_no_pyramid_is_an_error(pyramids: VipsPyramids, tmp_path: Path) -> None:
    for content in (b"", b"II*\0 and nothing more", saved(quadrants(), "PNG").read()):
        path = tmp_path / "a.tif"
        path.write_bytes(content)
        with pytest.raises(CorruptImage):
            pyramids.measure_pyramid(Blob.from_path(path))


def test_only_transforms_that_say_everything_are_cut(pyramids: VipsPyramids) -> None:
    whole = asked("full/max/0/default.jpg", 100, 100)
    assert pyramids.may_cut(whole)
    for other in (
        replace(whole, filters=()),  # the format would be the original's, which is not known
        replace(whole, width=None),
        replace(whole, width="orig"),
        replace(whole, fit=Fit.FILL),
        replace(whole, trim=Trim()),
        replace(whole, then=Transform()),
        whole.with_filter("keep", "exif"),
        whole.with_filter("frobnicate"),
    ):
        assert not pyramids.may_cut(other)


def test_a_result_that_is_too_large_is_refused(pyramids: VipsPyramids, tmp_path: Path) -> None:
    pyramid = made(pyramids, saved(quadrants(900, 600), "JPEG"), tmp_path)
    transform = Transform(width=9000, height=9000, fit=Fit.STRETCH, upscale=True)
    with pytest.raises(InvalidTransform):
        pyramids.cut(pyramid, transform.with_filter("format", "gif"))


@pytest.mark.parametrize(
    ("crop", "result", "level"),
    [(512, 512, 0), (1023, 512, 0), (1024, 512, 1), (896, 448, 1), (895, 448, 0), (1025, 512, 1),
     (2048, 512, 2), (4000, 512, 2), (8064, 504, 4), (8064, 100, 4), (100, 500, 0)],
)  # fmt: skip
def test_the_level_is_the_smallest_with_all_pixels(crop: int, result: int, level: int) -> None:
    plan = Plan(CropBox(0, 0, crop, crop), Size(result, result))
    assert level_for(plan, 4) == level


def test_the_file_is_tiled_and_has_levels(pyramids: VipsPyramids, tmp_path: Path) -> None:
    pyramid = made(pyramids, jpeg(scene(2048, 1536)), tmp_path)
    image = pyvips.Image.new_from_file(str(pyramid.content))
    assert (image.get("tile-width"), image.get("n-subifds")) == (512, 2)
    assert Pillow.open(io.BytesIO(pyramid.read())).size == (2048, 1536)
