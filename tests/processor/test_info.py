"""What is told about a picture: facts, metadata, colours; and that hostile files cost little."""

import base64
import io
import json
import struct

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageCms, TiffImagePlugin

from sample_pictures import (
    animation,
    avif_bomb,
    gif_of_frames,
    heic,
    many_pages,
    p3_profile,
    png,
    png_header_only,
    quadrants,
    saved,
    scene,
    srgb_profile,
)
from tintype.blob import Blob
from tintype.errors import CorruptImage, ImageTooBig, UnsupportedFormat
from tintype.info import Ask, Info
from tintype.processor.exif import read_exif
from tintype.processor.iptc import read_iptc
from tintype.processor.libvips import VipsProcessor
from tintype.processor.profile import profile_name
from tintype.processor.texts import MOST_LETTERS, readable
from tintype.processor.xmp import read_xmp

FACTS = Ask(pixels=False)


def told(processor: VipsProcessor, blob: Blob, ask: Ask = FACTS) -> Info:
    info = processor.describe(blob, ask)
    json.dumps(info.as_dict(), allow_nan=False)
    return info


# Facts.


@pytest.mark.parametrize(
    ("kind", "mode", "alpha", "space"),
    [
        ("JPEG", "RGB", False, "rgb"),
        ("JPEG", "L", False, "gray"),
        ("JPEG", "CMYK", False, "cmyk"),
        ("PNG", "RGBA", True, "rgb"),
        ("PNG", "LA", True, "gray"),
        ("WEBP", "RGB", False, "rgb"),
        ("AVIF", "RGB", False, "rgb"),
        ("TIFF", "RGB", False, "rgb"),
    ],
)
def test_the_header_is_told(
    processor: VipsProcessor, kind: str, mode: str, alpha: bool, space: str
) -> None:
    blob = saved(quadrants(mode=mode), kind)
    info = told(processor, blob)
    assert (info.width, info.height, info.stored) == (120, 80, (120, 80))
    assert (info.format, info.bytes, info.bit_depth) == (kind.lower(), blob.size, 8)
    assert (info.alpha, info.color_space) == (alpha, space)
    assert (info.frames, info.pages, info.duration, info.loop) == (1, 1, None, None)


def test_the_size_is_told_as_it_is_seen_and_as_it_is_stored(processor: VipsProcessor) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    info = told(processor, saved(quadrants(), "JPEG", exif=exif))
    assert (info.width, info.height, info.stored, info.orientation) == (80, 120, (120, 80), 6)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_tells_its_frames_and_seconds(processor: VipsProcessor, kind: str) -> None:
    info = told(processor, animation(kind))
    assert (info.frames, info.pages, info.duration) == (4, 1, 1.0)
    assert info.loop in (2, 3)  # GIF counts repeats, WebP rounds


def test_pages_are_no_frames(processor: VipsProcessor) -> None:
    info = told(processor, many_pages(3))
    assert (info.frames, info.pages, info.duration) == (1, 3, None)


def test_depth_and_progressive_are_told(processor: VipsProcessor) -> None:
    deep = (scene(20, 20) * 256).cast("ushort").copy(interpretation="rgb16").pngsave_buffer()
    assert told(processor, Blob.from_bytes(deep)).bit_depth == 16
    assert told(processor, saved(quadrants(), "JPEG", progressive=True)).progressive
    assert not told(processor, saved(quadrants(), "JPEG")).progressive


def test_heic_is_told_with_its_colours(processor: VipsProcessor) -> None:
    info = told(processor, heic(quadrants()), Ask())
    assert (info.format, info.width, info.height) == ("heic", 120, 80)
    assert info.seen
    assert len(info.seen.palette) >= 4


@pytest.mark.parametrize("profile", [srgb_profile(), p3_profile()])
def test_a_profile_is_called_by_its_name(processor: VipsProcessor, profile: bytes) -> None:
    expected = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    info = told(processor, saved(quadrants(), "JPEG", icc_profile=profile))
    assert info.icc_profile == expected.strip()


