"""thumbor's grammar: a path and what it asks for, both ways.

The grammar is that of the class `Url` of libthumbor 2.0, read segment by segment, so that the time
is linear in the length. A part out of order is no error: it begins the picture's address. Beyond
thumbor: crops in shares (`0.1x0.1:0.9x0.9`), `stretch/` and a padding `LxT:RxB` behind the size, as
imagor has them; `preset:name/` in front; and `-/` between transforms that are done one after
another. `trim:10` and libthumbor's `trim::10` are a tolerance of 10 (thumbor takes the 10 for a
position, and the other for a picture). An encoded colon (`%3A`) is one; an encoded bracket is none,
so that the address of a watermark may hold any.
"""

import re
from dataclasses import replace
from urllib.parse import quote

from tintype.errors import InvalidRequest
from tintype.transform import CropEdges, Transform
from tintype.urls import ImageRequest
from tintype.urls.grammar import SAFE, Grammar, Reading, address, as_bytes, decoded, encoded

__all__ = ["MAX_PATH", "Grammar", "compose", "decoded", "encoded", "halves", "parse", "reads_alike"]

MAX_PATH = 10_000  # characters
MAX_NESTED = 10  # thumbor URLs within one another, for extract_focal
_NESTED = re.compile(
    r"(?:(?:https?://)?[^/]+/)?(?:unsafe|[A-Za-z0-9_-]{27,90}(?:=|%3D){0,2})/", re.IGNORECASE
)


def parse(path: str, grammar: Grammar | None = None) -> ImageRequest:
    """Read the part of a path behind its signature, percent-encoded or not.

    Raises InvalidRequest for a path without a picture, or one that is too long, and
    InvalidTransform for sizes out of range and for a preset that there is not.
    """
    if len(path) > MAX_PATH:
        raise InvalidRequest(
            f"The path has {len(path):,} characters; {MAX_PATH:,} are the limit.",
            remedy="Put a preset in place of the filters.",
        )
    return _with_extracted_focal(_read(path, grammar or Grammar()))


def compose(request: ImageRequest) -> str:
    """The path of a request, as a URL may hold it, without slash in front: `parse` is the inverse.

    `urls.grammar.address` says how the picture stands in it.
    """
    meta = "meta/" if request.meta else ""
    path, debug = quote(as_bytes(request.transform.path()), safe=SAFE + "%"), ""
    if request.transform.debug:
        path, debug = path.removeprefix("debug/"), "debug/"
    return f"{debug}{meta}{path}/{address(request.image)}"


def halves(path: str) -> tuple[str, str]:
    """What is asked for, and the address of the picture, both as they stand in the path."""
    reading = Reading(path, None)
    reading.word("debug", lambda: None)
    reading.word("meta", lambda: None)
    reading.skip()
    end = len(path) - len(reading.rest)
    return path[:end], path[end:]


def reads_alike(path: str) -> bool:
    """Whether a path is read like its decoded text: no structure hangs on an encoding."""
    asked, _ = halves(path)
    return "%29" not in asked and halves(decoded(path))[0] == decoded(asked)


def _read(path: str, grammar: Grammar) -> ImageRequest:
    reading = Reading(path.removeprefix("/"), grammar)
    reading.word("debug", lambda: reading.keep(debug=True))
    meta = reading.word("meta", lambda: None)
    chain = reading.chain()
    request = ImageRequest(image=decoded(reading.rest), transform=_linked(chain), meta=meta)
    if not request.image:
        raise InvalidRequest("The URL names no picture.", remedy="End it with the picture's URL.")
    return request


def _linked(chain: list[Transform]) -> Transform:
    last = chain[-1]
    for transform in reversed(chain[:-1]):
        last = replace(transform, then=last)
    return last


def _with_extracted_focal(request: ImageRequest) -> ImageRequest:
    """`extract_focal()`: the crop of a thumbor URL within this one is a focal point, and its
    picture is the picture. Without a crop nothing changes, as in thumbor.
    """
    calls = request.transform.filters
    if not any(call.name == "extract_focal" for call in calls):
        return request
    kept = tuple(call for call in calls if call.name != "extract_focal")
    transform, image = replace(request.transform, filters=kept), request.image
    for _ in range(MAX_NESTED):
        if (inner := _nested(image)) is None:
            break
        image = inner.image
        if isinstance(inner.transform.crop, CropEdges):
            focal = (*transform.focal, inner.transform.crop)
            return replace(request, transform=replace(transform, focal=focal), image=image)
    return replace(request, transform=transform)


def _nested(image: str) -> ImageRequest | None:
    """The request that a picture's address is itself, behind a host and a signature."""
    match = _NESTED.match(image)
    if match is None:
        return None
    try:
        return _read(image[match.end() :], Grammar())
    except InvalidRequest:
        return None
