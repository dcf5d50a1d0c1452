"""The examples of the specification (its picture has 300 × 200 pixels), and properties."""

import string
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidTransform, SignatureRefused
from tintype.geometry import Size
from tintype.transform import CropBox, FilterCall, Fit
from tintype.urls.iiif import FORMATS, QUALITIES, Exact, Limits, Version, read
from tintype.urls.iiif_ids import read_id, signed_id
from tintype.urls.iiif_info import TILE, info

PICTURE = Size(300, 200)
LIMITS = Limits()


def exact(
    text: str, picture: Size = PICTURE, limits: Limits = LIMITS, version: Version = 3
) -> Exact:
    return read(text, version).exact(picture, limits)


@pytest.mark.parametrize(
    ("region", "box"),
    [
        ("full", (0, 0, 300, 200)),
        ("square", (50, 0, 200, 200)),
        ("125,15,120,140", (125, 15, 120, 140)),
        ("pct:41.6,7.5,40,70", (125, 15, 120, 140)),
        ("125,15,200,200", (125, 15, 175, 185)),
        ("pct:41.6,7.5,66.6,100", (125, 15, 175, 185)),
        ("0,0,9999,9999", (0, 0, 300, 200)),
        ("299,199,1,1", (299, 199, 1, 1)),
        ("pct:.5,0,.001,100", (2, 0, 1, 200)),  # 1.5 px is rounded up; never below one pixel
        ("pct:99.999,99.999,1,1", (299, 199, 1, 1)),
    ],
)
def test_a_region_is_cut_off_at_the_edges(region: str, box: tuple[int, ...]) -> None:
    assert exact(f"{region}/max/0/default.jpg").box == CropBox(*box)


@pytest.mark.parametrize(
    "region",
    [
        "0,0,0,10",
        "0,0,10,0",
        "300,0,1,1",
        "0,200,1,1",
        "pct:100,0,1,1",
        "pct:0,0,0,1",
        "pct:0,0,1,0",
    ],
)
def test_a_region_outside_or_empty_is_refused(region: str) -> None:
    with pytest.raises(InvalidTransform, match="region"):
        exact(f"{region}/max/0/default.jpg")


@pytest.mark.parametrize(
    ("size", "width", "height"),
    [
        ("max", 300, 200),
        ("150,", 150, 100),
        (",150", 225, 150),
        ("^360,", 360, 240),
        ("^,240", 360, 240),
        ("pct:50", 150, 100),
        ("^pct:120", 360, 240),
        ("225,100", 225, 100),
        ("^360,360", 360, 360),
        ("!225,100", 150, 100),
        ("^!360,360", 360, 240),
        ("!2000,3000", 300, 200),  # it never enlarges, and is no error
        ("!300,1", 2, 1),
        ("1,", 1, 1),
        ("pct:0.1", 1, 1),
        ("^pct:50", 150, 100),
    ],
)
def test_sizes_are_those_of_the_specification(size: str, width: int, height: int) -> None:
    assert exact(f"full/{size}/0/default.jpg").size == Size(width, height)


@pytest.mark.parametrize("size", ["301,", ",201", "301,200", "300,201", "pct:100.1", "pct:200"])
def test_enlarging_without_a_caret_is_refused(size: str) -> None:
    with pytest.raises(InvalidTransform, match="enlarge"):
        exact(f"full/{size}/0/default.jpg")


@pytest.mark.parametrize("size", ["0,", ",0", "0,10", "10,0", "!0,1", "!1,0", "pct:0", "^0,0"])
def test_a_size_of_nothing_is_refused(size: str) -> None:
    with pytest.raises(InvalidTransform, match="size"):
        exact(f"full/{size}/0/default.jpg")


def test_limits_cut_max_and_refuse_what_is_explicit() -> None:
    limits = Limits(max_side=360, max_area=50_000)
    large = Size(3000, 2000)
    assert exact("full/max/0/default.jpg", large, limits).size == Size(273, 182)
    assert exact("full/!900,900/0/default.jpg", large, limits).size == Size(273, 182)
    assert exact("full/^max/0/default.jpg", Size(30, 20), Limits(360, 10**9)).size == Size(360, 240)
    assert exact("full/^!999,999/0/default.jpg", Size(30, 20), Limits(360)).size == Size(360, 240)
    for size in ("361,", "300,200", "pct:50"):
        with pytest.raises(InvalidTransform, match="would have"):
            exact(f"full/{size}/0/default.jpg", large, limits)


