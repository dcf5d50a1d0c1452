"""Bytes that are no picture, break off, or unfold to too much: a clear error each."""

import random
import resource
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
import pyvips

from sample_pictures import (
    animation,
    avif_bomb,
    chunk,
    gif_of_frames,
    heic,
    many_pages,
    opened,
    png,
    png_header_only,
    progressive_jpeg_of_scans,
    quadrants,
    saved,
    scene,
)
from tintype.blob import Blob
from tintype.errors import CorruptImage, ImageError, ImageTooBig, UnsupportedFormat
from tintype.processor import engine
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings
from tintype.transform import CropBox, Transform

SIZES = [Transform(width=50)]


def peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty: zero bytes"),
        (b"hello, I am called photo.jpg", "not a picture"),
        (b"\0" * 1000, "not a picture"),
        (b"<!DOCTYPE html><html><body>404 Not Found", "HTML page, not a picture"),
        (b"\n <html><head><title>Login", "HTML page, not a picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG is not read"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG is not read"),
        (b'<?xml version="1.0" encoding="utf-8" standalone="no" ?>' + b" " * 40 + b"<svg/>", "SVG"),
        (b"%PDF-1.7\n", "PDF is not read"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "not a picture"),
        (b"BM" + b"\0" * 100, "not a picture"),
        (b"#?RADIANCE\n", "not a picture"),
        (b"P6\n1 1\n255\n\0\0\0", "not a picture"),
        (b"1 2 3\n4 5 6\n", "not a picture"),  # libvips' matrix format
        (b"SIMPLE  =                    T", "not a picture"),
        (b"push graphic-context\nfill 'url(https://127.0.0.1/)'", "not a picture"),
    ],
)
def test_what_is_no_picture_is_named(
    processor: VipsProcessor, content: bytes, sentence: str
) -> None:
    with pytest.raises(UnsupportedFormat, match=sentence) as caught:
        processor.process(Blob.from_bytes(content), SIZES)
    assert caught.value.remedy
    with pytest.raises(UnsupportedFormat, match=sentence):
        processor.measure(Blob.from_bytes(content))


