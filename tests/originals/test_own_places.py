"""Stores of users' own: two may be the same bucket, and one that stalls holds up nobody else."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from originals.conftest import Kept
from sample_pictures import quadrants, saved
from tintype.app import build
from tintype.app_users import keeping_parts
from tintype.blob import Blob
from tintype.catalog import Catalog, user_stores, users
from tintype.catalog.tables import Original
from tintype.catalog.user_stores import CURRENT, StoreDraft
from tintype.catalog.users import UserDraft
from tintype.credentials.sealing import Sealing
from tintype.errors import Overloaded, SourceUnavailable
from tintype.originals.keeping import Keeping, Told, source_of
from tintype.originals.places import BucketAccess, Places, sealed_of
from tintype.originals.publishing import Publishing, Wanted
from tintype.originals.reads import ALL, EACH, MOST_WAITING, Reads
from tintype.settings import Settings
from tintype.stores import NO_ATTRIBUTES, Attributes, Stat
from tintype.stores.local import LocalStore
from tintype.transform import Transform

PICTURE, OTHER = saved(quadrants(), "PNG"), saved(quadrants(50, 50), "PNG")
SEALING = Sealing(["a key of the tests, of thirty-two characters and more"])


class Stalls(LocalStore):
    """A folder that is slow: it keeps what is put, and does not say so before it is told to."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()
        self.stuck = 0

    async def put(
        self,
        key: str,
        blob: Blob,
        *,
        attributes: Attributes = NO_ATTRIBUTES,
        overwrite: bool = True,
    ) -> Stat:
        stat = await super().put(key, blob, attributes=attributes, overwrite=overwrite)
        self.asked.set()
        await self.go_on.wait()
        return stat

    async def delete(self, key: str) -> None:
        self.asked.set()
        await self.go_on.wait()
        await super().delete(key)

    async def lend(self, key: str) -> Blob | None:
        self.stuck += 1
        self.asked.set()
        await self.go_on.wait()
        return await super().lend(key)


class Own(Kept):
    """Users whose buckets are folders."""

    stalled: Stalls

    def bucket(self, access: BucketAccess) -> LocalStore:
        if "stalls" in access.address:
            return self.stalled
        return LocalStore(self.settings.data / access.address.strip("/").replace("://", "-"))

    def goes_to(self, user_id: str, address: str) -> None:
        access = BucketAccess(
            address=address, endpoint="", region="", path_style=None, public_url="",
            access_key_id="id", secret_access_key="secret",
        )  # fmt: skip
        draft = StoreDraft(
            name=CURRENT,
            address=address,
            options={"endpoint": "", "region": "", "path_style": None, "public_url": ""},
            sealed_credentials=sealed_of(access, SEALING, user_id),
        )
        self.keeping.parts.catalog.run_now(lambda s: user_stores.replace_current(s, user_id, draft))

    def goes_home(self, user_id: str) -> None:
        def retire(session: user_stores.Session) -> None:
            if store := user_stores.current(session, user_id):
                user_stores.retire(session, store)

        self.keeping.parts.catalog.run_now(retire)

    def another(self, email: str = "grace@example.org") -> str:
        draft = UserDraft(first_name="Grace", last_name="Hopper", email=email)
        return self.keeping.parts.catalog.run_now(lambda s: users.add(s, draft)).id

    async def read(self, original: Original) -> bytes:
        async with self.places.of_original(original.id) as (store, key), store.get(key) as found:
            return b"".join([chunk async for chunk in found.chunks])


@asynccontextmanager
async def opened(catalog: Catalog, tmp_path: Path, deadline: float) -> AsyncIterator[Own]:
    """All of it; a read from a user's bucket has `deadline` seconds."""
    settings = Settings(data=tmp_path / "data")
    places = Places(
        catalog,
        lambda: SEALING,
        lambda: LocalStore(settings.data / "store"),
        lambda access: made.bucket(access),
        deadline=deadline,
    )
    app = build(settings, places=places)
    parts = keeping_parts(app, catalog, places)
    draft = UserDraft(first_name="Ada", last_name="Lovelace", email="ada@example.org")
    user = catalog.run_now(lambda session: users.add(session, draft))
    made = Own(settings, app, places, Keeping(parts), Publishing(parts), user.id)
    made.stalled = Stalls(tmp_path / "stalled")
    yield made
    made.stalled.go_on.set()
    await app.close()
    await places.close()


@pytest.fixture
async def own(catalog: Catalog, tmp_path: Path) -> AsyncIterator[Own]:
    async with opened(catalog, tmp_path, 3.0) as made:
        yield made


async def test_what_another_user_has_in_the_same_bucket_stays(own: Own) -> None:
    grace = own.another()
    own.goes_to(own.user_id, "s3://shared/mine/")
    own.goes_to(grace, "s3://shared/mine")
    first, _ = await own.keeping.keep(own.user_id, PICTURE, Told())
    second, _ = await own.keeping.keep(grace, PICTURE, Told())
    await own.keeping.remove(own.user_id, first.id, lambda _: None)
    assert await own.read(second) == PICTURE.read()
    await own.keeping.remove(grace, second.id, lambda _: None)
    assert not [path for path in (own.settings.data / "s3-shared").rglob("*") if path.is_file()]


async def test_a_store_that_is_come_back_to_is_the_one_that_it_was(own: Own) -> None:
    wanted = own.publishing.check(Wanted(transform=Transform(width=20), key="logo.png"))
    own.goes_to(own.user_id, "s3://a")
    first, _ = await own.keeping.keep(own.user_id, PICTURE, Told())
    second, _ = await own.keeping.keep(own.user_id, OTHER, Told())
    await own.publishing.publish(own.user_id, first.id, wanted)
    own.goes_home(own.user_id)
    own.goes_to(own.user_id, "s3://a")
    await own.publishing.publish(own.user_id, second.id, wanted)
    await own.keeping.remove(own.user_id, first.id, lambda _: None)
    assert (own.settings.data / "s3-a" / "logo.png").is_file()
    (left,) = await own.publishing.listed(own.user_id, second.id)
    assert left.key == "logo.png"


