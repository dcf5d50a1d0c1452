import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tintype.formats import (
    FORMATS,
    OCTET_STREAM,
    SNIFF_BYTES,
    by_media_type,
    by_name,
    by_suffix,
    guess_media_type,
    sniff,
)


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body + b"\0\0\0\x10meta"


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"\x89PNG\n\x1a\n", OCTET_STREAM),  # its line ends were converted
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"GIF88a", OCTET_STREAM),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", OCTET_STREAM),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "image/tiff"),
        (b"MM\0+\0\x08\0\0", "image/tiff"),
        (ftyp(b"avif", b"mif1", b"miaf"), "image/avif"),
        (ftyp(b"avis", b"msf1"), "image/avif"),
        (ftyp(b"mif1", b"miaf", b"avif"), "image/avif"),
        (ftyp(b"heic", b"mif1"), "image/heic"),
        (ftyp(b"mif1", b"heic"), "image/heic"),
        (ftyp(b"isom", b"avc1"), "video/mp4"),
        (ftyp(b"qt  "), "video/quicktime"),
        (ftyp(b"crx ", b"isom"), "image/x-canon-cr3"),
        (b"\xff\x0a\xfa", "image/jxl"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
        (b"BM\x36\0\0\0\0\0", "image/bmp"),
        (b"BMW is a car", OCTET_STREAM),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"<!DOCTYPE html><title>404", "text/html"),
        (b"\xef\xbb\xbf\n  <HTML lang=en>", "text/html"),
        (b"<!-- " + b"x" * 300 + b" --><html>", "text/html"),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC", "text/html"),
        (b"<html><svg>", "text/html"),
        (b"<svg xmlns=", "image/svg+xml"),
        (b"<?xml version='1.0'?>\n<!-- Generator -->\n<svg", "image/svg+xml"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied", "application/xml"),
        (b"hello", OCTET_STREAM),
        (b"hello <html>", OCTET_STREAM),
        (b"", OCTET_STREAM),
        (b"\0" * 600, OCTET_STREAM),
    ],
)
def test_bytes_are_named_by_how_they_begin(head: bytes, media_type: str) -> None:
    assert sniff(head) == media_type


@pytest.mark.parametrize("name", [f.name for f in FORMATS if f.name not in {"heic"}])
def test_what_an_encoder_writes_is_recognised(name: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (20, 10)).save(file, name)
    known = by_name(name)
    assert known
    assert sniff(file.getvalue()) == known.media_type


@given(st.binary(max_size=2 * SNIFF_BYTES))
def test_sniffing_takes_any_bytes_and_looks_at_the_first_only(data: bytes) -> None:
    assert sniff(data) == sniff(data[:SNIFF_BYTES])


@given(st.binary(max_size=80))
def test_a_broken_box_header_is_harmless(data: bytes) -> None:
    head = b"\0\0" + data[:2].ljust(2) + b"ftyp" + data
    assert sniff(head).partition("/")[0] in {"image", "video"}


@pytest.mark.parametrize("known", FORMATS, ids=lambda f: f.name)
def test_a_format_is_found_by_each_of_its_names(known) -> None:
    assert by_name(known.name.upper()) is known
    assert by_media_type(known.media_type) is known
    for suffix in known.suffixes:
        assert by_suffix(suffix.upper()) is known
    assert known.suffix == known.suffixes[0]


def test_the_short_names_are_understood() -> None:
    assert by_name("jpg") is by_name("jpeg")
    assert by_name("tif") is by_name("tiff")
    assert by_name("bmp") is by_suffix(".bmp") is by_media_type("image/bmp") is None


@pytest.mark.parametrize(
    ("name", "head", "media_type"),
    [
        ("a.jpg", b"", "image/jpeg"),
        ("a.jpg", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("a.txt", b"GIF89a", "image/gif"),
        ("a", b"\xff\xd8\xff", "image/jpeg"),
        ("a.JPG", b"", "image/jpeg"),
        ("a.webp", b"", "image/webp"),
        ("a.avif", b"", "image/avif"),
        ("a.heic", b"", "image/heic"),
        ("film.mov", b"", "video/quicktime"),
        ("film.mkv", b"", "video/x-matroska"),
        ("page.html", b"<html>", "text/html"),
        ("style.css", b"", "text/css"),
        ("font.woff2", b"", "font/woff2"),
        (
            "sheet.xlsx",
            b"PK\x03\x04",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        ("a.tar.gz", b"", "application/gzip"),
        ("a.tgz", b"", "application/gzip"),
        ("a.svgz", b"", "application/gzip"),
        ("a.tar.bz2", b"", "application/x-bzip2"),
        ("a.tar.xz", b"", "application/x-xz"),
        ("a.txt.Z", b"", OCTET_STREAM),
        ("photos.d/README", b"", OCTET_STREAM),
        ("folder.jpg/", b"", OCTET_STREAM),
        ("a.unknown-suffix", b"", OCTET_STREAM),
        ("data:text/plain,a.css", b"", "text/css"),
        ("2024:01:02?x#y.css", b"", "text/css"),
        ("", b"", OCTET_STREAM),
    ],
)
def test_the_media_type_to_store_is_of_the_bytes_or_the_name(name, head, media_type) -> None:
    assert guess_media_type(name, head) == media_type


def test_the_tables_of_the_machine_are_not_asked(tmp_path) -> None:
    (tmp_path / "mime.types").write_text("text/strange css strange\n")
    code = f"""
import mimetypes
mimetypes.knownfiles[:] = [{str(tmp_path / "mime.types")!r}]
from tintype.formats import guess_media_type
print(guess_media_type("a.css"), guess_media_type("a.strange"), mimetypes.guess_type("a.strange"))
"""
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert result.stdout.split()[:2] == ["text/css", OCTET_STREAM]
    assert "text/strange" in result.stdout  # the system's table is there, for who asks
