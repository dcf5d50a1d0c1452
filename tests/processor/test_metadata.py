"""Metadata is left out, GPS above all, but for what is kept on request."""

import pytest
import pyvips
from PIL import Image as Pillow

from sample_pictures import heic, opened, quadrants, saved
from tintype.blob import Blob
from tintype.processor.libvips import VipsProcessor
from tintype.transform import Transform

ARTIST, COPYRIGHT, MAKE, ORIENTATION, DESCRIPTION = 0x013B, 0x8298, 0x010F, 0x0112, 0x010E
EXIF, GPS, EXPOSURE, MAKER_NOTE = 0x8769, 0x8825, 0x829A, 0x927C
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="secret place"/></rdf:RDF></x:xmpmeta>'
)


def full_exif() -> Pillow.Exif:
    exif = Pillow.Exif()
    exif[ARTIST], exif[COPYRIGHT], exif[MAKE] = "Ada", "(c) Ada", "Kodak"
    exif[ORIENTATION], exif[DESCRIPTION] = 6, "a diary"
    exif.get_ifd(EXIF)[EXPOSURE] = 0.5
    exif.get_ifd(EXIF)[MAKER_NOTE] = b"serial 1234"
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return exif


def source(kind: str = "JPEG") -> Blob:
    return saved(quadrants(), kind, exif=full_exif(), xmp=XMP)


def made_with(processor: VipsProcessor, blob: Blob, *keep: str, to: str = "jpeg") -> Blob:
    transform = Transform(width=40).with_filter("format", to)
    if keep:
        transform = transform.with_filter("keep", *keep)
    return processor.process(blob, [transform])[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("target", ["jpeg", "png", "webp", "avif", "tiff", "gif"])
def test_nothing_is_kept_unless_asked(processor: VipsProcessor, kind: str, target: str) -> None:
    made = made_with(processor, source(kind), to=target)
    names = pixels_fields(made)
    assert not [name for name in names if name.startswith(("exif", "xmp", "icc", "iptc"))]
    for word in (b"Ada", b"Kodak", b"diary", b"serial", b"secret place"):
        assert word not in made.read()


def pixels_fields(blob: Blob) -> list[str]:
    return list(pyvips.Image.new_from_buffer(blob.read(), "").get_fields())


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize("target", ["jpeg", "png", "webp", "avif"])
def test_exif_is_kept_without_place_preview_and_orientation(
    processor: VipsProcessor, kind: str, target: str
) -> None:
    made = made_with(processor, source(kind), "exif", to=target)
    exif = opened(made).getexif()
    assert (exif[ARTIST], exif[COPYRIGHT], exif[MAKE]) == ("Ada", "(c) Ada", "Kodak")
    assert exif.get_ifd(EXIF).get(EXPOSURE) == pytest.approx(0.5)
    assert not exif.get_ifd(GPS)
    assert exif.get(ORIENTATION, 1) == 1
    assert b"serial" not in made.read()
    assert b"secret place" not in made.read()


@pytest.mark.parametrize("target", ["jpeg", "webp", "png", "avif"])
def test_copyright_alone_is_kept(processor: VipsProcessor, target: str) -> None:
    made = made_with(processor, source(), "copyright", to=target)
    exif = opened(made).getexif()
    assert (exif[ARTIST], exif[COPYRIGHT]) == ("Ada", "(c) Ada")
    assert MAKE not in exif
    assert DESCRIPTION not in exif
    assert not exif.get_ifd(GPS)
    assert EXPOSURE not in exif.get_ifd(EXIF)
    for word in (b"Kodak", b"diary", b"serial"):
        assert word not in made.read()


def test_the_place_is_kept_only_by_its_own_name(processor: VipsProcessor) -> None:
    exif = opened(made_with(processor, source(), "gps")).getexif()
    assert exif.get_ifd(GPS)[2] == (52.0, 31.0, 12.0)
    assert ARTIST not in exif
    everything = opened(made_with(processor, source(), "all")).getexif()
    assert everything.get_ifd(GPS)[1] == "N"
    assert everything[ARTIST] == "Ada"
    assert everything.get(ORIENTATION, 1) == 1


def test_xmp_is_kept_on_request(processor: VipsProcessor) -> None:
    assert b"secret place" in made_with(processor, source(), "xmp").read()


def test_an_embedded_preview_is_neither_used_nor_kept(processor: VipsProcessor) -> None:
    preview = saved(Pillow.new("RGB", (40, 27), (255, 0, 255)), "JPEG").read()
    blob = with_preview(saved(quadrants(), "JPEG"), preview)
    loaded = pyvips.Image.new_from_buffer(blob.read(), "")
    assert loaded.get_typeof("jpeg-thumbnail-data")
    made = made_with(processor, blob, "all")
    assert not pyvips.Image.new_from_buffer(made.read(), "").get_typeof("jpeg-thumbnail-data")
    assert preview[20:200] not in made.read()
    assert opened(made).getpixel((5, 5))[0] > 180
    assert opened(made).getpixel((5, 5))[2] < 80


def with_preview(blob: Blob, preview: bytes) -> Blob:
    """EXIF by hand: an empty first directory, and a second with a JPEG (CIPA DC-008, 4.5.4)."""
    import struct

    first = struct.pack("<HI", 0, 14)
    entries = [(0x0103, 3, 6), (0x0201, 4, 56), (0x0202, 4, len(preview))]
    second = struct.pack("<H", 3)
    second += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    second += struct.pack("<I", 0)
    tiff = b"II*\0" + struct.pack("<I", 8) + first + second
    tiff = tiff.ljust(56, b"\0") + preview
    body = b"Exif\0\0" + tiff
    segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    return Blob.from_bytes(b"\xff\xd8" + segment + blob.read()[2:])


def test_metadata_of_heic_is_left_out_and_kept_alike(processor: VipsProcessor) -> None:
    blob = heic(quadrants(), exif=full_exif().tobytes())
    assert b"Ada" not in made_with(processor, blob).read()
    exif = opened(made_with(processor, blob, "copyright")).getexif()
    assert exif[ARTIST] == "Ada"
    assert MAKE not in exif


def test_two_results_of_one_call_keep_different_things(processor: VipsProcessor) -> None:
    transform = Transform(width=40)
    plain, kept = processor.process(source(), [transform, transform.with_filter("keep", "exif")])
    assert ARTIST not in opened(plain).getexif()
    assert opened(kept).getexif()[ARTIST] == "Ada"
