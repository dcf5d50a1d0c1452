"""Trying a store: whether what is written there can be read and removed again."""

import secrets

from tintype.blob import Blob
from tintype.errors import (
    EndpointRefused,
    InvalidRecord,
    StoreError,
    StoreUnavailable,
    TintypeError,
)
from tintype.stores import Store

PREFIX = "tintype-check-"
UNREACHABLE = "The endpoint cannot be reached."


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
        raise InvalidRecord(error.message, remedy=error.remedy) from error
