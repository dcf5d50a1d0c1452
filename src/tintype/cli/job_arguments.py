"""Arguments of jobs, as they are written on the command line."""

import json
from typing import Any

from tintype.errors import InvalidRequest


def arguments_of(texts: tuple[str, ...]) -> dict[str, Any]:
    """NAME=VALUE, and OUTER.INNER=VALUE for a value within a value. Raises InvalidRequest."""
    found: dict[str, Any] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise InvalidRequest(f"{text!r} is no argument.", remedy="Write NAME=VALUE.")
        place = found
        *outer, last = name.split(".")
        for each in outer:
            place = place.setdefault(each, {})
            if not isinstance(place, dict):
                raise InvalidRequest(f"{text!r} lies within a value that is given already.")
        place[last] = _value(value)
    return found


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
