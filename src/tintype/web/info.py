"""What `/info/` answers: all that is known about a picture, or some of it. Pure functions."""

from collections.abc import Sequence
from typing import Any

from tintype.errors import InvalidRequest
from tintype.info import Ask, Info

PIXELS = ("average_color", "palette", "blurhash", "thumbhash", "focal")  # these need a decode
METADATA = ("exif", "iptc", "xmp", "gps")
FACTS = (
    "format",
    "media_type",
    "width",
    "height",
    "stored",
    "bytes",
    "orientation",
    "frames",
    "pages",
    "duration",
    "loop",
    "alpha",
    "color_space",
    "icc_profile",
    "bit_depth",
    "progressive",
)
FIELDS = (*FACTS, *METADATA, *PIXELS)


def fields_of(text: str) -> tuple[str, ...]:
    """The fields that a query names, by comma: `width,height,blurhash`. Empty: all but `gps`.

    InvalidRequest names the first that there is not.
    """
    names = tuple(name for name in (part.strip() for part in text.split(",")) if name)
    unknown = next((name for name in names if name not in FIELDS), None)
    if unknown is not None:
        raise InvalidRequest(
            f"There is no field {unknown[:40]!r}.", remedy=f"Fields: {', '.join(FIELDS)}."
        )
    return names


def ask_for(fields: Sequence[str]) -> Ask:
    """What to ask the processor so that these fields can be told; pixels only for who needs them.

    The position is told only to who asks for `gps` by name.
    """
    return Ask(gps="gps" in fields, pixels=not fields or bool(set(fields) & set(PIXELS)))


def info_answer(url: str, info: Info, fields: Sequence[str] = ()) -> dict[str, Any]:
    """The answer: the address as the client gave it, and the fields."""
    facts = info.as_dict()
    if "gps" in fields:
        facts.setdefault("gps", {})
    return {"url": url} | {k: v for k, v in facts.items() if not fields or k in fields}
