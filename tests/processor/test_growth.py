"""Filters that make a picture larger do not get past its limits."""

import pytest

from sample_pictures import quadrants, saved
from tintype.errors import InvalidTransform
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings
from tintype.transform import Transform


def test_turning_again_and_again_is_refused_before_it_is_done(processor: VipsProcessor) -> None:
    transform = Transform()
    for _ in range(16):
        transform = transform.with_filter("rotate", 45)
    with pytest.raises(InvalidTransform, match="no side may be above 10,000"):
        processor.process(saved(quadrants(200, 200), "JPEG"), [transform])


def test_a_large_lossless_webp_is_judged_like_what_is_written_as_a_whole() -> None:
    processor = VipsProcessor(ImageSettings(max_pixels_unstreamed=5_000))
    blob = saved(quadrants(100, 100), "PNG")
    webp = Transform().with_filter("format", "webp")
    processor.process(blob, [webp])
    with pytest.raises(InvalidTransform, match="WEBP is 5,000"):
        processor.process(blob, [webp.with_filter("lossless")])
