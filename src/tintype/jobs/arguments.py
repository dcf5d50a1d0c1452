"""Arguments of jobs, which come from anywhere: checked before a job is accepted."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from tintype.errors import InvalidRecord, SourceForbidden
from tintype.jobs import Args
from tintype.source import Source
from tintype.targets import CONFIGURED

STRANGERS = frozenset({"http", "https", "sample", "flickr"})  # what a user's job may load


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


def check_operator(is_trusted: bool) -> None:
    """Raise InvalidRecord for a user's job of a task that is not for users."""
    if not is_trusted:
        raise InvalidRecord.of({"task": "is for the operator only"})


def source_of(text: Any, *, is_trusted: bool) -> Source:
    """A source; raises InvalidSource, and SourceForbidden for one that is not for strangers."""
    if not isinstance(text, str):
        raise InvalidRecord.of({"source": "must be a text"})
    source = Source.parse(text)
    if not is_trusted and source.scheme not in STRANGERS:
        raise SourceForbidden(
            f"A job of a user loads no {source.scheme}: sources.",
            remedy="Give an address of the web or flickr:ID; add what is your own by uploading.",
        )
    return source


def anchored(args: Args, names: Collection[str]) -> dict[str, Any]:
    """Arguments whose relative paths, which are those of the caller, hold in any folder."""
    found = dict(args)
    for name in names:
        if isinstance(text := found.get(name), str) and text:
            found[name] = _anchored_target(text) if name == "to" else _anchored_source(text)
    return found


def _anchored_target(text: str) -> str:
    if text.startswith(("/", "s3://", CONFIGURED)):
        return text
    return f"{Path.cwd()}/{text.removeprefix('./')}"


def _anchored_source(text: str) -> str:
    source = Source.parse(text)
    if source.scheme != "file":
        return text
    path = Path(source.locator).absolute()
    return f"file:{path}" if text.lower().startswith("file:") else str(path)


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
