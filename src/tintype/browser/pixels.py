"""What must be known of a screenshot's pixels: is it of one colour; and AVIF, which the browser
does not write. Sync; the caller gives it a thread.
"""

from pyvips import Image

from tintype.errors import UnsupportedFormat

BLANK = 1.0  # a standard deviation of grey below this is one colour; one line of text has 5
# Bytes a pixel that no picture of one colour has; so most need not be decoded to know.
ONE_COLOUR = 0.05
LOADERS = {
    b"\x89PNG": "pngload_buffer",
    b"\xff\xd8\xff": "jpegload_buffer",
    b"RIFF": "webpload_buffer",
}


def is_blank(picture: bytes, pixels: int) -> bool:
    """Whether a picture of so many pixels is of one colour."""
    if len(picture) > 4_096 + pixels * ONE_COLOUR:
        return False
    image = _opened(picture)
    return bool(image.colourspace("b-w").flatten().deviate() < BLANK)


def to_avif(picture: bytes, quality: int) -> bytes:
    """The same picture as AVIF."""
    return bytes(_opened(picture).heifsave_buffer(Q=quality, compression="av1", effort=3))


def _opened(picture: bytes) -> Image:
    for start, loader in LOADERS.items():
        if picture.startswith(start):
            opened: Image = getattr(Image, loader)(picture, access="sequential")
            return opened
    raise UnsupportedFormat("The browser's picture is of no kind that was asked for.")
