"""Colour: what comes out is sRGB or gray in 8 bits, and looks as what went in."""

import pytest
import pyvips
from PIL import Image as Pillow
from PIL import ImageCms

from sample_pictures import opened, p3_profile, pixels, quadrants, saved, srgb_profile
from tintype.blob import Blob
from tintype.processor.libvips import VipsProcessor
from tintype.transform import CropBox, Transform


def flat(colour: object, mode: str = "RGB", size: tuple[int, int] = (64, 64)) -> Pillow.Image:
    return Pillow.new(mode, size, colour)  # type: ignore[arg-type]


def middle(blob: Blob) -> tuple[int, ...]:
    value = opened(blob).getpixel((5, 5))
    return value if isinstance(value, tuple) else (int(value),)


def png(image: pyvips.Image) -> Blob:
    return Blob.from_bytes(image.pngsave_buffer())


def test_display_p3_becomes_srgb(processor: VipsProcessor) -> None:
    source = saved(flat((200, 100, 60)), "PNG", icc_profile=p3_profile())
    (made,) = processor.process(source, [Transform(width=20)])
    # Worked out with the matrices of CSS Color 4: color(display-p3 0.784 0.392 0.235).
    assert middle(made) == pytest.approx((215, 92, 47), abs=2)
    assert "icc_profile" not in opened(made).info


def test_keeping_the_profile_keeps_the_colours(processor: VipsProcessor) -> None:
    source = saved(flat((200, 100, 60)), "PNG", icc_profile=p3_profile())
    (made,) = processor.process(source, [Transform(width=20).with_filter("keep", "icc")])
    assert middle(made) == (200, 100, 60)
    assert opened(made).info["icc_profile"] == p3_profile()


def test_an_srgb_profile_changes_no_pixel_and_is_left_out(processor: VipsProcessor) -> None:
    source = saved(quadrants(), "PNG", icc_profile=srgb_profile())
    (made,) = processor.process(source, [Transform()])
    assert opened(made).tobytes() == quadrants().tobytes()
    assert "icc_profile" not in opened(made).info


@pytest.mark.parametrize("profile", [b"", b"nonsense", b"\0" * 200, p3_profile()[:300]])
def test_a_broken_profile_is_as_good_as_none(processor: VipsProcessor, profile: bytes) -> None:
    source = saved(flat((200, 100, 60)), "PNG", icc_profile=profile)
    (made,) = processor.process(source, [Transform(width=20)])
    assert middle(made) == pytest.approx((200, 100, 60), abs=1)


def test_a_profile_of_another_kind_of_colours_is_as_good_as_none(processor: VipsProcessor) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for mode, colour in (("RGB", (200, 100, 60)), ("L", 120)):
        source = saved(flat(colour, mode), "PNG", icc_profile=lab)
        (made,) = processor.process(source, [Transform(width=20)])
        wanted = colour if isinstance(colour, tuple) else (colour,)
        assert middle(made) == pytest.approx(wanted, abs=1)
    source = saved(flat(120, "L"), "PNG", icc_profile=p3_profile())
    assert middle(processor.process(source, [Transform(width=20)])[0]) == (120,)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
@pytest.mark.parametrize("target", ["jpeg", "png", "webp"])
def test_cmyk_without_a_profile_becomes_srgb(
    processor: VipsProcessor, kind: str, target: str
) -> None:
    source = saved(flat((0, 255, 255, 0), "CMYK"), kind)
    transform = Transform(width=20).with_filter("format", target)
    (made,) = processor.process(source, [transform])
    red, green, blue = middle(made)
    assert opened(made).mode == "RGB"
    assert red > 200
    assert green < 80
    assert blue < 80


def test_cmyk_with_a_profile_uses_it(processor: VipsProcessor) -> None:
    profile = bytes(
        pyvips.Image.black(1, 1, bands=3)
        .copy(interpretation="srgb")
        .icc_transform("cmyk", input_profile="srgb")
        .get("icc-profile-data")
    )
    source = saved(flat((255, 0, 0, 0), "CMYK"), "JPEG", icc_profile=profile)
    (made,) = processor.process(source, [Transform(width=20)])
    red, green, blue = middle(made)
    assert red < 60 < green < blue
    (kept,) = processor.process(source, [Transform(width=20).with_filter("keep", "icc")])
    assert opened(kept).mode == "RGB"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_gray_stays_gray(processor: VipsProcessor, kind: str) -> None:
    (made,) = processor.process(saved(flat(77, "L"), kind), [Transform(width=20)])
    assert opened(made).mode == "L"
    assert middle(made) == (77,)


def test_gray_with_a_profile_stays_gray(processor: VipsProcessor) -> None:
    (made,) = processor.process(
        saved(flat(128, "L"), "PNG", icc_profile=gray_profile(1.0)), [Transform(width=20)]
    )
    assert opened(made).mode == "L"
    assert middle(made)[0] == pytest.approx(188, abs=2)  # linear 0.5 in sRGB


