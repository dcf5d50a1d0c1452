"""HEIC: libvips reads its header; the pixels come from pillow-heif, which has the HEVC decoder."""

from pyvips import GValue, Image

from tintype.blob import Blob
from tintype.errors import CorruptImage, Missing

_BANDS = {"L": 1, "I": 1, "LA": 2, "La": 2, "RGB": 3, "RGBA": 4, "RGBa": 4}
_BLOBS = ("exif-data", "xmp-data", "icc-profile-data")


def decoded(blob: Blob, header: Image) -> Image:
    """The primary picture in 8 bits, in memory, turned as it is seen, with the header's metadata.

    Raises CorruptImage for what the decoder refuses, Missing where pillow-heif is not installed.
    """
    try:
        import pillow_heif
    except ImportError:
        raise Missing(
            "HEIC cannot be read: pillow-heif is not installed.",
            remedy="Install it: pip install pillow-heif.",
        ) from None
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = False
    try:
        found = pillow_heif.open_heif(blob.read(), convert_hdr_to_8bit=True)
        image = _from_memory(found.data, found.size, found.mode, found.stride)
    except (ValueError, RuntimeError, OSError, SyntaxError, EOFError, MemoryError) as error:
        raise CorruptImage(
            "The HEIC picture is damaged, or of a kind that is not read.",
            remedy="Export it as JPEG.",
        ) from error
    return _with_metadata(image, header)


def _from_memory(data: bytes, size: tuple[int, int], mode: str, stride: int) -> Image:
    """libvips reads the decoder's memory; rows may be padded. Deep gray comes in 16 bits,
    whatever is asked.
    """
    name, _, depth = mode.partition(";")
    bands, bytes_each = _BANDS[name], 2 if depth else 1
    layout = "ushort" if depth else "uchar"
    image = Image.new_from_memory(data, stride // bands // bytes_each, size[1], bands, layout)
    if depth:
        image = (image >> 8).cast("uchar")
    image = image.copy(interpretation="srgb" if bands > 2 else "b-w")
    image = image.crop(0, 0, size[0], size[1])
    return image.unpremultiply().cast("uchar") if name.endswith("a") else image


def _with_metadata(image: Image, header: Image) -> Image:
    """The decoder has turned the pixels already, so the orientation is left out."""
    image = image.copy()
    for field in header.get_fields():
        if field in _BLOBS:
            image.set_type(GValue.blob_type, field, header.get(field))
        elif field.startswith("exif-ifd") and not field.endswith("-Orientation"):
            image.set_type(GValue.gstr_type, field, header.get(field))
    return image