async def test_a_bucket_that_stalls_holds_up_nobody_else(own: Own) -> None:
    grace = own.another()
    own.goes_to(own.user_id, "s3://stalls")
    stalls = asyncio.create_task(own.keeping.keep(own.user_id, PICTURE, Told()))
    await own.stalled.asked.wait()
    kept, is_new = await own.keeping.keep(grace, PICTURE, Told())
    assert is_new
    await own.keeping.remove(grace, kept.id, lambda _: None)
    assert not stalls.done()
    own.stalled.go_on.set()
    await stalls


async def test_bytes_that_somebody_brings_are_not_removed_for_another(own: Own) -> None:
    """Between the look whether others have them, and their removal."""
    grace = own.another()
    for user_id in (own.user_id, grace):
        own.goes_to(user_id, "s3://stalls")
    own.stalled.go_on.set()
    hers, _ = await own.keeping.keep(grace, PICTURE, Told())
    own.stalled.go_on.clear()
    own.stalled.asked.clear()
    removes = asyncio.create_task(own.keeping.remove(grace, hers.id, lambda _: None))
    await own.stalled.asked.wait()
    keeps = asyncio.create_task(own.keeping.keep(own.user_id, PICTURE, Told()))
    await asyncio.wait([keeps], timeout=0.3)  # it waits for its turn now
    own.stalled.go_on.set()
    _, (mine, _) = await asyncio.gather(removes, keeps)
    assert await own.read(mine) == PICTURE.read()


async def test_a_key_that_went_over_to_another_original_is_not_removed(own: Own) -> None:
    """Between the look at what an original has, and the removal of it."""
    wanted = own.publishing.check(Wanted(transform=Transform(width=20), key="logo.png"))
    own.goes_to(own.user_id, "s3://stalls")
    own.stalled.go_on.set()
    first, _ = await own.keeping.keep(own.user_id, PICTURE, Told())
    second, _ = await own.keeping.keep(own.user_id, OTHER, Told())
    await own.publishing.publish(own.user_id, first.id, wanted)
    await own.app.renditions.drained()
    own.stalled.go_on.clear()
    own.stalled.asked.clear()
    replaces = asyncio.create_task(own.publishing.publish(own.user_id, second.id, wanted))
    await own.stalled.asked.wait()
    removes = asyncio.create_task(own.keeping.remove(own.user_id, first.id, lambda _: None))
    await asyncio.wait([removes], timeout=0.3)  # it waits for its turn now
    own.stalled.go_on.set()
    await asyncio.gather(replaces, removes)
    assert (own.stalled.root / "logo.png").is_file()
    (left,) = await own.publishing.listed(own.user_id, second.id)
    assert left.key == "logo.png"


async def test_a_bucket_that_stalls_does_not_take_all_places_and_not_forever(own: Own) -> None:
    own.goes_to(own.user_id, "s3://stalls")
    own.stalled.go_on.set()
    original, _ = await own.keeping.keep(own.user_id, PICTURE, Told())
    own.stalled.go_on.clear()
    load = own.app.pipeline.load
    done = await asyncio.gather(
        *(load(source_of(original.id)) for _ in range(EACH + 5)), return_exceptions=True
    )
    assert Counter(map(type, done)) == {SourceUnavailable: EACH, Overloaded: 5}
    own.stalled.go_on.set()
    assert await own.read(original) == PICTURE.read()


async def test_two_users_whose_buckets_stall_take_no_place_from_others(
    catalog: Catalog, tmp_path: Path
) -> None:
    async with opened(catalog, tmp_path, 60.0) as own:
        stalling = own.user_id, own.another("joan@example.org")
        own.stalled.go_on.set()
        found = []
        for user_id, picture in zip(stalling, (PICTURE, OTHER), strict=True):
            own.goes_to(user_id, "s3://stalls")
            found.append((await own.keeping.keep(user_id, picture, Told()))[0])
        kept, _ = await own.keeping.keep(own.another(), PICTURE, Told())
        own.stalled.go_on.clear()
        get = own.app.renditions.get
        many = [
            asyncio.create_task(get(source_of(each.id), Transform(width=20 + number)))
            for number in range(20)
            for each in found
        ]
        before = 0
        while own.stalled.stuck != before or not before:  # until no more of them come so far
            before = own.stalled.stuck
            await asyncio.sleep(0.5)
        assert (await get(source_of(kept.id), Transform(width=20))).content
        own.stalled.go_on.set()
        await asyncio.gather(*many, return_exceptions=True)


async def test_reads_of_one_user_and_of_all_are_counted() -> None:
    reads = Reads()
    async with AsyncExitStack() as held:
        for _ in range(EACH):
            await held.enter_async_context(reads.place("ada"))
        waiting = [asyncio.create_task(_read(reads, "ada")) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await _read(reads, "ada")
        assert not any(each.done() for each in waiting), "it was not one of those that wait"
        for user in ("grace", "joan"):
            for _ in range((ALL - EACH) // 2):
                await held.enter_async_context(reads.place(user))
        with pytest.raises(Overloaded):
            await _read(reads, "mary")
        done = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in done] == [Overloaded] * MOST_WAITING
    await asyncio.gather(*(_read(reads, "ada") for _ in range(EACH + MOST_WAITING)))


async def _read(reads: Reads, user_id: str) -> None:
    async with reads.place(user_id):
        await asyncio.sleep(0)