@pytest.mark.parametrize(
    "text",
    [
        "fulL/max/0/default.jpg",
        "1,2,3/max/0/default.jpg",
        "-1,0,10,10/max/0/default.jpg",
        "1.5,0,10,10/max/0/default.jpg",
        "pct:-1,0,10,10/max/0/default.jpg",
        "pct:+1,0,10,10/max/0/default.jpg",
        "pct:1e1,0,10,10/max/0/default.jpg",
        "full/full/0/default.jpg",  # was 2.1's word
        "full/,/0/default.jpg",
        "full/!10,/0/default.jpg",
        "full/!,10/0/default.jpg",
        "full/^/0/default.jpg",
        "full/^^max/0/default.jpg",
        "full/!max/0/default.jpg",
        "full/pct:/0/default.jpg",
        "full/10,10,10/0/default.jpg",
        "full/١٠,/0/default.jpg",  # digits, and not ASCII's
        "full/max/361/default.jpg",
        "full/max/360.1/default.jpg",
        "full/max/-90/default.jpg",
        "full/max/!!0/default.jpg",
        "full/max/!/default.jpg",
        "full/max/0/grey.jpg",
        "full/max/0/native.jpg",
        "full/max/0/default.jp2",
        "full/max/0/default.pdf",
        "full/max/0/default.JPG",
        "full/max/0/default",
        "full/max/0/.jpg",
        "full/max/0/",
        "full/max/0",
        "full/max/0/default.jpg/",
        "",
    ],
)
def test_what_is_not_of_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(InvalidTransform) as caught:
        read(text, 3)
    assert caught.value.remedy.startswith("Give ")


def test_a_long_address_is_refused_at_once() -> None:
    for text in ("9" * 100_000, "pct:" + "1," * 50_000, "1" * 50_000 + "," + "1" * 50_000):
        with pytest.raises(InvalidTransform):
            read(f"{text}/max/0/default.jpg", 3)
        with pytest.raises(InvalidTransform):
            read(f"full/{text}/0/default.jpg", 3)


def test_the_transform_has_everything_in_the_specified_order() -> None:
    transform = exact("125,15,120,140/90,/!345/gray.jpg").transform()
    assert transform.crop == CropBox(125, 15, 120, 140)
    assert (transform.width, transform.height, transform.fit) == (90, 105, Fit.STRETCH)
    assert transform.flip_horizontal
    assert transform.first_frame
    assert transform.filters == (  # the filter turns counter-clockwise
        FilterCall("rotate", ("15",)),
        FilterCall("grayscale"),
        FilterCall("format", ("jpeg",)),
    )


def test_without_rotation_there_is_no_filter_for_it() -> None:
    for rotation in ("0", "360", "0.0", "360.000"):
        calls = exact(f"full/max/{rotation}/default.png").transform().filters
        assert calls == (FilterCall("format", ("png",)),)
    assert exact("full/max/22.5/bitonal.png").transform().filters[:2] == (
        FilterCall("rotate", ("337.5",)),
        FilterCall("bitonal"),
    )


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0,0,300,200/300,200/0/default.jpg", "full/max/0/default.jpg"),
        ("pct:0,0,100,100/pct:100/0.0/color.jpg", "full/max/0/default.jpg"),
        ("square/100,/!22.50/gray.png", "50,0,200,200/100,100/!22.5/gray.png"),
        ("full/^600,/90/default.webp", "full/^600,400/90/default.webp"),
        ("full/!150,150/0/default.tif", "full/150,100/0/default.tif"),
        ("full/^10000,/0/default.gif", "full/^10000,6667/0/default.gif"),
        ("125,15,200,200/max/.5/default.avif", "125,15,175,185/max/0.5/default.avif"),
    ],
)
def test_the_canonical_address(text: str, canonical: str) -> None:
    assert exact(text, limits=Limits(max_area=10**9)).path() == canonical


