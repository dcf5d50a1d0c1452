"""Forms: multipart/form-data read as it comes, part by part; no part is held whole."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from tintype.errors import InvalidRequest

MOST_AROUND = 256 << 10  # bytes of a form that are not in a file: fields, headers, boundaries
_BROKEN = "The form is broken."


@dataclass(slots=True)
class Part:
    """One field. It is a file when it has a file name, even an empty one."""

    name: str = ""
    filename: str | None = None
    headers: dict[bytes, bytes] = field(default_factory=dict)


class Form:
    """Goes through a form once: ask for a part, read it or leave it, ask for the next.

    InvalidRequest for what is no form, breaks off, or has too much beside its files.
    """

    def __init__(self, content_type: bytes, chunks: AsyncIterator[bytes]) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary or len(boundary) > 200:
            raise InvalidRequest("This is no form: send multipart/form-data with a boundary.")
        self._chunks = chunks
        # A part that begins, a piece of its content, or None for its end.
        self._events: deque[Part | bytes | None] = deque()
        self._is_over, self._around = False, 0
        self._part, self._name, self._value = Part(), bytearray(), bytearray()
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._on_header,
                "on_header_value": self._on_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._on_data,
                "on_part_end": self._end_part,
                "on_end": self._end,
            },
        )

    async def next_part(self) -> Part | None:
        """The next part; None when there is none. What is left of the last one is passed over."""
        while (event := await self._next()) is not _OVER:
            if isinstance(event, Part):
                return event
        return None

    async def content(self) -> AsyncIterator[bytes]:
        """The bytes of the part that was asked for last, as they come."""
        while isinstance(event := await self._next(), bytes):
            yield event

    async def content_to_the_end(self) -> AsyncIterator[bytes]:
        """The same, and then what is left of the form is passed over: they have ended only when it
        is known that the form has, and as it was signed.
        """
        async for piece in self.content():
            yield piece
        while await self.next_part() is not None:
            pass

    async def text(self) -> str:
        """The part that was asked for last, as a text. What is no UTF-8 is replaced."""
        return b"".join([piece async for piece in self.content()]).decode("utf-8", "replace")

    async def _next(self) -> "Part | bytes | _Over | None":
        while not self._events:
            chunk = await anext(self._chunks, None)
            if chunk is None:
                if not self._is_over:
                    raise InvalidRequest("The form breaks off.")
                return _OVER
            self._read(chunk)
        return self._events.popleft()

    def _read(self, chunk: bytes) -> None:
        self._around += len(chunk)
        try:
            self._parser.write(chunk)
        except MultipartParseError:
            raise InvalidRequest(_BROKEN) from None
        if self._around > MOST_AROUND:
            raise InvalidRequest("There is too much in the form beside its files.")

    def _begin(self) -> None:
        self._part = Part()

    def _on_header(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._part.headers[bytes(self._name).lower()] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._part.headers.get(b"content-disposition", b""))
        self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if (filename := options.get(b"filename")) is not None:
            self._part.filename = filename.decode("utf-8", "replace")
        self._events.append(self._part)

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._part.filename is not None:
            self._around -= end - start
        self._events.append(data[start:end])

    def _end_part(self) -> None:
        self._events.append(None)

    def _end(self) -> None:
        self._is_over = True


class _Over:
    """The end of a form."""


_OVER = _Over()
