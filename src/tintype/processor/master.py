"""Stored masters: a smaller copy of a large still picture, from which small renditions are made.

A JPEG's thumbnail costs nearly nothing but reading the whole file, so that a copy of about 1,000
pixels makes further small sizes several times faster. The copy is the original shrunk by 2, 4 or 8,
as a decoder shrinks, so that the geometry of what is made from it is exactly the same.
"""

from pyvips import Image

from tintype.blob import Blob
from tintype.errors import ImageError, InvalidTransform
from tintype.formats import by_name
from tintype.geometry import Size
from tintype.processor import engine
from tintype.processor.colour import in_srgb
from tintype.processor.container import Master
from tintype.processor.decode import decoded, shrink_for
from tintype.processor.header import Header, read_header
from tintype.processor.limits import check_limits
from tintype.processor.metadata import NOTHING
from tintype.processor.planning import planned
from tintype.processor.recipe import Recipe
from tintype.settings import ImageSettings
from tintype.transform import Transform

LEAST_PIXELS = 4_000_000  # of an original that merits one
SIDE = 1_000  # of a master: its longer side, at least nine tenths of that
_QUALITY = 94  # the least that keeps a structural similarity of 0.98, even of noise at the edge
_LOSSY = {"jpeg", "heic", "avif", "webp"}


class VipsMasters:
    """Makes and judges masters with libvips. Safe in several threads; memory as for one rendition.

    Kept as JPEG of quality 94 without chroma subsampling; as PNG where there is alpha, or where the
    original was lossless, as drawings and screenshots are.
    """

    def __init__(self, settings: ImageSettings) -> None:
        self._settings = settings
        engine.start()

    def may_suit(self, transform: Transform) -> bool:
        """MakesMasters.may_suit: a size is asked for, and nothing that only the original has."""
        if transform.trim or transform.debug:
            return False
        return bool(transform.width or transform.height or transform.rules)

    def suits(self, master: Blob, transform: Transform) -> bool:
        """MakesMasters.suits."""
        try:
            read = Master.read(master)
            recipe = Recipe.of(transform.resolved(read.width, read.height))
            first = recipe.links[0].transform
            if recipe.encoding.keep or recipe.encoding.lossless or not self.may_suit(first):
                return False
            return shrink_for(planned(Size(read.width, read.height), first).plan) >= read.shrink
        except (InvalidTransform, ImageError):
            return False  # whoever makes it from the original says what is wrong

    def merits_master(self, original: Blob) -> bool:
        """MakesMasters.merits_master."""
        try:
            with engine.translated():
                return _shrink(read_header(original)) > 1
        except ImageError:
            return False

    def master(self, original: Blob) -> Blob:
        """MakesMasters.master."""
        with engine.translated():
            header = read_header(original, native=self._settings.native_jpeg)
            check_limits(header, self._settings)
            shrink = _shrink(header)
            frame = next(decoded(original, header, shrink, moving=False)).shrunk_to(shrink)
            image = in_srgb(frame.image, keep_profile=False)
            with engine.watched(image):
                blob = _written(image, header)
            return Master(
                blob=blob,
                format=by_name("png" if blob.media_type == "image/png" else "jpeg")
                or header.format,
                original=header.format,
                width=header.seen.width,
                height=header.seen.height,
                shrink=shrink,
                shrinks_further=header.orientation == 1 or _divides(header.stored, 8),
            ).write()


def _shrink(header: Header) -> int:
    """How much smaller a picture's master is; 1 for one that merits none."""
    seen = header.seen
    if header.animated or header.master or seen.width * seen.height < LEAST_PIXELS:
        return 1
    longer = max(seen.width, seen.height)
    return next((step for step in (8, 4, 2) if longer / step >= 0.9 * SIDE), 1)


def _divides(size: Size, step: int) -> bool:
    return size.width % step == 0 and size.height % step == 0


def _written(image: Image, header: Header) -> Blob:
    if header.format.name not in _LOSSY or image.hasalpha():
        return Blob.from_bytes(image.pngsave_buffer(compression=2, keep=NOTHING))
    return Blob.from_bytes(image.jpegsave_buffer(Q=_QUALITY, subsample_mode="off", keep=NOTHING))
