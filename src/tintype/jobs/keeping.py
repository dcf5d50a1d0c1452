"""Keeping originals: loaded, put into the store by their content, recorded for their user."""

import asyncio
from dataclasses import dataclass

from tintype.blob import Blob
from tintype.catalog import originals
from tintype.catalog.tables import Original
from tintype.jobs.flickr_sources import flickr_of, is_own
from tintype.jobs.work import Work
from tintype.keys import original_key
from tintype.originals.keeping import Told
from tintype.source import Source


@dataclass(frozen=True, slots=True)
class Kept:
    """An original, its bytes, and whether it is new. `record` is None for the operator's."""

    blob: Blob
    key: str
    is_new: bool
    record: Original | None


async def keep(work: Work, source: Source, *, name: str = "", tags: tuple[str, ...] = ()) -> Kept:
    """Load a source and keep it in the store of the service; the same bytes are kept once.

    What a user's job brings is kept as all that the user brings: in the user's own store if there
    is one, within the quota, and with a record.
    """
    if source.scheme in {"http", "https"}:
        await work.call(source.locator.removeprefix("//").partition("/")[0].rpartition("@")[2])
    blob = await _loaded(work, source)
    if work.job.user_id is not None:
        told = Told(
            name=(name or source.name)[: originals.LONGEST_NAME],
            tags=tags,
            source=str(source)[: originals.LONGEST_SOURCE],
        )
        found, is_new = await work.tools.keeping.keep(work.job.user_id, blob, told)
        return Kept(blob, found.key, is_new, found)
    before = await work.tools.store.stat(original_key(await asyncio.to_thread(lambda: blob.sha256)))
    original = await work.tools.app.pipeline.add(blob, source, work.tools.store)
    return Kept(blob, original.key, before is None, None)


async def _loaded(work: Work, source: Source) -> Blob:
    if is_own(work, source):
        async with flickr_of(work) as loader:
            return await loader.load(source)
    return await work.tools.app.pipeline.load(source)
