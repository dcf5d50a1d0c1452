"""Every filter beside thumbor's own answer: the same size, and nearly the same pixels.

The pictures are in tests/golden/thumbor; benchmarks/thumbor_filters.py made them with a real one.
"""

from pathlib import Path

import pytest
import pyvips

from sample_pictures import difference, pixels
from thumbor_cases import CASES, Case
from tintype.blob import Blob
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings

FOLDER = Path(__file__).parent.parent / "golden" / "thumbor"


@pytest.fixture(scope="module")
def processor() -> VipsProcessor:
    return VipsProcessor(ImageSettings())


def rgba(image: pyvips.Image) -> pyvips.Image:
    """Four channels, the colour of what is transparent left out of account."""
    image = image.colourspace("srgb") if image.bands < 3 else image
    image = image if image.hasalpha() else image.bandjoin(255)
    return image.premultiply().cast("uchar")


def ours(processor: VipsProcessor, case: Case) -> pyvips.Image:
    blobs = {name: Blob.from_path(FOLDER / name) for name in ("mark.png", "dot.png")}
    (made,) = processor.process(
        Blob.from_path(FOLDER / case.picture), [case.recipe], pictures=blobs
    )
    return pixels(made)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path[:70])
def test_a_filter_does_what_thumbor_does(processor: VipsProcessor, case: Case) -> None:
    wanted = pixels(Blob.from_path(FOLDER / case.file))
    made = ours(processor, case)
    assert (made.width, made.height) == (wanted.width, wanted.height)
    assert difference(rgba(made), rgba(wanted)) <= case.near


def test_every_answer_kept_is_one_of_the_cases() -> None:
    sources = {"photo.png", "clear.png", "gray.png", "mark.png", "dot.png"}
    assert {path.name for path in FOLDER.iterdir()} == {case.file for case in CASES} | sources
