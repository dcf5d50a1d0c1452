"""Filling in the texts beside this file: `§{name}` stands for a value.

A line that is nothing but `§{name}` becomes as many lines as the value has: none for
an empty one.
"""

import re
from collections.abc import Mapping
from importlib.resources import files

_PLACE = re.compile(r"^( *)§\{([a-z_]+)\}\n|§\{([a-z_]+)\}", re.MULTILINE)


def filled(name: str, values: Mapping[str, str]) -> str:
    """The text of that name with its values."""

    def value(match: re.Match[str]) -> str:
        if match[3]:
            return values[match[3]]
        # A line in a value that is empty stays so, whatever stands before it.
        return "".join(
            f"{match[1]}{line}".rstrip() + "\n" for line in values[match[2]].splitlines()
        )

    return _PLACE.sub(value, (files(__package__) / name).read_text("utf-8"))
