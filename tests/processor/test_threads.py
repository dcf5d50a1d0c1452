"""One processor serves several threads at once, and its answers do not depend on that."""

from concurrent.futures import ThreadPoolExecutor

import pyvips

from sample_pictures import animation, jpeg, quadrants, saved, scene
from tintype.blob import Blob
from tintype.errors import CorruptImage
from tintype.processor.libvips import VipsProcessor
from tintype.transform import Transform


def test_threads_get_what_one_would(processor: VipsProcessor) -> None:
    sources = [
        jpeg(scene(900, 600)),
        jpeg(scene(600, 900), interlace=True),
        saved(quadrants(300, 200, "RGBA"), "PNG"),
        animation("GIF"),
        animation("WEBP"),
    ]
    transforms = [Transform(width=60), Transform(width=40, height=40, smart=True)]
    alone = [processor.process(source, transforms) for source in sources]
    with ThreadPoolExecutor(6) as threads:
        work = [threads.submit(processor.process, s, transforms) for s in sources * 6]
        together = [each.result() for each in work]
    assert together == alone * 6


def test_an_error_in_one_thread_is_not_seen_in_another(processor: VipsProcessor) -> None:
    good = jpeg(scene(300, 200))
    bad = Blob.from_bytes(good.read()[: good.size // 2])
    wanted = processor.process(good, [Transform(width=30)])

    def attempt(number: int) -> object:
        try:
            return processor.process(bad if number % 2 else good, [Transform(width=30)])
        except CorruptImage as error:
            return type(error)

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(attempt, range(60)))
    assert found == [wanted, CorruptImage] * 30


def test_libvips_uses_one_thread_for_one_picture(processor: VipsProcessor) -> None:
    assert pyvips.concurrency_get() == 1
