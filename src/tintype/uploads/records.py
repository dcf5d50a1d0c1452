"""Records as JSON: what lies beside the bytes of an upload."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tintype.errors import StoreError
from tintype.uploads import UploadRecord

_VERSION = 1


def to_json(record: UploadRecord, **more: Any) -> bytes:
    """A record without its offset, which is told by the bytes; `more` belongs to the store."""
    members = {
        "version": _VERSION,
        "id": record.id,
        "user_id": record.user_id,
        "length": record.length,
        "created": record.created.timestamp(),
        "expires": record.expires.timestamp(),
        "metadata": record.metadata,
        "concat": record.concat,
        "result": record.result,
        **more,
    }
    return json.dumps(members).encode()


def from_json(text: bytes) -> tuple[UploadRecord, dict[str, Any]]:
    """The record, and all members as they are. StoreError for what is none of ours."""
    try:
        members = json.loads(text)
        record = UploadRecord(
            id=members["id"],
            user_id=members["user_id"],
            length=members["length"],
            created=datetime.fromtimestamp(members["created"], UTC),
            expires=datetime.fromtimestamp(members["expires"], UTC),
            metadata=members["metadata"],
            concat=members["concat"],
            result=members["result"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError("What is known of an upload cannot be read.") from error
    return record, members


def at_offset(record: UploadRecord, stored: int) -> UploadRecord:
    """The record with the bytes that lie here; all of them when it has a result."""
    if record.result and record.length is not None:
        stored = record.length
    return replace(record, offset=stored)
