"""Doctor: is everything here that is needed, and does the store do what it must?

Each check is a function that gives findings: ok, warning or failure, and what to do about it.
"""

from dataclasses import dataclass
from enum import StrEnum

from tintype.blob import Blob

PROBE = Blob.from_bytes(b"Tintype was here to see whether this store works.\n")


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    name: str
    status: Status
    text: str
    remedy: str = ""


def ok(name: str, text: str) -> Finding:
    """All is well."""
    return Finding(name, Status.OK, text)


def warning(name: str, text: str, remedy: str) -> Finding:
    """Something does not work, or not as well as it could; the main job does."""
    return Finding(name, Status.WARNING, text, remedy)


def failure(name: str, text: str, remedy: str) -> Finding:
    """The main job does not work."""
    return Finding(name, Status.FAILURE, text, remedy)
