"""Metadata in copies: read by others' code, and with not a pixel changed."""

import io
import struct
from typing import Any

import pytest
import pyvips
from PIL import Image

from tintype.flickr.backup.segments import with_metadata
from tintype.flickr.backup.xmp import packet, plain
from tintype.processor.exif import read_exif
from tintype.processor.iptc import read_iptc
from tintype.processor.xmp import read_xmp

RECORD: dict[str, Any] = {
    "id": "53000000001",
    "title": 'Brücke & "Nebel" <3 \x07\ud800',
    "description": "<b>Eins</b> &amp; zwei<br>drei<script>alert(1)</script>",
    "taken": "2016-03-17T16:25:15",
    "taken_precision": "second",
    "uploaded": "2016-04-01T00:00:00Z",
    "updated": None,
    "tags": ["Old Bridge", "夕焼け", "a & b"],
    "geo": {"latitude": -51.96, "longitude": 2.89, "accuracy": 16, "place": "Hay-on-Wye, Powys"},
    "licence": {"id": "4", "name": "CC BY 2.0", "url": "https://example.org/by/2.0/"},
    "owner": {"id": "12345678@N00", "name": "Jörg Ä"},
    "people": [{"id": "1", "name": "Anna"}],
    "page": "https://www.flickr.com/photos/someuser/53000000001/",
}
PIXELS = pyvips.Image.black(64, 48, bands=3).linear([1, 1, 1], [200, 90, 30])


def jpeg(**tags: str) -> bytes:
    image = PIXELS.cast("uchar").copy(interpretation="srgb")
    for name, value in tags.items():
        image.set_type(pyvips.GValue.gstr_type, f"exif-{name.replace('_', '-', 1)}", value)
    return bytes(image.jpegsave_buffer() if tags else image.jpegsave_buffer(keep="none"))


def png() -> bytes:
    return bytes(PIXELS.cast("uchar").copy(interpretation="srgb").pngsave_buffer(keep="none"))


def pixels(content: bytes) -> bytes:
    return bytes(pyvips.Image.new_from_buffer(content, "").write_to_memory())


def made(content: bytes, media_type: str = "image/jpeg", **changes: Any) -> bytes:
    found = with_metadata(content, media_type, RECORD | changes)
    assert found
    return found


def test_xmp_says_all_of_it_and_holds_what_xml_cannot() -> None:
    found = read_xmp(packet(RECORD), gps=True)
    assert found["dc:title"] == 'Brücke & "Nebel" <3'
    assert found["dc:description"] == "Eins & zwei\ndrei"
    assert found["dc:subject"] == RECORD["tags"]
    assert found["dc:creator"] == ["Jörg Ä"]
    assert (found["dc:rights"], found["xmpRights:WebStatement"]) == (
        "CC BY 2.0",
        "https://example.org/by/2.0/",
    )
    assert found["photoshop:DateCreated"] == found["exif:DateTimeOriginal"] == RECORD["taken"]
    assert found["exif:GPSLatitude"] == "51,57.600000S"
    assert found["exif:GPSLongitude"] == "2,53.400000E"
    assert found["Iptc4xmpExt:PersonInImage"] == ["Anna"]
    assert found["dc:identifier"] == "flickr:53000000001"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("a\n\nb", "a\n\nb"),
        ("<p>a</p><p>b</p>", "a\nb"),
        ('<a href="x">link</a> &lt;b&gt; &#39;', "link <b> '"),
        ("<style>x{}</style>a<", "a<"),
    ],
)
def test_descriptions_lose_their_html(html: str, text: str) -> None:
    assert plain(html) == text


def test_a_jpeg_without_anything_gets_all_three() -> None:
    content = jpeg()
    copy = made(content)
    assert pixels(copy) == pixels(content)
    image = Image.open(io.BytesIO(copy))
    image.load()
    exif = image.getexif()
    assert exif[0x010E].encode("latin-1").decode() == "Eins & zwei\ndrei"
    assert exif[0x8298] == "CC BY 2.0"
    assert exif.get_ifd(0x8769)[0x9003] == "2016:03:17 16:25:15"
    gps = exif.get_ifd(0x8825)
    assert (gps[1], gps[3]) == ("S", "E")
    assert [float(part) for part in gps[2]] == [51, 57, 36]
    assert [float(part) for part in gps[4]] == [2, 53, 24]
    captions = read_iptc(image.info["photoshop"][0x0404])
    assert captions["Keywords"] == ["Old Bridge", "夕焼け", "a & b"]
    assert captions["Caption-Abstract"] == "Eins & zwei\ndrei"
    assert captions["By-line"] == ["Jörg Ä"]
    assert captions["DateCreated"] == "20160317"
    assert read_xmp(image.info["xmp"], gps=True)["dc:subject"] == RECORD["tags"]


