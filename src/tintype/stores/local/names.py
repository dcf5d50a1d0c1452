"""The names that keys get in a folder: two pure functions, each the inverse of the other.

A key may hold what no file system keeps: an empty segment, `.`, `..`, a segment of 1,024 bytes.
Such segments are marked with U+001F, which no key may hold, so that nothing else can mean the same:

    ""  "."  ".."           "\\x1f"  ".\\x1f"  "..\\x1f"
    ".tintype" (the first)  ".tintype\\x1f"; the folder of that name is ours
    more than 255 bytes     pieces of at most 240, each but the last a folder that ends in "\\x1f"
"""

from tintype.errors import InvalidKey
from tintype.keys import check_key

OURS = ".tintype"
_MARK = "\x1f"
_NAME_BYTES = 255  # NAME_MAX of the file systems in use
_PIECE_BYTES = 240  # leaves room for the mark


def key_to_path(key: str) -> str:
    """The path of a key below the store's folder, with `/` between names."""
    first, *others = key.split("/")
    names = [_names(first, at_top=True), *(_names(segment, at_top=False) for segment in others)]
    return "/".join(name for some in names for name in some)


def path_to_key(path: str) -> str | None:
    """The key that lies at a path below the store's folder; None if no key would lie there."""
    key = "".join(key_part(name) for name in path.split("/")).removesuffix("/")
    # A last name that is a piece adds no "/", and such a path fails here, too.
    try:
        check_key(key)
    except InvalidKey:
        return None
    return key if key_to_path(key) == path else None


def key_part(name: str) -> str:
    """What a folder of that name adds to the keys of all that lies in it."""
    plain = name.removesuffix(_MARK)
    is_piece = plain != name and not _is_special(plain, at_top=True)
    return plain if is_piece else plain + "/"


def _names(segment: str, *, at_top: bool) -> list[str]:
    *pieces, last = _cut(segment)
    names = [piece + _MARK for piece in pieces]
    marked = _is_special(last, at_top=at_top and not pieces)
    return [*names, last + _MARK if marked else last]


def _is_special(name: str, *, at_top: bool) -> bool:
    # Any case: some file systems take .Tintype for .tintype.
    return name in ("", ".", "..") or (at_top and name.lower() == OURS)


def _cut(segment: str) -> list[str]:
    rest = segment.encode()
    if len(rest) <= _NAME_BYTES:
        return [segment]
    pieces = []
    while rest:
        pieces.append(rest[:_PIECE_BYTES].decode(errors="ignore"))  # drops half a character
        rest = rest[len(pieces[-1].encode()) :]
    return pieces
