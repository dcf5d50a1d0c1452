"""Work can be ended from another thread. No time is asserted, but that it ends before it would."""

import threading

import pytest
import pyvips

from sample_pictures import jpeg, quadrants, saved, scene
from tintype.errors import CorruptImage, WorkTimeout
from tintype.processor import engine
from tintype.processor.libvips import VipsProcessor
from tintype.stop import Stop, current
from tintype.transform import Transform


def test_nothing_is_begun_when_the_work_is_to_end(processor: VipsProcessor) -> None:
    stop = Stop()
    stop.set()
    blob = saved(quadrants(), "PNG")
    for transform in (Transform(width=10), Transform(width=10).with_filter("blur", 2)):
        with stop.active(), pytest.raises(WorkTimeout):
            processor.process(blob, [transform])
        with stop.active(), pytest.raises(WorkTimeout):
            processor.process(blob, [transform, transform])
    assert len(processor.process(blob, [Transform(width=10)])) == 1


def endless() -> pyvips.Image:
    """Pixels that take minutes: ten wide blurs of a large picture."""
    image = pyvips.Image.black(8_000, 8_000)
    for _ in range(10):
        image = image.gaussblur(30, precision="float")
    return image


def test_what_is_under_way_is_cut_off() -> None:
    stop, image = Stop(), endless()
    timer = threading.Timer(0.05, stop.set)
    timer.start()
    with stop.active(), pytest.raises(WorkTimeout), engine.translated():
        engine.in_memory(image)
    timer.join()


def test_the_threads_of_one_call_are_ended_too(processor: VipsProcessor) -> None:
    stop, blob = Stop(), jpeg(scene(2_000, 1_500))
    slow = Transform().with_filter("convolution", ";".join("1" * 625), 25)
    timer = threading.Timer(0.2, stop.set)
    timer.start()
    with stop.active(), pytest.raises(WorkTimeout):
        processor.process(blob, [slow, slow.with_filter("blur", 3)])
    timer.join()


def test_an_error_of_the_picture_stays_one(processor: VipsProcessor) -> None:
    broken = saved(quadrants(), "PNG").read()[:200]
    from tintype.blob import Blob

    with Stop().active(), pytest.raises(CorruptImage):
        processor.process(Blob.from_bytes(broken), [Transform(width=10)])


def test_each_piece_of_work_has_its_own_stop() -> None:
    one, other = Stop(), Stop()
    with one.active():
        assert current() is one
        with other.active():
            assert current() is other
        assert current() is one
    assert not current().is_set()


def test_a_cut_is_called_once_at_most_and_only_while_it_counts() -> None:
    stop, calls = Stop(), []
    with stop.cut_by(lambda: calls.append("early")):
        pass
    with stop.cut_by(lambda: calls.append("one")), stop.cut_by(lambda: calls.append("two")):
        stop.set()
    assert calls == ["one", "two"]
    with pytest.raises(WorkTimeout), stop.cut_by(lambda: calls.append("late")):
        pass
    assert calls == ["one", "two"]
