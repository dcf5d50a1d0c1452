"""What can be told about a picture: from its header, its metadata and a small copy of its pixels.

Bounded for hostile files: limits are judged before any pixel is decoded, pixels are looked at in a
copy of at most 256 × 256, and metadata are cut (see `exif`, `iptc`, `xmp`, `texts`).
"""

import base64
from typing import Any

from pyvips import Image

from tintype.blob import Blob
from tintype.geometry import Size, plan
from tintype.info import ASK, Ask, Info, Seen, Written
from tintype.processor import engine
from tintype.processor.blurhash import blurhash
from tintype.processor.colour import in_srgb
from tintype.processor.decode import decoded, shrink_for
from tintype.processor.exif import read_exif
from tintype.processor.header import Header, read_header
from tintype.processor.iptc import read_iptc
from tintype.processor.limits import check_limits
from tintype.processor.palette import average_color, palette
from tintype.processor.profile import profile_name
from tintype.processor.shape import cut_and_resized
from tintype.processor.thumbhash import LARGEST, thumbhash
from tintype.processor.xmp import read_xmp
from tintype.settings import ImageSettings
from tintype.transform import Fit, Transform

_LOOKED_AT, _COUNTED = 256, 64  # pixels of a side: for the focal point, for colours
_MOST_METADATA = 1 << 20  # bytes of a block
_SPACES = {"b-w": "gray", "grey16": "gray", "cmyk": "cmyk", "lab": "lab", "labs": "lab"}


def describe(blob: Blob, settings: ImageSettings, ask: Ask = ASK) -> Info:
    """Everything about a picture that is asked for. Without pixels it takes a millisecond or two.

    Raises an ImageError for bytes that are no picture, are damaged, or too many by the limits of
    the settings.
    """
    with engine.translated():
        header = read_header(blob, native=settings.native_jpeg)
        check_limits(header, settings)
        return _info(blob, header, _seen(blob, header, ask) if ask.pixels else None, gps=ask.gps)


def _info(blob: Blob, header: Header, seen: Seen | None, *, gps: bool) -> Info:
    image = header.image
    moving = header.animated
    delays = _field(image, "delay", list) if moving else None
    profile = _field(image, "icc-profile-data", bytes)
    return Info(
        width=header.seen.width,
        height=header.seen.height,
        stored=(header.stored.width, header.stored.height),
        format=header.format.name,
        media_type=header.format.media_type,
        bytes=blob.size,
        frames=header.frames if moving else 1,
        pages=1 if moving else header.frames,
        duration=sum(delays) / 1000 if delays else None,
        loop=_field(image, "loop", int) if moving else None,
        alpha=bool(image.hasalpha()),
        color_space=_SPACES.get(str(image.interpretation), "rgb"),
        icc_profile=profile_name(profile) if profile else None,
        bit_depth=_field(image, "bits-per-sample", int) or _bits(image),
        orientation=header.orientation,
        progressive=bool(_field(image, "interlaced", int)),
        written=written(image, gps=gps),
        seen=seen,
    )


def written(image: Image, *, gps: bool) -> Written:
    """What the metadata say. A block that makes no sense says nothing."""
    exif = read_exif((_field(image, "exif-data", bytes) or b"")[:_MOST_METADATA])
    iptc = _field(image, "iptc-data", bytes) or b""
    xmp = _field(image, "xmp-data", bytes) or b""
    return Written(
        exif=exif.tags | exif.place if gps else exif.tags,
        iptc=read_iptc(iptc[:_MOST_METADATA]),
        xmp=read_xmp(xmp, gps=gps),
        gps=exif.gps if gps else {},
    )


def _seen(blob: Blob, header: Header, ask: Ask) -> Seen:
    whole = plan(header.seen, Transform(width=_LOOKED_AT, height=_LOOKED_AT, fit=Fit.INSIDE))
    frame = next(decoded(blob, header, shrink_for(whole), moving=False))
    image = engine.in_memory(_in_rgba(in_srgb(cut_and_resized(frame, whole), keep_profile=False)))
    small, tiny = _shrunk(image, LARGEST), _shrunk(image, _COUNTED)
    rgb = _bytes(tiny.flatten(background=[255, 255, 255]))
    colors = palette(_bytes(_sampled(image, _COUNTED)))
    return Seen(
        average_color=average_color(rgb),
        palette=colors,
        blurhash=blurhash(rgb, tiny.width, tiny.height, *ask.components),
        thumbhash=base64.b64encode(thumbhash(_bytes(small), small.width, small.height)).decode(),
        focal=_focal(image, header.seen) if len(colors) > 1 else _middle(header.seen),
    )


def _in_rgba(image: Image) -> Image:
    image = image if image.bands > 2 else image.colourspace("srgb")
    return image if image.hasalpha() else image.addalpha()


def _shrunk(image: Image, side: int) -> Image:
    if max(image.width, image.height) <= side:
        return image
    return image.thumbnail_image(side, height=side, size="down").cast("uchar")


def _sampled(image: Image, side: int) -> Image:
    """Every so many pixels one: colours that are there, and no mixtures of neighbours."""
    step = -(-max(image.width, image.height) // side)
    return image.subsample(step, step) if min(image.width, image.height) >= step else image


def _bytes(image: Image) -> bytes:
    return bytes(image.write_to_memory())


def _focal(image: Image, seen: Size) -> tuple[int, int]:
    """The centre of attention."""
    side = min(image.width, image.height)
    answer: Any = image.smartcrop(
        side, side, interesting="attention", attention_x=True, attention_y=True
    )
    x, y = answer[1]["attention_x"] + 0.5, answer[1]["attention_y"] + 0.5
    across, down = x * seen.width / image.width, y * seen.height / image.height
    return min(int(across), seen.width - 1), min(int(down), seen.height - 1)


def _middle(seen: Size) -> tuple[int, int]:
    return seen.width // 2, seen.height // 2


def _field(image: Image, name: str, kind: type) -> Any:
    if not image.get_typeof(name):
        return None
    value = image.get(name)
    return value if isinstance(value, kind) else None


def _bits(image: Image) -> int:
    return {"ushort": 16, "short": 16, "uint": 32, "int": 32, "float": 32, "double": 64}.get(
        str(image.format), 8
    )
