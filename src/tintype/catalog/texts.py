"""What texts from outside may be, before they are kept: one rule for every edge."""

import unicodedata

_BAD = {
    "Cc": "cannot hold control characters",
    "Cs": "is not valid Unicode",
    "Zl": "cannot hold line breaks",
    "Zp": "cannot hold line breaks",
}


def mistake_in(text: str, longest: int, *, may_be_blank: bool = False) -> str:
    """What is wrong with a text of one line, as a phrase: "cannot be blank". "" if nothing is."""
    if not may_be_blank and not text.strip():
        return "cannot be blank"
    if len(text) > longest:
        return f"cannot be longer than {longest} characters"
    return next((_BAD[c] for c in map(unicodedata.category, text) if c in _BAD), "")


def folded(text: str) -> str:
    """The form in which texts are compared: without case, composed (Unicode 3.13, D145)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())
