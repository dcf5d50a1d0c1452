"""Streams of events that somebody watches: each of them asks the database twice a second."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.responses import StreamingResponse

from tintype.errors import Overloaded
from tintype.web.api.callers import Caller
from tintype.web.api.parts import Parts

LATER = "retry: 10000\n\n"  # milliseconds until a browser comes again


def event_stream(
    parts: Parts, caller: Caller, events: AsyncGenerator[str, None]
) -> StreamingResponse:
    """Server-sent events. Who watches too much at once is told to come again later, and no more."""
    return StreamingResponse(
        _in_its_place(parts, caller.user_id, events),
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        media_type="text/event-stream",
    )


async def _in_its_place(
    parts: Parts, user_id: str, events: AsyncGenerator[str, None]
) -> AsyncIterator[str]:
    # Within the stream, so that one that never begins holds no place.
    async with aclosing(events):
        try:
            with parts.works.streams.place(user_id):
                async for event in events:
                    yield event
        except Overloaded:
            yield LATER
