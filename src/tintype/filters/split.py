"""The arguments of a filter, cut apart where the filter means it."""

from collections.abc import Sequence

from tintype.transform import split_arguments


def joined_and_split(arguments: Sequence[str]) -> list[str]:
    """The arguments without quotes and blanks around them, when `[…]` and `'…'` hold together.

    Whoever made the call may have cut it at every comma: `curve([(0,0)],…)`.
    """
    text = ",".join(arguments)
    return [_unquoted(part.strip()) for part in split_arguments(text)] if text else []


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text