def test_what_the_camera_said_stays() -> None:
    content = jpeg(
        ifd0_Make="Camera",
        ifd0_Artist="Somebody",
        ifd2_DateTimeOriginal="2001:02:03 04:05:06",
        ifd2_MakerNote="opaque",
    )
    copy = made(content)
    before, after = (read_exif(_exif(each)) for each in (content, copy))
    assert before.tags.items() - after.tags.items() <= {
        ("ImageDescription", before.tags.get("ImageDescription"))
    }
    assert after.tags["Artist"] == "Somebody"
    assert after.tags["DateTimeOriginal"] == "2001:02:03 04:05:06"
    assert after.gps == {"latitude": -51.96, "longitude": 2.89}
    assert _exif(copy).startswith(_exif(content)[:4])
    assert _exif(content)[8:] in _exif(copy), "no byte of the old block is moved"
    assert pixels(copy) == pixels(content)


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_orders_of_bytes_are_written(order: str) -> None:
    marks = {"<": b"II*\0", ">": b"MM\0*"}[order]
    block = marks + struct.pack(f"{order}IHHHIII", 8, 1, 0x0112, 3, 1, 0x00060000, 0)
    content = _with(jpeg(), 0xE1, b"Exif\0\0" + block)
    exif = read_exif(_exif(made(content)))
    assert exif.tags["DateTimeOriginal"] == "2016:03:17 16:25:15"
    assert exif.gps["longitude"] == 2.89


def test_properties_of_others_stay_in_xmp_and_ours_are_replaced() -> None:
    theirs = packet(RECORD | {"title": "Before", "tags": ["old"]}).replace(
        b"<dc:identifier>", b'<q:stars xmlns:q="http://example.org/q/">5</q:stars><dc:identifier>'
    )
    copy = made(_with(jpeg(), 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + theirs))
    assert copy.count(b"http://ns.adobe.com/xap/1.0/\0") == 1
    found = read_xmp(Image.open(io.BytesIO(copy)).info["xmp"], gps=True)
    assert found["dc:subject"] == RECORD["tags"]
    assert found["stars"] == "5"


def test_captions_of_others_stay_and_become_utf_8() -> None:
    city, old = b"\x1c\x02\x5a\x00\x03K\xf6l", b"\x1c\x02\x19\x00\x03old"
    block = b"8BIM\x04\x04\0\0" + len(city + old).to_bytes(4, "big") + city + old
    other = b"8BIM\x03\xf3\0\0\0\0\0\x02ab"
    copy = made(_with(jpeg(), 0xED, b"Photoshop 3.0\0" + block + other))
    resources = Image.open(io.BytesIO(copy)).info["photoshop"]
    captions = read_iptc(resources[0x0404])
    assert captions["City"] == "Köl"
    assert "old" not in captions["Keywords"]
    assert 0x03F3 in resources


def test_a_png_gets_xmp_and_exif() -> None:
    content = png()
    copy = made(content, "image/png")
    assert pixels(copy) == pixels(content)
    image = Image.open(io.BytesIO(copy))
    image.load()
    assert read_xmp(image.info["xmp"], gps=True)["dc:title"].startswith("Brücke")
    assert image.getexif().get_ifd(0x8769)[0x9003] == "2016:03:17 16:25:15"
    again = made(copy, "image/png", title="Other")
    assert again.count(b"XML:com.adobe.xmp") == 1


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\xff\xd8\xff\xe1\xff\xff", "image/jpeg"),
        (b"\xff\xd8\xff\xe1\x00\x00" + b"x" * 20, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0", "image/png"),
        (b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR", "image/png"),
        (b"GIF89a", "image/gif"),
    ],
)
def test_what_is_no_whole_picture_gets_no_copy(content: bytes, media_type: str) -> None:
    assert with_metadata(content, media_type, RECORD) is None


@pytest.mark.parametrize(
    "block",
    [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff" + b"\0" * 20, b"nonsense"],
)
def test_exif_without_sense_is_left_alone_and_the_rest_is_written(block: bytes) -> None:
    content = _with(jpeg(), 0xE1, b"Exif\0\0" + block)
    copy = made(content)
    assert pixels(copy) == pixels(content)
    assert b"http://ns.adobe.com/xap/1.0/\0" in copy
    if block:
        assert b"Exif\0\0" + block in copy


def test_what_has_no_room_in_a_segment_is_left_out() -> None:
    tags = [f"tag {n} {'x' * 40}" for n in range(2_000)]
    content = jpeg()
    copy = made(content, tags=tags)
    assert b"http://ns.adobe.com/xap/1.0/\0" not in copy
    assert pixels(copy) == pixels(content)


def _exif(content: bytes) -> bytes:
    start = content.index(b"Exif\0\0")
    length = int.from_bytes(content[start - 2 : start], "big")
    return content[start + 6 : start - 2 + length]


def _with(content: bytes, marker: int, payload: bytes) -> bytes:
    """Put a segment before those that are there."""
    head = bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2, "big")
    return content[:2] + head + payload + content[2:]
