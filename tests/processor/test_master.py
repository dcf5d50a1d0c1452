"""Stored masters: what is made from one is what the original would give."""

import random

import pytest
import pyvips
from PIL import Image as Pillow

import sample_pictures as samples
from tintype.blob import Blob
from tintype.errors import CorruptImage
from tintype.geometry import Size
from tintype.processor import MASTER, NeedsOriginal
from tintype.processor.container import Master
from tintype.processor.libvips import VipsProcessor
from tintype.processor.master import VipsMasters
from tintype.settings import ImageSettings
from tintype.transform import CropBox, CropEdges, FilterCall, Fit, Transform, Trim

PROCESSOR, MASTERS = VipsProcessor(ImageSettings()), VipsMasters(ImageSettings())
WIDTH, HEIGHT = 4032, 3024
LOSSLESS = FilterCall("format", ("png",))


@pytest.fixture(scope="module")
def photo() -> Blob:
    return samples.jpeg(samples.scene(WIDTH, HEIGHT))


@pytest.fixture(scope="module")
def master(photo: Blob) -> Blob:
    return MASTERS.master(photo)


def in_pillow(width: int, height: int) -> Pillow.Image:
    return Pillow.frombytes("RGB", (width, height), samples.scene(width, height).write_to_memory())


def ssim(one: Blob, other: Blob) -> float:
    """The mean structural similarity of the gray values (Wang et al. 2004), Gaussian of 1.5."""
    x, y = (samples.pixels(blob).colourspace("b-w").extract_band(0) for blob in (one, other))
    assert (x.width, x.height) == (y.width, y.height)
    x, y = x.cast("double"), y.cast("double")
    mx, my, xx, yy, xy = (
        im.gaussblur(1.5, precision="float") for im in (x, y, x * x, y * y, x * y)
    )
    a, b = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    above = (mx * my * 2 + a) * ((xy - mx * my) * 2 + b)
    below = (mx * mx + my * my + a) * ((xx - mx * mx) + (yy - my * my) + b)
    return float((above / below).avg())


def assert_same(original: Blob, master: Blob, transform: Transform, least: float = 0.98) -> None:
    transform = transform.with_filter("format", "png")
    assert MASTERS.suits(master, transform)
    (direct,), (indirect,) = (PROCESSOR.process(b, [transform]) for b in (original, master))
    assert ssim(direct, indirect) >= least


SHAPES = [
    Transform(width=400),
    Transform(width=100),
    Transform(width=840),
    Transform(height=333),
    Transform(width=300, height=300),
    Transform(width=301, height=77),
    Transform(width=200, height=200, fit=Fit.INSIDE),
    Transform(width=200, height=200, fit=Fit.STRETCH),
    Transform(width=300, flip_horizontal=True, flip_vertical=True),
    Transform(width=200, crop=CropBox(1003, 501, 1501, 1001)),
    Transform(width=99, crop=CropEdges(0.31, 0.2, 0.93, 0.81)),
    Transform(width=300, height=300, filters=(FilterCall("grayscale"), FilterCall("blur", ("2",)))),
]


@pytest.mark.parametrize("transform", SHAPES, ids=lambda t: t.path())
def test_a_rendition_from_the_master_looks_like_one_from_the_original(
    photo: Blob, master: Blob, transform: Transform
) -> None:
    assert_same(photo, master, transform)


def test_the_rest_of_the_transform_is_the_same_too(photo: Blob, master: Blob) -> None:
    chain = Transform(width=400, then=Transform(crop=CropBox(50, 50, 200, 200), width=90))
    assert_same(photo, master, chain)


def test_the_format_is_that_of_the_original(master: Blob) -> None:
    (made,) = PROCESSOR.process(master, [Transform(width=200)])
    assert made.media_type == "image/jpeg"


def test_smart_crops_find_the_same_place(photo: Blob, master: Blob) -> None:
    assert_same(photo, master, Transform(width=300, height=100, smart=True))


def test_a_master_has_about_a_thousand_pixels(photo: Blob, master: Blob) -> None:
    read = Master.read(master)
    assert (read.width, read.height, read.shrink) == (WIDTH, HEIGHT, 4)
    assert samples.pixels(read.blob).width == 1008
    assert master.size < photo.size / 4


