"""How much effort an encoder may make of a picture: nothing ends it once it has begun."""

import pytest
import pyvips

from tintype.filters import Encoding
from tintype.processor.write import _affordable


@pytest.mark.parametrize(
    ("width", "height", "effort"),
    [(500, 500, 9), (640, 480, 6), (1200, 900, 4), (3000, 2000, 2), (7000, 7000, 1)],
)
def test_a_larger_picture_gets_less_effort(width: int, height: int, effort: int) -> None:
    image = pyvips.Image.black(width, height)
    assert _affordable(image, Encoding(effort=9)) == effort
    assert _affordable(image, Encoding()) == 9  # what we choose ourselves is cheap
