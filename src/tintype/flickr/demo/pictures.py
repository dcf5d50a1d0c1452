"""Drawn pictures: a sky, a sun and hills, each in the size and format that is asked for.

A drawing is made once for a motif and a size. Every file is one of its own all the same: it carries
the name of its photo in a comment.
"""

import zlib
from functools import lru_cache

import pyvips

MOTIFS = 6
_SKIES = ("#86b6d9", "#e8a15b", "#405a7a", "#b7c9a8", "#d98f8f", "#9b8fc0")


def picture(number: int, format_: str, width: int, height: int, name: str) -> bytes:
    """The file of a photo in a size: jpg, png or gif. `name` stands in its comment."""
    drawn = _drawn(number % MOTIFS, format_, width, height)
    return _COMMENTS[format_](drawn, f"tintype demo {name}".encode())


def video(name: str) -> bytes:
    """A file that begins as MP4 does; it plays nothing."""
    brand = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
    content = f"tintype demo {name} ".encode() * 200
    return brand + (len(content) + 8).to_bytes(4, "big") + b"mdat" + content


@lru_cache(maxsize=128)
def _drawn(motif: int, format_: str, width: int, height: int) -> bytes:
    image = pyvips.Image.svgload_buffer(_svg(motif, width, height).encode()).flatten()
    if format_ == "jpg":
        if max(width, height) > 1024:  # an original, or nearly
            image = _with_exif(image)
        return bytes(image.jpegsave_buffer(Q=75))
    if format_ == "png":
        return bytes(image.pngsave_buffer(compression=1, palette=True))
    return bytes(image.gifsave_buffer(effort=1))


def _svg(motif: int, width: int, height: int) -> str:
    sky, sun = _SKIES[motif], 20 + 12 * motif
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 100 75" preserveAspectRatio="xMidYMid slice">'
        f'<rect width="100" height="75" fill="{sky}"/>'
        f'<circle cx="{sun}" cy="20" r="8" fill="#ffe9a8"/>'
        '<path d="M0 55 Q25 30 50 52 T100 45 V75 H0Z" fill="#4f7a4c"/>'
        '<path d="M0 66 Q30 48 60 64 T100 60 V75 H0Z" fill="#38593a"/></svg>'
    )


def _with_exif(image: pyvips.Image) -> pyvips.Image:
    image = image.copy()
    for name, value in (
        ("ifd0-Make", "Tintype"),
        ("ifd0-Model", "Demo"),
        ("ifd2-ISOSpeedRatings", "100"),
    ):
        image.set_type(pyvips.GValue.gstr_type, f"exif-{name}", value)
    return image


def _jpeg_comment(content: bytes, text: bytes) -> bytes:
    return content[:2] + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + content[2:]


def _png_comment(content: bytes, text: bytes) -> bytes:
    body = b"tEXtComment\0" + text
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return content[:33] + chunk + content[33:]  # behind the signature and IHDR


def _gif_comment(content: bytes, text: bytes) -> bytes:
    return content[:-1] + b"\x21\xfe" + bytes([len(text)]) + text + b"\0" + content[-1:]


_COMMENTS = {"jpg": _jpeg_comment, "png": _png_comment, "gif": _gif_comment}