@pytest.mark.parametrize(
    ("width", "height", "side"),
    [
        (2000, 2000, 1000),
        (6000, 4000, 1500),
        (8064, 6048, 1008),
        (1999, 2000, None),
        (12000, 400, 1500),
    ],
)
def test_only_a_large_picture_merits_one(width: int, height: int, side: int | None) -> None:
    blob = samples.saved(Pillow.new("L", (width, height), 99), "JPEG")
    assert MASTERS.merits_master(blob) is (side is not None)
    if side:
        assert max(samples.pixels(Master.read(MASTERS.master(blob)).blob).get("width"), 0) == side


def test_an_animation_and_what_is_no_picture_merit_none() -> None:
    frames = [Pillow.new("P", (2100, 2100), i) for i in range(2)]
    assert not MASTERS.merits_master(
        samples.saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    )
    for content in (b"", b"text", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        assert not MASTERS.merits_master(Blob.from_bytes(content))


@pytest.mark.parametrize(
    "transform",
    [
        Transform(),
        Transform(width=900),
        Transform(width=400, crop=CropBox(0, 0, 1000, 1000)),
        Transform(width=400, trim=Trim()),
        Transform(width=400, debug=True),
        Transform(width="orig"),
        Transform(width=400, filters=(FilterCall("keep", ("exif",)),)),
        Transform(width=400, filters=(FilterCall("keep", ("icc",)),)),
        Transform(width=400, filters=(FilterCall("format", ("webp",)), FilterCall("lossless"))),
    ],
    ids=lambda t: t.path(),
)
def test_what_only_the_original_has_is_made_from_that(master: Blob, transform: Transform) -> None:
    assert not MASTERS.suits(master, transform)


@pytest.mark.parametrize("transform", [Transform(), Transform(width=900)])
def test_the_decoder_asks_for_the_original_by_itself(master: Blob, transform: Transform) -> None:
    with pytest.raises(NeedsOriginal):
        PROCESSOR.process(master, [transform])


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_original_gives_a_master_as_it_is_seen(orientation: int) -> None:
    image = in_pillow(2311, 2003)  # no multiples of 8: the decoder rounds at the far edges
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    photo = samples.saved(image, "JPEG", quality=92, exif=exif)
    master = MASTERS.master(photo)
    seen = PROCESSOR.measure(photo)
    read = Master.read(master)
    assert Size(read.width, read.height) == Size(*seen)
    assert PROCESSOR.measure(master) == seen
    for transform in (Transform(width=300), Transform(width=90, height=200)):
        assert_same(photo, master, transform)


def test_alpha_is_kept_without_loss() -> None:
    scene = samples.scene(2400, 2000)
    alpha = (pyvips.Image.xyz(2400, 2000).extract_band(0) / 10).cast("uchar")
    png = Blob.from_bytes(scene.bandjoin(alpha).copy(interpretation="srgb").pngsave_buffer())
    master = MASTERS.master(png)
    assert Master.read(master).format.name == "png"
    (made,) = PROCESSOR.process(master, [Transform(width=200)])
    (direct,) = PROCESSOR.process(png, [Transform(width=200)])
    assert made.media_type == "image/png"
    on_white = [samples.pixels(blob).flatten(background=[255]) for blob in (made, direct)]
    assert samples.difference(*on_white) < 1.5


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_gray_and_cmyk_originals_have_masters(mode: str) -> None:
    image = in_pillow(2400, 2000).convert(mode)
    photo = samples.saved(image, "JPEG", quality=92)
    assert_same(photo, MASTERS.master(photo), Transform(width=200))


def test_another_colour_space_is_converted_once() -> None:
    image = in_pillow(2400, 2000)
    photo = samples.saved(image, "JPEG", quality=92, icc_profile=samples.p3_profile())
    master = MASTERS.master(photo)
    assert_same(photo, master, Transform(width=200))
    (made,), (direct,) = (PROCESSOR.process(b, [Transform(width=200)]) for b in (master, photo))
    assert samples.difference(samples.pixels(made), samples.pixels(direct)) < 3


def test_a_damaged_master_is_refused_and_never_decoded(master: Blob) -> None:
    content = master.read()
    numbers = random.Random(1)
    for _ in range(200):
        damaged = bytearray(content[:300])
        damaged[numbers.randrange(120)] = numbers.randrange(256)
        MASTERS.suits(Blob(bytes(damaged), MASTER, len(damaged)), Transform(width=100))
    for broken in (
        b"",
        content[:10],
        content[17:],
        b"tintype master 1\n{}\nx",
        content[:98],
    ):
        assert not MASTERS.suits(Blob(broken, MASTER, len(broken)), Transform(width=100))
        with pytest.raises(CorruptImage):
            Master.read(Blob(broken, MASTER, len(broken)))
