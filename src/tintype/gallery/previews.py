"""Previews: small renditions of photos, each made once for a content of a file.

A name tells the hash of the file and the proportions, so that nothing is read again to know them.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from tintype.blob import Blob
from tintype.errors import ImageError, SourceError, StoreError, TintypeError
from tintype.gallery import PREVIEWS, SCREENS
from tintype.gallery.entries import Entry, File
from tintype.gallery.reading import Backup
from tintype.stores import Attributes
from tintype.transform import Fit, Transform

HEIGHT, WIDTH, SCREEN = 360, 720, 2_048  # pixels
RATIOS = 40, 400  # of a tile: the least and most width in % of height
Renders = Callable[[Blob, Sequence[Transform]], Awaitable[list[Blob]]]
_NAME = re.compile(rf"{PREVIEWS}\w\w/(\w{{1,40}})-([0-9a-f]{{1,8}}-\d{{1,3}})\.webp")


def _look(width: int, height: int, quality: int) -> Transform:
    made = Transform(width=width, height=height, fit=Fit.INSIDE, first_frame=True)
    return made.with_filter("format", "webp").with_filter("quality", quality)


PREVIEW, ON_SCREEN = _look(WIDTH, HEIGHT, 72), _look(SCREEN, SCREEN, 80)


def preview_key(photo_id: str, preview: str) -> str:
    """Where a preview lies."""
    return f"{PREVIEWS}{folder_of(photo_id)}/{photo_id}-{preview}.webp"


def screen_key(photo_id: str, sum_: str) -> str:
    """Where a picture lies that stands for one which browsers do not show."""
    return f"{SCREENS}{folder_of(photo_id)}/{photo_id}-{sum_}.webp"


def folder_of(photo_id: str) -> str:
    """Two letters, so that no folder has too many files."""
    return photo_id[-2:].zfill(2)


@dataclass
class Previews:
    """Those of one gallery. `there`: keys of what earlier runs have made; `made`: how many now."""

    backup: Backup
    render: Renders
    measure: Callable[[Blob], tuple[int, int]]
    there: set[str]
    made: int = 0
    wanted: set[str] = field(default_factory=set)
    _known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key in self.there:
            if match := _NAME.fullmatch(key):
                self._known[match[1]] = match[2]

    async def preview(self, entry: Entry, source: File) -> str:
        """See to the preview of a photo; why there is none, or ""."""
        known = self._known.get(entry.id, "")
        if known.partition("-")[0] == source.sum and source.sum:
            entry.preview = known
            self.wanted.add(preview_key(entry.id, known))
            return ""
        try:
            blob = (await self.render(await self.backup.file(source.key), [PREVIEW]))[0]
            width, height = self.measure(blob)
        except (ImageError, SourceError, StoreError) as error:
            return _reason(error)
        ratio = min(max(round(100 * width / height), RATIOS[0]), RATIOS[1])
        entry.preview = f"{source.sum or '0'}-{ratio}"
        await self._keep(preview_key(entry.id, entry.preview), blob)
        return ""

    async def screen(self, entry: Entry, source: File) -> tuple[str, str]:
        """See to a picture for screens; its key, or why there is none."""
        key = screen_key(entry.id, source.sum or "0")
        if key in self.there:
            self.wanted.add(key)
            return key, ""
        try:
            blob = (await self.render(await self.backup.file(source.key), [ON_SCREEN]))[0]
        except (ImageError, SourceError, StoreError) as error:
            return "", _reason(error)
        await self._keep(key, blob)
        return key, ""

    async def _keep(self, key: str, blob: Blob) -> None:
        attributes = Attributes(
            content_type=blob.media_type, cache_control="max-age=31536000, immutable"
        )
        await self.backup.store.put(key, blob, attributes=attributes)
        self.wanted.add(key)
        self.made += 1


def _reason(error: TintypeError) -> str:
    return error.message
