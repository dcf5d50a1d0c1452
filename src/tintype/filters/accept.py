"""The filter `accept`."""

from dataclasses import replace
from typing import Annotated

from tintype.filters.arguments import word
from tintype.filters.encoding import Encoding

Candidate = Annotated[str, word("avif, webp or plain", "avif|webp|plain")]


def accept(encoding: Encoding, *formats: Candidate) -> Encoding:
    """Write the smallest of these formats and the one it would be else. The service adds it when
    the browser accepts them; `plain` stands for a browser that accepts neither.
    """
    return replace(encoding, accepts=encoding.accepts.union(formats))