def gray_profile(gamma: float) -> bytes:
    """The smallest ICC v2 gray profile: a white point and a gamma (ICC.1:2001-04)."""
    import struct

    def padded(data: bytes) -> bytes:
        return data + b"\0" * (-len(data) % 4)

    text = b"gray\0"
    tags = [
        (b"desc", b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + b"\0" * 78),
        (b"wtpt", b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061)),
        (b"kTRC", b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))),
        (b"cprt", b"text\0\0\0\0none\0"),
    ]
    offset, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags:
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += padded(data)
    size = offset + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, b"mntr", b"GRAY", b"XYZ ")
    header += struct.pack(">6H4s", 2024, 1, 1, 0, 0, 0, b"acsp") + b"\0" * 28
    header += struct.pack(">iii", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


@pytest.mark.parametrize("bands", [1, 2, 3, 4])
@pytest.mark.parametrize("target", ["png", "jpeg", "webp", "avif", "tiff", "gif"])
@pytest.mark.parametrize("loader", ["png", "tiff"])
def test_sixteen_bits_become_eight(
    processor: VipsProcessor, bands: int, target: str, loader: str
) -> None:
    kind = "rgb16" if bands > 2 else "grey16"
    image = pyvips.Image.black(40, 40, bands=bands) + [0x8040, 0xFFFF, 0x2000, 0xFFFF][:bands]
    image = image.cast("ushort").copy(interpretation=kind)
    source = Blob.from_bytes(getattr(image, f"{loader}save_buffer")())
    (made,) = processor.process(source, [Transform(width=20).with_filter("format", target)])
    found = pixels(made)
    assert found.format == "uchar"
    assert found(5, 5)[0] == pytest.approx(0x80, abs=4)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("lab", [50.0, 0.0, 0.0]),
        ("scrgb", [0.2140, 0.2140, 0.2140]),
        ("xyz", [20.3, 21.4, 23.3]),
    ],
)
def test_pictures_in_other_spaces_become_srgb(
    processor: VipsProcessor, kind: str, values: list[float]
) -> None:
    image = (pyvips.Image.black(40, 40, bands=3) + values).cast("float").copy(interpretation=kind)
    source = Blob.from_bytes(image.tiffsave_buffer())
    (made,) = processor.process(source, [Transform(width=20).with_filter("format", "png")])
    assert middle(made) == pytest.approx((119, 119, 119), abs=12)


def test_alpha_is_kept_where_the_format_has_it(processor: VipsProcessor) -> None:
    source = saved(flat((255, 0, 0, 128), "RGBA"), "PNG")
    for name in ("png", "webp", "avif", "tiff"):
        transform = Transform(width=20).with_filter("format", name)
        (made,) = processor.process(source, [transform])
        assert middle(made) == pytest.approx((255, 0, 0, 128), abs=6)


def test_alpha_is_flattened_on_white_or_on_what_is_asked(processor: VipsProcessor) -> None:
    source = saved(flat((255, 0, 0, 0), "RGBA"), "PNG")
    jpeg = Transform(width=20).with_filter("format", "jpeg")
    blue = jpeg.with_filter("background_color", "0000ff")
    png = Transform(width=20).with_filter("background_color", "0000ff")
    white, on_blue, kept = processor.process(source, [jpeg, blue, png])
    assert middle(white) == (255, 255, 255)
    assert middle(on_blue) == pytest.approx((0, 0, 254), abs=2)
    assert middle(kept) == (0, 0, 255)


def test_gray_with_alpha_is_flattened_too(processor: VipsProcessor) -> None:
    source = saved(flat((0, 0), "LA"), "PNG")
    jpeg = Transform(width=20).with_filter("format", "jpeg")
    white, blue = processor.process(source, [jpeg, jpeg.with_filter("background_color", "00f")])
    assert (opened(white).mode, middle(white)) == ("L", (255,))
    assert middle(blue) == pytest.approx((0, 0, 254), abs=2)


def test_the_colour_of_transparent_pixels_does_not_bleed(processor: VipsProcessor) -> None:
    image = flat((0, 255, 0, 0), "RGBA")
    image.paste((255, 0, 0, 255), (0, 0, 32, 64))
    for transforms in ([Transform(width=17)], [Transform(width=17), Transform(width=5)]):
        made = opened(processor.process(saved(image, "PNG"), transforms)[0])
        colours = [made.getpixel((x, 8)) for x in range(made.width)]
        assert all(green < 16 for _, green, _, alpha in colours if alpha > 16)


def test_a_crop_alone_keeps_even_what_is_hidden(processor: VipsProcessor) -> None:
    source = saved(flat((10, 200, 30, 1), "RGBA"), "PNG")
    (made,) = processor.process(source, [Transform(crop=CropBox(3, 3, 10, 10))])
    assert middle(made) == (10, 200, 30, 1)


def test_a_palette_becomes_its_colours(processor: VipsProcessor) -> None:
    source = saved(quadrants().quantize(16), "PNG")
    (made,) = processor.process(source, [Transform(width=60)])
    assert opened(made).mode == "RGB"
    assert middle(made) == pytest.approx((220, 30, 30), abs=3)
