"""Drawn pictures: a sky, a sun and hills, each in the size and format that is asked for.

A drawing is made once for a motif and a size. Every file is one of its own all the same: it carries
the name of its photo in a comment.
"""

import zlib
from functools import lru_cache

import pyvips

MOTIFS = 6
_SKIES = (
    [134, 182, 217],
    [232, 161, 91],
    [64, 90, 122],
    [183, 201, 168],
    [217, 143, 143],
    [155, 143, 192],
)
# Where a ridge lies, how high its waves are, how many there are, and its colour.
_GROUND = ((0.62, 0.09, 1.0, [79, 122, 76]), (0.8, 0.06, 1.4, [56, 89, 58]))


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
    image = _hills(motif, width, height)
    if format_ == "jpg":
        if max(width, height) > 1024:  # an original, or nearly
            image = _with_exif(image)
        return bytes(image.jpegsave_buffer(Q=75))
    if format_ == "png":
        return bytes(image.pngsave_buffer(compression=1))
    return bytes(image.gifsave_buffer(effort=1))


def _hills(motif: int, width: int, height: int) -> pyvips.Image:
    """By arithmetic: loaders of drawings may be switched off in this process."""
    places = pyvips.Image.xyz(width, height)
    x, y = places[0] / width, places[1] / height
    edge = min(width, height)
    across, down = (x - 0.2 - 0.12 * motif) * width, (y - 0.27) * height
    sun = (across * across + down * down) < (0.1 * edge) ** 2
    picture = sun.ifthenelse([255, 233, 168], pyvips.Image.black(width, height) + _SKIES[motif])
    for level, height_of, turns, colour in _GROUND:
        ridge = (x * (360 * turns) + 40 * motif).sin() * height_of + level
        picture = (y > ridge).ifthenelse(colour, picture)
    return picture.cast("uchar").copy(interpretation="srgb")


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
