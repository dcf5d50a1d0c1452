"""Limits, origins and cursors: the parts of the API that need no server."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import InvalidRecord, InvalidSettings, Overloaded
from tintype.web.api import answers
from tintype.web.api.hashing import AT_ONCE, MOST_WAITING, Hashing
from tintype.web.api.limits import MOST_BUCKETS, Limits, Policy
from tintype.web.api.origins import Origins
from tintype.web.errors import Refusal
from tintype.web.exchange import Exchange


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds

    def wait(self, time: timedelta) -> None:
        self.seconds += time.total_seconds()


def test_a_bucket_is_emptied_at_once_and_filled_at_its_pace() -> None:
    clock = Clock()
    limits = Limits(Policy("key", 6, 60), clock)
    left = [dict(limits.take("a"))[b"ratelimit"] for _ in range(6)]
    assert left[0] == b'"key";r=5;t=10'
    assert left[-1] == b'"key";r=0;t=60'
    with pytest.raises(Refusal) as caught:
        limits.take("a")
    headers = dict(caught.value.trouble.headers)
    assert headers[b"retry-after"] == b"10"
    assert headers[b"ratelimit-policy"] == b'"key";q=6;w=60'
    limits.take("b")
    clock.wait(timedelta(seconds=9.9))
    with pytest.raises(Refusal):
        limits.check("a")
    clock.wait(timedelta(seconds=0.2))
    limits.take("a")
    with pytest.raises(Refusal):
        limits.check("a")
    clock.wait(timedelta(days=1))
    for _ in range(6):
        limits.take("a")
    with pytest.raises(Refusal):
        limits.check("a")


def test_an_attempt_costs_what_is_wrong() -> None:
    limits = Limits(Policy("sign-in", 2, 60), Clock())
    for _ in range(3):
        with limits.attempt("a", "b"):
            pass
    with pytest.raises(Overloaded), limits.attempt("a", "b"):
        raise Overloaded("full")
    with limits.attempt("a", "b"), limits.attempt("a"):
        with pytest.raises(Refusal):
            limits.check("a")
        limits.check("b")
    for _ in range(2):
        with pytest.raises(InvalidRecord), limits.attempt("a", "b"):
            raise InvalidRecord("wrong")
    with pytest.raises(Refusal), limits.attempt("b"):
        raise AssertionError


async def test_no_more_passwords_wait_than_may() -> None:
    hashing = Hashing()
    asked = [hashing.verify("x" * 2000, None) for _ in range(AT_ONCE + MOST_WAITING + 1)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in found].count(Overloaded) == 1
    assert await hashing.verify("x" * 2000, None) == (False, None)


def test_no_more_is_remembered_than_fits() -> None:
    limits = Limits(Policy("key", 1, 60), Clock())
    for number in range(MOST_BUCKETS + 1):
        limits.spend(str(number))
    limits.check("0")  # forgotten, the one that asked longest ago
    with pytest.raises(Refusal):
        limits.check("1")


def exchange(client: str, *forwarded: str, proto: str = "", scheme: str = "http") -> Exchange:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    if proto:
        headers.append((b"x-forwarded-proto", proto.encode()))
    scope = {"method": "GET", "path": "/", "client": (client, 1), "headers": headers}

    async def nothing(*_: object) -> dict[str, object]:
        return {}

    return Exchange(scope | {"scheme": scheme}, nothing, nothing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("client", "forwarded", "network"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("198.51.100.7", [], "198.51.100.7"),
        ("198.51.100.7", ["203.0.113.9"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["192.0.2.1, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["192.0.2.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", ["192.0.2.1", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["nonsense"], "nonsense"),
        ("10.0.0.1", [" , "], "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", [], "198.51.100.7"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_only_proxies_are_believed(client: str, forwarded: list[str], network: str) -> None:
    origins = Origins(["10.0.0.0/8"])
    assert origins.of(exchange(client, *forwarded)).network == network


def test_the_scheme_is_what_a_proxy_says() -> None:
    origins = Origins(["10.0.0.0/8"])
    assert origins.of(exchange("10.0.0.1", proto="https")).is_secure
    assert not origins.of(exchange("10.0.0.1", proto="http", scheme="https")).is_secure
    assert not origins.of(exchange("198.51.100.7", proto="https")).is_secure
    assert origins.of(exchange("198.51.100.7", scheme="https")).is_secure


def test_networks_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidSettings, match="TINTYPE_TRUSTED_PROXIES"):
        Origins(["10.0.0.0/33"])


@given(st.text())
def test_a_cursor_is_read_again_and_nothing_else_is(text: str) -> None:
    after = text.encode("utf-8", "replace").decode()
    assert answers.read_cursor(answers.cursor_of(after)) == after
    if text and not text.startswith("YWZ0ZXI6"):
        with pytest.raises(Refusal):
            answers.read_cursor(text)
