"""Trying a store: whether what is written there can be read and removed again."""

import secrets

from tintype.blob import Blob
from tintype.errors import (
    ClockSkewed,
    EndpointRefused,
    InvalidRecord,
    StoreDenied,
    StoreError,
    StoreNotFound,
    StoreUnavailable,
    TintypeError,
)
from tintype.stores import Store

PREFIX = "tintype-check-"
UNREACHABLE = "The endpoint cannot be reached."
_REMEDIES = (
    (ClockSkewed, "Tell who runs this service."),
    (
        StoreDenied,
        "Check access_key_id and secret_access_key, and that they may put, get and delete objects.",
    ),
    (StoreNotFound, "Create the bucket, or correct bucket, region or endpoint."),
)


async def try_store(store: Store) -> None:
    """Write an object, read it and remove it. Raises InvalidRecord with what the store says.

    An address that is refused looks like one where nobody is: else strangers could find out what a
    network has inside.
    """
    key, content = PREFIX + secrets.token_hex(8), secrets.token_bytes(64)
    try:
        await store.put(key, Blob.from_bytes(content))
        async with store.get(key) as download:
            found = b"".join([chunk async for chunk in download.chunks])
        await store.delete(key)
        if found != content or await store.stat(key) is not None:
            raise StoreError("The store does not give back what was written.")
    except (EndpointRefused, StoreUnavailable):
        raise InvalidRecord(UNREACHABLE, remedy="Check the endpoint and its port.") from None
    except TintypeError as error:
        raise InvalidRecord(error.message, remedy=_remedy_of(error)) from error


def _remedy_of(error: TintypeError) -> str:
    """What a user can do, who has no settings: those are of who runs the service."""
    for kind, remedy in _REMEDIES:
        if isinstance(error, kind):
            return remedy
    return "" if "TINTYPE_" in error.remedy else error.remedy
