"""Source: the address of an original."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from tintype.errors import InvalidSource

_SCHEME = re.compile(r"([a-z][a-z0-9+-]{1,19}):(.+)", re.DOTALL | re.IGNORECASE)
MAX_LENGTH = 8192  # characters


@dataclass(frozen=True, slots=True)
class Source:
    """Where an original comes from: a scheme, which picks the loader, and a locator for that.

    `str(source)` and `Source.parse` are inverse: `https://host/a.jpg`, `file:photos/a.jpg`, `-`.
    The locator of a file is its path as it is; percent signs mean something in `file://` only, and
    are decoded when that is read.
    """

    scheme: str
    locator: str

    @classmethod
    def parse(cls, text: str) -> "Source":
        """Read an address as a person types it; a text without a scheme is a file.

        Raises InvalidSource for an empty or overlong address, one with a NUL, and a `file://` URL
        of another host.
        """
        if not text or "\0" in text or len(text) > MAX_LENGTH:
            raise InvalidSource(
                "The source is empty, too long, or holds a NUL character.",
                remedy="Give a file, a URL, or - for standard input.",
            )
        if text == "-":
            return cls("stdin", "-")
        if not (match := _SCHEME.fullmatch(text)):
            return cls("file", _path(text))
        scheme, rest = match[1].lower(), match[2]
        if scheme == "stdin":
            return cls("stdin", "-")
        return cls(scheme, _file_locator(rest) if scheme == "file" else rest)

    def __str__(self) -> str:
        return "-" if self.scheme == "stdin" else f"{self.scheme}:{self.locator}"

    @property
    def name(self) -> str:
        """The last part of the locator without query and fragment: a file name, perhaps empty.

        Of a screenshot: the page's host and path, www_example_org_about.
        """
        path = self.locator
        if self.scheme in {"http", "https"}:
            path = re.split(r"[?#]", path, maxsplit=1)[0].removeprefix("//").partition("/")[2]
        if self.scheme == "screenshot":
            return _page_name(path)
        return path.rstrip("/").rpartition("/")[2]


def _page_name(locator: str) -> str:
    page = re.split(r"[?#]", locator.partition("://")[2], maxsplit=1)[0]
    return re.sub(r"[^\w-]+", "_", page).strip("_")[:120]


def _file_locator(rest: str) -> str:
    """The path in what follows `file:`; RFC 8089 has it percent-encoded behind `//` and a host."""
    if not rest.startswith("//"):
        return _path(rest)
    host, slash, path = rest.removeprefix("//").partition("/")
    decoded = _unquote(slash + path)
    if host.lower() not in {"", "localhost"} or not slash or "\0" in decoded:
        raise InvalidSource(
            f"file:{rest[:100]} is not the URL of a file on this machine.",
            remedy="Write file:///folder/name, or the plain path.",
        )
    return _path(decoded)


def _unquote(path: str) -> str:
    """Bytes that are no UTF-8 become what Python's file functions turn back into them."""
    raw = unquote_to_bytes(path.encode(errors="surrogateescape"))
    return raw.decode(errors="surrogateescape")


def _path(text: str) -> str:
    """Without needless slashes in front: `//` would read as a host. It means the same on POSIX."""
    return "/" + text.lstrip("/") if text.startswith("//") else text
