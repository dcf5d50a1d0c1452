"""Patterns: versions and confidence in them, and what a hostile pattern or text can do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.sites.platforms.patterns import PatternRefusedError, Sieve, read_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "version", "confidence"),
    [
        (r"^WordPress ?([\d.]+)?\;version:\1", "WordPress 6.8.1", "6.8.1", 100),
        (r"^WordPress ?([\d.]+)?\;version:\1", "wordpress", "", 100),
        (r"nginx(?:/([\d.]+))?\;version:\1\;confidence:50", "nginx/1.26", "1.26", 50),
        (r"\;confidence:30", "anything", "", 30),
        (r"a(b)?\;version:\1?yes:no", "ab", "yes", 100),
        (r"a(b)?\;version:\1?yes:no", "a", "no", 100),
        (r"v(\d)x(\d)\;version:\1.\2", "v4x7", "4.7", 100),
        (r"v(.+)\;version:\1", "v<script>", "", 100),
        (r"v(\d+)\;version:\1", f"v{'9' * 50}", "", 100),
        (r"x\;version:\7", "x", "", 100),
        (r"x\;confidence:1000", "x", "", 100),
    ],
)
def test_what_a_pattern_says_of_a_text(
    pattern: str, text: str, version: str, confidence: int
) -> None:
    hit = read_pattern(pattern).search(text.encode())
    assert hit
    assert (hit.version, hit.confidence) == (version, confidence)


@pytest.mark.parametrize("pattern", [r"a(?=b)", r"(a)\1", "(", "x{5000}", "y" * 3000])
def test_what_the_engine_does_not_know_is_refused(pattern: str) -> None:
    with pytest.raises(PatternRefusedError):
        read_pattern(pattern)


# Each makes a backtracking engine work for longer than the universe has been there.
HOSTILE = [r"(a+)+$", r"(a|a)*b", r"(?:a*)*c", r".*.*.*.*.*=d", r"(\w+\s?)+!"]


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.timeout(20)
def test_a_pattern_that_would_never_end_ends(pattern: str) -> None:
    assert read_pattern(pattern).search(b"a" * 400_000 + b"\n") is None


@given(st.lists(st.sampled_from([r"word(press)?", "^x", "a.c", r"\d+", "", "ab|cd"])), st.text())
def test_the_sieve_lets_through_all_that_can_be_found(patterns: list[str], text: str) -> None:
    read = [read_pattern(pattern) for pattern in patterns]
    possible = Sieve(read).possible(text.encode())
    for pattern in read:
        if pattern.matcher and text and pattern.search(text.encode()):
            assert id(pattern) in possible


@given(st.text(max_size=60))
def test_any_text_is_a_pattern_or_is_refused(text: str) -> None:
    try:
        pattern = read_pattern(text)
    except PatternRefusedError:
        return
    assert 0 <= pattern.confidence <= 100
    pattern.search(b"<html>" * 3)
