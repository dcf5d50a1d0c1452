"""The file of a stored master: a line of facts about its original, then a picture of its own."""

import json
from dataclasses import dataclass
from typing import Self

from tintype.blob import Blob
from tintype.errors import CorruptImage
from tintype.formats import Format, by_media_type, by_name
from tintype.processor import MASTER

_MAGIC = b"tintype master 1\n"  # another number for every change of what follows
_LONGEST_LINE = 1_000  # bytes


@dataclass(frozen=True, slots=True)
class Master:
    """`blob` shows the original upright, in 8-bit sRGB or gray, `shrink` times smaller.

    `original` is the format of that, `width` and `height` its size as it is seen. If it
    `shrinks_further`, a decoder that shrinks it has the pixel grid that one at the original has.
    """

    blob: Blob
    format: Format
    original: Format
    width: int
    height: int
    shrink: int
    shrinks_further: bool

    @classmethod
    def read(cls, container: Blob) -> Self:
        """Read a master's file. Raises CorruptImage for anything else."""
        content = container.read()
        end = max(content.find(b"\n", len(_MAGIC), _LONGEST_LINE), 0)
        blob = Blob.from_bytes(content[end + 1 :])
        try:
            facts = json.loads(content[:end].removeprefix(_MAGIC))
            sides = int(facts["width"]), int(facts["height"]), int(facts["shrink"])
            original, further = by_name(facts["format"]), bool(facts["further"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _damaged() from error
        own = by_media_type(blob.media_type)
        if not content.startswith(_MAGIC) or original is None or own is None or min(sides) < 1:
            raise _damaged()
        return cls(blob, own, original, *sides, shrinks_further=further)

    def write(self) -> Blob:
        """The file of a master."""
        facts = {
            "format": self.original.name,
            "width": self.width,
            "height": self.height,
            "shrink": self.shrink,
            "further": self.shrinks_further,
        }
        content = _MAGIC + json.dumps(facts).encode() + b"\n" + self.blob.read()
        return Blob(content, MASTER, len(content))


def _damaged() -> CorruptImage:
    return CorruptImage("The stored master is damaged.", remedy="Purge its source.")
