"""The composition root of galleries: a backup's place in, its pages made."""

import asyncio
from collections.abc import Callable, Sequence

from tintype.app import build, opened_store, temporary_folder
from tintype.blob import Blob, SpoolLimits
from tintype.gallery import Options, Report
from tintype.gallery.building import Building, found_keys
from tintype.gallery.previews import Previews
from tintype.gallery.reading import Backup
from tintype.gallery.writing import Writer
from tintype.settings import Settings
from tintype.targets import Target
from tintype.transform import Transform

MOST_BYTES = 2 << 30  # of a photo that a preview is made of


async def make_gallery(
    place: str,
    options: Options,
    settings: Settings,
    on_photo: Callable[[int], None] = lambda _: None,
) -> Report:
    """Make the gallery of the backup at a place, or bring it up to date.

    Raises InvalidRequest where there is no backup, and what the store raises.
    """
    target = Target.folder(place).rooted()
    app = build(settings, trusted=True)

    async def render(blob: Blob, transforms: Sequence[Transform]) -> list[Blob]:
        return await app.pipeline.process(blob, transforms)

    try:
        async with opened_store(target.store, settings) as store:
            folder = temporary_folder(settings)
            backup = Backup(store, SpoolLimits(MOST_BYTES, folder=folder))
            there = await found_keys(backup)
            previews = Previews(backup, render, app.processor.measure, there)
            writer = await Writer.opened(backup, there, options)
            return await Building(backup, previews, writer, on_photo).run(folder)
    finally:
        await asyncio.shield(app.close())
