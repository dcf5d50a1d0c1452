"""What differs between two pictures of a page, as people see it."""

from pyvips import Image

from tintype.blob import Blob
from tintype.processor import Difference, engine
from tintype.processor.header import read_header
from tintype.processor.limits import check_limits
from tintype.settings import ImageSettings

VISIBLE = 6.0  # in CIEDE2000: 2.3 is just to be noticed side by side, twice that at a glance
BLUR = 0.7  # pixels: edges of letters that moved by a fraction of one are no difference
WIDEST = 1_280
RED = [214.0, 20.0, 60.0]
WHITE = [255.0, 255.0, 255.0]
FADED = 0.35


class VipsComparer:
    """ComparesPictures on libvips. Memory: some 40 bytes for each pixel of the narrower picture."""

    def __init__(self, settings: ImageSettings) -> None:
        self._settings = settings
        engine.start()

    def compare(self, before: Blob, after: Blob) -> Difference:
        """ComparesPictures.compare."""
        with engine.translated():
            one, other = self._opened(before), self._opened(after)
            width = min(one.width, other.width, WIDEST)
            one, other = _at_width(one, width), _at_width(other, width)
            height = max(one.height, other.height)
            one, other = _at_height(one, height), _at_height(other, height)
            distances = _seen(one).dE00(_seen(other)).copy_memory()
            differs = distances > VISIBLE
            picture = differs.ifthenelse(RED, _faded(other)).cast("uchar")
            content = picture.copy(interpretation="srgb").webpsave_buffer(Q=80, keep=0)
            share = differs.avg() / 255
            return Difference(share, distances.avg(), Blob.from_bytes(content))

    def _opened(self, blob: Blob) -> Image:
        check_limits(read_header(blob), self._settings)
        image = Image.new_from_buffer(blob.read(), "").autorot().colourspace("srgb")
        if image.hasalpha():
            image = image.flatten(background=WHITE)
        return image.cast("uchar").extract_band(0, n=3).copy_memory()


def _at_width(image: Image, width: int) -> Image:
    return image if image.width == width else image.thumbnail_image(width, height=100_000)


def _at_height(image: Image, height: int) -> Image:
    if image.height == height:
        return image
    return image.embed(0, 0, image.width, height, extend="background", background=WHITE)


def _seen(image: Image) -> Image:
    return image.gaussblur(BLUR).colourspace("lab")


def _faded(image: Image) -> Image:
    grey = image.colourspace("b-w").colourspace("srgb")
    return grey * FADED + 255 * (1 - FADED)
