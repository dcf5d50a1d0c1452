"""Texts out of other people's files: decoded without garbage, without control characters, cut."""

import codecs
import re

MOST_LETTERS = 500  # of one text
MOST_ITEMS = 32  # of one list
_MOST_BYTES = 8 * MOST_LETTERS
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff\u202a-\u202e\u2066-\u2069]"
)


def readable(raw: bytes, encoding: str = "") -> str | None:
    """A text up to its first zero, or None if there is none to read.

    Without an encoding it is UTF-8, else Windows-1252, as old cameras and editors write it; bytes
    that are neither give nothing rather than wrong letters.
    """
    cut = raw[:_MOST_BYTES]
    if encoding:
        return tidy(cut.decode(encoding, "ignore").partition("\0")[0])
    cut = cut.partition(b"\0")[0]
    # Bytes cut off in the middle of a letter of UTF-8 are left out; others that are none are not.
    text, _ = codecs.utf_8_decode(cut, "replace", len(cut) < _MOST_BYTES)
    return tidy(text if "\ufffd" not in text else _windows(cut))


def _windows(raw: bytes) -> str:
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return ""


def tidy(text: str) -> str | None:
    """The text without control and direction characters and blanks around it, and not too long."""
    text = _CONTROLS.sub("", text[: 4 * MOST_LETTERS]).strip()
    if len(text) > MOST_LETTERS:
        text = text[: MOST_LETTERS - 1] + "…"
    return text or None
