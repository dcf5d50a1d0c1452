"""sample: sources: the pictures that the package carries, to try things with."""

import asyncio
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import ClassVar

from tintype.blob import Blob
from tintype.errors import SourceNotFound
from tintype.source import Source


class SampleLoader:
    """Loads `sample:hills.jpg`, or `sample:hills`. The names are the package's own: no path."""

    schemes: ClassVar[frozenset[str]] = frozenset({"sample"})

    async def load(self, source: Source) -> Blob:
        """The picture of a name; SourceNotFound names those that there are."""
        return await asyncio.to_thread(_load, source.locator)


def names() -> list[str]:
    """The file names of the samples."""
    return sorted(entry.name for entry in _folder().iterdir() if entry.is_file())


def _load(name: str) -> Blob:
    known = names()
    for found in known:
        if name in (found, found.rpartition(".")[0]):
            return Blob.from_bytes(_folder().joinpath(found).read_bytes())
    raise SourceNotFound(
        f"There is no sample {name[:40]!r}.", remedy=f"Known samples: {', '.join(known)}."
    )


def _folder() -> Traversable:
    return files("tintype") / "pictures"