@pytest.mark.parametrize(
    ("text", "canonical", "width", "height"),
    [
        ("full/full/0/default.jpg", "full/full/0/default.jpg", 300, 200),
        ("full/max/0/default.jpg", "full/full/0/default.jpg", 300, 200),
        ("full/150,100/0/default.jpg", "full/150,/0/default.jpg", 150, 100),
        ("full/150,90/0/default.jpg", "full/150,90/0/default.jpg", 150, 90),
        ("full/600,/0/default.jpg", "full/600,/0/default.jpg", 600, 400),
        ("full/pct:200/0/default.jpg", "full/600,/0/default.jpg", 600, 400),
        ("full/!600,600/0/default.jpg", "full/full/0/default.jpg", 300, 200),
        ("square/max/0/default.jpg", "50,0,200,200/full/0/default.jpg", 200, 200),
    ],
)
def test_version_2_has_full_and_enlarges_without_a_caret(
    text: str, canonical: str, width: int, height: int
) -> None:
    found = exact(text, version=2)
    assert (found.path(), found.size) == (canonical, Size(width, height))


def test_version_2_has_no_caret() -> None:
    with pytest.raises(InvalidTransform, match="size"):
        read("full/^max/0/default.jpg", 2)


NUMBERS = st.integers(0, 4000)
SHARES = st.decimals(0, 120, places=3).map(lambda d: f"{d:f}")
REGIONS = st.one_of(
    st.sampled_from(["full", "square"]),
    st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS).map(lambda n: ",".join(map(str, n))),
    st.tuples(SHARES, SHARES, SHARES, SHARES).map(lambda n: "pct:" + ",".join(n)),
)
SIZES = st.builds(
    str.__add__,
    st.sampled_from(["", "^"]),
    st.one_of(
        st.just("max"),
        NUMBERS.map("{},".format),
        NUMBERS.map(",{}".format),
        SHARES.map("pct:{}".format),
        st.tuples(NUMBERS, NUMBERS).map(lambda n: f"{n[0]},{n[1]}"),
        st.tuples(NUMBERS, NUMBERS).map(lambda n: f"!{n[0]},{n[1]}"),
    ),
)
ROTATIONS = st.builds(
    "{}{}".format,
    st.sampled_from(["", "!"]),
    st.decimals(0, 360, places=2).map(lambda d: f"{d:f}"),
)
ADDRESSES = st.builds(
    "{}/{}/{}/{}.{}".format,
    REGIONS,
    SIZES,
    ROTATIONS,
    st.sampled_from(QUALITIES),
    st.sampled_from(sorted(FORMATS)),
)
PICTURES = st.builds(Size, st.integers(1, 5000), st.integers(1, 5000))
SOME_LIMITS = st.builds(Limits, st.integers(1, 6000), st.integers(1, 10_000_000))


@given(ADDRESSES, PICTURES, SOME_LIMITS)
def test_every_result_is_within_picture_and_limits_and_its_canonical_address_is_its_own(
    address: str, picture: Size, limits: Limits
) -> None:
    request = read(address, 3)
    try:
        found = request.exact(picture, limits)
    except InvalidTransform:
        return
    assert found.box.x + found.box.w <= picture.width
    assert found.box.y + found.box.h <= picture.height
    assert limits.allow(found.size)
    if "^" not in address:
        assert found.size.width <= found.box.w
        assert found.size.height <= found.box.h
    again = read(found.path(), 3).exact(picture, limits)
    assert (again.box, again.size, again.path()) == (found.box, found.size, found.path())
    assert again.transform() == found.transform()


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.sampled_from([2, 3]))
def test_any_other_text_is_refused_and_breaks_nothing(text: str, version: Version) -> None:
    for address in (text, f"{text}/max/0/default.jpg", f"full/{text}/0/default.jpg"):
        try:
            read(address, version).exact(PICTURE, LIMITS)
        except InvalidTransform:
            continue
        assert address != text


