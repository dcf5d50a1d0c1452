"""libvips as we want it: set up once, and its errors turned into ours."""

import atexit
import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pyvips
from pyvips import Image

from tintype import stop
from tintype.errors import CorruptImage

log = logging.getLogger(__name__)


@cache
def start() -> None:
    """Set libvips up for a server.

    The operation cache would keep whole originals in memory. Many pictures are in work at once,
    in the caller's threads, so one picture uses one. Loaders that libvips' authors do not trust
    with foreign bytes (SVG, raw, CSV, …) are off, although `header` names its loader anyway.
    """
    logging.getLogger("pyvips").setLevel(logging.ERROR)  # each step of each picture, and each tile
    pyvips.cache_set_max(0)
    pyvips.concurrency_set(1)  # type: ignore[attr-defined]  # the stubs forgot it
    pyvips.block_untrusted_set(True)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what libvips raises into CorruptImage, or into WorkTimeout where the work was ended; its
    own text goes to the log.
    """
    try:
        yield
    except pyvips.Error as error:
        _collect_at_exit()
        stop.current().check()
        log.info("libvips: %s", " ".join(str(error).split()))
        raise damaged() from error


@contextmanager
def watched(*images: Image) -> Iterator[None]:
    """Let the work be ended while pixels of these images are asked for: within a row or a tile.

    It costs nothing: the other thread sets a flag that libvips looks at anyway. Not ended so is
    what decodes or encodes a picture as a whole: AVIF, HEIC, the decoding of WebP, progressive JPEG
    and interlaced PNG, and the writing of GIF and interlaced PNG. Raises WorkTimeout at the start
    of the block, or a pyvips.Error in it, which `translated` makes a WorkTimeout.
    """

    def cut() -> None:
        for image in images:
            image.set_kill(True)

    with stop.current().cut_by(cut):
        yield
    stop.current().check()


def in_memory(image: Image) -> Image:
    """All pixels, to be read any number of times in any order. The work can be ended."""
    with watched(image):
        return image.copy_memory()


@cache
def _collect_at_exit() -> None:
    """A failed picture may live on in its exception, and warn when it goes. pyvips sends warnings
    to the log until the interpreter ends; after that libvips would print them.
    """
    atexit.register(gc.collect)


def damaged() -> CorruptImage:
    """The error for a picture that cannot be decoded."""
    return CorruptImage(
        "The picture is damaged: it breaks off, or its data make no sense.",
        remedy="Get the original again, or open and save it in an image editor.",
    )
