"""The picture formats we read and write: names, media types, suffixes, magic bytes.

The media type of a blob is always sniffed here; what a server, a client or a file name says about
bytes is never believed.
"""

import mimetypes
from dataclasses import dataclass

OCTET_STREAM = "application/octet-stream"
SNIFF_BYTES = 64  # all that `sniff` looks at


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
    """The media type of bytes by their first `SNIFF_BYTES`; `OCTET_STREAM` when unknown."""
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
    (b"%PDF-", "application/pdf"),
)


def _sniff_brands(head: bytes) -> str:
    """ISO base media files name their kind in `ftyp`: a major brand and compatible ones."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[i : i + 4] for i in range(16, length - 3, 4)}
    if brands & {b"avif", b"avis"}:
        return "image/avif"
    if brands & {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}:
        return "image/heic"
    return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"


def _sniff_text(head: bytes) -> str:
    """Markup that servers send in place of a picture, so that an error can name it."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head")):
        return "text/html"
    if text.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        return "image/svg+xml" if b"svg" in text else "application/xml"
    return OCTET_STREAM


def guess_media_type(name: str, head: bytes = b"") -> str:
    """What to store under `name`: for pictures by the bytes, else by the name's suffix."""
    sniffed = sniff(head)
    if sniffed in _BY_MEDIA_TYPE:
        return sniffed
    guessed, encoding = mimetypes.guess_type(name, strict=False)
    if encoding or guessed is None:
        return {
            "gzip": "application/gzip",
            "bzip2": "application/x-bzip2",
            "xz": "application/x-xz",
        }.get(encoding or "", OCTET_STREAM)
    return guessed
