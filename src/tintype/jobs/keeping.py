"""Keeping originals: loaded, put into the store by their content, recorded for their user."""

import asyncio
from dataclasses import dataclass

from tintype.blob import Blob
from tintype.catalog import originals
from tintype.catalog.originals import OriginalDraft
from tintype.catalog.tables import Original
from tintype.errors import ImageError
from tintype.jobs.work import Work, patiently
from tintype.keys import original_key
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

    What a user's job brings is recorded as an original of theirs, and counts for their quota.
    """
    if source.scheme in {"http", "https"}:
        await work.call(source.locator.removeprefix("//").partition("/")[0].rpartition("@")[2])
    blob = await work.tools.app.pipeline.load(source)
    size = _size_of(work, blob)
    before = await work.tools.store.stat(original_key(await asyncio.to_thread(lambda: blob.sha256)))
    original = await work.tools.app.pipeline.add(blob, source, work.tools.store)
    if work.job.user_id is None:
        return Kept(blob, original.key, before is None, None)
    user_id = work.job.user_id
    draft = OriginalDraft(
        sha256=blob.sha256,
        key=original.key,
        media_type=blob.media_type,
        size=blob.size,
        width=size[0] if size else None,
        height=size[1] if size else None,
        source=str(source)[: originals.LONGEST_SOURCE],
        name=(name or source.name)[: originals.LONGEST_NAME],
        tags=tags,
    )

    found, is_new = await patiently(work.catalog, lambda s: originals.add(s, user_id, draft))
    return Kept(blob, original.key, is_new, found)


def _size_of(work: Work, blob: Blob) -> tuple[int, int] | None:
    try:
        return work.tools.app.processor.measure(blob)
    except ImageError:
        return None  # kept all the same: not everything is a picture
