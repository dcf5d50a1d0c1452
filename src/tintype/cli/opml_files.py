"""Reading lists of feeds from files, for every command that takes them."""

import sys
from pathlib import Path

from tintype.errors import InvalidRequest, SourceNotFound
from tintype.sites.opml import MOST_BYTES
from tintype.sites.opml.merging import NamedList
from tintype.sites.opml.reader import read_opml


def read_feeds(name: str) -> NamedList:
    """The list of a file, or of standard input for `-`. Errors name the file."""
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as stream:
                content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise SourceNotFound(f"{name} cannot be read: {error.strerror}.") from error
    try:
        return NamedList(name, read_opml(content))
    except InvalidRequest as error:
        raise InvalidRequest(f"{name}: {error.message}", remedy=error.remedy) from None
