"""What the filters that work on pixels do to them."""

import pytest
import pyvips

from filter_calls import CALLS
from sample_pictures import difference, quadrants, scene
from tintype.filters import FILTERS, Scene, parse
from tintype.filters.syntax import EMPTY
from tintype.transform import FilterCall


def image_of(mode: str = "RGB") -> pyvips.Image:
    picture = quadrants(60, 40, mode)
    kind = "b-w" if mode in ("L", "LA") else "srgb"
    bands = len(picture.getbands())
    image = pyvips.Image.new_from_memory(picture.tobytes(), 60, 40, bands, "uchar")
    return image.copy(interpretation=kind)


def filtered(image: pyvips.Image, name: str, *arguments: str, scene: Scene = EMPTY) -> pyvips.Image:
    (step,) = parse([FilterCall(name, arguments)]).pixels
    made = step(image, scene)
    assert isinstance(made, pyvips.Image)
    return made


def flat(side: int, colour: list[int]) -> pyvips.Image:
    return pyvips.Image.black(side, side).new_from_image(colour).copy(interpretation="srgb")


MODES = ["RGB", "RGBA", "L", "LA"]


def test_every_filter_on_pixels_is_among_the_calls() -> None:
    assert {f.name for f in FILTERS if f.on_pixels} == {name for name, *_ in CALLS}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("call", CALLS, ids=str)
@pytest.mark.parametrize("other", ["RGB", "LA"])
def test_every_filter_takes_every_kind_of_pixels(
    mode: str, call: tuple[str, ...], other: str
) -> None:
    if other == "LA" and call[0] not in ("watermark", "frame"):
        return
    pictures = dict.fromkeys(("mark", "frame"), image_of(other))
    around = Scene(pictures=pictures, box=(70, 50))
    made = filtered(image_of(mode), *call, scene=around).copy_memory()
    assert made.format == "uchar"
    assert made.interpretation in ("srgb", "b-w")
    assert (made.bands > 2) == (made.interpretation == "srgb")
    made.pngsave_buffer()


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_filter_takes_a_picture_of_one_pixel(call: tuple[str, ...]) -> None:
    pictures = dict.fromkeys(("mark", "frame"), image_of())
    dot = flat(1, [10, 20, 30])
    made = filtered(dot, *call, scene=Scene(pictures=pictures, box=(3, 3))).copy_memory()
    assert made.width >= 1


@pytest.mark.parametrize(
    ("degrees", "size", "corners"),
    [
        ("0", (60, 40), "RGBY"),
        ("90", (40, 60), "GYRB"),
        ("180", (60, 40), "YBGR"),
        ("270", (40, 60), "BRYG"),
        ("-90", (40, 60), "BRYG"),
        ("360", (60, 40), "RGBY"),
        ("450", (40, 60), "GYRB"),
        ("90.0", (40, 60), "GYRB"),
    ],
)
def test_quarter_turns_are_counter_clockwise_and_move_pixels_only(
    degrees: str, size: tuple[int, int], corners: str
) -> None:
    made = filtered(image_of(), "rotate", degrees)
    colours = {
        "R": [220, 30, 30],
        "G": [30, 180, 40],
        "B": [30, 60, 210],
        "Y": [240, 220, 30],
    }
    w, h = made.width - 1, made.height - 1
    assert (made.width, made.height) == size
    found = [made(x, y) for x, y in ((0, 0), (w, 0), (0, h), (w, h))]
    assert found == [colours[letter] for letter in corners]


