"""What libthumbor's, thumbor's and imagor's own tests say of URLs, asked of ours."""

import re

import pytest
from libthumbor import CryptoURL
from libthumbor.url import Url, url_for

from tintype.transform import (
    Corner,
    CropEdges,
    FilterCall,
    Fit,
    HAlign,
    Padding,
    Transform,
    Trim,
    VAlign,
)
from tintype.urls import ImageRequest
from tintype.urls.images import source_of
from tintype.urls.reader import PathReader
from tintype.urls.sign import Signer
from tintype.urls.thumbor import parse

IMAGE = "my.server.com/some/path/to/image.jpg"
KEY = "my-security-key"

# libthumbor, tests/test_url.py: its longest path, with the slash that it has in front.
WHOLE = (
    "/debug/meta/trim/300x200:400x500/adaptive-full-fit-in/-300x-400/"
    "left/top/smart/filters:brightness(100)/some/image.jpg"
)

# libthumbor, tests/test_url_composer.py: options, and the path that they make.
COMPOSED = [
    ({}, "", {}),
    ({"width": 300}, "300x0/", {"width": 300}),
    ({"height": 300}, "0x300/", {"height": 300}),
    ({"width": 200, "height": 300}, "200x300/", {"width": 200, "height": 300}),
    ({"width": "orig"}, "origx0/", {"width": "orig"}),
    ({"height": "orig"}, "0xorig/", {"height": "orig"}),
    ({"width": 100, "height": "orig"}, "100xorig/", {"width": 100, "height": "orig"}),
    ({"width": "orig", "height": 100}, "origx100/", {"width": "orig", "height": 100}),
    ({"width": "orig", "height": "orig"}, "origxorig/", {"width": "orig", "height": "orig"}),
    (
        {"width": 200, "height": 300, "smart": True},
        "200x300/smart/",
        {"width": 200, "height": 300, "smart": True},
    ),
    ({"flip": True}, "-0x0/", {"flip_horizontal": True}),
    ({"flip": True, "width": 200}, "-200x0/", {"flip_horizontal": True, "width": 200}),
    ({"flop": True}, "0x-0/", {"flip_vertical": True}),
    ({"flop": True, "height": 200}, "0x-200/", {"flip_vertical": True, "height": 200}),
    ({"flip": True, "flop": True}, "-0x-0/", {"flip_horizontal": True, "flip_vertical": True}),
    ({"halign": "left"}, "left/", {"halign": HAlign.LEFT}),
    ({"halign": "center"}, "", {}),
    ({"valign": "top"}, "top/", {"valign": VAlign.TOP}),
    ({"valign": "middle"}, "", {}),
    (
        {"halign": "left", "valign": "top"},
        "left/top/",
        {"halign": HAlign.LEFT, "valign": VAlign.TOP},
    ),
    ({"smart": True, "halign": "left"}, "left/smart/", {"smart": True, "halign": HAlign.LEFT}),
    ({"trim": True}, "trim/", {"trim": Trim()}),
    (
        {"trim": ("bottom-right", 15)},
        "trim:bottom-right:15/",
        {"trim": Trim(Corner.BOTTOM_RIGHT, 15)},
    ),
    ({"trim": ("top-left", None)}, "trim:top-left/", {"trim": Trim()}),
    ({"trim": (None, 15)}, "trim::15/", {"trim": Trim(tolerance=15)}),
    ({"crop": ((10, 20), (30, 40))}, "10x20:30x40/", {"crop": CropEdges(10, 20, 30, 40)}),
    ({"crop": ((0, 0), (0, 0))}, "", {}),
    *[
        (
            {word.replace("-", "_"): True, "width": 200, "height": 300},
            f"{word}/200x300/",
            {
                "width": 200,
                "height": 300,
                "fit": Fit.COVER if "full" in word else Fit.INSIDE,
                "adaptive": "adaptive" in word,
                "upscale": "full" in word,
            },
        )
        for word in ("fit-in", "adaptive-fit-in", "full-fit-in", "adaptive-full-fit-in")
    ],
]


