"""What a picture says about itself before any pixel is decoded."""

from dataclasses import dataclass
from pathlib import Path

from pyvips import Image, Source

from tintype import formats
from tintype.blob import Blob
from tintype.errors import UnsupportedFormat
from tintype.formats import Format
from tintype.geometry import Size
from tintype.processor import MASTER
from tintype.processor.container import Master

# Our own allow-list: the loader is named by the magic bytes, libvips never chooses.
LOADERS = {
    "jpeg": "jpegload_source",
    "png": "pngload_source",
    "webp": "webpload_source",
    "gif": "gifload_source",
    "tiff": "tiffload_source",
    "avif": "heifload_source",
    "heic": "heifload_source",
}
# Their own rotation and mirroring count; EXIF's orientation is a remark (ISO/IEC 23008-12, A.2).
_TURNED_BY_THE_DECODER = {"avif", "heic"}
_NOT_PICTURES = {
    "text/html": (
        "This is an HTML page, not a picture.",
        "The address answered with a page; give the address of the picture itself.",
    ),
    "image/svg+xml": (
        "SVG is not read: a drawing can refer to files and hosts, and run for minutes.",
        "Export it as PNG.",
    ),
    "application/xml": ("This is XML, perhaps SVG, which is not read.", "Export it as PNG."),
    "application/pdf": ("PDF is not read.", "Export the page as PNG or JPEG."),
}


@dataclass(frozen=True, slots=True)
class Header:
    """The facts by which limits are judged and the work is planned.

    `stored` is the size in the file, of one frame; `orientation` is EXIF's, 1 to 8. `unstreamed`
    formats decode only as a whole. `image` has the metadata; its pixels are not decoded yet.
    Of a stored master these are the facts of its original, as seen; `master` has its own.
    `native`: our own decoder may be used.
    """

    format: Format
    stored: Size
    frames: int
    orientation: int
    unstreamed: bool
    image: Image
    master: Master | None = None
    native: bool = False

    @property
    def seen(self) -> Size:
        """The size as it is seen: with the orientation applied."""
        if self.orientation < 5:
            return self.stored
        return Size(self.stored.height, self.stored.width)

    @property
    def animated(self) -> bool:
        """Whether there are frames in time; the pages of a TIFF or HEIC are not."""
        return self.format.animated and self.frames > 1


def read_header(blob: Blob, *, native: bool = False) -> Header:
    """Open the picture with the loader of its magic bytes; pyvips.Error for a damaged header.

    `native`: whether our own decoder may be used, where it was built.
    """
    if blob.media_type == MASTER:
        return _of_original(Master.read(blob))
    found = _format_of(blob)
    image = opened(blob, found)
    return Header(
        format=found,
        stored=Size(image.width, image.height),
        frames=_number(image, "n-pages", 1),
        orientation=_orientation(image, found),
        unstreamed=found.name in {"avif", "heic"} or _number(image, "interlaced", 0) > 0,
        image=image,
        native=native,
    )


def _of_original(master: Master) -> Header:
    """What the original of a master said of itself; its pixels are those of the master."""
    return Header(
        format=master.original,
        stored=Size(master.width, master.height),
        frames=1,
        orientation=1,
        unstreamed=False,
        image=opened(master.blob, master.format),
        master=master,
    )


def opened(blob: Blob, format_: Format, **options: object) -> Image:
    """A lazy image, read from top to bottom once. A file that breaks off is an error."""
    load = getattr(Image, LOADERS[format_.name])
    image = load(_source(blob), access="sequential", fail_on="error", **options)
    assert isinstance(image, Image)
    return image


def _source(blob: Blob) -> Source:
    """Zero-copy, and a path is taken literally: no options are parsed from a name."""
    if isinstance(blob.content, Path):
        return Source.new_from_file(str(blob.content))
    return Source.new_from_memory(blob.content)


def _format_of(blob: Blob) -> Format:
    if blob.size == 0:
        raise UnsupportedFormat(
            "The file is empty: zero bytes are no picture.", remedy="Get the original again."
        )
    found = formats.by_media_type(blob.media_type)
    if found is None:
        message, remedy = _NOT_PICTURES.get(
            blob.media_type,
            ("This is not a picture of a kind that is read.", f"Give {_readable()}."),
        )
        raise UnsupportedFormat(message, remedy=remedy)
    return found


def _readable() -> str:
    *names, last = (f.name.upper() for f in formats.FORMATS)
    return f"{', '.join(names)} or {last}"


def _number(image: Image, field: str, default: int) -> int:
    if not image.get_typeof(field):
        return default
    value = image.get(field)
    assert isinstance(value, int)
    return value


def _orientation(image: Image, format_: Format) -> int:
    if format_.name in _TURNED_BY_THE_DECODER:
        return 1
    value = _number(image, "orientation", 1)
    return value if 1 <= value <= 8 else 1
