"""BlurHash and ThumbHash, against what their authors' own programs make of the same pixels."""

import base64
import math

import pytest

from tintype.processor.blurhash import blurhash
from tintype.processor.thumbhash import thumbhash

Pixels = list[tuple[int, int, int, int]]


def drawn(kind: str, width: int, height: int) -> Pixels:
    """Pictures by formula, in whole numbers, so that every language draws the same."""
    return [pixel(kind, x, y, width, height) for y in range(height) for x in range(width)]


def pixel(kind: str, x: int, y: int, width: int, height: int) -> tuple[int, int, int, int]:
    across, down = x * 255 // max(1, width - 1), y * 255 // max(1, height - 1)
    if kind == "ramp":
        return across, down, 128, 255
    if kind == "disc":
        inside = (2 * x - width) ** 2 + (2 * y - height) ** 2 < min(width, height) ** 2
        return (220, 40, 30, 255) if inside else (20, 60, 200, 100)
    if kind == "noise":
        n = (x * 7919 + y * 104729) % 65521
        return n % 256, (n >> 3) % 256, (n >> 5) % 256, 255
    if kind == "fade":
        return 200, x * 5 % 256, y * 9 % 256, across
    if kind == "clear":
        return 0, 0, 0, 0
    return 12, 200, 77, 255


# By the authors' C program (blurhash-python 1.2.2 of PyPI). Their JavaScript differs where the
# largest component is negative: it forgets the sign.
BLURHASHES = [
    ("ramp", 32, 24, 4, 3, "L$HewF2swxX8l}WDjte;gJfjfQfj"),
    ("ramp", 24, 32, 3, 4, "T$HoEv2swxl}WDjtgJfjfQnmWpjt"),
    ("disc", 40, 40, 4, 4, "UXMn%Tfm2yfmfmfRfQfR2yfQFhfQfmfRfQfR"),
    (
        "noise",
        64,
        48,
        9,
        9,
        "|4HeqO%NW=%NkE-obH-pW?}[jFayjDjea%jYWEJQaisEa%n-kEoHfRwfb0-;jEjcaKj_WZj=V^OBV_sWjIn-j2sk"
        "i{wLZ-%gj=ahbDnoXAjYSzIqWrsWj^n-oOs*ofs;W@%gjXahfgjLohRkNxI=W;jcj]WGoONtSN,sbI",
    ),
    ("flat", 10, 10, 1, 1, "001cn?"),
    ("flat", 10, 7, 4, 3, "LQ1cn?lifQlil$g1fQg1fQfQfQfQ"),
    ("noise", 100, 20, 5, 1, "41Hxse^lN5yEno"),
    ("fade", 60, 40, 4, 3, "LjM}{zmHd_prs$f6f7fifHfPfQfP"),
    ("ramp", 1, 1, 4, 3, "L;001jfZfZfZfZfZfZfZfZfZfZfZ"),
    ("ramp", 100, 1, 4, 3, "L~HPfv6iwxSN|k6iwxSN|k6iwxSN"),
    ("disc", 33, 100, 3, 5, "cqD%uvfmOGfSfQfQ2yfQwbfSfQfQ;cfQa}"),
    ("clear", 16, 16, 4, 3, "L00000fQfQfQfQfQfQfQfQfQfQfQ"),
]
# By the package thumbhash 0.1.1 of npm, its author's.
THUMBHASHES = [
    ("ramp", 32, 24, "3/cJPZqAh4dwiHiIiHiIiIBwCPh3"),
    ("ramp", 24, 32, "3wcKPRqAh3B4iIh4iHh4h4BwCPh3"),
    ("disc", 40, 40, "WDqDJQgdBkeGiIB0SAaGYGAIBkeGiIB0SA=="),
    ("noise", 64, 48, "IAgCBYCImod/V3qmmYmGpXWPhPdo"),
    ("noise", 100, 20, "IAgCAYB6hvfClliZKNHAVy8="),
    ("fade", 60, 40, "5ImGK4Y3Ny+Gh6BXep+PeICHeHiHiHc="),
    ("ramp", 1, 1, "CwQWBwEI9wiIh4hwj3CI+AiIcH/4AAAA"),
    ("ramp", 100, 1, "FfYqgb6Gh4eIiAh5hIdPiAg="),
    ("disc", 33, 100, "13aCUhIoZ4cIiMdnh3B2CGd3h4iAicc="),
    ("clear", 16, 16, "AAiCBQAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="),
]


@pytest.mark.parametrize(("kind", "width", "height", "across", "down", "expected"), BLURHASHES)
def test_a_blurhash_is_that_of_the_reference(
    kind: str, width: int, height: int, across: int, down: int, expected: str
) -> None:
    rgb = bytes(value for each in drawn(kind, width, height) for value in each[:3])
    assert blurhash(rgb, width, height, across, down) == expected


@pytest.mark.parametrize(("kind", "width", "height", "expected"), THUMBHASHES)
def test_a_thumbhash_is_that_of_the_reference(
    kind: str, width: int, height: int, expected: str
) -> None:
    """But for factors in the middle between two steps, where rounding errors decide."""
    rgba = bytes(value for each in drawn(kind, width, height) for value in each)
    made, reference = thumbhash(rgba, width, height), base64.b64decode(expected)
    assert made[:5] == reference[:5]
    assert len(made) == len(reference)
    steps = [abs(one - other) for one, other in zip(nibbles(made), nibbles(reference), strict=True)]
    assert max(steps) <= 1
    assert sum(steps) <= 6


def nibbles(data: bytes) -> list[int]:
    return [half for byte in data for half in (byte & 15, byte >> 4)]


def test_a_thumbhash_of_one_colour_says_only_that_colour() -> None:
    """The reference fills the rest with errors of rounding, which its own decoder ignores."""
    made = thumbhash(bytes((12, 200, 77, 255)) * 100, 10, 10)
    assert made[:5] == base64.b64decode("2IgABwAoS62Ih4h0h/iHiIeOimCHh4AI")[:5]
    assert not any(made[5:])


@pytest.mark.parametrize("value", [0, 1, 10, 11, 54, 55, 128, 254, 255])
def test_a_blurhash_of_one_colour_holds_that_colour(value: int) -> None:
    """All 24 bits of it: linear light and back changes nothing."""
    digits = blurhash(bytes((value, 255 - value, 7)), 1, 1, 1, 1)[2:]
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
    number = sum(alphabet.index(d) * 83 ** (3 - i) for i, d in enumerate(digits))
    assert number == (value << 16) + (255 - value << 8) + 7
    assert math.log(number + 1, 83) <= 4
