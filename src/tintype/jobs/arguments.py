"""Arguments of jobs, which come from anywhere: checked before a job is accepted."""

from collections.abc import Mapping
from typing import Any

from tintype.errors import InvalidRecord, SourceForbidden
from tintype.jobs import Args
from tintype.source import Source

STRANGERS = frozenset({"http", "https", "sample"})  # what a user's job may be given to load


def check_fields(args: Args, known: Mapping[str, type | tuple[type, ...]], *needed: str) -> None:
    """Raise InvalidRecord that names every argument that is unknown, missing or of another type."""
    mistakes = {name: "is no argument of this task" for name in args if name not in known}
    mistakes |= {name: "cannot be blank" for name in needed if not args.get(name)}
    for name, kind in known.items():
        value = args.get(name)
        wrong_bool = isinstance(value, bool) and kind is int
        if value is not None and (not isinstance(value, kind) or wrong_bool):
            mistakes.setdefault(name, f"is of the wrong type ({type(value).__name__})")
    if mistakes:
        raise InvalidRecord.of(mistakes)


def source_of(text: Any, *, is_trusted: bool) -> Source:
    """A source; raises InvalidSource, and SourceForbidden for one that is not for strangers."""
    if not isinstance(text, str):
        raise InvalidRecord.of({"source": "must be a text"})
    source = Source.parse(text)
    if not is_trusted and source.scheme not in STRANGERS:
        raise SourceForbidden(
            f"A job of a user loads no {source.scheme}: sources.",
            remedy="Give an address of the web; add originals of your own by uploading.",
        )
    return source


def check_list(args: Args, is_trusted: bool) -> None:
    """A source, or a list that is loaded from one, if there is any."""
    if args.get("source"):
        source_of(args["source"], is_trusted=is_trusted)
    if args.get("list"):
        source_of(args["list"], is_trusted=is_trusted)


def text_of(args: Args, name: str, default: str = "") -> str:
    """An argument that is a text."""
    value = args.get(name)
    return value if isinstance(value, str) else default
