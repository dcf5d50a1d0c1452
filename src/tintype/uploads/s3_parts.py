"""From batches of bytes to parts on S3, and what is left at the end."""

from tintype.errors import UploadTooLong
from tintype.s3.body import BytesBody
from tintype.uploads.s3_state import State, States

_MOST_PARTS = 10_000  # S3's limit


class PartWriter:
    """Fills one part after the other, and sends it when it is full. Blocking; memory: one part.

    `doubtful`: what is written counts only when `close` was called; else each part does at once.
    """

    def __init__(self, states: States, state: State, size: int, *, doubtful: bool) -> None:
        self.offset = state.record.offset
        self._states, self._state, self._doubtful = states, state, doubtful
        self._size = size
        self._room = bytearray()
        self._filled = 0
        self._before = state.tail_key if state.tail else ""

    def write(self, batch: list[bytes]) -> None:
        """Add bytes."""
        if not self._room:
            self._begin()
        for piece in batch:
            self._add(memoryview(piece))

    def close(self) -> None:
        """Keep what is less than a part; from now on all that was written counts."""
        if not self._room:
            return
        if self._filled:
            self._states.put_tail(self._state, BytesBody(self._view()))
        if self._state.doubtful is not None:
            self._state.doubtful = None
            self._states.write(self._state)
        if self._before and self._before != self._state.tail_key:
            self._states.drop(self._before)

    def _begin(self) -> None:
        """Take what is there: parts in doubt are left out, the rest of a part is gone on with."""
        self._states.void_doubtful(self._state)
        tail = self._states.tail_of(self._state)
        self._room = bytearray(max(self._size, len(tail)))
        self._room[: len(tail)] = tail
        self._filled = len(tail)

    def _add(self, piece: memoryview) -> None:
        while piece:
            if self._filled >= self._size:
                self._send()
            count = min(len(piece), self._size - self._filled)
            self._room[self._filled : self._filled + count] = piece[:count]
            self._filled += count
            self.offset += count
            piece = piece[count:]

    def _send(self) -> None:
        if self._state.next > _MOST_PARTS:
            raise UploadTooLong("The upload has more parts than the store takes.")
        if self._doubtful and self._state.doubtful is None:
            self._state.doubtful = self._state.last
            self._states.write(self._state)
        self._states.begin_parts(self._state)
        self._states.send(self._state, BytesBody(self._view()))
        self._filled = 0

    def _view(self) -> memoryview:
        return memoryview(self._room)[: self._filled]
