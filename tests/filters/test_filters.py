"""What filters are called, what they take, and what they refuse. Pixels: test_filter_pixels.py."""

from contextlib import suppress
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidTransform
from tintype.filters import FILTERS, Encoding, Filter, Keep, Steps, parse, table
from tintype.filters.arguments import whole
from tintype.formats import by_name
from tintype.transform import FilterCall


def call(text: str) -> FilterCall:
    name, _, arguments = text.removesuffix(")").partition("(")
    return FilterCall(name, tuple(arguments.split(",")) if arguments else ())


def steps(*texts: str) -> Steps:
    return parse([call(text) for text in texts])


def encoding(*texts: str) -> Encoding:
    return steps(*texts).encoding


def test_every_filter_has_a_name_of_its_own_help_and_a_row_in_the_table() -> None:
    assert len({f.name for f in FILTERS}) == len(FILTERS)
    assert [f.name for f in FILTERS] == sorted(f.name for f in FILTERS)
    for f in FILTERS:
        assert f.help.endswith(".")
        assert "|" not in f.help
        assert f"| `{f.signature}` |" in table()


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("quality", "quality(percent)"),
        ("format", "format(name)"),
        ("progressive", "progressive()"),
        ("blur", "blur(radius,[sigma])"),
        ("sharpen", "sharpen([amount],[radius],[luminance_only])"),
        ("keep", "keep(kinds…)"),
        ("rotate", "rotate(degrees,[background])"),
    ],
)
def test_the_signature_is_what_to_write(name: str, signature: str) -> None:
    assert next(f for f in FILTERS if f.name == name).signature == signature


def test_encoding_filters_build_up_how_a_file_is_written() -> None:
    assert encoding() == Encoding()
    assert encoding("format(webp)", "quality(70)", "effort(4)", "lossless()") == Encoding(
        format=by_name("webp"), quality=70, effort=4, lossless=True
    )
    assert encoding("quality(70)", "quality(80)").quality == 80
    assert encoding("progressive()").progressive
    assert encoding("format(jpg)").format == by_name("jpeg")


def test_kinds_of_metadata_add_up_and_are_taken_back() -> None:
    assert encoding("keep(exif)", "keep(ICC, gps)").keep == {Keep.EXIF, Keep.ICC, Keep.GPS}
    assert encoding("keep(all)").keep == set(Keep)
    assert encoding("keep(all)", "strip_icc()").keep == set(Keep) - {Keep.ICC}
    assert encoding("keep(exif,gps,copyright,xmp)", "strip_exif()").keep == {Keep.XMP}


def test_pixel_filters_keep_their_order_beside_the_others() -> None:
    found = steps("blur(2)", "quality(50)", "grayscale()", "rotate(90)")
    assert len(found.pixels) == 3
    assert found.encoding.quality == 50


@pytest.mark.parametrize(
    "text",
    [
        "quality( 80 )",
        "progressive()",
        "blur(2)",
        "blur(2,.5)",
        "blur(0.1, 150)",
        "sharpen()",
        "sharpen(1.5,1,True)",
        "sharpen(1.5,1.0,0)",
        "background_color(fff)",
        "background_color(#FF8800)",
        "background_color('red')",
        "rotate(-90)",
        "rotate(12.5,navy)",
        "format('png')",
    ],
)
def test_what_a_filter_takes(text: str) -> None:
    steps(text)


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("quality()", "too few"),
        ("quality(0)", "whole number from 1 to 100"),
        ("quality(101)", "whole number from 1 to 100"),
        ("quality(80.5)", "whole number"),
        ("quality(٨٠)", "whole number"),
        ("quality(1_0)", "whole number"),
        ("quality(+80)", "whole number"),
        ("quality(99999999999999999999)", "whole number"),
        ("quality(80,90)", "too many"),
        ("progressive(1)", "too many"),
        ("effort(11)", "from 0 to 10"),
        ("format(bmp)", "one of jpeg, png, webp, avif, gif, tiff"),
        ("format(heic)", "one of jpeg"),
        ("format(../x)", "one of jpeg"),
        ("keep()", "too few"),
        ("keep(everything)", "one of exif"),
        ("background_color(ff)", "a colour"),
        ("background_color(transparent)", "a colour"),
        ("background_color(ff00zz)", "a colour"),
        ("blur(nan)", "a number from 0.1 to 150"),
        ("blur(inf)", "a number"),
        ("blur(1e2)", "a number"),
        ("blur(0)", "a number"),
        ("blur(151)", "a number"),
        ("sharpen(1,1,perhaps)", "true or false"),
        ("rotate(up)", "a number"),
        ("grayscale(1)", "too many"),
    ],
)
def test_what_a_filter_refuses_is_named_with_what_it_wants(text: str, wants: str) -> None:
    with pytest.raises(InvalidTransform, match=wants) as caught:
        steps(text)
    name = text.partition("(")[0]
    assert f"filter {name} " in caught.value.message
    assert caught.value.remedy.startswith(f"Write {name}(")


def test_an_unknown_filter_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(InvalidTransform, match="no filter 'sepia'") as caught:
        steps("sepia()")
    assert "grayscale" in caught.value.remedy


@given(st.text(max_size=12), st.lists(st.text(max_size=40), max_size=4))
def test_any_call_is_parsed_or_refused(name: str, arguments: list[str]) -> None:
    for known in (name, "blur", "quality", "format", "background_color", "keep", "sharpen"):
        with suppress(InvalidTransform):
            parse([FilterCall(known, tuple(arguments))])


def test_a_filter_is_made_of_a_function_alone() -> None:
    def twice(encoding: Encoding, n: Annotated[int, whole(1, 5)]) -> Encoding:
        """Twice as good.

        And more.
        """
        return Encoding(quality=2 * n)

    made = Filter.of(twice)
    assert (made.name, made.signature, made.help) == ("twice", "twice(n)", "Twice as good.")
    assert not made.on_pixels
    assert made.bind(["4"])(Encoding()) == Encoding(quality=8)
