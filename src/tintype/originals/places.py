"""Places: the stores that originals and renditions lie in, opened when they are needed.

A place is the id of a user's own store, or "" for the service's. What lies in a place stays there
when its user goes on with another, so every record has its place.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tintype.catalog import Catalog, Session, originals, user_stores
from tintype.catalog.tables import UserStore
from tintype.credentials.sealing import Sealing
from tintype.errors import StoreUnavailable
from tintype.originals.reads import Reads
from tintype.stores import Store

SERVICE = ""
KEPT_OPEN = 16  # stores of users that nobody uses at the moment
DEADLINE = 30.0  # seconds for a read from a user's store, unless told


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketAccess:
    """How a user's bucket is reached. Whoever has it can do what the user allowed us."""

    address: str  # s3://bucket/prefix
    endpoint: str
    region: str
    path_style: bool | None
    public_url: str
    access_key_id: str
    secret_access_key: str

    def __repr__(self) -> str:
        return f"BucketAccess({self.address!r}, …)"


Opens = Callable[[BucketAccess], Store]


@dataclass(slots=True)
class _Open:
    store: Store
    users: int = 0


class Places:
    """Opens stores by place. For one event loop.

    `sealing` opens what credentials are sealed with; it may read a file, so it is asked late.
    A store of a user's own may stall: a read from it has `deadline` seconds.
    """

    def __init__(
        self,
        catalog: Catalog,
        sealing: Callable[[], Sealing],
        opens_service: Callable[[], Store],
        opens: Opens,
        *,
        deadline: float = DEADLINE,
    ) -> None:
        self._deadline, self._reads = deadline, Reads()
        self._catalog, self._find_sealing = catalog, sealing
        self._sealing: Sealing | None = None
        self._opens_service, self._opens = opens_service, opens
        self._service: Store | None = None
        self._open: OrderedDict[tuple[str, int], _Open] = OrderedDict()

    async def current(self, user_id: str) -> str:
        """The place that what a user brings goes to now."""
        found = await self._catalog.read(lambda session: user_stores.current(session, user_id))
        return found.id if found else SERVICE

    async def whereabouts(self, place: str) -> str:
        """Where what is put in a place lies: two places may be the same bucket."""
        if place == SERVICE:
            return ""
        return await self._catalog.read(lambda session: user_stores.whereabouts(session, place))

    @asynccontextmanager
    async def opened(self, place: str, user_id: str) -> AsyncIterator[Store]:
        """The store of a place, for a block. RecordNotFound for one that is not the user's."""
        if place == SERVICE:
            self._service = self._service or self._opens_service()
            yield self._service
            return
        async with self._own(place, user_id) as held:
            yield held.store

    @asynccontextmanager
    async def _own(self, place: str, user_id: str) -> AsyncIterator[_Open]:
        record = await self._catalog.read(lambda session: user_stores.get(session, user_id, place))
        held = await self._held(record)
        held.users += 1
        try:
            yield held
        finally:
            held.users -= 1
            await self._tidy()

    @asynccontextmanager
    async def of_original(self, original_id: str) -> AsyncIterator[tuple[Store, str]]:
        """The store and the key of an original, whose ever it is, for a block. For who has the
        right to it: by a signed URL, or else. Raises RecordNotFound; for a store of a user's own
        Overloaded where too many read from it, and StoreUnavailable after the deadline.
        """

        def find(session: Session) -> tuple[str, str, str]:
            found = originals.any_of_id(session, original_id)
            return found.store_id or SERVICE, found.user_id, found.key

        place, user_id, key = await self._catalog.read(find)
        if place == SERVICE:
            async with self.opened(place, user_id) as store:
                yield store, key
            return
        async with self._reads.place(user_id), self._own(place, user_id) as held:
            timer = asyncio.timeout(self._deadline)
            try:
                async with timer:
                    yield held.store, key
            except TimeoutError:
                if not timer.expired():
                    raise
                raise StoreUnavailable("The store took too long.") from None

    async def sealing(self) -> Sealing:
        """What seals credentials."""
        if self._sealing is None:
            self._sealing = await asyncio.to_thread(self._find_sealing)
        return self._sealing

    async def close(self) -> None:
        """Close all that is open."""
        stores = [held.store for held in self._open.values()]
        self._open.clear()
        for store in (*stores, *filter(None, (self._service,))):
            await store.close()
        self._service = None

    async def _held(self, record: UserStore) -> _Open:
        name = record.id, record.version
        if name not in self._open:
            access = access_of(record, await self.sealing())
            if name not in self._open:  # nobody was faster while the key was read
                self._open[name] = _Open(self._opens(access))
        self._open.move_to_end(name)
        return self._open[name]

    async def _tidy(self) -> None:
        idle = [name for name, held in self._open.items() if not held.users]
        for name in idle[: max(len(idle) - KEPT_OPEN, 0)]:
            await self._open.pop(name).store.close()


def purpose(user_id: str) -> str:
    """What the credentials of a user's store are sealed for."""
    return f"user_stores:{user_id}:credentials"


def sealed_of(access: BucketAccess, sealing: Sealing, user_id: str) -> str:
    """The credentials as they are kept."""
    text = json.dumps([access.access_key_id, access.secret_access_key])
    return sealing.seal(text, purpose(user_id))


def access_of(record: UserStore, sealing: Sealing) -> BucketAccess:
    """How the bucket of a record is reached: the inverse of `sealed_of`, with what is no secret.

    Raises InvalidSettings where the key that sealed it is gone.
    """
    text = sealing.open(record.sealed_credentials, purpose(record.user_id))
    access_key_id, secret = json.loads(text)
    return BucketAccess(
        address=record.address,
        access_key_id=access_key_id,
        secret_access_key=secret,
        **record.options,
    )
