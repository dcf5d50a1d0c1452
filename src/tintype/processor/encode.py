"""From pixels to a file: the format, the quality, the bytes."""

from collections.abc import Sequence

from pyvips import Image

from tintype import stop
from tintype.blob import Blob
from tintype.errors import InvalidTransform
from tintype.filters import Encoding
from tintype.filters.pixels import flattened
from tintype.formats import FORMATS, Format
from tintype.processor import engine, write
from tintype.processor.choice import PACE, Candidate, candidates
from tintype.processor.quality import good_enough, small_enough

WHITE = (255, 255, 255)
AVIF_BUDGET = 0.5  # seconds
_ALWAYS_LOSSY = {"jpeg", "gif"}


def result_format(encoding: Encoding, source: Format) -> Format:
    """The format asked for, else the source's own, and JPEG for what is only read.

    Raises InvalidTransform when it should be lossless and cannot.
    """
    found = encoding.format or (source if source.writable else FORMATS[0])
    if encoding.lossless and found.name in _ALWAYS_LOSSY:
        raise InvalidTransform(
            f"{found.name.upper()} has no lossless mode.",
            remedy="Add format(webp), format(avif) or format(png).",
        )
    return found


def encoded(
    frames: Sequence[Image], encoding: Encoding, format_: Format, avif_budget: float = AVIF_BUDGET
) -> Blob:
    """The file of one picture, or of an animation with the frames' own times and loop.

    It is written in `format_`, unless the encoding accepts others: then in the smallest. AVIF is
    written with an effort that is expected to take `avif_budget` seconds at most; where not even
    the least does, it is left out of a choice. Memory: one picture of the result's size more when
    several are written to choose from, or the quality is looked for.
    """
    animated = len(frames) > 1
    image = write.animation(list(frames)) if animated else frames[0]
    if _is_read_twice(encoding):
        image = engine.in_memory(image)
    tried = candidates(image, encoding, format_, animated=animated, budget=avif_budget)
    made = [(*_made(image, each), each) for each in tried]
    content, used, best = min(made, key=lambda each: len(each[0]))
    content = small_enough(_fit_for(image, best), used, best.format, content)
    return Blob(content, best.format.media_type, len(content))


def _is_read_twice(encoding: Encoding) -> bool:
    return bool(
        encoding.accepts or encoding.auto_quality or encoding.max_bytes or encoding.jpeg_for_png
    )


def _made(image: Image, candidate: Candidate) -> tuple[bytes, Encoding]:
    """The candidate's file, and the encoding with the quality that was found for it."""
    stop.current().check()
    image, encoding, format_ = _fit_for(image, candidate), candidate.encoding, candidate.format
    if encoding.auto_quality:
        encoding = good_enough(image, encoding, format_, encoding.auto_quality)
    if format_.name != "avif" or encoding.effort is None:
        return write.content_of(image, encoding, format_), encoding
    pixels, effort = image.width * image.height, encoding.effort
    content = PACE.timed(effort, pixels, lambda: write.content_of(image, encoding, format_))
    return content, encoding


def _fit_for(image: Image, candidate: Candidate) -> Image:
    return image if candidate.format.alpha else flattened(image, WHITE)