@given(PICTURES, st.sampled_from([2, 3]))
def test_every_tile_that_is_offered_can_be_had_and_they_cover_the_picture(
    picture: Size, version: Version
) -> None:
    document = info("https://example.org/iiif/3/a", picture, LIMITS, version)
    (tiles,) = document["tiles"]
    area = 0
    for factor in tiles["scaleFactors"]:
        step = TILE * factor
        for x in {0, (picture.width - 1) // step * step}:  # the first and the last column
            for y in {0, (picture.height - 1) // step * step}:
                w, h = min(step, picture.width - x), min(step, picture.height - y)
                size = f"{-(-w // factor)},{-(-h // factor)}"
                found = exact(f"{x},{y},{w},{h}/{size}/0/default.jpg", picture, version=version)
                assert max(found.size.width, found.size.height) <= TILE
                area += w * h
    assert area >= picture.width * picture.height / 1_000_000
    assert max(picture.width, picture.height) <= TILE * tiles["scaleFactors"][-1]
    for size in document["sizes"]:
        found = exact(
            f"full/{size['width']},{size['height']}/0/default.jpg", picture, version=version
        )
        assert found.size == Size(size["width"], size["height"])


def test_the_information_document_of_version_3() -> None:
    document = info("https://example.org/iiif/3/a", Size(1200, 800), Limits(5000, 9_000_000), 3)
    assert next(iter(document)) == "@context"
    assert document == {
        "@context": "http://iiif.io/api/image/3/context.json",
        "id": "https://example.org/iiif/3/a",
        "type": "ImageService3",
        "protocol": "http://iiif.io/api/image",
        "profile": "level2",
        "width": 1200,
        "height": 800,
        "sizes": [
            {"width": 300, "height": 200},
            {"width": 600, "height": 400},
            {"width": 1200, "height": 800},
        ],
        "tiles": [{"width": 512, "height": 512, "scaleFactors": [1, 2, 4]}],
        "maxWidth": 5000,
        "maxHeight": 5000,
        "maxArea": 9_000_000,
        "preferredFormats": ["webp", "jpg"],
        "extraFormats": ["webp", "gif", "tif", "avif"],
        "extraQualities": ["color", "gray", "bitonal"],
        "extraFeatures": [
            "canonicalLinkHeader",
            "mirroring",
            "profileLinkHeader",
            "rotationArbitrary",
            "sizeUpscaling",
        ],
    }


def test_the_information_document_of_version_2() -> None:
    document = info("https://example.org/iiif/2/a", Size(1200, 800), Limits(5000, 9_000_000), 2)
    assert document["@context"] == "http://iiif.io/api/image/2/context.json"
    assert document["@id"] == "https://example.org/iiif/2/a"
    level, more = document["profile"]
    assert level == "http://iiif.io/api/image/2/level2.json"
    assert more["formats"] == ["webp", "gif", "tif", "avif"]
    assert (more["maxWidth"], more["maxArea"]) == (5000, 9_000_000)
    assert {"sizeAboveFull", "regionSquare", "mirroring"} <= set(more["supports"])


IMAGES = st.text(st.characters(codec="utf-8"), min_size=1)


@given(IMAGES, st.text(string.printable, min_size=1), st.text(string.printable, min_size=1))
def test_a_signed_id_is_accepted_with_its_key_and_no_other(
    image: str, key: str, other: str
) -> None:
    text = signed_id(image, key)
    assert not set("/?#[]@ ") & set(text)
    assert read_id(unquote(text), [other, key]) == (image, 1 if other == key else 2)
    if key != other:
        with pytest.raises(SignatureRefused):
            read_id(unquote(text), [other])
    with pytest.raises(SignatureRefused):
        read_id(unquote(text), [])
    with pytest.raises(SignatureRefused):
        read_id(unquote(text) + "x", [key])


def test_a_signature_is_the_documented_hmac() -> None:
    # printf iiif:store:a.jpg | openssl dgst -sha256 -hmac secret -binary | base64 | tr +/ -_
    expected = "qhjo2vNCavr6RQORPIjXibE9-UWeQTqG4p6Z1y_LXLc"
    assert signed_id("store:a.jpg", "secret") == f"{expected}~store:a.jpg"


@given(IMAGES)
def test_an_id_without_a_signature_is_the_picture_itself(image: str) -> None:
    text = "x" * 42 + "~" + image  # one character short
    assert read_id(text, ["key"]) == (text, 0)
