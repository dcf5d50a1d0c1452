"""Source: the address of an original."""

import re
from dataclasses import dataclass

from tintype.errors import InvalidSource

_SCHEME = re.compile(r"([a-z][a-z0-9+-]{1,19}):(.+)", re.DOTALL)
MAX_LENGTH = 8192


@dataclass(frozen=True, slots=True)
class Source:
    """Where an original comes from: a scheme, which picks the loader, and what it makes of the rest.

    `str(source)` and `Source.parse` are inverse: `https://host/a.jpg`, `file:photos/a.jpg`, `-`.
    """

    scheme: str
    locator: str

    @classmethod
    def parse(cls, text: str) -> "Source":
        """Read an address as a person types it; a text without a scheme is a file.

        Raises InvalidSource for an empty or overlong address or one with a NUL.
        """
        if not text or "\0" in text or len(text) > MAX_LENGTH:
            raise InvalidSource(
                "The source is empty, too long, or holds a NUL character.",
                remedy="Give a file, a URL, or - for standard input.",
            )
        if text == "-":
            return cls("stdin", "-")
        if match := _SCHEME.fullmatch(text):
            return cls(match[1], match[2])
        return cls("file", text)

    def __str__(self) -> str:
        return "-" if self.scheme == "stdin" else f"{self.scheme}:{self.locator}"

    @property
    def name(self) -> str:
        """The last part of the locator without query and fragment: a file name, perhaps empty."""
        path = self.locator
        if self.scheme in {"http", "https"}:
            path = re.split(r"[?#]", path, maxsplit=1)[0].removeprefix("//").partition("/")[2]
        return path.rstrip("/").rpartition("/")[2]
