"""`/info/`: which fields are told, and what has to be looked at for them."""

import pytest

from sample_pictures import quadrants, saved
from tintype.errors import InvalidRequest
from tintype.info import Ask, Info
from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings
from tintype.web.info import FACTS, FIELDS, METADATA, PIXELS, ask_for, fields_of, info_answer


@pytest.fixture(scope="module")
def info() -> Info:
    return VipsProcessor(ImageSettings()).describe(saved(quadrants(), "JPEG"))


def test_everything_but_the_position_is_told_unasked(info: Info) -> None:
    answer = info_answer("https://example.org/a.jpg", info)
    assert set(answer) == {"url", *FIELDS} - {"gps"}
    assert answer["url"] == "https://example.org/a.jpg"
    assert ask_for(()) == Ask(gps=False, pixels=True)


def test_only_the_fields_that_are_asked_for_are_told(info: Info) -> None:
    fields = fields_of(" width, height,,blurhash ")
    assert list(info_answer("a.jpg", info, fields)) == ["url", "width", "height", "blurhash"]


@pytest.mark.parametrize("field", FACTS + METADATA)
def test_pixels_are_not_decoded_for_facts(field: str) -> None:
    assert ask_for((field,)) == Ask(gps=field == "gps", pixels=False)


@pytest.mark.parametrize("field", PIXELS)
def test_pixels_are_decoded_for_what_only_they_tell(field: str) -> None:
    assert ask_for(("width", field)).pixels


def test_who_asks_for_a_position_that_there_is_not_hears_so(info: Info) -> None:
    assert info_answer("a.jpg", info, ("gps",)) == {"url": "a.jpg", "gps": {}}


def test_a_field_that_there_is_not_is_named() -> None:
    with pytest.raises(InvalidRequest, match="'size'"):
        fields_of("width,size")
