"""Keywords for a transform."""

import pytest

from tintype.errors import InvalidTransform
from tintype.geometry import Size, plan
from tintype.look import GRAVITIES, transform_of
from tintype.transform import CropBox, FilterCall, Fit, Transform


def test_nothing_said_is_the_picture_as_it_is() -> None:
    assert transform_of() == Transform()


def test_every_keyword_reaches_the_transform() -> None:
    transform = transform_of(
        crop=CropBox(1, 2, 30, 40),
        width=20,
        height=10,
        fit="inside",
        gravity="bottom-right",
        upscale=True,
        flip="both",
        rotate=90,
        format="webp",
        quality=70,
        effort=3,
        progressive=True,
        lossless=True,
        background="ff8800",
        keep=["icc", "copyright"],
        filters=[FilterCall("blur", ("3",))],
    )
    assert transform.path() == (
        "1x2:31x42/fit-in/-20x-10/right/bottom/filters:upscale():blur(3):rotate(270)"
        ":background_color(ff8800):format(webp):quality(70):effort(3):progressive():lossless()"
        ":keep(icc,copyright)"
    )


def test_there_are_nine_positions_and_smart() -> None:
    assert len({GRAVITIES[name] for name in GRAVITIES if name != "smart"}) == 9
    assert transform_of(gravity="smart").smart
    assert not transform_of(gravity="center").smart


@pytest.mark.parametrize("keyword", ["fit", "gravity", "flip"])
def test_an_unknown_word_is_refused_with_the_known_ones(keyword: str) -> None:
    with pytest.raises(InvalidTransform, match=f"no {keyword} 'sideways'.*Known: "):
        transform_of(**{keyword: "sideways"})


def test_every_fit_has_its_word() -> None:
    sides = {"width": 300, "height": 200}
    assert {transform_of(fit=fit.value, **sides).fit for fit in Fit} == set(Fit)


@pytest.mark.parametrize("fit", list(Fit))
def test_with_one_side_the_result_has_exactly_that_side(fit: Fit) -> None:
    transform = transform_of(fit=fit.value, width=300)
    assert plan(Size(1000, 668), transform).result == Size(300, 200)
