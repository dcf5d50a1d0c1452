"""libvips as we want it: set up once, and its errors turned into ours."""

import atexit
import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pyvips

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
    """Turn what libvips raises into CorruptImage; its own text goes to the log."""
    try:
        yield
    except pyvips.Error as error:
        _collect_at_exit()
        log.info("libvips: %s", " ".join(str(error).split()))
        raise damaged() from error


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
