"""Metadata: all of it is left out, but for what the transform keeps."""

from collections.abc import Set

from pyvips import Image

from tintype.filters import Keep

NOTHING = 0
_EXIF, _XMP, _IPTC, _ICC = 1, 2, 4, 8  # libvips' VipsForeignKeep
_OWNERS = ("-Artist", "-Copyright", "-XPAuthor")
# Never kept: the pixels are turned already, and the maker's notes hold serial numbers, places and
# faces that nobody can list.
_NEVER = ("-Orientation", "-MakerNote")


def only(image: Image, keep: Set[Keep]) -> tuple[Image, int]:
    """The image without what is not kept, and the kinds that the writer shall write."""
    if not keep:
        return image, NOTHING
    image = image.copy()
    flags = _ICC if Keep.ICC in keep else 0
    flags |= _IPTC if Keep.IPTC in keep else 0
    flags |= _XMP if Keep.XMP in keep else 0
    if keep & {Keep.EXIF, Keep.GPS, Keep.COPYRIGHT}:
        _reduce_exif(image, keep)
        flags |= _EXIF
    return image, flags


def _reduce_exif(image: Image, keep: Set[Keep]) -> None:
    """The writer leaves out of the EXIF block what the image has no field for."""
    for field in image.get_fields():
        if not _is_kept(field, keep):
            image.remove(field)


def _is_kept(field: str, keep: Set[Keep]) -> bool:
    if field in ("orientation", "jpeg-thumbnail-data"):  # a preview shows what was cropped away
        return False
    if not field.startswith("exif-ifd"):
        return True
    if field.endswith(_NEVER) or field.startswith("exif-ifd1-"):
        return False
    if field.startswith("exif-ifd3-"):
        return Keep.GPS in keep
    if Keep.EXIF in keep:
        return True
    return Keep.COPYRIGHT in keep and field.endswith(_OWNERS)
