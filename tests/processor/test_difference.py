"""How two pictures of a page differ, in numbers and to be seen."""

import pytest
import pyvips

from tintype.blob import Blob
from tintype.errors import ImageError
from tintype.processor.difference import VipsComparer
from tintype.settings import ImageSettings

COMPARER = VipsComparer(ImageSettings())


def picture(
    box: tuple[int, int, int, int] = (0, 0, 0, 0), width: int = 200, height: int = 100
) -> Blob:
    """White, with a box that is blue."""
    image = pyvips.Image.black(width, height).new_from_image([255, 255, 255]).cast("uchar")
    if box[2]:
        image = image.draw_rect([0.0, 0.0, 255.0], *box, fill=True)
    return Blob.from_bytes(image.copy(interpretation="srgb").pngsave_buffer())


def test_the_same_picture_does_not_differ() -> None:
    found = COMPARER.compare(picture((0, 0, 50, 50)), picture((0, 0, 50, 50)))
    assert (found.share, found.mean) == (0, 0)


def test_the_share_is_that_of_what_differs() -> None:
    found = COMPARER.compare(picture(), picture((0, 0, 100, 50)))
    assert found.share == pytest.approx(0.25, abs=0.02)
    assert 5 < found.mean < 30
    shown = pyvips.Image.new_from_buffer(found.picture.read(), "")
    red, green, blue = shown(50, 20)
    assert red > 180 > 100 > max(green, blue)
    assert min(shown(150, 80)) > 240


def test_what_one_does_not_see_is_no_difference() -> None:
    grey = pyvips.Image.new_from_buffer(picture().read(), "").linear(1, -3).cast("uchar")
    found = COMPARER.compare(picture(), Blob.from_bytes(grey.pngsave_buffer()))
    assert found.share == 0
    assert found.mean > 0


def test_pictures_of_other_sizes_are_compared_all_the_same() -> None:
    found = COMPARER.compare(picture(width=400, height=200), picture(width=200, height=150))
    assert found.share == 0, "the shorter goes on in white"
    found = COMPARER.compare(picture(), picture((0, 100, 200, 100), height=200))
    assert found.share == pytest.approx(0.5, abs=0.02)
    assert pyvips.Image.new_from_buffer(found.picture.read(), "").height == 200


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ImageError):
        COMPARER.compare(picture(), Blob.from_bytes(b"no picture"))
