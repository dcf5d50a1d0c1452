"""Every format in, every format out."""

from pathlib import Path

import pytest
import pyvips

from sample_pictures import heic, opened, pixels, quadrants, saved, scene
from tintype.blob import Blob
from tintype.errors import InvalidTransform
from tintype.formats import FORMATS, Format, by_name
from tintype.processor.libvips import VipsProcessor
from tintype.transform import CropBox, Fit, Transform

WRITABLE = [f for f in FORMATS if f.writable]


def picture(name: str, mode: str = "RGB") -> Blob:
    if name == "heic":
        return heic(quadrants(mode=mode))
    return saved(quadrants(mode=mode), name.upper())


@pytest.mark.parametrize("source", FORMATS, ids=lambda f: f.name)
@pytest.mark.parametrize("target", WRITABLE, ids=lambda f: f.name)
def test_every_format_becomes_every_other(
    processor: VipsProcessor, source: Format, target: Format
) -> None:
    transform = Transform(width=60).with_filter("format", target.name)
    (made,) = processor.process(picture(source.name), [transform])
    assert made.media_type == target.media_type
    assert Blob.from_bytes(made.read()) == made
    image = opened(made).convert("RGB")
    assert image.size == (60, 40)
    for at, wanted in (((10, 10), (220, 30, 30)), ((50, 30), (240, 220, 30))):
        assert max(abs(a - b) for a, b in zip(image.getpixel(at), wanted, strict=True)) < 25


@pytest.mark.parametrize("source", FORMATS, ids=lambda f: f.name)
def test_the_format_stays_unless_another_is_asked_for(
    processor: VipsProcessor, source: Format
) -> None:
    (made,) = processor.process(picture(source.name), [Transform(width=30)])
    assert made.media_type == (source if source.writable else FORMATS[0]).media_type


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "gif", "tiff", "heic", "avif"])
def test_the_size_is_read_from_the_header(processor: VipsProcessor, name: str) -> None:
    assert processor.measure(picture(name)) == (120, 80)


def test_several_transforms_give_their_results_in_order(processor: VipsProcessor) -> None:
    transforms = [
        Transform(width=30).with_filter("format", "png"),
        Transform(width=60),
        Transform(crop=CropBox(0, 0, 10, 10)).with_filter("format", "webp"),
        Transform(width=20, height=20, fit=Fit.STRETCH).with_filter("format", "gif"),
    ]
    made = processor.process(picture("jpeg"), transforms)
    assert [opened(blob).size for blob in made] == [(30, 20), (60, 40), (10, 10), (20, 20)]
    assert [opened(blob).format for blob in made] == ["PNG", "JPEG", "WEBP", "GIF"]
    assert processor.process(picture("jpeg"), []) == []


def test_equal_transforms_in_one_call_give_equal_results(processor: VipsProcessor) -> None:
    one, other = processor.process(picture("png"), [Transform(width=30)] * 2)
    assert one == other


def test_a_higher_quality_is_a_larger_file(processor: VipsProcessor) -> None:
    source = Blob.from_bytes(scene(400, 300).pngsave_buffer())
    for name in ("jpeg", "webp", "avif"):
        sizes = [
            processor.process(
                source, [Transform().with_filter("format", name).with_filter("quality", quality)]
            )[0].size
            for quality in (20, 60, 95)
        ]
        assert sizes == sorted(set(sizes))


def test_progressive_is_written(processor: VipsProcessor) -> None:
    transform = Transform(width=60).with_filter("progressive")
    (made,) = processor.process(picture("jpeg"), [transform])
    assert opened(made).info.get("progressive")
    (made,) = processor.process(picture("png"), [transform])
    assert pixels(made).get("interlaced") == 1


@pytest.mark.parametrize("name", ["webp", "png", "tiff", "avif"])
def test_lossless_keeps_every_pixel(processor: VipsProcessor, name: str) -> None:
    image = scene(64, 48)
    transform = Transform().with_filter("format", name).with_filter("lossless")
    (made,) = processor.process(Blob.from_bytes(image.pngsave_buffer()), [transform])
    assert (pixels(made).extract_band(0, n=3) - image).abs().max() == 0


@pytest.mark.parametrize("name", ["jpeg", "gif"])
def test_lossless_is_refused_where_there_is_none(processor: VipsProcessor, name: str) -> None:
    transform = Transform().with_filter("lossless")
    with pytest.raises(InvalidTransform, match="no lossless mode"):
        processor.check(transform.with_filter("format", name))
    processor.check(transform)
    with pytest.raises(InvalidTransform, match="no lossless mode"):
        processor.process(picture(name), [transform])


def test_a_wrong_filter_is_refused_before_anything_is_decoded(processor: VipsProcessor) -> None:
    transform = Transform().with_filter("quality", "high")
    with pytest.raises(InvalidTransform, match="quality"):
        processor.check(transform)
    with pytest.raises(InvalidTransform, match="quality"):
        processor.process(picture("png"), [Transform(width=10), transform])


def test_a_file_is_read_from_its_path_whatever_its_name(
    processor: VipsProcessor, tmp_path: Path
) -> None:
    path = tmp_path / "a [shrink=8] ünï,n=-1].jpg"
    path.write_bytes(picture("jpeg").read())
    (made,) = processor.process(Blob.from_path(path), [Transform()])
    assert opened(made).size == (120, 80)


def test_the_operation_cache_is_off(processor: VipsProcessor) -> None:
    assert pyvips.cache_get_max() == 0
    assert by_name("heic") in FORMATS
