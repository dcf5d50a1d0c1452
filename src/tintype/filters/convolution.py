"""The filter `convolution`."""

import math
import re
from typing import Annotated

from pyvips import Image

from tintype.filters.arguments import Argument, Truth, checked, whole
from tintype.filters.pixels import on_colours

MOST = 25  # rows, columns

Numbers = tuple[float, ...]


def _read_numbers(text: str) -> Numbers:
    parts = text.split(";", MOST * MOST)
    if len(parts) > MOST * MOST or not all(_NUMBER.fullmatch(part) for part in parts):
        raise ValueError(text)
    return tuple(map(float, parts))


_NUMBER = re.compile(r"\s*-?\d{1,9}(?:\.\d{0,9})?\s*", re.ASCII)
Matrix = Annotated[Numbers, Argument("numbers with ; between them, row by row", _read_numbers)]
Columns = Annotated[int, whole(1, MOST)]


def _rows_and_columns_are_odd(matrix: Numbers, columns: int, *_: bool) -> None:
    rows, rest = divmod(len(matrix), columns)
    if rest or rows % 2 == 0 or columns % 2 == 0 or rows > MOST:
        raise ValueError(
            f"the numbers make odd counts of rows and columns, up to {MOST} each,"
            f" and {len(matrix)} numbers in {columns} columns do not"
        )


@checked(_rows_and_columns_are_odd)
def convolution(image: Image, matrix: Matrix, columns: Columns, normalize: Truth = True) -> Image:
    """Make each pixel the sum of its neighbours times a matrix of numbers; `normalize` divides by
    the sum of them. Transparency stays.
    """
    scale = (normalize and math.fsum(matrix)) or 1
    rows = [list(matrix[i : i + columns]) for i in range(0, len(matrix), columns)]
    mask = Image.new_from_array(rows, scale=scale)
    return on_colours(image, lambda colours: colours.conv(mask, precision="float"))