@pytest.mark.parametrize(
    ("options", "path", "fields"), COMPOSED, ids=[path for _, path, _ in COMPOSED]
)
def test_what_libthumbor_composes_is_read_as_it_was_meant(
    options: dict[str, object], path: str, fields: dict[str, object]
) -> None:
    assert url_for(image_url=IMAGE, **options).startswith(path)  # with a digest of the picture
    meant = Transform(**{"upscale": True, **fields})  # type: ignore[arg-type]
    assert parse(path + IMAGE) == ImageRequest(image=IMAGE, transform=meant)
    assert parse("meta/" + path + IMAGE) == ImageRequest(image=IMAGE, transform=meant, meta=True)


def test_libthumbors_longest_path() -> None:
    assert parse(WHOLE) == ImageRequest(
        image="some/image.jpg",
        meta=True,
        transform=Transform(
            debug=True,
            trim=Trim(),
            crop=CropEdges(300, 200, 400, 500),
            adaptive=True,
            fit=Fit.COVER,
            width=300,
            height=400,
            flip_horizontal=True,
            flip_vertical=True,
            halign=HAlign.LEFT,
            valign=VAlign.TOP,
            smart=True,
            upscale=True,
            filters=(FilterCall("brightness", ("100",)),),
        ),
    )


@pytest.mark.parametrize(
    "path",
    [
        WHOLE,
        "x/a.jpg",
        "-x-/a.jpg",
        "300x200/a.jpg",
        "smart/300x200/a.jpg",
        "top/left/a.jpg",
        "full-adaptive-fit-in/1x2/a.jpg",
        "meta/debug/a.jpg",
        "origx100/left/smart/filters:a(b):c()/d/e.jpg",
        "filters:watermark(http://h/w(1)/x.png,0,0,0)/a.jpg",
        "fit-in/left/middle/300x200/a.jpg",
        "300x/center/smart/x200/a.jpg",
        "trim:bottom-right:9/1x2:3x4/5x6/a",
    ],
)
def test_the_picture_is_what_libthumbors_expression_takes_for_it(path: str) -> None:
    assert parse(path).image == Url.parse_decrypted(path)["image"]


@pytest.mark.parametrize("key", [KEY, KEY.encode()])
def test_libthumbors_signed_urls_are_ours(key: str | bytes) -> None:
    options = {"crop": ((10, 10), (200, 200)), "filters": ("brightness(20)", "contrast(10)")}
    path = CryptoURL(key).generate(image_url=IMAGE, width=300, height=200, **options)
    message = f"10x10:200x200/300x200/filters:brightness(20):contrast(10)/{IMAGE}"
    assert path == f"/as8U2DbUUtTMgvPF26LkjS3MocY=/{message}"
    request, _ = PathReader(signer=Signer([KEY])).read(path)
    assert (request.message, request.key, request.transform) == (
        message,
        1,
        parse(message).transform,
    )


# imagor, imagorpath/params_test.go: those without nested brackets, where thumbor's rule wins.
BIG = "meta/trim/10x11:12x13/fit-in/-300x-200/left/top/smart/filters:some_filter()/"
BIG_TRANSFORM = Transform(
    trim=Trim(),
    crop=CropEdges(10, 11, 12, 13),
    fit=Fit.INSIDE,
    width=300,
    height=200,
    flip_horizontal=True,
    flip_vertical=True,
    halign=HAlign.LEFT,
    valign=VAlign.TOP,
    smart=True,
    filters=(FilterCall("some_filter"),),
)
MARK = "s.glbimg.com/es/ge/f/original/2011/03/29/orlandosilva_60.jpg"
WORDS = ["trim", "meta", "center", "smart", "fit-in", "stretch", "top", "left", "bottom"]
MEN = "https://foobar/en/latest/_images/man_before_sharpen.png"


