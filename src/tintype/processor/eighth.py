"""JPEGs at an eighth of their size from our own decoder, as an image with the file's metadata."""

from pyvips import Image

from tintype.blob import Blob
from tintype.processor.header import Header
from tintype.processor.native import built, eighth

MOST_BYTES = 32 << 20  # of a file, which is read as a whole; libvips streams larger ones


def decoded_eighth(blob: Blob, header: Header) -> Image | None:
    """The picture as libvips decodes it with shrink 8, in memory; None for what libvips is to
    decode itself: other kinds of JPEG, and files that are damaged or gone.
    """
    image = header.image
    if not header.native or header.unstreamed or blob.size > MOST_BYTES or built() is None:
        return None
    if image.bands not in (1, 3) or image.format != "uchar":
        return None
    width, height = header.stored.width // 8, header.stored.height // 8
    try:
        pixels = eighth(blob.read(), width, height, image.bands)
    except OSError:
        return None
    if pixels is None:
        return None
    small = Image.new_from_memory(pixels, width, height, image.bands, "uchar")
    # Laid over a corner of the original they take its metadata; nothing of that is decoded.
    corner = image.crop(0, 0, width, height)
    assert isinstance(corner, Image)
    laid = corner.insert(small, 0, 0)
    assert isinstance(laid, Image)
    return laid
