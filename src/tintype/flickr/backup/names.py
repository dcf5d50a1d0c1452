"""Names of files: by a template, harmless everywhere, and with the photo's id in each."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from string import Formatter

from tintype.errors import InvalidRequest

FIELDS = ("id", "title", "taken", "uploaded", "media")
_DATES = ("taken", "uploaded")
_LONGEST_TITLE = 100  # bytes: with an id, a date and suffixes below the 255 of file systems
_NO_FILE_NAME = re.compile(r'[<>:"/\\|?*\s]+')  # what Windows, macOS or a shell would not have
_FORMAT = re.compile(r"(?:[^%{}/\\]|%[YmdHMSyjBb]|/)*")


def check_template(template: str) -> str:
    """The template itself. Raises InvalidRequest for one that would not do."""
    remedy = 'Such as "{taken:%Y}/{id}_{title}"; there are ' + ", ".join(FIELDS) + "."
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        raise InvalidRequest("The template has a brace too many.", remedy=remedy) from None
    names = [name for _, name, _, _ in parts if name is not None]
    for literal, name, form, conversion in parts:
        if name is not None and (name not in FIELDS or conversion):
            raise InvalidRequest(f"There is no field {{{name[:40]}}} in names.", remedy=remedy)
        if form and (name not in _DATES or not _FORMAT.fullmatch(form)):
            raise InvalidRequest(f"{form[:40]!r} is no form of a date.", remedy=remedy)
        if re.search(r'[\x00-\x1f\x7f\\<>:"|?*]', literal):
            raise InvalidRequest("The template has a letter that no file name has.", remedy=remedy)
    if "id" not in names:
        raise InvalidRequest(
            "The template needs {id}: else photos with equal titles would have one name.",
            remedy=remedy,
        )
    segments = template.split("/")
    if "" in segments or {".", ".."} & set(segments) or len(template) > 200:
        raise InvalidRequest("The template is no path below a folder.", remedy=remedy)
    return template


def file_name(template: str, values: Mapping[str, str | datetime]) -> str:
    """The name of a photo, without suffix. `values`: all of FIELDS."""
    safe = {
        name: value if isinstance(value, datetime) else harmless(value)
        for name, value in values.items()
    }
    filled = template.format_map(_Dates(safe))
    return "/".join(_segment(segment) for segment in filled.split("/"))


def harmless(text: str, longest: int = _LONGEST_TITLE) -> str:
    """A text as a part of a file name: of any language, without what any system cannot keep."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    text = _NO_FILE_NAME.sub(" ", text).strip(" .")
    return text.encode()[:longest].decode("utf-8", "ignore").strip(" .")


def _segment(segment: str) -> str:
    return segment.strip(" ").rstrip("._- ").lstrip(".") or "_"


class _Dates(dict[str, "str | _Date"]):
    """The values; a date without a form is written as a day."""

    def __init__(self, values: Mapping[str, str | datetime]) -> None:
        super().__init__(
            {n: v if isinstance(v, str) else _Date(v) for n, v in values.items()},
        )


class _Date:
    def __init__(self, value: datetime) -> None:
        self._value = value

    def __format__(self, form: str) -> str:
        # Years before 1000 have fewer digits by some C libraries.
        return self._value.strftime((form or "%Y-%m-%d").replace("%Y", f"{self._value.year:04}"))
