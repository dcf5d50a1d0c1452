"""CRC-32 as gzip, PNG and S3 have it (IEEE 802.3, reflected), and of bytes put together.

By ISA-L: the system's zlib needs a quarter of a second a GiB or more, which is as long as sending
it to a server close by.
"""

from collections.abc import Iterable
from functools import lru_cache

from isal.isal_zlib import crc32

__all__ = ["Crc32", "combine_crc32", "crc32"]

_POLYNOMIAL = 0xEDB88320
Matrix = tuple[int, ...]  # of bits: 32 columns


class Crc32:
    """A CRC-32 that grows with the bytes."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0

    def update(self, data: bytes) -> None:
        """Take in more bytes."""
        self.value = crc32(data, self.value)


def combine_crc32(pieces: Iterable[tuple[int, int]]) -> int:
    """The CRC-32 of bytes from the CRC-32 and the length of each piece of them, in order.

    A CRC is linear: that of `a` and `b` together is that of `a` followed by as many zeros as `b`
    has bytes, plus that of `b`. M. Adler's method, as in zlib's crc32_combine.
    """
    whole = 0
    for crc, length in pieces:
        whole = _times(_zeros(length), whole) ^ crc
    return whole


@lru_cache(maxsize=8)
def _zeros(length: int) -> Matrix:
    """What `length` zero bytes do to a CRC: the matrix for one bit to the power of 8 × length."""
    result = tuple(1 << n for n in range(32))
    # One zero bit: shift, and subtract the polynomial if a bit falls out.
    power: Matrix = (_POLYNOMIAL, *(1 << n for n in range(31)))
    bits = 8 * length
    while bits:
        if bits & 1:
            result = _product(power, result)
        power = _product(power, power)
        bits >>= 1
    return result


def _product(a: Matrix, b: Matrix) -> Matrix:
    return tuple(_times(a, column) for column in b)


def _times(matrix: Matrix, vector: int) -> int:
    result = 0
    for column in matrix:
        if vector & 1:
            result ^= column
        vector >>= 1
    return result