def test_an_old_profile_is_called_by_its_name() -> None:
    text = b"Adobe RGB (1998)\0"
    tag = b"desc" + bytes(4) + struct.pack(">I", len(text)) + text
    profile = bytes(128) + struct.pack(">I4sII", 1, b"desc", 144, len(tag)) + tag
    assert profile_name(profile) == "Adobe RGB (1998)"


# Colours.


def test_colours_are_told_with_their_shares(processor: VipsProcessor) -> None:
    image = Pillow.new("RGB", (100, 100), (255, 255, 255))
    image.paste((200, 30, 30), (0, 0, 60, 100))
    seen = told(processor, saved(image, "PNG"), Ask()).seen
    assert seen
    assert [swatch.color for swatch in seen.palette] == ["#c81e1e", "#ffffff"]
    assert [round(swatch.share, 1) for swatch in seen.palette] == [0.6, 0.4]
    assert seen.average_color == "#de7777" or _near(seen.average_color, "#de7878")


def _near(one: str, other: str) -> bool:
    pairs = zip(bytes.fromhex(one[1:]), bytes.fromhex(other[1:]), strict=True)
    return all(abs(a - b) <= 2 for a, b in pairs)


def test_what_is_transparent_has_no_colour(processor: VipsProcessor) -> None:
    image = Pillow.new("RGBA", (80, 80), (0, 255, 0, 0))
    image.paste((10, 20, 200, 255), (0, 0, 80, 20))
    seen = told(processor, saved(image, "PNG"), Ask()).seen
    assert seen
    assert [(s.color, s.share) for s in seen.palette] == [("#0a14c8", 1.0)]
    clear = told(processor, saved(Pillow.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG"), Ask()).seen
    assert clear
    assert (clear.palette, clear.average_color) == ((), "#ffffff")


def test_four_colours_are_found_and_no_more_than_six_in_a_photograph(
    processor: VipsProcessor,
) -> None:
    seen = told(processor, saved(quadrants(200, 200), "PNG"), Ask()).seen
    assert seen
    large = [swatch for swatch in seen.palette if swatch.share > 0.2]
    assert {s.color for s in large} == {"#dc1e1e", "#1eb428", "#1e3cd2", "#f0dc1e"}
    photo = told(processor, Blob.from_bytes(scene(300, 200).jpegsave_buffer()), Ask()).seen
    assert photo
    assert 2 <= len(photo.palette) <= 6
    assert 0.9 < sum(swatch.share for swatch in photo.palette) <= 1.001


def test_placeholders_are_told(processor: VipsProcessor) -> None:
    seen = told(processor, saved(quadrants(), "PNG"), Ask(components=(5, 2))).seen
    assert seen
    assert len(seen.blurhash) == 4 + 2 * 5 * 2
    assert 20 <= len(base64.b64decode(seen.thumbhash)) <= 30


def test_the_focal_point_is_where_the_only_thing_is(processor: VipsProcessor) -> None:
    image = Pillow.new("RGB", (900, 300), (128, 128, 128))
    image.paste((255, 40, 20), (700, 100, 800, 200))
    seen = told(processor, saved(image, "PNG"), Ask()).seen
    assert seen
    assert 650 <= seen.focal[0] <= 850
    assert 60 <= seen.focal[1] <= 240


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 2), (700, 3)])
def test_a_picture_of_one_colour_has_its_focal_point_in_the_middle(
    processor: VipsProcessor, size: tuple[int, int]
) -> None:
    seen = told(processor, saved(Pillow.new("RGB", size, (9, 90, 200)), "PNG"), Ask()).seen
    assert seen
    assert seen.focal == (size[0] // 2, size[1] // 2)
    assert [swatch.color for swatch in seen.palette] == ["#095ac8"]


def test_without_pixels_nothing_is_decoded(processor: VipsProcessor) -> None:
    whole = saved(quadrants(400, 400), "PNG").read()
    cut = Blob.from_bytes(whole[: len(whole) // 2])
    assert told(processor, cut).seen is None
    with pytest.raises(CorruptImage):
        processor.describe(cut)


# Limits.


@pytest.mark.parametrize("pixels", [True, False])
def test_the_limits_of_the_settings_hold(processor: VipsProcessor, pixels: bool) -> None:
    for bomb in (
        png_header_only(20_000, 20_000),
        png_header_only(9_000, 9_000, interlaced=True),
        gif_of_frames(2_000),
        avif_bomb(),
    ):
        with pytest.raises(ImageTooBig):
            processor.describe(bomb, Ask(pixels=pixels))


@pytest.mark.parametrize("content", [b"", b"<html>", b"<svg/>", b"hello"])
def test_what_is_no_picture_is_refused(processor: VipsProcessor, content: bytes) -> None:
    with pytest.raises(UnsupportedFormat):
        processor.describe(Blob.from_bytes(content))


# EXIF.

ASCII, SHORT, LONG, RATIONAL, UNDEFINED, BYTE = 2, 3, 4, 5, 7, 1


def exif_block(
    first: dict[int, tuple[int, bytes]],
    exif: dict[int, tuple[int, bytes]] | None = None,
    gps: dict[int, tuple[int, bytes]] | None = None,
    order: str = ">",
) -> bytes:
    """A block with up to three directories; each value as its type and bytes."""
    below = {0x8769: exif, 0x8825: gps}
    block = bytearray((b"MM" if order == ">" else b"II") + struct.pack(order + "HI", 42, 8))
    pointers = {tag: (LONG, bytes(4)) for tag, inner in below.items() if inner}
    places = _append(block, first | pointers, order)
    for tag, inner in below.items():
        if inner:
            struct.pack_into(order + "I", block, places[tag], len(block))
            _append(block, inner, order)
    return bytes(block)


def _append(block: bytearray, entries: dict[int, tuple[int, bytes]], order: str) -> dict[int, int]:
    sizes = {ASCII: 1, BYTE: 1, UNDEFINED: 1, SHORT: 2, LONG: 4, RATIONAL: 8}
    start, places = len(block), {}
    block += struct.pack(order + "H", len(entries)) + bytes(12 * len(entries) + 4)
    for i, (tag, (kind, raw)) in enumerate(sorted(entries.items())):
        at = start + 2 + 12 * i
        struct.pack_into(order + "HHI", block, at, tag, kind, len(raw) // sizes[kind])
        places[tag] = at + 8
        if len(raw) > 4:
            struct.pack_into(order + "I", block, at + 8, len(block))
            block += raw
        else:
            block[at + 8 : at + 8 + len(raw)] = raw
    return places


def rationals(order: str, *pairs: tuple[int, int]) -> tuple[int, bytes]:
    return RATIONAL, b"".join(struct.pack(order + "II", *pair) for pair in pairs)


@pytest.mark.parametrize("order", [">", "<"])
def test_exif_is_told_by_readable_names_and_values(order: str) -> None:
    wide = "utf-16-le" if order == "<" else "utf-16-be"
    block = exif_block(
        {
            0x010F: (ASCII, b"Kodak\0"),
            0x013B: (ASCII, "Jörg".encode("cp1252") + b"\0"),
            0x010E: (ASCII, "日本の山".encode() + b"\0"),
            0x0112: (SHORT, struct.pack(order + "H", 6)),
            0x9C9D: (BYTE, "Autör\0".encode("utf-16-le")),
        },
        {
            0x829A: rationals(order, (1, 125)),
            0x829D: rationals(order, (28, 10)),
            0x8827: (SHORT, struct.pack(order + "H", 400)),
            0x9000: (UNDEFINED, b"0232"),
            0x9207: (SHORT, struct.pack(order + "H", 5)),
            0x9209: (SHORT, struct.pack(order + "H", 16)),
            0x9286: (UNDEFINED, b"UNICODE\0" + "héllo".encode(wide)),
            0x927C: (UNDEFINED, b"serial number 1234"),
            0xA432: rationals(order, (24, 1), (70, 1), (28, 10), (28, 10)),
        },
        order=order,
    )
    assert read_exif(b"Exif\0\0" + block).tags == {
        "Make": "Kodak",
        "Artist": "Jörg",
        "ImageDescription": "日本の山",
        "Orientation": 6,
        "XPAuthor": "Autör",
        "ExposureTime": 0.008,
        "FNumber": 2.8,
        "ISOSpeedRatings": 400,
        "ExifVersion": "0232",
        "MeteringMode": "Pattern",
        "Flash": "Did not fire, off",
        "UserComment": "héllo",
        "LensSpecification": [24, 70, 2.8, 2.8],
    }


def with_place(order: str = ">") -> bytes:
    return exif_block(
        {0x010F: (ASCII, b"Kodak\0")},
        gps={
            1: (ASCII, b"S\0"),
            2: rationals(order, (33, 1), (51, 1), (3564, 100)),
            3: (ASCII, b"E\0"),
            4: rationals(order, (151, 1), (12, 1), (40, 1)),
            5: (BYTE, b"\1"),
            6: rationals(order, (25, 2)),
        },
        order=order,
    )


def test_the_position_is_told_only_when_asked(processor: VipsProcessor) -> None:
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
        b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
        b' xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="33,51.594S"'
        b' exif:FNumber="28/10"/></rdf:RDF></x:xmpmeta>'
    )
    blob = saved(quadrants(), "JPEG", exif=b"Exif\0\0" + with_place(), xmp=xmp)
    quiet = told(processor, blob)
    assert "GPS" not in json.dumps(quiet.as_dict())
    assert "gps" not in quiet.as_dict()
    assert quiet.written.exif == {"Make": "Kodak"}
    spoken = told(processor, blob, Ask(gps=True, pixels=False)).as_dict()
    assert spoken["gps"] == {"latitude": -33.8599, "longitude": 151.2111111, "altitude": -12.5}
    assert spoken["exif"]["GPSLatitudeRef"] == "S"
    assert spoken["xmp"]["exif:GPSLatitude"] == "33,51.594S"


def test_what_another_program_writes_is_read(processor: VipsProcessor) -> None:
    exif = Pillow.Exif()
    exif[0x0131] = "An Editor 3.1"
    exif.get_ifd(0x8769)[0x829A] = TiffImagePlugin.IFDRational(1, 60)
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 12:13:14"
    for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        found = told(processor, saved(quadrants(), kind, exif=exif)).written.exif
        assert found["Software"] == "An Editor 3.1", kind
        assert found["ExposureTime"] == 0.0166667
        assert found["DateTimeOriginal"] == "2024:05:01 12:13:14"


def test_a_ratio_over_zero_is_not_told() -> None:
    block = exif_block({0x011A: rationals(">", (1, 0)), 0x011B: rationals(">", (72, 1))})
    assert read_exif(block).tags == {"YResolution": 72}


def test_directories_in_a_circle_are_read_once() -> None:
    block = bytearray(exif_block({0x010F: (ASCII, b"Kodak\0")}, {0x9000: (UNDEFINED, b"0232")}))
    places = block.index(struct.pack(">HHI", 0x8769, LONG, 1)) + 8
    struct.pack_into(">I", block, places, 8)
    assert read_exif(bytes(block)).tags == {"Make": "Kodak"}


def test_a_block_of_megabytes_with_overlapping_values_costs_little() -> None:
    """Three hundred entries, each with nearly the whole block as its value."""
    size = 1 << 20
    entries = b"".join(
        struct.pack(">HHII", 0x010E + i, ASCII, size - 4_000, 3_900) for i in range(300)
    )
    block = (b"MM\0*\0\0\0\x08" + struct.pack(">H", 300) + entries).ljust(size, b"a")
    found = read_exif(block).tags
    assert len(found["ImageDescription"]) == MOST_LETTERS
    assert sum(len(str(value)) for value in found.values()) < 300 * (MOST_LETTERS + 100)


@given(st.binary(max_size=300))
def test_any_exif_block_is_read(noise: bytes) -> None:
    for head in (b"", b"Exif\0\0", b"MM\0*\0\0\0\x08", b"II*\0\x08\0\0\0"):
        found = read_exif(head + noise)
        json.dumps([found.tags, found.place, found.gps], allow_nan=False)


@given(st.integers(0, 400), st.integers(0, 255))
def test_any_changed_byte_of_a_block_is_survived(place: int, value: int) -> None:
    block = bytearray(with_place())
    block[place % len(block)] = value
    found = read_exif(bytes(block))
    json.dumps([found.tags, found.place, found.gps], allow_nan=False)


# IPTC.


def data_set(number: int, value: bytes, record: int = 2) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def photoshop(iptc: bytes) -> bytes:
    other = b"8BIM" + struct.pack(">H", 0x03ED) + b"\x03abc" + struct.pack(">I", 3) + b"xyz\0"
    return (
        b"Photoshop 3.0\0"
        + other
        + b"8BIM"
        + struct.pack(">H", 0x0404)
        + b"\0\0"
        + struct.pack(">I", len(iptc))
        + iptc
    )


IPTC = (
    data_set(90, b"\x1b%G", 1)
    + data_set(120, "Zwei Bäume".encode())
    + data_set(25, b"tree")
    + data_set(25, "grün".encode("cp1252"))
    + data_set(80, b"Ada")
    + data_set(200, b"unknown")
)


@pytest.mark.parametrize("block", [IPTC, photoshop(IPTC)])
def test_iptc_is_told_by_readable_names(block: bytes) -> None:
    assert read_iptc(block) == {
        "Caption-Abstract": "Zwei Bäume",
        "Keywords": ["tree", "grün"],
        "By-line": ["Ada"],
    }


def test_iptc_of_a_jpeg_is_told(processor: VipsProcessor) -> None:
    block = photoshop(IPTC)
    whole = saved(quadrants(), "JPEG").read()
    marked = whole[:2] + b"\xff\xed" + struct.pack(">H", len(block) + 2) + block + whole[2:]
    assert told(processor, Blob.from_bytes(marked)).written.iptc["By-line"] == ["Ada"]


@given(st.binary(max_size=200))
def test_any_iptc_block_is_read(noise: bytes) -> None:
    for block in (noise, b"\x1c\x02\x78" + noise, b"Photoshop 3.0\0" + noise, photoshop(noise)):
        json.dumps(read_iptc(block))


# XMP.

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


def packet(inner: str, attributes: str = "") -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta'
        f' xmlns:x="adobe:ns:meta/"><rdf:RDF {RDF}><rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:my="http://example.org/my/"'
        f' xmlns:xmp="http://ns.adobe.com/xap/1.0/" {attributes}>{inner}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def test_xmp_is_told_as_texts_lists_and_dicts() -> None:
    inner = """
      <dc:title><rdf:Alt><rdf:li xml:lang="de">Baum</rdf:li>
        <rdf:li xml:lang="x-default">Tree</rdf:li></rdf:Alt></dc:title>
      <dc:subject><rdf:Bag><rdf:li>a</rdf:li><rdf:li>b</rdf:li></rdf:Bag></dc:subject>
      <my:box rdf:parseType="Resource"><my:x>1</my:x><my:y>2</my:y></my:box>
      <my:link rdf:resource="https://example.org/"/>
    """
    assert read_xmp(packet(inner, 'xmp:Rating="4"'), gps=False) == {
        "xmp:Rating": "4",
        "dc:title": "Tree",
        "dc:subject": ["a", "b"],
        "box": {"x": "1", "y": "2"},
        "link": "https://example.org/",
    }


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]><a>&lol2;</a>"""
OUTSIDE = (
    b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>"""
)


@pytest.mark.parametrize(
    "block",
    [
        LAUGHS,
        OUTSIDE,
        b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>",
        b"",
        b"<a>",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="no-such-thing"?><a/>',
        packet("<dc:format>" + "x" * 300_000 + "</dc:format>"),
    ],
)
def test_hostile_and_broken_xmp_says_nothing(block: bytes) -> None:
    assert read_xmp(block, gps=True) == {}


def test_deep_xmp_ends() -> None:
    deep = "<my:a rdf:parseType='Resource'>" * 3_000 + "</my:a>" * 3_000
    assert len(json.dumps(read_xmp(packet(deep), gps=False))) < 200
    deeper = b"<a>" * 60_000 + b"</a>" * 60_000
    assert read_xmp(deeper[:-1], gps=False) == read_xmp(deeper[: 256 << 10], gps=False) == {}


def test_wide_xmp_is_cut() -> None:
    wide = "".join(f"<my:n{i}>{i}</my:n{i}>" for i in range(5_000))
    assert len(read_xmp(packet(wide), gps=False)) <= 300
    items = "<rdf:li>x</rdf:li>" * 5_000
    found = read_xmp(packet(f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>"), gps=False)
    assert len(found["dc:subject"]) == 32


def test_xmp_of_a_picture_is_told(processor: VipsProcessor) -> None:
    block = packet("<dc:format>image/jpeg</dc:format>")
    for kind in ("JPEG", "WEBP", "AVIF"):
        assert told(processor, saved(quadrants(), kind, xmp=block)).written.xmp == {
            "dc:format": "image/jpeg"
        }


@given(st.binary(max_size=300))
def test_any_xmp_block_is_read(noise: bytes) -> None:
    json.dumps(read_xmp(noise, gps=True))
    json.dumps(read_xmp(packet("") + noise, gps=True))


# Texts.


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Kodak\0\0rubbish", "Kodak"),
        (b"  blanks  ", "blanks"),
        ("größe".encode(), "größe"),
        ("größe".encode("cp1252"), "größe"),
        (b"\x81\x8d\x8f", None),
        (b"", None),
        (b"\0abc", None),
        (b"a\x1b[31mb\x07", "a[31mb"),
        ("a\u202eb".encode(), "ab"),
        (b"line\nline", "line\nline"),
    ],
)
def test_texts_are_readable_or_nothing(raw: bytes, text: str | None) -> None:
    assert readable(raw) == text


def test_long_texts_are_cut_between_letters() -> None:
    cut = readable("ä".encode() * 1_000_000)
    assert cut == "ä" * (MOST_LETTERS - 1) + "…"
    assert readable(b"x" + "ä".encode() * 1_000_000) == "x" + "ä" * (MOST_LETTERS - 2) + "…"


@given(st.binary())
def test_any_bytes_become_text_without_controls(raw: bytes) -> None:
    text = readable(raw)
    assert text is None or (text.isprintable() or set(text) & set("\n\t\u00ad") or text.encode())


def test_a_file_whose_metadata_are_rubbish_is_told(processor: VipsProcessor) -> None:
    blob = saved(quadrants(), "JPEG", exif=b"Exif\0\0" + b"\xff" * 900, xmp=b"<a", icc_profile=b"x")
    info = told(processor, blob, Ask())
    assert (info.written.exif, info.written.xmp, info.icc_profile) == ({}, {}, None)


def test_a_bare_png_has_nothing_written(processor: VipsProcessor) -> None:
    info = told(processor, png(4, 4))
    assert (info.written.exif, info.written.iptc, info.written.xmp) == ({}, {}, {})
    assert isinstance(pyvips.Image.new_from_buffer(png(4, 4).read(), ""), pyvips.Image)
