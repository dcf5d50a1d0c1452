"""Code in C, where it was built: a JPEG at an eighth of its size, in half the time of libvips.

It gives the same pixels or none. Without it everything works, in more time.
"""

import ctypes
import logging
from functools import cache
from pathlib import Path

from tintype import stop
from tintype.processor.native.build import library

log = logging.getLogger(__name__)

_CALL = 1 << 16  # pixels of the result a call: 8 ms or so, after which the work can be ended
_MORE, _DONE = 0, 1


@cache
def built() -> Path | None:
    """The library that is used; None where it was not built or does not load."""
    path = library()
    return path if path.is_file() and _loaded(path) else None


def eighth(file: bytes, width: int, height: int, bands: int) -> bytearray | None:
    """The pixels of a JPEG shrunk by 8 to this size, as libvips would decode them.

    None where that is not known to be the case: for all but intact baseline JPEG of one scan in
    Y'CbCr or gray. The interpreter is free for other threads. Can be ended by `tintype.stop`.
    Memory: the result, and 200 KB.
    """
    path = built()
    if path is None:
        return None
    calls = _loaded(path)
    assert calls is not None
    state = _state(path)()
    if calls.tintype_eighth_open(state, file, len(file), width, height):
        return None
    pixels = bytearray(width * height * bands)
    room = ctypes.byref(ctypes.c_char.from_buffer(pixels))  # an array would be a type by length
    rows, ended = max(1, _CALL // width // 2), _MORE  # a row of units has one or two of pixels
    while ended == _MORE:
        stop.current().check()
        ended = calls.tintype_eighth_rows(state, room, len(pixels), bands, rows)
    return pixels if ended == _DONE else None


@cache
def _state(path: Path) -> type[ctypes.Array[ctypes.c_char]]:
    calls = _loaded(path)
    assert calls is not None
    return ctypes.c_char * int(calls.tintype_eighth_state())


@cache
def _loaded(path: Path) -> ctypes.CDLL | None:
    try:
        calls = ctypes.CDLL(str(path))
    except OSError as error:
        log.warning("The decoder in C does not load: %s", error)
        return None
    size, number, memory = ctypes.c_size_t, ctypes.c_int, ctypes.c_void_p
    calls.tintype_eighth_state.restype = size
    calls.tintype_eighth_open.argtypes = [memory, ctypes.c_char_p, size, number, number]
    calls.tintype_eighth_rows.argtypes = [memory, memory, size, number, number]
    return calls
