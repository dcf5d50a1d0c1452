"""The keys of a folder, in the order of their UTF-8 bytes."""

import heapq
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tintype.stores.local.names import OURS, key_part, path_to_key


def keys(root: Path, prefix: str = "") -> Iterator[tuple[str, Path]]:
    """Every key that starts with `prefix`, and the file it lies in.

    A folder is read when its turn comes, so memory holds the names of the folders on the way to the
    current key and no others. What comes or goes meanwhile may be seen or not. Symbolic links and
    files with names that no key has are passed over.
    """
    wanted = prefix.encode(errors="surrogatepass")  # half a surrogate is in no key
    # The least key of all that are known comes first. A heap, not a recursion: a key may be 1,025
    # folders deep, and the pieces of long segments come between their neighbours.
    heap = [(b"", "", True)]
    while heap:
        start, path, is_folder = heapq.heappop(heap)
        if is_folder:
            for entry in _entries(root, path, start, wanted):
                heapq.heappush(heap, entry)
        elif (key := path_to_key(path)) is not None and key.startswith(prefix):
            yield key, root / path


def _entries(
    root: Path, folder: str, start: bytes, wanted: bytes
) -> Iterator[tuple[bytes, str, bool]]:
    """What in a folder may lead to a wanted key: the start of its keys, its path, if a folder."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(root / folder) as entries:
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and not entry.is_file(follow_symlinks=False):
                continue
            if not folder and entry.name.lower() == OURS:
                continue
            with suppress(UnicodeEncodeError):
                part = key_part(entry.name)
                begin = start + (part if is_folder else part.removesuffix("/")).encode()
                if begin.startswith(wanted) or (is_folder and wanted.startswith(begin)):
                    yield begin, f"{folder}/{entry.name}" if folder else entry.name, is_folder
