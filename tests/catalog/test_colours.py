"""Names of colours: every colour has one, and people agree with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.catalog.colours import NAMES, find, name_of


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        *(("#ff0000", "red"), ("#dc143c", "red"), ("#ff8c00", "orange"), ("#ffd700", "yellow")),
        *(("#008000", "green"), ("#7fff00", "green"), ("#00ffff", "cyan"), ("#0000ff", "blue")),
        *(("#3366cc", "blue"), ("#000080", "blue"), ("#800080", "purple"), ("#ff69b4", "pink")),
        *(("#8b4513", "brown"), ("#000000", "black"), ("#101010", "black"), ("#808080", "gray")),
        *(("#c0c0c0", "gray"), ("#ffffff", "white"), ("#fafafa", "white"), ("#FFF8F0", "white")),
    ],
)
def test_colours_have_the_names_that_people_give_them(colour: str, name: str) -> None:
    assert name_of(colour) == name
    assert name_of(colour.removeprefix("#").upper()) == name


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_has_a_name(number: int) -> None:
    assert name_of(f"#{number:06x}") in NAMES


@pytest.mark.parametrize("text", ["Red", " red ", "#f00000", "F00000"])
def test_a_colour_is_meant_by_name_or_by_number(text: str) -> None:
    assert find(text) == "red"


def test_grey_is_gray() -> None:
    assert find("grey") == find("gray") == "gray"


@pytest.mark.parametrize("text", ["", "#", "#12345", "#1234567", "reddish", "#gggggg", "#١٢٣٤٥٦"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a color"):
        find(text)
