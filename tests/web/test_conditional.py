"""Conditions and ranges, as RFC 9110 has them (sections 13 and 14)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.web.answers import Answer, http_date
from tintype.web.conditional import conditional

BODY = bytes(range(100))
MODIFIED = 1_800_000_000
AT, BEFORE, AFTER = (http_date(MODIFIED + d).decode() for d in (0, -1, 1))
WHOLE = Answer(
    200,
    [
        (b"content-type", b"image/png"),
        (b"etag", b'"abc"'),
        (b"cache-control", b"public, max-age=5"),
        (b"vary", b"Accept"),
    ],
    BODY,
    etag=b'"abc"',
    modified=MODIFIED,
)


def asked(head: bool = False, **headers: str) -> Answer:
    request = {k.replace("_", "-").encode(): v.encode() for k, v in headers.items()}
    return conditional(WHOLE, request, head=head)


@pytest.mark.parametrize("tags", ['"abc"', 'W/"abc"', '"x", "abc"', '"x",W/"abc"', "*", ' "abc" '])
def test_a_tag_that_is_known_is_answered_304_without_a_body(tags: str) -> None:
    answer = asked(if_none_match=tags)
    assert (answer.status, answer.body) == (304, b"")
    assert dict(answer.headers) == {
        b"etag": b'"abc"',
        b"cache-control": b"public, max-age=5",
        b"vary": b"Accept",
    }


@pytest.mark.parametrize("tags", ['"abd"', "abc", '"x", "y"', "", '"abc', "W/abc"])
def test_another_tag_gets_the_whole(tags: str) -> None:
    assert asked(if_none_match=tags).status == 200


def test_the_tag_wins_over_the_date() -> None:
    assert asked(if_none_match='"other"', if_modified_since=AFTER).status == 200
    assert asked(if_none_match='"abc"', if_modified_since=BEFORE).status == 304


@pytest.mark.parametrize(
    ("date", "status"),
    [(AT, 304), (AFTER, 304), (BEFORE, 200), ("yesterday", 200), ("", 200), ("9" * 400, 200)],
)
def test_the_date_is_compared_and_one_that_is_none_is_ignored(date: str, status: int) -> None:
    assert asked(if_modified_since=date).status == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_match": '"abc"'}, 200),
        ({"if_match": "*"}, 200),
        ({"if_match": 'W/"abc"'}, 412),
        ({"if_match": '"x"'}, 412),
        ({"if_unmodified_since": AT}, 200),
        ({"if_unmodified_since": BEFORE}, 412),
        ({"if_match": '"abc"', "if_unmodified_since": BEFORE}, 200),
    ],
)
def test_what_must_not_have_changed(headers: dict[str, str], status: int) -> None:
    answer = asked(**headers)
    assert answer.status == status
    assert b"content-length" not in dict(answer.headers)  # it is added when it is sent


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=90-", 90, 99),
        ("bytes=90-500", 90, 99),
        ("bytes=-1", 99, 99),
        ("bytes=-500", 0, 99),
        ("Bytes=5-5", 5, 5),
    ],
)
def test_a_range_is_cut_out(wanted: str, start: int, end: int) -> None:
    answer = asked(range=wanted)
    assert (answer.status, answer.body) == (206, BODY[start : end + 1])
    assert dict(answer.headers)[b"content-range"] == f"bytes {start}-{end}/100".encode()
    assert dict(answer.headers)[b"content-type"] == b"image/png"


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_and_the_length_told(wanted: str) -> None:
    answer = asked(range=wanted)
    assert (answer.status, answer.body) == (416, b"")
    assert dict(answer.headers)[b"content-range"] == b"bytes */100"


@pytest.mark.parametrize(
    "wanted", ["bytes=-", "bytes=5-2", "bytes=0-1,5-6", "items=0-1", "bytes", "bytes=a-b", ""]
)
def test_what_is_no_single_range_is_answered_with_the_whole(wanted: str) -> None:
    assert asked(range=wanted) is WHOLE


@pytest.mark.parametrize(
    ("condition", "status"),
    [('"abc"', 206), ('W/"abc"', 200), ('"x"', 200), (AT, 206), (BEFORE, 200), (AFTER, 200)],
)
def test_a_part_only_of_what_has_not_changed(condition: str, status: int) -> None:
    assert asked(range="bytes=0-1", if_range=condition).status == status


def test_head_has_no_parts() -> None:
    assert asked(head=True, range="bytes=0-1") is WHOLE


def test_304_comes_before_206() -> None:
    assert asked(range="bytes=0-1", if_none_match='"abc"').status == 304


def test_only_a_whole_answer_has_conditions() -> None:
    error = Answer(404, [], b"nothing")
    assert conditional(error, {b"range": b"bytes=0-1", b"if-none-match": b"*"}) is error


@given(st.text(), st.text(), st.text())
def test_no_header_breaks_it(one: str, other: str, third: str) -> None:
    request = {
        b"range": b"bytes=" + one.encode(errors="replace"),
        b"if-range": other.encode(errors="replace"),
        b"if-modified-since": third.encode(errors="replace"),
    }
    assert conditional(WHOLE, request).status in {200, 206, 304, 416}
