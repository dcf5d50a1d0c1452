"""What files give to options: texts, and lists of pages, a URL a line with a slug or remarks, CSV
or JSON lines.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tintype.errors import InvalidRequest


def entries_of(file: str) -> Iterator[dict[str, Any]]:
    """The entries of a list, each with its `source` and perhaps a `key`; - is standard input.

    Raises InvalidRequest for a file that cannot be read, InvalidSource for a line of no sense.
    """
    from tintype.jobs.lists import read_list
    from tintype.sites.lists import is_spaced, spaced

    text = text_of(file)
    return spaced(text) if is_spaced(text) else read_list(text)


def text_given(text: str) -> str:
    """The text of an option, or of the file that it names behind an @. Raises InvalidRequest."""
    return text_of(text[1:]) if text.startswith("@") else text


def text_of(file: str) -> str:
    """The text of a file; - is standard input. Raises InvalidRequest."""
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"{file} is no text in UTF-8.", remedy="Convert it.") from error
    except OSError as error:
        raise InvalidRequest(f"{file} cannot be read: {error.strerror}.") from error
