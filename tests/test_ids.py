"""Ids: of their time, in order, and each only once."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tintype.ids import is_id, new_id


def test_an_id_is_a_uuid_of_version_7_made_now() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_id())
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    # The counter may run ahead of the clock by what was made in the same millisecond before.
    assert before <= made.int >> 80 <= after + 1


def test_ids_are_in_order_and_different() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_ids_of_several_threads_are_different() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = [
            each
            for part in pool.map(lambda _: [new_id() for _ in range(500)], range(8))
            for each in part
        ]
    assert len(set(made)) == 4_000


def test_an_id_is_known_by_its_form() -> None:
    assert is_id(new_id())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "0" * 36,
        new_id().upper(),
        new_id() + "\n",
        new_id().replace("-", ""),
        "\u0660" * 36,
    ],
)
def test_what_is_no_id_is_known(text: str) -> None:
    assert not is_id(text)
