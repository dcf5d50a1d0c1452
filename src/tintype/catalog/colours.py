"""Names for colours, so that pictures can be found by them: a dozen, told apart by hue."""

import colorsys
import re

NAMES = (
    *("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"),
    *("brown", "black", "gray", "white"),
)
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")
# Hue in degrees up to which a name holds.
_HUES = (
    *((15, "red"), (45, "orange"), (70, "yellow"), (165, "green"), (195, "cyan")),
    *((255, "blue"), (305, "purple"), (340, "pink"), (360, "red")),
)
_DARK, _LIGHT, _PALE = 0.12, 0.88, 0.12  # lightness and saturation beyond which hue means nothing
_BROWN = 0.4  # lightness below which orange is brown


def name_of(colour: str) -> str:
    """The name for `#rrggbb`. Raises ValueError for another form."""
    match = _HEX.fullmatch(colour)
    if not match:
        raise ValueError("must be a color such as #3366cc")
    red, green, blue = (value / 255 for value in bytes.fromhex(match[1]))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    if lightness < _DARK:
        return "black"
    if (lightness > _LIGHT and saturation < 0.5) or lightness > 0.96:
        return "white"
    if saturation < _PALE:
        return "gray"
    name = next(name for limit, name in _HUES if hue * 360 <= limit)
    return "brown" if name == "orange" and lightness < _BROWN else name


def find(text: str) -> str:
    """The name that a person means by a name, or by `#rrggbb`. Raises ValueError."""
    text = text.strip().lower().replace("grey", "gray")
    if text in NAMES:
        return text
    if _HEX.fullmatch(text):
        return name_of(text)
    raise ValueError(f"must be a color such as #3366cc, or one of {', '.join(NAMES)}")
