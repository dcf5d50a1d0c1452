from hypothesis import given
from hypothesis import strategies as st

from tintype.processor.window import window


@given(
    st.integers(30, 9_000),
    st.floats(0, 1),
    st.floats(0.02, 1),
    st.floats(0.06, 0.83),
)
def test_a_window_holds_the_result_and_lies_in_the_picture(
    side: int, where: float, part: float, scale: float
) -> None:
    length = max(2 / scale, side * part)
    if length > side:
        return
    result = int(length * scale)
    edge = where * (side - length)
    found = window(edge, scale, result, side)
    assert 0 <= found.start <= edge
    assert found.start + found.length <= side
    assert found.skip >= 0
    assert round(found.length * found.scale) >= found.skip + result
    # The corner of the result, back in the picture's pixels, is near the edge asked for.
    assert abs((found.start + found.skip / scale - edge) * scale) <= 0.5
    assert abs(found.scale / scale - 1) < 0.5 / max(result, 1) + 0.02


@given(st.floats(100, 900), st.floats(0.1, 0.83).filter(lambda s: abs(s * 8 - round(s * 8)) > 0.05))
def test_away_from_the_borders_the_corner_is_right_to_a_fraction(edge: float, scale: float) -> None:
    found = window(edge, scale, 20, 2_000)
    assert abs((found.start + found.skip / scale - edge) * scale) < 0.2


def test_the_whole_picture_needs_no_window() -> None:
    assert (window(0, 0.5, 100, 200).start, window(0, 0.5, 100, 200).length) == (0, 200)
