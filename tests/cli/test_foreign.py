"""Texts of others do nothing to a terminal."""

from tintype.cli.foreign import printable


def test_what_is_not_seen_is_a_blank() -> None:
    assert printable("a\x1b[31mb\u202ecd\ne é 写") == "a [31mb cd e é 写"
