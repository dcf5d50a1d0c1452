"""Pyramids: a very large picture in tiles at several sizes, from which any window is cut at once.

A tile of a 48-megapixel JPEG costs the decoding of all that lies above it, 0.15 s and more; from a
pyramid some 10 ms. It is a TIFF of our own (tiles of 512 pixels in JPEG of quality 90, or deflated
where there is alpha; each smaller level half of the one before, in a SubIFD): upright, in 8-bit
sRGB or gray.
"""

import tempfile
from pathlib import Path

from pyvips import Image, Source

from tintype import filters
from tintype.blob import Blob
from tintype.errors import ImageError, InvalidTransform
from tintype.geometry import Plan, Size
from tintype.processor import engine
from tintype.processor.colour import in_8_bits, in_srgb
from tintype.processor.decode import Frame, decoded
from tintype.processor.drawing import Order, drawn
from tintype.processor.encode import encoded, result_format
from tintype.processor.header import Header, read_header
from tintype.processor.limits import Room, check_limits
from tintype.processor.metadata import NOTHING
from tintype.processor.planning import planned
from tintype.processor.recipe import Recipe
from tintype.settings import ImageSettings
from tintype.transform import CropBox, Fit, Transform

LEAST_PIXELS = 20_000_000  # of a picture that merits one
TILE = 512  # pixels
_QUALITY = 90


class VipsPyramids:
    """Makes pyramids and cuts renditions out of them. Safe in several threads.

    Memory for making one: about 110 MB for 48 megapixels in a baseline JPEG, and it grows with the
    width only; a progressive JPEG adds 6 bytes a pixel, as it does for any rendition. A picture
    that must be turned is laid down in a temporary file of 3 bytes a pixel. For a rendition: the
    tiles that it shows, and up to 4 bytes a pixel of its own.
    """

    def __init__(self, settings: ImageSettings, folder: Path | None = None) -> None:
        self._settings = settings
        self._folder = folder
        engine.start()

    def merits_pyramid(self, original: Blob) -> bool:
        """MakesPyramids.merits_pyramid."""
        try:
            with engine.translated():
                header = read_header(original)
        except ImageError:
            return False
        seen = header.seen
        large = seen.width * seen.height > LEAST_PIXELS and min(seen.width, seen.height) >= TILE
        return large and not header.animated and header.master is None

    def make_pyramid(self, original: Blob, path: Path) -> None:
        """MakesPyramids.make_pyramid."""
        with engine.translated(), tempfile.TemporaryDirectory(dir=self._folder) as folder:
            header = read_header(original)
            check_limits(header, self._settings)
            image = in_srgb(self._upright(original, header, folder), keep_profile=False)
            with engine.watched(image):
                _write(image, path)

    def may_cut(self, transform: Transform) -> bool:
        """MakesPyramids.may_cut."""
        sized = isinstance(transform.width, int) and isinstance(transform.height, int)
        plain = not (transform.trim or transform.debug or transform.then or transform.rules)
        box = transform.crop is None or isinstance(transform.crop, CropBox)
        if not (sized and plain and box and transform.fit is Fit.STRETCH):
            return False
        try:
            encoding = filters.parse(transform.filters).encoding
        except InvalidTransform:
            return False
        return bool(encoding.format) and not encoding.keep

    def measure_pyramid(self, pyramid: Blob) -> tuple[int, int]:
        """MakesPyramids.measure_pyramid."""
        with engine.translated():
            image = _opened(pyramid, 0)
            return image.width, image.height

    def cut(self, pyramid: Blob, transform: Transform) -> Blob:
        """MakesPyramids.cut."""
        with engine.translated():
            whole = _opened(pyramid, 0)
            recipe = Recipe.of(transform)
            found = planned(Size(whole.width, whole.height), transform)
            format_ = recipe.encoding.format
            assert format_, "may_cut has looked"
            format_ = result_format(recipe.encoding, format_)
            room = Room(1, format_, self._settings, recipe.encoding.lossless)
            room.check(found.plan.result)
            level = level_for(found.plan, _count(whole, "n-subifds"))
            image = in_8_bits(_opened(pyramid, level) if level else whole)
            order = Order(recipe, format_, found, room, {})
            result = drawn(Frame(image, 1 << level), order)
            with engine.watched(result):
                return encoded([result], recipe.encoding, format_)

    def _upright(self, original: Blob, header: Header, folder: str) -> Image:
        """The picture from top to bottom. Turning reads out of order: from a file, not memory."""
        if header.orientation == 1 or header.unstreamed:
            return next(decoded(original, header, 1, moving=False)).image
        path = Path(folder) / "lying.tif"
        image = in_8_bits(header.image)
        with engine.watched(image):
            image.tiffsave(str(path), tile=True, bigtiff=True)
        return Image.tiffload(str(path)).autorot()


def level_for(plan: Plan, levels: int) -> int:
    """How many times the level to read from is halved: the smallest that need not be enlarged.

    A tile at an odd edge is rounded up, shrinks by a little less, and comes from the level before.
    """
    return next((n for n in range(levels, 0, -1) if plan.shrink >= 1 << n), 0)


def _write(image: Image, path: Path) -> None:
    lossless = image.hasalpha()
    image.tiffsave(
        str(path),
        tile=True,
        tile_width=TILE,
        tile_height=TILE,
        pyramid=True,
        subifd=True,
        compression="deflate" if lossless else "jpeg",
        predictor="horizontal" if lossless else "none",
        Q=_QUALITY,
        keep=NOTHING,
    )


def _opened(pyramid: Blob, level: int) -> Image:
    """A level by how often it is halved; the file's path is taken literally."""
    content = pyramid.content
    source = (
        Source.new_from_file(str(content))
        if isinstance(content, Path)
        else Source.new_from_memory(content)
    )
    image = Image.tiffload_source(source, subifd=level - 1, access="random", fail_on="error")
    assert isinstance(image, Image)
    return image


def _count(image: Image, field: str) -> int:
    value = image.get(field) if image.get_typeof(field) else 0
    assert isinstance(value, int)
    return value
