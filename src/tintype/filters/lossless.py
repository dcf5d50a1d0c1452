"""The filter `lossless`."""

from dataclasses import replace

from tintype.filters.encoding import Encoding


def lossless(encoding: Encoding) -> Encoding:
    """Write WebP and AVIF without loss; PNG and TIFF are so anyway. Refused for JPEG and GIF."""
    return replace(encoding, lossless=True)
