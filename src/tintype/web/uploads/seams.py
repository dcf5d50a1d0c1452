"""What uploads need of the rest of the service, as functions that are passed in."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tintype.blob import Blob
from tintype.web.exchange import Exchange

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller


ADMIN = "admin"  # who has the admin key, and is no user: what he uploads is the service's


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedUpload:
    """What has arrived whole.

    `id` is the same when it is told of again, after a crash; `name` is the client's, harmless to
    show and never a path, perhaps empty; `values` are all of its metadata, of which nothing is
    checked. `blob` has the true size and type, and is good until the call returns.
    """

    id: str
    name: str
    values: Mapping[str, str]
    blob: Blob


# Who asks. Called before any byte of the body is asked for, so that what strangers send is never
# read; raises an error of ours for who may not upload.
Authenticate = Callable[[Exchange], Awaitable["Caller"]]

# Whether a key or session of a user's, by its id, is still good for uploads. A Refusal with 429 for
# who asks too often by it.
Still = Callable[[Exchange, str, str], Awaitable[bool]]

# How many bytes a caller may send now; None: as many as any upload may have. Asked when an upload
# begins, each time bytes come, and before it becomes an original.
Quota = Callable[["Caller"], Awaitable[int | None]]

# Makes an original of what has arrived, and returns its URL, which the client is told. Called once
# for an upload unless it raises what may pass, or the process dies in it: then again. What it has
# taken is durable when it returns. What else it raises ends the upload.
Finished = Callable[["Caller", FinishedUpload], Awaitable[str]]


async def no_quota(_: "Caller") -> int | None:
    """Nobody is limited beyond what an upload may have."""
    return None
