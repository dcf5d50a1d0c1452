"""The filters `strip_exif` and `strip_icc`, which thumbor's URLs carry."""

from dataclasses import replace

from tintype.filters.encoding import Encoding, Keep


def strip_exif(encoding: Encoding) -> Encoding:
    """Leave EXIF out. This is the default; it takes back an earlier `keep`."""
    return replace(encoding, keep=encoding.keep - {Keep.EXIF, Keep.GPS, Keep.COPYRIGHT})


def strip_icc(encoding: Encoding) -> Encoding:
    """Leave the colour profile out. This is the default; it takes back an earlier `keep`."""
    return replace(encoding, keep=encoding.keep - {Keep.ICC})
