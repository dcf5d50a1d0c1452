"""Renditions compared with stored ones, by distance and not by bytes.

The files of tests/golden are named by the picture and the transform's path (`+` for `/`). To make
them anew (and then look at each): TINTYPE_UPDATE_GOLDEN=1 pytest tests/processor/test_golden.py
"""

import os
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from sample_pictures import difference, pixels
from tintype.blob import Blob
from tintype.formats import by_media_type
from tintype.processor.libvips import VipsProcessor
from tintype.transform import (
    CropBox,
    FilterCall,
    Fit,
    HAlign,
    Padding,
    Transform,
    Trim,
    VAlign,
)

GOLDEN = Path(__file__).parent.parent / "golden"
UPDATE = bool(os.environ.get("TINTYPE_UPDATE_GOLDEN"))
NEAR = 2.0  # levels of 255 in the mean: another version of a codec, not another picture


def with_filters(transform: Transform, *calls: tuple[str, ...]) -> Transform:
    for name, *arguments in calls:
        transform = transform.with_filter(name, *arguments)
    return transform


SMALL = Transform(width=160)
CASES = [
    ("hills.jpg", SMALL),
    ("hills.jpg", Transform(width=120, height=120)),
    ("hills.jpg", Transform(width=120, height=120, smart=True)),
    ("hills.jpg", Transform(width=60, height=120, halign=HAlign.RIGHT)),
    ("hills.jpg", Transform(width=160, height=60, valign=VAlign.BOTTOM)),
    ("hills.jpg", Transform(width=120, height=120, fit=Fit.INSIDE)),
    ("hills.jpg", Transform(width=100, height=100, fit=Fit.COVER)),
    ("hills.jpg", Transform(width=100, height=100, fit=Fit.STRETCH)),
    ("hills.jpg", Transform(crop=CropBox(960, 330, 260, 260), width=130)),
    ("hills.jpg", Transform(width=160, flip_horizontal=True, flip_vertical=True)),
    ("hills.jpg", with_filters(SMALL, ("format", "webp"))),
    ("hills.jpg", with_filters(SMALL, ("format", "avif"))),
    ("hills.jpg", with_filters(SMALL, ("blur", "3"))),
    ("hills.jpg", with_filters(SMALL, ("sharpen", "2", "1", "true"))),
    ("hills.jpg", with_filters(SMALL, ("grayscale",))),
    ("hills.jpg", with_filters(SMALL, ("rotate", "90"))),
    ("hills.jpg", with_filters(SMALL, ("rotate", "20", "navy"))),
    ("hills.jpg", with_filters(SMALL, ("quality", "25"))),
    ("hills.jpg", with_filters(SMALL, ("brightness", "20"), ("contrast", "30"))),
    ("hills.jpg", with_filters(SMALL, ("rgb", "20", "-10", "-20"), ("saturation", "0.6"))),
    ("hills.jpg", with_filters(SMALL, ("colorize", "30", "20", "10", "sienna"))),
    ("hills.jpg", with_filters(SMALL, ("equalize",))),
    ("hills.jpg", with_filters(SMALL, ("noise", "60", "3"))),
    ("hills.jpg", with_filters(SMALL, ("blur", "40"))),
    ("hills.jpg", with_filters(SMALL, ("proportion", "0.5"))),
    ("hills.jpg", with_filters(SMALL, ("round_corner", "30", "255", "255", "255"))),
    ("hills.jpg", with_filters(Transform(width=120, height=120, fit=Fit.INSIDE), ("fill", "blur"))),
    ("hills.jpg", Transform(width=400, height=300, crop=CropBox(960, 330, 40, 30), upscale=True)),
    ("hills.jpg", replace(SMALL, padding=Padding(4, 8, 12, 16))),
    ("hills.jpg", replace(SMALL, then=Transform(width=60, height=60))),
    ("plate.png", Transform(width=100)),
    ("plate.png", replace(Transform(width=100), trim=Trim(tolerance=30))),
    ("plate.png", with_filters(Transform(width=100), ("blur", "4"))),
    ("plate.png", with_filters(Transform(width=100), ("round_corner", "20", "0", "0", "0", "1"))),
    ("plate.png", with_filters(Transform(width=100), ("format", "jpeg"))),
    ("plate.png", with_filters(Transform(width=100), ("background_color", "orange"))),
    ("plate.png", with_filters(Transform(width=100), ("rotate", "30"))),
    ("plate.png", with_filters(Transform(width=100), ("format", "gif"))),
]


def golden_path(picture: str, transform: Transform, made: Blob) -> Path:
    found = by_media_type(made.media_type)
    assert found
    name = f"{picture}+{transform.path()}".replace("/", "+")
    return GOLDEN / f"{name}{found.suffix}"


@pytest.mark.parametrize(
    ("picture", "transform"), CASES, ids=[f"{name}/{t.path()}" for name, t in CASES]
)
def test_a_rendition_looks_as_it_always_did(
    processor: VipsProcessor, picture: str, transform: Transform
) -> None:
    content = (files("tintype") / "pictures" / picture).read_bytes()
    (made,) = processor.process(Blob.from_bytes(content), [transform])
    path = golden_path(picture, transform, made)
    if UPDATE:
        path.write_bytes(made.read())
    wanted = pixels(Blob.from_path(path))
    assert difference(pixels(made), wanted) < NEAR


def test_every_stored_rendition_is_one_of_the_cases() -> None:
    known = {f"{name}+{t.path()}".replace("/", "+") for name, t in CASES}
    assert {path.name.rpartition(".")[0] for path in GOLDEN.iterdir() if path.is_file()} == known


def test_the_distance_tells_pictures_apart(processor: VipsProcessor) -> None:
    content = (files("tintype") / "pictures" / "hills.jpg").read_bytes()
    blob = Blob.from_bytes(content)
    (plain, gray, moved, soft) = (
        pixels(made)
        for made in processor.process(
            blob,
            [
                SMALL,
                Transform(
                    width=160, filters=(FilterCall("grayscale"), FilterCall("format", ("png",)))
                ),
                Transform(crop=CropBox(20, 0, 1580, 1067), width=160, height=107),
                with_filters(SMALL, ("blur", "1.5")),
            ],
        )
    )
    assert difference(plain, gray.bandjoin([gray, gray])) > NEAR
    assert difference(plain, moved) > NEAR
    assert difference(plain, soft) > NEAR
