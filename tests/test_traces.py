"""An error that is remembered, or on its way, holds no pictures."""

import gc
import traceback
import weakref
from collections.abc import Iterator

import pytest

from tintype.errors import CorruptImage, SourceError
from tintype.processor.xmp import read_xmp
from tintype.renditions.sources import Failures
from tintype.slots import Slots
from tintype.traces import release


class Picture:
    """Something large that a frame has in hand."""


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def broken(seen: "list[weakref.ref[Picture]]") -> None:
    picture = Picture()
    seen.append(weakref.ref(picture))
    try:
        raise ValueError("in the library")
    except ValueError as error:
        raise CorruptImage("It is damaged.") from error


async def test_what_fails_in_a_slot_lets_its_pictures_go_at_once() -> None:
    slots, seen = Slots(1), list[weakref.ref[Picture]]()
    with pytest.raises(CorruptImage) as caught:
        await slots.run(lambda: broken(seen))
    assert seen[0]() is None
    assert "in the library" in "".join(traceback.format_exception(caught.value))
    slots.close()


def test_a_failure_that_is_remembered_holds_nothing_of_what_led_to_it() -> None:
    failures, seen = Failures(), list[weakref.ref[Picture]]()
    try:
        broken(seen)
    except CorruptImage as error:
        failures.remember("name", error)
    assert seen[0]() is None
    with pytest.raises(CorruptImage, match="damaged"):
        failures.check("name")


@pytest.mark.parametrize("block", [b"", b"<x", b"<!DOCTYPE x><x/>"])
def test_metadata_that_make_no_sense_keep_nothing_of_their_picture(block: bytes) -> None:
    def told(seen: "list[weakref.ref[Picture]]") -> None:
        picture = Picture()
        seen.append(weakref.ref(picture))
        assert read_xmp(block, gps=False) == {}

    seen: list[weakref.ref[Picture]] = []
    told(seen)
    assert seen[0]() is None


def test_errors_that_lead_to_each_other_are_released_once() -> None:
    one, other = SourceError("one"), SourceError("other")
    one.__cause__, other.__cause__ = other, one
    release(one)
