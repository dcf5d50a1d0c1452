"""Texts of others, on a terminal: what moves the cursor or turns the line around is left out."""


def printable(text: str) -> str:
    """The text with a blank for every character that is not seen."""
    return "".join(c if c.isprintable() else " " for c in text)
