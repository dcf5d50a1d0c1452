"""Which of the addresses of a picture is the one to show: `src` and `srcset`, by their widths."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin

WANTED = 1_200  # pixels: a column of text at two device pixels for each
_CANDIDATE = re.compile(r"\s*(\S{1,4000}?),?(?:\s+(\d{1,5}(?:\.\d{1,3})?)([wx]))?\s*(?:,|$)")
_MOST = 50
_LONGEST = 20_000  # characters of a srcset


def best_candidate(src: str, sets: Sequence[str], base: str = "") -> str:
    """The narrowest that is wide enough, else the widest; `src` where nothing says how wide."""
    found: list[tuple[float, str]] = []
    for srcset in sets:
        found += _candidates(srcset, base)
        if found:
            break
    wide = [(width, address) for width, address in found if width >= WANTED]
    if wide:
        return min(wide)[1]
    if found:
        return max(found)[1]
    return _resolved(src, base)


def _candidates(srcset: str, base: str) -> Iterator[tuple[float, str]]:
    """What a srcset offers; a density counts as so many columns of 600 pixels."""
    for index, match in enumerate(_CANDIDATE.finditer(srcset[:_LONGEST])):
        written, number, unit = match.groups()
        if index >= _MOST:
            return
        if address := _resolved(written, base):
            yield float(number or 1) * (1 if unit == "w" else WANTED / 2), address


def _resolved(address: str, base: str) -> str:
    """The whole address; empty where that is none on the web."""
    try:
        whole = urljoin(base, address) if address else ""
    except ValueError:
        return ""
    return whole if whole.startswith(("https://", "http://")) else ""
