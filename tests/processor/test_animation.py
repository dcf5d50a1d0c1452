"""Animated GIF and WebP stay animated, with their times and their loop."""

import pytest
from PIL import Image as Pillow
from PIL import ImageSequence

from filter_calls import CALLS
from sample_pictures import animation, opened, saved
from tintype.blob import Blob
from tintype.errors import ImageTooBig, InvalidTransform
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings
from tintype.transform import CropBox, Fit, Transform


def frames(blob: Blob) -> list[Pillow.Image]:
    return [frame.convert("RGBA") for frame in ImageSequence.Iterator(opened(blob))]


def times(blob: Blob) -> list[int]:
    image, found = opened(blob), []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        image.load()
        found.append(image.info.get("duration"))
    return found


def alike(one: Pillow.Image, other: Pillow.Image, at: tuple[int, int]) -> bool:
    pairs = zip(one.getpixel(at), other.getpixel(at), strict=True)
    return max(abs(a - b) for a, b in pairs) < 24


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
@pytest.mark.parametrize("target", ["gif", "webp"])
@pytest.mark.parametrize(
    ("transform", "size"),
    [
        (Transform(width=30), (30, 20)),
        (Transform(), (60, 40)),
        (Transform(crop=CropBox(30, 20, 20, 20)), (20, 20)),
        (Transform(width=20, height=20), (20, 20)),
        (Transform(width=25, height=25, smart=True), (25, 25)),
        (Transform(width=120, fit=Fit.STRETCH, upscale=True), (120, 80)),
        (Transform(flip_vertical=True), (60, 40)),
        (Transform(width=30).with_filter("rotate", 90), (20, 30)),
        (Transform(width=30).with_filter("blur", 1).with_filter("sharpen"), (30, 20)),
    ],
)
def test_every_frame_is_made_and_keeps_its_time(
    processor: VipsProcessor, kind: str, target: str, transform: Transform, size: tuple[int, int]
) -> None:
    (made,) = processor.process(animation(kind), [transform.with_filter("format", target)])
    assert opened(made).size == size
    assert len(frames(made)) == 4
    assert times(made) == [100, 200, 300, 400]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
@pytest.mark.parametrize("call", [c for c in CALLS if c != ("bitonal",)], ids=str)  # all alike then
def test_filters_on_pixels_work_on_every_frame_and_keep_the_times(
    processor: VipsProcessor, kind: str, call: tuple[str, ...]
) -> None:
    pictures = dict.fromkeys(("mark", "frame"), saved(Pillow.new("RGBA", (9, 9), "red"), "PNG"))
    transform = Transform(width=40, height=40, fit=Fit.INSIDE).with_filter(*call)
    (made,) = processor.process(animation(kind), [transform], pictures=pictures)
    assert made.media_type == f"image/{kind.lower()}"
    assert times(made) == [100, 200, 300, 400]
    assert opened(made).info["loop"] == 2


@pytest.mark.parametrize(("kind", "target"), [("GIF", "gif"), ("WEBP", "webp")])
def test_the_loop_is_kept(processor: VipsProcessor, kind: str, target: str) -> None:
    source = animation(kind)
    (made,) = processor.process(source, [Transform(width=30)])
    assert opened(made).info["loop"] == opened(source).info["loop"] == 2


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_frames_do_not_run_into_one_another(processor: VipsProcessor, kind: str) -> None:
    source = animation(kind)
    (made,) = processor.process(source, [Transform(width=30)])
    for before, after in zip(frames(source), frames(made), strict=True):
        assert alike(before.resize((30, 20)), after, (3, 1))
        assert alike(before.resize((30, 20)), after, (25, 18))
        assert alike(before.resize((30, 20)), after, (25, 1))


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
@pytest.mark.parametrize("target", ["jpeg", "png", "avif", "tiff"])
def test_a_format_without_frames_gets_the_first(
    processor: VipsProcessor, kind: str, target: str
) -> None:
    source = animation(kind)
    (made,) = processor.process(source, [Transform(width=30).with_filter("format", target)])
    (only,) = frames(made)
    assert alike(only, frames(source)[0].resize((30, 20)), (25, 18))


def test_moving_and_still_results_come_from_one_call(processor: VipsProcessor) -> None:
    transform = Transform(width=30)
    moving, still, small = processor.process(
        animation("GIF"),
        [transform, transform.with_filter("format", "jpeg"), Transform(width=15)],
    )
    assert [len(frames(blob)) for blob in (moving, still, small)] == [4, 1, 4]
    assert opened(small).size == (15, 10)


def test_a_gif_of_one_frame_is_a_still_picture(processor: VipsProcessor) -> None:
    source = saved(Pillow.new("RGB", (60, 40), (200, 30, 40)), "GIF")
    (made,) = processor.process(source, [Transform(width=30)])
    assert len(frames(made)) == 1


def test_transparency_of_frames_is_kept(processor: VipsProcessor) -> None:
    images = []
    for number in range(3):
        image = Pillow.new("RGBA", (40, 40), (0, 0, 0, 0))
        image.paste((200, 40, 30, 255), (10 * number, 0, 10 * number + 10, 40))
        images.append(image)
    source = saved(
        images[0], "WEBP", save_all=True, append_images=images[1:], duration=50, lossless=True
    )
    made, *_ = processor.process(source, [Transform(width=20), Transform(width=10)])
    for number, frame in enumerate(frames(made)):
        assert frame.getpixel((5 * number + 2, 10))[3] > 200
        assert frame.getpixel(((5 * number + 12) % 20, 10))[3] < 40


def test_frames_count_against_the_limits() -> None:
    source = animation("GIF", frames=10)
    small = VipsProcessor(ImageSettings(max_frames=9))
    with pytest.raises(ImageTooBig, match="10 frames"):
        small.process(source, [Transform(width=10)])
    few = VipsProcessor(ImageSettings(max_pixels=60 * 40 * 10 - 1))
    with pytest.raises(ImageTooBig, match="in 10 frames, 24,000 in all"):
        few.process(source, [Transform(width=10)])
    enough = VipsProcessor(ImageSettings(max_pixels=60 * 40 * 10, max_frames=10))
    assert len(frames(enough.process(source, [Transform(width=10)])[0])) == 10
    with pytest.raises(InvalidTransform, match="in 10 frames"):
        enough.process(source, [Transform(width=61, upscale=True)])
