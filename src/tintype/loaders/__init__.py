"""Loaders turn a source into bytes."""

from collections.abc import AsyncIterator, Iterable
from typing import ClassVar, Protocol

from tintype.blob import Blob
from tintype.errors import InvalidSource
from tintype.source import Source


class Loader(Protocol):
    """Turns sources of its schemes into blobs."""

    schemes: ClassVar[frozenset[str]]

    async def load(self, source: Source) -> Blob:
        """Fetch the whole original, spooled, counted and sniffed.

        Raises a SourceError: SourceNotFound when nothing is there, TooLarge beyond the byte limit.
        """
        ...


class Lister(Protocol):
    """An album, an account or a timeline is many sources."""

    def is_list(self, source: Source) -> bool:
        """Whether a source stands for many. InvalidSource for one that stands for nothing."""
        ...

    def list(self, source: Source) -> AsyncIterator[Source]:
        """The sources behind one; lazily, in the order of their owner."""
        ...


class Loaders:
    """Every loader that is switched on, found by the scheme of a source."""

    def __init__(self, loaders: Iterable[Loader]) -> None:
        self._by_scheme = {scheme: loader for loader in loaders for scheme in loader.schemes}

    async def load(self, source: Source) -> Blob:
        """Load with the loader of the source's scheme; InvalidSource if there is none."""
        try:
            loader = self._by_scheme[source.scheme]
        except KeyError:
            known = ", ".join(sorted(self._by_scheme))
            raise InvalidSource(
                f"No loader reads {source.scheme}: sources.",
                remedy=f"Known schemes: {known}. A file is written ./{source.scheme}:….",
            ) from None
        return await loader.load(source)