def test_another_angle_has_room_and_transparent_corners() -> None:
    made = filtered(image_of(), "rotate", "30")
    assert made.bands == 4
    assert made.width == pytest.approx(60 * 0.866 + 40 * 0.5, abs=2)
    assert made.height == pytest.approx(60 * 0.5 + 40 * 0.866, abs=2)
    assert made(1, 1)[3] == 0
    middle = made(made.width // 2 - 9, made.height // 2)
    assert middle[3] == 255
    # Counter-clockwise: the top right corner (green) goes up and to the left.
    assert made(made.width * 6 // 10, 14)[:3] == pytest.approx([30, 180, 40], abs=4)


def test_another_angle_on_a_background_has_no_transparency() -> None:
    made = filtered(image_of(), "rotate", "30", "00f")
    assert made.bands == 3
    assert made(1, 1) == [0, 0, 255]


def test_a_blur_keeps_the_mean_and_takes_the_detail() -> None:
    image = scene(200, 150)
    for radius in ("1", "4", "9", "30"):
        made = filtered(image, "blur", radius)
        assert made.avg() == pytest.approx(image.avg(), abs=1.5)
        assert made.deviate() < image.deviate()
        assert (made.width, made.height) == (200, 150)


def test_a_wide_blur_is_near_the_exact_one() -> None:
    image = scene(300, 200)
    made = filtered(image, "blur", "60", "20")
    exact = image.gaussblur(20)
    assert difference(made.crop(60, 60, 180, 80), exact.crop(60, 60, 180, 80)) < 2


def test_a_blur_reaches_as_far_as_its_radius() -> None:
    line = flat(41, [0]).copy(interpretation="b-w").draw_line([255], 20, 0, 20, 40)
    for radius in (1, 3, 7):
        made = filtered(line, "blur", str(radius))
        assert made(20 - radius, 20)[0] > 0
        assert made(20 - radius - 1, 20)[0] == 0
        assert made(20 + radius, 20) == made(20 - radius, 20)
    narrow, wide = filtered(line, "blur", "7", "2"), filtered(line, "blur", "7", "7")
    assert narrow(20, 20)[0] > wide(20, 20)[0] + 10


def test_more_than_the_largest_radius_is_the_largest() -> None:
    image = scene(100, 80)
    assert difference(filtered(image, "blur", "900"), filtered(image, "blur", "900", "900")) == 0
    assert difference(filtered(image, "blur", "900", "9"), filtered(image, "blur", "150", "9")) == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 60), (60, 1), (3, 3)])
def test_a_blur_of_next_to_nothing_is_no_trouble(size: tuple[int, int]) -> None:
    image = pyvips.Image.black(*size, bands=3).copy(interpretation="srgb")
    made = filtered(image, "blur", "150").copy_memory()
    assert (made.width, made.height) == size


def test_a_blur_does_not_bring_out_hidden_colours() -> None:
    left = flat(30, [255, 0, 0, 255])
    right = flat(30, [0, 255, 0, 0])
    image = left.join(right, "horizontal")
    made = filtered(image, "blur", "3")
    assert made(30, 15)[1] < 10
    assert 60 < made(30, 15)[3] < 200


def detail(image: pyvips.Image) -> float:
    return float((image - image.gaussblur(1.5)).abs().avg())


def test_sharpening_raises_the_contrast_of_edges_and_keeps_alpha() -> None:
    image = scene(200, 150).gaussblur(1).cast("uchar")
    for call in (("sharpen",), ("sharpen", "1", "1", "false")):
        made = filtered(image, *call)
        assert detail(made) > 1.1 * detail(image)
        assert made.avg() == pytest.approx(image.avg(), abs=1)
    with_alpha = image.bandjoin(77)
    assert filtered(with_alpha, "sharpen").extract_band(3).avg() == 77
    assert difference(filtered(image, "sharpen", "0"), image) < 1


def test_grayscale_has_one_channel_and_keeps_alpha() -> None:
    made = filtered(image_of(), "grayscale")
    assert (made.bands, made.interpretation) == (1, "b-w")
    assert filtered(image_of("RGBA"), "grayscale").bands == 2
    assert made(50, 30)[0] > made(50, 5)[0] > made(5, 5)[0]


def test_a_background_takes_the_place_of_what_is_transparent() -> None:
    image = flat(9, [200, 0, 0, 51])
    assert filtered(image, "background_color", "blue")(3, 3) == pytest.approx([40, 0, 204], abs=1)
    assert filtered(image_of(), "background_color", "blue").bands == 3
