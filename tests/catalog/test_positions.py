"""Positions: in the order of time, and each only once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tintype.catalog.positions import first_of, new_position, time_of

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC))


def test_positions_are_in_order_and_different() -> None:
    made = [new_position() for _ in range(10_000)]
    assert made == sorted(set(made))
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda _: [new_position() for _ in range(500)], range(8)))
    assert len({each for part in parts for each in part}) == 4_000


def test_a_position_says_when_it_was_made() -> None:
    before = datetime.now(UTC)
    moment = time_of(new_position())
    after = datetime.now(UTC)
    # The numbers run ahead of the clock where many are made in one millisecond.
    assert before - timedelta(milliseconds=1) <= moment <= after + timedelta(milliseconds=50)


@given(MOMENTS)
def test_the_first_position_of_a_moment_is_not_before_it(moment: datetime) -> None:
    first = first_of(moment)
    assert 0 <= first < 1 << 63
    assert time_of(first) >= moment
    assert first == 0 or time_of(first - 1) < moment


def test_moments_beyond_all_positions_have_the_first_and_the_last() -> None:
    assert first_of(datetime.min.replace(tzinfo=UTC)) == 0
    assert first_of(datetime.max.replace(tzinfo=UTC)) == (1 << 63) - 1
