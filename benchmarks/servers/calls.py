"""Thumbnails in threads with no HTTP around them, for serving.py.

Prints how many a second, and the milliseconds of CPU that one takes.

python calls.py ours|libvips THREADS SECONDS SIDE FILE…
"""

import itertools
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyvips

Make = Callable[[str], object]


def ours(side: int) -> Make:
    """Our processor, as the service calls it."""
    from tintype.blob import Blob
    from tintype.processor.libvips import VipsProcessor
    from tintype.settings import ImageSettings
    from tintype.transform import Fit, Transform

    processor = VipsProcessor(ImageSettings())
    transform = Transform(width=side, height=side, fit=Fit.INSIDE)
    return lambda path: processor.process(Blob.from_path(Path(path)), [transform])


def libvips(side: int) -> Make:
    """libvips by hand, nothing checked: a JPEG by the largest shrink of its decoder."""
    pyvips.cache_set_max(0)
    pyvips.concurrency_set(1)

    def make(path: str) -> object:
        source = pyvips.Source.new_from_file(path)
        image = pyvips.Image.new_from_source(source, "", access="sequential")
        if image.get("vips-loader").startswith("jpeg"):
            ratio = max(image.width, image.height) / side
            shrink = next((s for s in (8, 4, 2) if ratio >= s), 1)
            image = pyvips.Image.jpegload_source(source, shrink=shrink, access="sequential")
            image = image.thumbnail_image(side, height=side, size="down")
            return image.jpegsave_buffer(Q=82, optimize_coding=True, keep="none")
        return image.thumbnail_image(side, height=side, size="down").jpegsave_buffer(Q=82)

    return make


def main() -> None:
    kind, threads, seconds, side, *files = sys.argv[1:]
    make = {"ours": ours, "libvips": libvips}[kind](int(side))
    names = itertools.cycle(files)
    until = 0.0

    def work(_: int) -> int:
        done = 0
        while time.perf_counter() < until:
            make(next(names))
            done += 1
        return done

    with ThreadPoolExecutor(int(threads)) as pool:
        until = time.perf_counter() + 0.3
        list(pool.map(work, range(int(threads))))
        began, used = time.perf_counter(), time.process_time()
        until = began + float(seconds)
        done = sum(pool.map(work, range(int(threads))))
        used = (time.process_time() - used) * 1000 / done
        print(done / (time.perf_counter() - began), used)


if __name__ == "__main__":
    main()
