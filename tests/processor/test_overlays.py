"""The other pictures that filters name are decoded as safely as the original."""

import pytest
import pyvips

from sample_pictures import animation, jpeg, opened, pixels, png, quadrants, saved, scene
from tintype.blob import Blob
from tintype.errors import CorruptImage, ImageTooBig, InvalidTransform, UnsupportedFormat
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings
from tintype.transform import Transform

MARKED = Transform().with_filter("watermark", "mark", 0, 0, 0)


def marked(processor: VipsProcessor, mark: Blob, original: Blob | None = None) -> Blob:
    source = original or saved(quadrants(), "PNG")
    (made,) = processor.process(source, [MARKED], pictures={"mark": mark})
    return made


def test_the_names_of_other_pictures_are_told(processor: VipsProcessor) -> None:
    then = Transform().with_filter("frame", "http://example.com/f.png")
    assert processor.pictures(MARKED) == {"mark"}
    chain = Transform(filters=MARKED.filters, then=then)
    assert processor.pictures(chain) == {"mark", "http://example.com/f.png"}
    assert processor.pictures(Transform(width=9)) == frozenset()


def test_a_watermark_is_upright_and_in_srgb(processor: VipsProcessor) -> None:
    image = pixels(saved(quadrants(40, 20), "PNG")).copy()
    image.set_type(pyvips.GValue.gint_type, "orientation", 6)
    made = pixels(marked(processor, Blob.from_bytes(image.jpegsave_buffer(Q=100))))
    assert made(3, 3) == pytest.approx([30, 60, 210], abs=12)  # blue was at the bottom left
    assert made(16, 36) == pytest.approx([30, 180, 40], abs=12)
    assert made(25, 3) == [220, 30, 30]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_every_frame_gets_the_watermark(processor: VipsProcessor, kind: str) -> None:
    made = opened(marked(processor, saved(quadrants(10, 10), "PNG"), animation(kind)))
    assert made.n_frames == 4
    for number in range(4):
        made.seek(number)
        red, green, blue = made.convert("RGB").getpixel((2, 2))
        assert (red > 180, green < 90, blue < 90) == (True, True, True)


def test_of_an_animation_the_first_frame_is_the_watermark(processor: VipsProcessor) -> None:
    made = pixels(marked(processor, animation("GIF")))
    assert (made.width, made.height) == (120, 80)
    assert made(50, 30) == pytest.approx([40, 90, 240], abs=8)


@pytest.mark.parametrize(
    ("mark", "error"),
    [
        (Blob.from_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), UnsupportedFormat),
        (Blob.from_bytes(b""), UnsupportedFormat),
        (Blob.from_bytes(jpeg(scene(300, 200)).read()[:5000]), CorruptImage),
        (png(30_000, 30_000), ImageTooBig),
    ],
    ids=["svg", "empty", "broken", "bomb"],
)
def test_a_bad_one_is_named_as_what_it_is(
    processor: VipsProcessor, mark: Blob, error: type[Exception]
) -> None:
    with pytest.raises(error, match="picture that a filter names"):
        marked(processor, mark)


def test_one_that_is_too_large_to_be_held_in_memory_is_refused() -> None:
    processor = VipsProcessor(ImageSettings(max_pixels_unstreamed=5_000))
    with pytest.raises(ImageTooBig, match="held in memory"):
        marked(processor, saved(quadrants(100, 100), "PNG"))


def test_one_that_was_not_given_is_missed_in_a_sentence(processor: VipsProcessor) -> None:
    with pytest.raises(InvalidTransform, match="cannot be had here"):
        processor.process(saved(quadrants(), "PNG"), [MARKED])
