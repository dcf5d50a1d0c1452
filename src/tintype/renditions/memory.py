"""The renditions in memory: small ones, those used last."""

from collections import OrderedDict
from dataclasses import dataclass

from tintype.renditions import Kept
from tintype.source import Source
from tintype.transform import Transform

LARGEST = 1 << 20  # bytes; a larger rendition is read from the store each time
SHARE = 8  # no rendition takes more than this part of the memory
_OVERHEAD = 1 << 10  # bytes of everything but the content, generously


@dataclass(slots=True)
class Entry:
    """A rendition in memory, under its key in the store."""

    key: str
    kept: Kept


class Memory:
    """At most `most` bytes of renditions; the one not used for longest goes first. 0: none."""

    def __init__(self, most: int) -> None:
        self.bytes = 0
        self._most = most
        self._largest = min(LARGEST, most // SHARE)
        self._entries: OrderedDict[tuple[Source, Transform], Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, source: Source, transform: Transform) -> Entry | None:
        """The rendition, which counts as used now."""
        entry = self._entries.get((source, transform))
        if entry is not None:
            self._entries.move_to_end((source, transform))
        return entry

    def put(self, source: Source, transform: Transform, entry: Entry) -> None:
        """Keep a rendition unless it is large."""
        self.drop(source, transform)
        if len(entry.kept.content) > self._largest:
            return
        self._entries[source, transform] = entry
        self.bytes += _size(entry)
        while self.bytes > self._most:
            _, oldest = self._entries.popitem(last=False)
            self.bytes -= _size(oldest)

    def drop(self, source: Source, transform: Transform) -> None:
        """Forget one."""
        if entry := self._entries.pop((source, transform), None):
            self.bytes -= _size(entry)

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()
        self.bytes = 0


def _size(entry: Entry) -> int:
    return len(entry.kept.content) + _OVERHEAD