SVG_ENTITIES = b"""<svg xmlns="http://www.w3.org/2000/svg"><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><text>&b;</text></svg>"""
SVG_FILE = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink">
<image x:href="file:///etc/passwd"/><image x:href="http://127.0.0.1:1/"/></svg>"""


@pytest.mark.parametrize("content", [SVG_ENTITIES, SVG_FILE])
def test_an_svg_is_not_even_opened(processor: VipsProcessor, content: bytes) -> None:
    with pytest.raises(UnsupportedFormat, match="SVG is not read"):
        processor.process(Blob.from_bytes(content), SIZES)


@pytest.mark.parametrize("content", [SVG_FILE, b"1 2\n3 4\n"])
def test_libvips_own_untrusted_loaders_are_off(processor: VipsProcessor, content: bytes) -> None:
    engine.start()
    with pytest.raises(pyvips.Error):
        pyvips.Image.svgload_buffer(content)


FORMATS = ["jpeg", "png", "webp", "gif", "tiff", "avif", "heic", "animated gif", "animated webp"]


def whole(kind: str) -> bytes:
    image = scene(160, 120)
    if kind == "heic":
        return heic(opened(Blob.from_bytes(image.pngsave_buffer()))).read()
    if kind.startswith("animated"):
        return animation(kind.split()[1].upper(), size=(120, 90)).read()
    if kind == "avif":
        return image.heifsave_buffer(compression="av1", effort=0)
    return getattr(image, f"{kind}save_buffer")()


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("part", [0.02, 0.1, 0.5, 0.9])
@pytest.mark.parametrize(
    "transforms",
    [
        SIZES,
        [Transform()],
        [Transform(width=50), Transform(width=20)],
        [Transform(flip_vertical=True)],
    ],
    ids=["small", "same", "several", "turned"],
)
def test_a_file_that_breaks_off_is_an_error_not_a_half_gray_picture(
    processor: VipsProcessor, kind: str, part: float, transforms: list[Transform]
) -> None:
    content = whole(kind)
    with pytest.raises(ImageError) as caught:
        processor.process(Blob.from_bytes(content[: int(len(content) * part)]), transforms)
    assert isinstance(caught.value, CorruptImage | UnsupportedFormat)
    assert "vips" not in str(caught.value).lower()


@pytest.mark.parametrize("behind", [b"", b"\0", b"\0" * 300, b"more"])
@pytest.mark.parametrize("kind", ["gif", "animated gif"])
def test_a_gif_without_a_trailer_or_with_more_behind_it_is_whole(
    processor: VipsProcessor, kind: str, behind: bytes
) -> None:
    content = whole(kind)
    assert content[-1:] == b"\x3b"
    for blob in (Blob.from_bytes(content + behind), Blob.from_bytes(content[:-1])):
        (made,) = processor.process(blob, SIZES)
        assert opened(made).width == 50


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_even_a_crop_of_the_part_that_came_needs_a_whole_file_or_is_right(
    processor: VipsProcessor, kind: str
) -> None:
    content = whole(kind)
    transform = Transform(crop=CropBox(0, 0, 16, 16)).with_filter("format", "png")
    try:
        (made,) = processor.process(Blob.from_bytes(content[: len(content) // 2]), [transform])
    except CorruptImage:
        return
    (wanted,) = processor.process(Blob.from_bytes(content), [transform])
    assert made == wanted


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("seed", range(12))
def test_bytes_changed_at_random_give_a_picture_or_our_error(
    processor: VipsProcessor, kind: str, seed: int
) -> None:
    chance = random.Random(seed)
    content = bytearray(whole(kind))
    for _ in range(chance.choice([1, 5, 50])):
        content[chance.randrange(12, len(content))] = chance.randrange(256)
    blob = Blob.from_bytes(bytes(content))
    small = VipsProcessor(ImageSettings(max_pixels=2_000_000, max_pixels_unstreamed=1_000_000))
    with suppress(ImageError):
        (made,) = small.process(blob, [Transform(width=30).with_filter("format", "jpeg")])
        assert opened(made).width <= 30


def test_a_picture_with_the_wrong_name_is_what_its_bytes_say(
    processor: VipsProcessor, tmp_path: Path
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(saved(quadrants(), "PNG").read())
    (made,) = processor.process(Blob.from_path(path), SIZES)
    assert made.media_type == "image/png"


@pytest.mark.parametrize(
    ("blob", "sentence"),
    [
        (png_header_only(50_000, 50_000), "50,000 × 50,000 pixels"),
        (png_header_only(12_000, 12_000), "the limit is 100,000,000"),
        (png_header_only(8_000, 8_000, interlaced=True), "decodes only as a whole is 50,000,000"),
        (png_header_only(1, 4_000_000), "no side may be above 65,535"),
        (gif_of_frames(100_000), "100,000 frames"),
        (gif_of_frames(1_001), "1,001 frames"),
        (gif_of_frames(900, 1_000, 1_000), "in 900 frames, 900,000,000 in all"),
        (avif_bomb(16_384), "16,384 × 16,384 pixels"),
        (avif_bomb(8_000), "decodes only as a whole"),
        (many_pages(1_200), "1,200 frames or pages"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.size} bytes",
)
def test_a_bomb_is_refused_by_its_header(
    processor: VipsProcessor, blob: Blob, sentence: str
) -> None:
    before = peak_megabytes()
    with pytest.raises(ImageTooBig, match=sentence) as caught:
        processor.process(blob, SIZES)
    assert "TINTYPE_MAX" in caught.value.remedy or "smaller" in caught.value.remedy
    assert peak_megabytes() - before < 40


def test_a_jpeg_bomb_is_refused_by_its_header(processor: VipsProcessor) -> None:
    baseline = bytearray(saved(quadrants(), "JPEG").read())
    at = baseline.index(b"\xff\xc0") + 5
    baseline[at : at + 4] = (65_500).to_bytes(2, "big") * 2
    with pytest.raises(ImageTooBig, match="65,500 × 65,500"):
        processor.process(Blob.from_bytes(bytes(baseline)), SIZES)
    progressive = bytearray(saved(quadrants(), "JPEG", progressive=True).read())
    at = progressive.index(b"\xff\xc2") + 5
    progressive[at : at + 4] = (8_000).to_bytes(2, "big") * 2
    with pytest.raises(ImageTooBig, match="decodes only as a whole"):
        processor.process(Blob.from_bytes(bytes(progressive)), SIZES)


def test_a_webp_bomb_is_refused_by_its_header(processor: VipsProcessor) -> None:
    side = 16_383
    bits = (side - 1) | (side - 1) << 14
    data = b"\x2f" + bits.to_bytes(4, "little") + bytes(12)
    body = b"WEBPVP8L" + len(data).to_bytes(4, "little") + data + b"\0" * (len(data) % 2)
    blob = Blob.from_bytes(b"RIFF" + len(body).to_bytes(4, "little") + body)
    with pytest.raises(ImageTooBig, match="16,383 × 16,383"):
        processor.process(blob, SIZES)


def test_a_progressive_jpeg_of_a_thousand_scans_is_refused(processor: VipsProcessor) -> None:
    with pytest.raises(CorruptImage):
        processor.process(progressive_jpeg_of_scans(1_000), SIZES)
    honest = saved(quadrants(512, 512), "JPEG", progressive=True)
    (made,) = processor.process(honest, SIZES)
    assert opened(made).size == (50, 50)


def test_a_large_picture_within_the_limits_streams(processor: VipsProcessor) -> None:
    blob = png(9_000, 9_000)
    before = peak_megabytes()
    (made,) = processor.process(blob, [Transform(width=90)])
    assert opened(made).size == (90, 90)
    assert peak_megabytes() - before < 150  # in full it would be 243


def test_the_limits_are_those_of_the_settings() -> None:
    blob = saved(quadrants(100, 100), "PNG")
    exact = VipsProcessor(ImageSettings(max_pixels=10_000))
    exact.process(blob, SIZES)
    with pytest.raises(ImageTooBig, match="TINTYPE_MAX_PIXELS "):
        VipsProcessor(ImageSettings(max_pixels=9_999)).process(blob, SIZES)
    interlaced = Blob.from_bytes(scene(100, 100).pngsave_buffer(interlace=True))
    strict = VipsProcessor(ImageSettings(max_pixels_unstreamed=9_999))
    strict.process(blob, SIZES)
    with pytest.raises(ImageTooBig, match="TINTYPE_MAX_PIXELS_UNSTREAMED"):
        strict.process(interlaced, SIZES)


def test_the_pages_of_a_tiff_but_the_first_are_left_alone(processor: VipsProcessor) -> None:
    (made,) = processor.process(many_pages(5), [Transform().with_filter("format", "png")])
    assert opened(made).getpixel((0, 0)) == 0


def test_a_hidden_chunk_of_text_is_not_unfolded(processor: VipsProcessor) -> None:
    text = b"Comment\0\0" + zlib.compress(bytes(50_000_000), 9)
    whole_png = saved(quadrants(), "PNG").read()
    blob = Blob.from_bytes(whole_png[:33] + chunk(b"zTXt", text) + whole_png[33:])
    before = peak_megabytes()
    try:
        processor.process(blob, SIZES)
    except ImageError:
        return
    assert peak_megabytes() - before < 120


def test_the_words_of_libvips_go_to_the_log_and_not_to_people(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = pyvips.Error("unable to call jpegload", "VipsJpeg: premature end")
    caplog.set_level("INFO", "tintype")
    with pytest.raises(CorruptImage) as caught, engine.translated():
        raise error
    assert caught.value.__cause__ is error
    assert "jpegload" not in str(caught.value)
    assert "premature end" in caplog.text
