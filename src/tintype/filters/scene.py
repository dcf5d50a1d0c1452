"""Scene: what a filter may know beside the pixels."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyvips import Image

from tintype.transform import Padding, Transform


@dataclass(frozen=True, slots=True)
class Scene:
    """The transform under way, and the other pictures that its filters name.

    `box` is the width and height that were asked for, in pixels; None where the picture decides.
    `padding` is what `fill` is to add around that. `pictures` has the others by the text in the
    URL, decoded, upright, in 8-bit sRGB or gray, in memory.
    """

    transform: Transform = field(default_factory=Transform)
    pictures: Mapping[str, Image] = field(default_factory=dict)
    box: tuple[int | None, int | None] = (None, None)
    padding: Padding | None = None
