"""HEIC, as phones write it: read through pillow-heif, limited by its header."""

import subprocess
import sys

import pytest
from PIL import Image as Pillow

from sample_pictures import heic, opened, p3_profile, quadrants
from tintype.blob import Blob
from tintype.errors import ImageTooBig
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings
from tintype.transform import CropBox, Transform


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "I;16"])
def test_every_kind_of_pixels_is_read(processor: VipsProcessor, mode: str) -> None:
    image = quadrants(mode="L").convert("I;16") if mode == "I;16" else quadrants(mode=mode)
    (made,) = processor.process(heic(image), [Transform(width=60)])
    assert made.media_type == "image/jpeg"
    assert opened(made).size == (60, 40)


def test_transparency_is_kept_in_a_png(processor: VipsProcessor) -> None:
    image = quadrants(mode="RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 60, 40))
    (made,) = processor.process(heic(image), [Transform().with_filter("format", "png")])
    assert opened(made).getpixel((20, 20))[3] < 10
    assert opened(made).getpixel((100, 60))[3] > 245


def test_ten_bits_become_eight(processor: VipsProcessor) -> None:
    import io

    import pillow_heif

    row = b"".join(int(v).to_bytes(2, "little") for v in (0x8000, 0x4000, 0xC000)) * 64
    file = pillow_heif.from_bytes("RGB;16", (64, 64), row * 64)
    buffer = io.BytesIO()
    file.save(buffer, quality=95)
    blob = Blob.from_bytes(buffer.getvalue())
    (made,) = processor.process(blob, [Transform().with_filter("format", "png")])
    assert opened(made).getpixel((30, 30)) == pytest.approx((128, 64, 192), abs=3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_turned_once(processor: VipsProcessor, orientation: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    blob = heic(quadrants(), exif=exif.tobytes())
    seen = processor.measure(blob)
    assert seen == ((120, 80) if orientation < 5 else (80, 120))
    (made,) = processor.process(blob, [Transform()])
    image = opened(made)
    assert image.size == seen
    corners = {1: 220, 2: 30, 3: 240, 4: 30, 5: 220, 6: 30, 7: 240, 8: 30}
    assert abs(image.getpixel((10, 10))[0] - corners[orientation]) < 20
    box = Transform(crop=CropBox(0, 0, 10, 10))
    assert opened(processor.process(blob, [box])[0]).size == (10, 10)


def test_a_profile_is_applied(processor: VipsProcessor) -> None:
    blob = heic(Pillow.new("RGB", (64, 64), (200, 100, 60)), icc_profile=p3_profile())
    (made,) = processor.process(blob, [Transform().with_filter("format", "png")])
    assert opened(made).getpixel((30, 30)) == pytest.approx((215, 92, 47), abs=4)


def test_limits_are_judged_by_the_header() -> None:
    small = VipsProcessor(ImageSettings(max_pixels_unstreamed=120 * 80 - 1))
    with pytest.raises(ImageTooBig, match="decodes only as a whole"):
        small.process(heic(quadrants()), [Transform(width=10)])
    blob = bytearray(heic(quadrants()).read())
    at = blob.index(b"ispe") + 8
    blob[at : at + 8] = (30_000).to_bytes(4, "big") * 2
    with pytest.raises(ImageTooBig, match="30,000 × 30,000"):
        VipsProcessor(ImageSettings()).process(Blob.from_bytes(bytes(blob)), [Transform(width=10)])


def test_the_decoder_is_imported_only_when_it_is_needed() -> None:
    code = """
import sys
from tintype.blob import Blob
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings
from tintype.transform import Transform
import pyvips
picture = Blob.from_bytes(pyvips.Image.black(9, 9).jpegsave_buffer())
VipsProcessor(ImageSettings()).process(picture, [Transform(width=3)])
assert "pillow_heif" not in sys.modules
assert "PIL" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
