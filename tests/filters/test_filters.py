"""What filters are called, what they take, and what they refuse. Pixels: test_filter_pixels.py."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidTransform
from tintype.filters import (
    FILTERS,
    Delivery,
    Encoding,
    Filter,
    Keep,
    Steps,
    absorbed,
    known,
    parse,
    table,
    usable,
)
from tintype.filters.arguments import whole
from tintype.filters.split import joined_and_split
from tintype.formats import by_name
from tintype.transform import CropEdges, FilterCall, Fit, Transform


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
        ("quality", "quality(percent,[target])"),
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
        "format(auto)",
        "blur(4, 2)",
        "blur(900)",
        "brightness(-100)",
        "saturation(.5)",
        "curve([(0,0),(255,255)],[(0,50)], [ (0,0), (16,2) ],[(0,48),])",
        "convolution(1;2;1;2;4;2;1;2;1,3,true)",
        "convolution(-0.5;1;0.5,1,0)",
        "noise(40)",
        "round_corner(20|10,255,255,255,True)",
        "fill(AUTO,1)",
        "fill(rebeccapurple)",
        "watermark(http://example.com/a.png,-10,20p,50)",
        "watermark('a,b.png',center,repeat,0,none,20)",
        "frame(store:frames/gold.png)",
        "proportion(1)",
        "rgb(-100,0,100)",
        "quality(auto)",
        "quality(auto,0.9)",
        "autojpg()",
        "autojpg(false)",
        "focal(10x20:300x200)",
        "focal(0.1x0.2:0.5x0.6)",
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
        ("quality(80,0.9)", "a target goes with auto only"),
        ("quality(auto,2)", "number from 0.5 to 0.999"),
        ("quality(auto,0.9,1)", "too many"),
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
        ("blur(nan)", "a number from 0.1 to 10000"),
        ("blur(inf)", "a number"),
        ("blur(1e2)", "a number"),
        ("blur(0)", "a number"),
        ("blur(10001)", "a number"),
        ("sharpen(1,1,perhaps)", "true or false"),
        ("rotate(up)", "a number"),
        ("grayscale(1)", "too many"),
        ("brightness(101)", "whole number from -100 to 100"),
        ("brightness()", "too few"),
        ("rgb(1,2)", "too few"),
        ("colorize(10,20,30,reddish)", "a colour"),
        ("colorize(-1,20,30,red)", "whole number from 0 to 100"),
        ("curve([(0,0)],[(0,0)],[(0,0)])", "too few"),
        ("curve([],[(0,0)],[(0,0)],[(0,0)])", "rising x"),
        ("curve([(9,0),(9,1)],[(0,0)],[(0,0)],[(0,0)])", "rising x"),
        ("curve([(0,256)],[(0,0)],[(0,0)],[(0,0)])", "0 to 255"),
        ("curve((0,0),[(0,0)],[(0,0)],[(0,0)])", "rising x"),
        ("convolution(1;2;1,2)", "odd counts"),
        ("convolution(1;2;1;2,2)", "odd counts"),
        ("convolution(1;2;x,3)", "numbers with ;"),
        (f"convolution({';'.join('1' * 729)},27)", "numbers with ;"),
        ("noise(-1)", "whole number"),
        ("round_corner(10,0,0)", "too few"),
        ("round_corner(10|,0,0,0)", "a radius"),
        ("round_corner(10,0,0,256)", "from 0 to 255"),
        ("fill()", "too few"),
        ("fill(nothing)", "auto, blur, transparent"),
        ("watermark(a.png,1,2)", "too few"),
        ("watermark(a.png,middle,2,0)", "center, repeat"),
        ("watermark(a.png,1,2,101)", "from 0 to 100"),
        ("watermark(,1,2,0)", "the address of a picture"),
        ("frame()", "too few"),
        ("proportion(0)", "a number from 0.0001 to 1"),
        ("proportion(1.5)", "a number from 0.0001 to 1"),
        ("saturation(x)", "a number"),
        ("max_bytes(0)", "whole number"),
        ("max_age(-1)", "whole number"),
        ("expire(never)", "whole number"),
        ("attachment(../x)", "a file name"),
        ("tag()", "too few"),
        ("tag(a b)", "a word"),
        ("accept(bmp)", "avif"),
        ("focal(1x2)", "a box"),
        ("upscale(1)", "too many"),
    ],
)
def test_what_a_filter_refuses_is_named_with_what_it_wants(text: str, wants: str) -> None:
    with pytest.raises(InvalidTransform, match=wants) as caught:
        steps(text)
    name = text.partition("(")[0]
    assert f"filter {name} " in caught.value.message
    assert caught.value.remedy.startswith(f"Write {name}(")


def test_a_picture_has_so_many_tags_and_no_more() -> None:
    names = [str(number) for number in range(33)]
    assert len(steps(f"tag({','.join(names[:32])})", "tag(0)").delivery.tags) == 32
    with pytest.raises(InvalidTransform, match="33 tags"):
        steps(f"tag({','.join(names[:20])})", f"tag({','.join(names[20:])})")


def test_an_unknown_filter_is_refused_with_those_that_are_called_almost_so() -> None:
    with pytest.raises(InvalidTransform, match="no filter 'blurr'") as caught:
        steps("blurr()")
    assert caught.value.remedy == "Did you mean blur? See docs/filters.md for all."
    with pytest.raises(InvalidTransform, match="no filter 'zzz'") as caught:
        steps("zzz()")
    assert "mean" not in caught.value.remedy


def test_what_is_more_than_pixels_and_file_concerns_the_answer() -> None:
    found = steps("max_age(60)", "tag(a,b:c)", "tag(d)", "attachment(my photo.jpg)").delivery
    assert found == Delivery(
        max_age=60, tags=frozenset({"a", "b:c", "d"}), attachment="my photo.jpg"
    )
    assert steps("attachment()").delivery.attachment == ""
    assert steps("expire(1735689600500)").delivery.expires == datetime(
        2025, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC
    )
    assert steps("blur(2)").delivery == Delivery()


def test_other_pictures_are_known_by_their_text() -> None:
    found = steps("watermark('a,b.png',0,0,0)", "frame(http://h/f.png)", "blur(1)")
    assert found.pictures == {"a,b.png", "http://h/f.png"}
    assert steps("blur(1)").pictures == frozenset()


def test_what_belongs_to_the_recipe_is_a_field_of_the_transform() -> None:
    calls = ("no_upscale()", "blur(2)", "cover()", "focal(1x2:30x40)", "focal(9x9:9x9)")
    transform = Transform(width=9, upscale=True, filters=tuple(map(call, calls)))
    assert absorbed(transform) == Transform(
        width=9,
        first_frame=True,
        focal=(CropEdges(1, 2, 30, 40),),
        filters=(FilterCall("blur", ("2",)),),
    )
    assert absorbed(Transform(filters=(call("stretch()"),))).fit is Fit.STRETCH
    inside = Transform(fit=Fit.INSIDE, filters=(call("stretch()"), call("upscale()")))
    assert absorbed(inside) == Transform(fit=Fit.INSIDE, upscale=True)
    chain = absorbed(Transform(then=Transform(filters=(call("upscale()"),))))
    assert chain == Transform(then=Transform(upscale=True))


def test_the_one_that_needs_a_url_says_so() -> None:
    with pytest.raises(InvalidTransform, match="in URLs only"):
        absorbed(Transform(filters=(call("extract_focal()"),)))


def test_known_and_well_formed_filters_can_be_told_from_others() -> None:
    assert known("blur")
    assert not known("vertical_align")
    calls = [call(text) for text in ("blur(2)", "sepia()", "blur(x)", "upscale()", "quality(0)")]
    assert usable(calls) == (FilterCall("blur", ("2",)), FilterCall("upscale"))


THUMBORS = """autojpg background_color blur brightness colorize contrast convolution cover curve
equalize extract_focal fill focal format frame grayscale max_age max_bytes no_upscale noise
proportion quality rgb rotate round_corner saturation sharpen stretch strip_exif strip_icc
upscale watermark"""


@pytest.mark.parametrize("name", THUMBORS.split())
def test_every_filter_that_thumbor_has_is_there(name: str) -> None:
    assert known(name)


@given(st.lists(st.text("ab'[],( )", max_size=9), max_size=5))
def test_commas_within_brackets_and_quotes_do_not_part(parts: list[str]) -> None:
    found = joined_and_split(parts)
    assert len(found) <= ",".join(parts).count(",") + 1
    plain = [part for part in parts if not set(part) & set("[]',")]
    if plain == parts and parts:
        assert found == ([part.strip() for part in parts] if ",".join(parts) else [])


def test_a_long_argument_is_read_in_no_time() -> None:
    nasty = ["[" * 2_000, "'" * 2_000, "(0,0)," * 300, "1;" * 1_000, "0" * 2_000]
    for text in nasty:
        for name in ("curve", "convolution", "watermark", "focal", "brightness", "saturation"):
            with pytest.raises(InvalidTransform):
                parse([FilterCall(name, (text,))])


@given(st.text(max_size=12), st.lists(st.text(max_size=40), max_size=4))
def test_any_call_is_parsed_or_refused(name: str, arguments: list[str]) -> None:
    for each in (
        name,
        "blur",
        "quality",
        "format",
        "background_color",
        "keep",
        "sharpen",
        "curve",
        "fill",
        "watermark",
    ):
        with suppress(InvalidTransform):
            parse([FilterCall(each, tuple(arguments))])


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