@pytest.mark.parametrize(
    ("path", "image", "fields"),
    [
        ("filters:blur(5):a()/img", "img", {"filters": ["blur(5)", "a()"]}),
        (
            f"filters:watermark({MARK},0,0,0):brightness(-50):grayscale()/img",
            "img",
            {"filters": [f"watermark({MARK},0,0,0)", "brightness(-50)", "grayscale()"]},
        ),
        (
            "filters:label(哈哈,1,2,3):brightness(-50):grayscale()/img",
            "img",
            {"filters": ["label(哈哈,1,2,3)", "brightness(-50)", "grayscale()"]},
        ),
        (MEN, MEN, {}),
        (
            "https:%2F%2Ffoobar%2Fen%2Flatest%2F_images%2Fman_before_sharpen.png%3Ffoo=bar",
            MEN + "?foo=bar",
            {},
        ),
        *[
            (f"{word}%2Fimg", f"{word}/img", {})
            for word in WORDS
        ],
        ("photo%281%29.jpg", "photo(1).jpg", {}),
        ("my%20image%20%28special%2C%20v2%29.jpg", "my image (special, v2).jpg", {}),
        ("filters:blur(5)/photo%281%29.jpg", "photo(1).jpg", {"filters": ["blur(5)"]}),
        (
            f"fit-in/0x0/5x6:7x8/{MEN}",
            MEN,
            {"fit": Fit.INSIDE, "upscale": False, "padding": Padding(5, 6, 7, 8)},
        ),
        (
            f"stretch/500x350/filters:watermark(http://h.me/beach.jpg,100,100,50)/{MEN}",
            MEN,
            {
                "fit": Fit.STRETCH,
                "width": 500,
                "height": 350,
                "filters": ["watermark(http://h.me/beach.jpg,100,100,50)"],
            },
        ),
        ("949x1000/img.jpg", "img.jpg", {"width": 949, "height": 1000}),
        (
            "949x1000/Google Photos/IMG_20180519_191530.jpg",
            "Google Photos/IMG_20180519_191530.jpg",
            {"width": 949, "height": 1000},
        ),
    ],
)  # fmt: skip
def test_imagors_paths(path: str, image: str, fields: dict[str, object]) -> None:
    calls = tuple(map(FilterCall.parse, fields.get("filters", ())))  # type: ignore[call-overload]
    meant = Transform(**{"upscale": True, **fields, "filters": calls})  # type: ignore[arg-type]
    assert parse(path) == ImageRequest(image=image, transform=meant)


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("img", "img"),
        (MARK, MARK),
        ("b64:bXkgaW1hZ2UgKHNwZWNpYWwpPy5qcGc", "my image (special)?.jpg"),
        ("b64:some-file.jpg", "b64:some-file.jpg"),
    ],
)
def test_imagors_pictures(image: str, name: str) -> None:
    request = parse(BIG + image)
    assert (request.meta, request.transform) == (True, BIG_TRANSFORM)
    assert source_of(request.image, "store").locator == name


def test_imagors_crops_in_shares_and_trims() -> None:
    path = BIG.replace("10x11:12x13", "0.2x0.15:0.45x0.67") + "img"
    assert parse(path).transform.crop == CropEdges(0.2, 0.15, 0.45, 0.67)
    path = BIG.replace("trim/", "trim:bottom-right:100/") + "img"
    assert parse(path).transform.trim == Trim(Corner.BOTTOM_RIGHT, 100)


def test_imagors_signature() -> None:
    path = "meta/10x11:12x13/fit-in/-300x-200/5x6/left/top/smart/filters:some_filter()/img"
    assert Signer(["1234"]).sign(path) == "VTAq7YIRbEXgtwAcsTMhAjvBuT8="
    whole = Signer(["1234"], "sha256").sign(path)
    assert re.match("XBCO7esuLsNQuSF2v9ie36pESRGx2rzLjhUxXWnV", whole)
    cut = PathReader(signer=Signer(["1234"], "sha256")).signer.verified(whole[:40], path)
    assert cut is None  # imagor may be told to cut signatures off; here they are whole
