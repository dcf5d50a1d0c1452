"""Conditions and ranges: 304, 412, 206 and 416 out of a whole answer (RFC 9110, 13 and 14)."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from tintype.web.answers import Answer

Request = Mapping[bytes, bytes]  # header names in lower case; several values joined by a comma

_TAG = re.compile(rb'(?:W/)?"[^"]*"')
_RANGE = re.compile(rb"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE)
# What a 304 says again; the rest describes a body that is not sent.
_OF_NOT_MODIFIED = {
    b"etag",
    b"last-modified",
    b"cache-control",
    b"expires",
    b"vary",
    b"x-content-type-options",
}


def conditional(answer: Answer, request: Request, *, head: bool = False) -> Answer:
    """The answer, or the shorter one that the request's headers allow."""
    if answer.status != 200 or not answer.etag:
        return answer
    if (short := bodiless(answer, request)) is not None:
        return short
    size = len(answer.body)
    span = span_of(answer, request, size, head=head)
    if span is None:
        return answer
    start, end = span
    if start >= end:
        return out_of_range(size)
    headers = [*answer.headers, content_range(start, end, size)]
    return Answer(206, headers, answer.body[start:end], found=answer.found)


def bodiless(answer: Answer, request: Request) -> Answer | None:
    """412 or 304, where the request's headers ask for them in place of the answer."""
    if _is_refused(answer, request):
        return Answer(412, code="precondition-failed")
    if _is_unchanged(answer, request):
        kept = [header for header in answer.headers if header[0] in _OF_NOT_MODIFIED]
        return Answer(304, kept, found=answer.found)
    return None


def span_of(
    answer: Answer, request: Request, size: int, *, head: bool = False
) -> tuple[int, int] | None:
    """Which bytes of `size` are asked for: the first, and the one behind the last, which is not
    behind the first where the range lies beyond the end. None where no range counts.
    """
    if b"range" in request and not head and _range_counts(answer, request):
        return _span(request[b"range"], size)
    return None


def out_of_range(size: int) -> Answer:
    """416."""
    return Answer(416, [(b"content-range", b"bytes */%d" % size)], code="range-refused")


def content_range(start: int, end: int, size: int) -> tuple[bytes, bytes]:
    """The header of an answer with a part."""
    return b"content-range", b"bytes %d-%d/%d" % (start, end - 1, size)


def _is_refused(answer: Answer, request: Request) -> bool:
    if (tags := request.get(b"if-match")) is not None:
        return tags.strip() != b"*" and answer.etag not in _TAG.findall(tags)
    date = _date(request.get(b"if-unmodified-since"))
    return date is not None and answer.modified > date


def _is_unchanged(answer: Answer, request: Request) -> bool:
    """If-None-Match wins over If-Modified-Since, and compares weakly."""
    if (tags := request.get(b"if-none-match")) is not None:
        weak = {tag.removeprefix(b"W/") for tag in _TAG.findall(tags)}
        return tags.strip() == b"*" or answer.etag in weak
    date = _date(request.get(b"if-modified-since"))
    return date is not None and answer.modified <= date


def _range_counts(answer: Answer, request: Request) -> bool:
    """If-Range: a part only of what has not changed, which a strong tag or the exact date tells."""
    if (wanted := request.get(b"if-range")) is None:
        return True
    if wanted.startswith((b'"', b"W/")):
        return wanted == answer.etag
    return _date(wanted) == answer.modified


def _span(wanted: bytes, size: int) -> tuple[int, int] | None:
    """One range. Several, or another unit, are answered with the whole, as the RFC allows."""
    match = _RANGE.fullmatch(wanted)
    if not match or match[1] == match[2] == b"":
        return None
    if not match[1]:
        return max(size - int(match[2]), 0), size
    start, end = int(match[1]), min(int(match[2] or size), size - 1) + 1
    if match[2] and int(match[2]) < start:
        return None  # not a valid range, so there is none
    return start, end


def _date(value: bytes | None) -> float | None:
    """Seconds since 1970; None for no date, or what is none: the condition is ignored then."""
    if value is None:
        return None
    try:
        return parsedate_to_datetime(value.decode("latin-1")).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
