"""imgproxy's options on real pixels: sizes, and what lies where."""

import pytest

from sample_pictures import BLUE, GREEN, RED, YELLOW, opened, quadrants, saved
from tintype.processor.libvips import VipsProcessor
from tintype.transform import Transform
from tintype.urls.imgproxy import Dialect, read, sign

PICTURE = saved(quadrants(200, 100), "PNG")  # red, green / blue, yellow
DIALECT = Dialect(pairs=[(b"key", b"salt")])


def transform(options: str) -> Transform:
    found = read(sign(f"/{options}/plain/a.png", b"key", b"salt"), DIALECT)
    assert found
    return found.transform


@pytest.mark.parametrize(
    ("options", "width", "height"),
    [
        ("rs:fit:50:50", 50, 25),
        ("rs:fit:300:300", 200, 100),
        ("rs:fit:300:300:1", 300, 150),
        ("rs:fit:300:300:0:1", 300, 300),
        ("rs:fit:300:125/exar:1", 240, 100),
        ("rs:fill:50:20", 50, 20),
        ("rs:fill:300:50", 200, 50),
        ("rs:fill:300:125:1", 300, 125),
        ("rs:fill-down:300:125", 200, 83),
        ("rs:force:50:50", 50, 50),
        ("rs:auto:60:80", 60, 30),
        ("w:50/pd:1:2:3:4", 56, 29),
        ("w:50/dpr:2/rot:90", 100, 200),
        ("c:50:30:soea/w:25", 25, 15),
        ("w:50/bl:2/pix:5/ex:1/h:50/bg:fff", 50, 50),
        ("rs:fill:30:30/g:sm", 30, 30),
    ],
)
def test_sizes(processor: VipsProcessor, options: str, width: int, height: int) -> None:
    (made,) = processor.process(PICTURE, [transform(options)])
    assert opened(made).size == (width, height)


@pytest.mark.parametrize(
    ("options", "corner"),
    [
        ("c:40:40:nowe", RED),
        ("c:40:40:noea", GREEN),
        ("c:40:40:sowe", BLUE),
        ("c:40:40:soea", YELLOW),
        ("c:40:40:fp:0.9:0.1", GREEN),
        ("rs:fill:40:40/g:we", RED),
        ("rs:fill:40:40/g:ea", GREEN),
        ("rs:fill:400:400:1/g:ea", GREEN),
        ("rot:90", BLUE),
        ("rot:180", YELLOW),
        ("rot:270", GREEN),
        ("fl:1", GREEN),
        ("fl:0:1", BLUE),
        ("rot:90/fl:1", RED),
        ("rot:90/fl:0:1", YELLOW),
        ("rot:90/c:40:40:soea", GREEN),
        ("rot:270/fl:1/rs:fill:40:20/g:no", YELLOW),
    ],
)
def test_what_is_in_the_corner(
    processor: VipsProcessor, options: str, corner: tuple[int, int, int]
) -> None:
    (made,) = processor.process(PICTURE, [transform(options)])
    found = opened(made).convert("RGB").getpixel((10, 10))
    assert isinstance(found, tuple)
    assert all(abs(a - b) < 12 for a, b in zip(found, corner, strict=True))


def test_margins_are_clear_or_of_the_background(processor: VipsProcessor) -> None:
    clear, white, black = processor.process(
        PICTURE, [transform(o) for o in ("pd:9", "pd:9/f:jpg", "pd:9/bg:000/f:jpg")]
    )
    assert opened(clear).getpixel((2, 2))[3] == 0  # type: ignore[index]
    assert min(opened(white).getpixel((2, 2))) > 250  # type: ignore[type-var, arg-type]
    assert max(opened(black).getpixel((2, 2))) < 5  # type: ignore[type-var, arg-type]


def test_the_quality_of_the_format_it_turns_out_to_be(processor: VipsProcessor) -> None:
    options = ("fq:png:1:jpeg:90/f:jpg", "fq:jpeg:20/f:jpg", "fq:jpeg:20/q:90/f:jpg")
    good, poor, general = processor.process(PICTURE, [transform(o) for o in options])
    assert poor.size < good.size == general.size


def test_trimming_comes_before_the_size(processor: VipsProcessor) -> None:
    from PIL import Image as Pillow

    framed = Pillow.new("RGB", (240, 140), (255, 255, 255))
    framed.paste(quadrants(200, 100), (20, 20))
    (made,) = processor.process(saved(framed, "PNG"), [transform("t:10/rs:fill:50:25")])
    picture = opened(made).convert("RGB")
    assert picture.size == (50, 25)
    found = picture.getpixel((2, 2))
    assert isinstance(found, tuple)
    assert all(abs(a - b) < 25 for a, b in zip(found, RED, strict=True))
