"""original: sources: the originals that users keep, by the ids of their records."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import ClassVar

from tintype.blob import Blob, SpoolLimits
from tintype.errors import (
    CatalogUnavailable,
    RecordNotFound,
    SourceNotFound,
    SourceUnavailable,
    StoreUnavailable,
)
from tintype.loaders.store import load_object
from tintype.source import Source
from tintype.stores import Store

# The store and the key of an original, open for a block. Raises RecordNotFound.
Opens = Callable[[str], AbstractAsyncContextManager[tuple[Store, str]]]


class OriginalLoader:
    """Loads `original:<id>`, from whichever store it lies in. `limits` are those of the door."""

    schemes: ClassVar[frozenset[str]] = frozenset({"original"})

    def __init__(self, opens: Opens, limits: SpoolLimits) -> None:
        self._opens, self._limits = opens, limits

    async def load(self, source: Source) -> Blob:
        """Read the original. Raises what `StoreLoader.load` does; SourceUnavailable, too, while the
        database is away, and for a store that takes too long.
        """
        try:
            async with self._opens(source.locator) as (store, key):
                return await load_object(store, key, source, self._limits)
        except RecordNotFound:
            raise SourceNotFound(f"There is no original {source.locator[:40]!r}.") from None
        except (CatalogUnavailable, StoreUnavailable) as error:
            raise SourceUnavailable(error.message, remedy=error.remedy) from error
