"""The picture formats we read and write: names, media types, suffixes, magic bytes.

The media type of a blob is always sniffed here; what a server, a client or a file name says about
bytes is never believed.
"""

import mimetypes
from dataclasses import dataclass
from functools import cache

OCTET_STREAM = "application/octet-stream"
SNIFF_BYTES = 512  # all that `sniff` looks at


@dataclass(frozen=True, slots=True)
class Format:
    """A picture format, by the name that `format(…)` and `--format` take."""

    name: str
    media_type: str
    suffixes: tuple[str, ...]
    writable: bool = True
    alpha: bool = True
    animated: bool = False

    @property
    def suffix(self) -> str:
        """The suffix we write, with its dot."""
        return self.suffixes[0]


FORMATS = (
    Format("jpeg", "image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), alpha=False),
    Format("png", "image/png", (".png",)),
    Format("webp", "image/webp", (".webp",), animated=True),
    Format("avif", "image/avif", (".avif",)),
    Format("gif", "image/gif", (".gif",), animated=True),
    Format("tiff", "image/tiff", (".tif", ".tiff")),
    Format("heic", "image/heic", (".heic", ".heif"), writable=False),
)

_BY_NAME = {f.name: f for f in FORMATS} | {"jpg": FORMATS[0], "tif": FORMATS[5]}
_BY_MEDIA_TYPE = {f.media_type: f for f in FORMATS}
_BY_SUFFIX = {suffix: f for f in FORMATS for suffix in f.suffixes}


def by_name(name: str) -> Format | None:
    """The format called `name` (`jpg` and `tif` are understood), or None."""
    return _BY_NAME.get(name.lower())


def by_media_type(media_type: str) -> Format | None:
    """The format of a media type, or None if it is not a picture we know."""
    return _BY_MEDIA_TYPE.get(media_type)


def by_suffix(suffix: str) -> Format | None:
    """The format of a file suffix with its dot, or None."""
    return _BY_SUFFIX.get(suffix.lower())


def sniff(head: bytes) -> str:
    """The media type of bytes by their first `SNIFF_BYTES`; `OCTET_STREAM` when unknown.

    Also names what we do not read, so that an error can say what was sent in place of a picture.
    """
    head = head[:SNIFF_BYTES]
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _sniff_brands(head)
    return _sniff_text(head)


_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"\xff\x0a", "image/jxl"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"\0\0\x01\0", "image/vnd.microsoft.icon"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\x1a\x45\xdf\xa3", "video/x-matroska"),
)

_AVIF = {b"avif", b"avis"}
_HEIC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_OTHER_BRANDS = {b"qt  ": "video/quicktime", b"crx ": "image/x-canon-cr3"}


def _sniff_brands(head: bytes) -> str:
    """ISO base media files name their kind in `ftyp`: a major brand and compatible ones."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[i : i + 4] for i in range(16, length - 3, 4)}
    if brands & _AVIF:
        return "image/avif"
    if brands & _HEIC:
        return "image/heic"
    return _OTHER_BRANDS.get(head[8:12], "video/mp4")


def _sniff_text(head: bytes) -> str:
    """Markup, perhaps after a byte order mark, blanks, comments or an XML declaration."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not text.startswith(b"<"):
        return "image/bmp" if text.startswith(b"bm") and b"\0" in text[:16] else OCTET_STREAM
    if any(tag in text for tag in (b"<!doctype html", b"<html", b"<head", b"<body")):
        return "text/html"
    if b"<svg" in text or b"<!doctype svg" in text:
        return "image/svg+xml"
    return "application/xml" if text.startswith(b"<?xml") else OCTET_STREAM


def guess_media_type(name: str, head: bytes = b"") -> str:
    """What to store under `name`: for pictures by the bytes, else by the name's suffix.

    The same on every machine: the system's own tables are not asked.
    """
    sniffed = sniff(head)
    if sniffed in _BY_MEDIA_TYPE:
        return sniffed
    # "./" in front, because a colon in a bare name would be read as the scheme of a URL.
    guessed, encoding = _types().guess_type("./" + name.rpartition("/")[2], strict=False)
    if encoding:
        return _ENCODINGS.get(encoding, OCTET_STREAM)
    return guessed or OCTET_STREAM


_ENCODINGS = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_FURTHER_TYPES = {  # what some of the supported Pythons do not know
    ".7z": "application/x-7z-compressed",
    ".docx": f"{_OPEN_XML}.wordprocessingml.document",
    ".epub": "application/epub+zip",
    ".flac": "audio/flac",
    ".gz": "application/gzip",
    ".jxl": "image/jxl",
    ".m4a": "audio/mp4",
    ".m4v": "video/mp4",
    ".md": "text/markdown",
    ".mkv": "video/x-matroska",
    ".ogg": "audio/ogg",
    ".ogv": "video/ogg",
    ".pptx": f"{_OPEN_XML}.presentationml.presentation",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xlsx": f"{_OPEN_XML}.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".zst": "application/zstd",
}


@cache
def _types() -> mimetypes.MimeTypes:
    types = mimetypes.MimeTypes()
    for suffix, media_type in _FURTHER_TYPES.items():
        types.add_type(media_type, suffix)
    for suffix, known in _BY_SUFFIX.items():
        types.add_type(known.media_type, suffix)
    return types
