"""The name of a colour profile (ICC.1:2022, sections 7.3 and 10.15; the older type: ICC.1:2001-04,
6.5.17)."""

import struct

from tintype.processor.texts import readable

_MOST_TAGS = 100


def profile_name(profile: bytes) -> str | None:
    """What the profile calls itself, or None."""
    if len(profile) < 132:
        return None
    (count,) = struct.unpack_from(">I", profile, 128)
    for i in range(min(count, _MOST_TAGS)):
        entry = profile[132 + 12 * i : 144 + 12 * i]
        if entry[:4] == b"desc" and len(entry) == 12:
            place, length = struct.unpack(">II", entry[4:])
            return _description(profile[place : place + min(length, 4096)])
    return None


def _description(tag: bytes) -> str | None:
    if tag[:4] == b"desc" and len(tag) > 12:
        (length,) = struct.unpack_from(">I", tag, 8)
        return readable(tag[12 : 12 + length])
    if tag[:4] == b"mluc" and len(tag) >= 28:
        length, place = struct.unpack_from(">II", tag, 20)  # the first language
        return readable(tag[place : place + length], "utf-16-be")
    return None
