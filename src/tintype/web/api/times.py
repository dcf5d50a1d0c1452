"""Times as clients write them."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError


def _time(value: Any) -> Any:
    """A time as RFC 3339 writes it, with its zone."""
    if not isinstance(value, str):
        return value
    try:
        time = datetime.fromisoformat(value).astimezone(UTC) if "T" in value.upper() else None
    except (ValueError, OverflowError):
        time = None
    if time is None or datetime.fromisoformat(value).tzinfo is None:
        raise PydanticCustomError("time", "must be a time such as 2027-01-31T12:00:00Z")
    return time


Time = Annotated[
    datetime | None,
    BeforeValidator(_time),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}),
]
