"""The filter `format`."""

from dataclasses import replace
from typing import Annotated

from tintype.filters.arguments import FormatName, either
from tintype.filters.encoding import Encoding
from tintype.formats import Format

NameOrAuto = Annotated[Format | None, either("auto", FormatName.__metadata__[0])]


def format_(encoding: Encoding, name: NameOrAuto) -> Encoding:
    """The format of the result. Unset or `auto`: the original's own, and JPEG for HEIC; with
    `auto` the service takes a smaller one that the browser accepts.
    """
    return replace(encoding, format=name)
