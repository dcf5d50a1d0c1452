"""Where an upload on S3 stands: read from its objects and parts, in blocking calls."""

from dataclasses import dataclass, field, replace
from typing import Any

from tintype.errors import KeyExists, KeyNotFound, StoreError, UploadNotFound
from tintype.s3.body import BytesBody
from tintype.s3.client import Client
from tintype.s3.errors import NoSuchUpload
from tintype.s3.multipart import Part
from tintype.stores import Attributes
from tintype.uploads import UploadRecord, check_id
from tintype.uploads.records import at_offset, from_json, to_json

FACTS, WHOLE, TAIL = ".json", ".bytes", ".tail-"
_JSON = Attributes(content_type="application/json")
_OCTETS = Attributes(content_type="application/octet-stream")


@dataclass(slots=True)
class State:
    """An upload as it stands.

    `parts` are those that count; `next` is the number of the next one. `voided` are ranges of
    numbers that never will. Parts beyond `doubtful` (0: no such) count once their checksum is
    known to be right.
    """

    record: UploadRecord
    multipart: str = ""  # S3's id of the multipart upload; empty while there is no whole part
    voided: list[list[int]] = field(default_factory=list)
    doubtful: int | None = None
    is_finished: bool = False
    parts: list[Part] = field(default_factory=list)
    next: int = 1
    tail: int = 0  # bytes behind the last part

    @property
    def last(self) -> int:
        """The number of the last part that counts; 0 when there is none."""
        return self.parts[-1].number if self.parts else 0

    @property
    def tail_key(self) -> str:
        """Where the bytes behind the last part lie."""
        return f"{self.record.id}{TAIL}{self.last}"

    @property
    def whole_key(self) -> str:
        """Where a finished upload lies."""
        return self.record.id + WHOLE if self.multipart else f"{self.record.id}{TAIL}0"

    def counts(self, part: Part) -> bool:
        """Whether a part is of the upload."""
        if self.doubtful is not None and part.number > self.doubtful:
            return False
        return not any(first <= part.number <= last for first, last in self.voided)


class States:
    """Reads and writes the state of uploads below a prefix of a bucket."""

    def __init__(self, client: Client, prefix: str) -> None:
        self.client = client
        self._prefix = prefix

    def key(self, name: str) -> str:
        """The key in the bucket."""
        return self._prefix + name

    def create(self, record: UploadRecord) -> bool:
        """Write what is known of a new upload; False when there is one with its id."""
        try:
            self._write(State(record), only_new=True)
        except KeyExists:
            return False
        return True

    def replace(self, record: UploadRecord) -> None:
        """Write the record anew; what is known of its parts stays."""
        state = self._facts(record.id)
        self.write(State(record, state.multipart, state.voided, state.doubtful, state.is_finished))

    def write(self, state: State) -> None:
        """Write what cannot be read from the parts."""
        self._write(state, only_new=False)

    def _write(self, state: State, *, only_new: bool) -> None:
        more = {
            "multipart": state.multipart,
            "voided": state.voided,
            "doubtful": state.doubtful,
            "is_finished": state.is_finished,
        }
        key, body = self.key(state.record.id + FACTS), BytesBody(to_json(state.record, **more))
        self.client.put_object(key, body, _JSON, if_none_match=only_new)

    def read(self, upload_id: str) -> State:
        """Where an upload stands; UploadNotFound."""
        state = self._facts(check_id(upload_id))
        if state.is_finished or state.record.result:
            state.record = replace(state.record, offset=state.record.length or 0)
            return state
        if state.multipart and not self._find_parts(state):
            return state
        state.tail = self._size(state.tail_key)
        stored = sum(part.size for part in state.parts) + state.tail
        state.record = at_offset(state.record, stored)
        return state

    def _find_parts(self, state: State) -> bool:
        """Ask for the parts. False when they are an object by now, and that was not noted."""
        key = self.key(state.record.id + WHOLE)
        try:
            found = list(self.client.list_parts(key, state.multipart))
        except (NoSuchUpload, KeyNotFound):
            size = self._size(state.record.id + WHOLE)
            if size != state.record.length:
                raise StoreError("The parts of an upload are gone from the bucket.") from None
            state.is_finished = True
            state.record = at_offset(state.record, size)
            return False
        state.parts = [part for part in found if state.counts(part)]
        state.next = max((part.number for part in found), default=0) + 1
        return True

    def void_doubtful(self, state: State) -> None:
        """Note that parts sent with a wrong checksum, or by who died in it, are to be left out."""
        if state.doubtful is None:
            return
        if state.next - 1 > state.doubtful:
            state.voided.append([state.doubtful + 1, state.next - 1])
        state.doubtful = None
        self.write(state)

    def tail_of(self, state: State) -> bytes:
        """The bytes behind the last part."""
        if not state.tail:
            return b""
        with self.client.get_object(self.key(state.tail_key)) as reader:
            return b"".join(reader.chunks())

    def put_tail(self, state: State, content: BytesBody) -> None:
        """Keep bytes behind the last part."""
        self.client.put_object(self.key(state.tail_key), content, _OCTETS)

    def drop(self, name: str) -> None:
        """Remove an object."""
        self.client.delete_object(self.key(name))

    def begin_parts(self, state: State) -> None:
        """Begin a multipart upload if there is none."""
        if not state.multipart:
            state.multipart = self.client.create_multipart_upload(
                self.key(state.record.id + WHOLE), content_type="application/octet-stream"
            )
            self.write(state)

    def send(self, state: State, content: BytesBody) -> None:
        """Send the next part."""
        key = self.key(state.record.id + WHOLE)
        part = self.client.upload_part(key, state.multipart, state.next, content)
        state.parts.append(part)
        state.next += 1

    def finish(self, state: State) -> None:
        """Make an object of the parts. A second time is fine."""
        if state.is_finished or state.record.result:
            return
        self.void_doubtful(state)
        tail = state.tail_key if state.parts and state.tail else ""
        if state.parts:
            self._complete(state)
        else:
            self._abort(state)
            if not state.tail:
                self.put_tail(state, BytesBody())
        state.is_finished = True
        self.write(state)
        if tail:
            self.drop(tail)

    def _complete(self, state: State) -> None:
        if state.tail:
            self.send(state, BytesBody(self.tail_of(state)))
        key = self.key(state.record.id + WHOLE)
        self.client.complete_multipart_upload(key, state.multipart, state.parts)

    def abort(self, upload_id: str) -> None:
        """Drop the parts of an upload."""
        try:
            state = self._facts(upload_id)
        except UploadNotFound:
            return
        if not state.is_finished:
            self._abort(state)

    def _abort(self, state: State) -> None:
        if state.multipart:
            key = self.key(state.record.id + WHOLE)
            self.client.abort_multipart_upload(key, state.multipart)
            state.multipart = ""

    def _facts(self, upload_id: str) -> State:
        try:
            with self.client.get_object(self.key(upload_id + FACTS)) as reader:
                text = b"".join(reader.chunks())
        except KeyNotFound:
            raise UploadNotFound("There is no such upload.") from None
        record, members = from_json(text)
        return _with(record, members)

    def _size(self, name: str) -> int:
        found = self.client.head_object(self.key(name))
        return found.size if found else 0


def _with(record: UploadRecord, members: dict[str, Any]) -> State:
    return State(
        record,
        multipart=members.get("multipart", ""),
        voided=members.get("voided", []),
        doubtful=members.get("doubtful"),
        is_finished=members.get("is_finished", False),
    )
