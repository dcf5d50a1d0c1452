"""How many bytes a direct upload may have, and for how long they are reserved."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tintype.errors import QuotaExceeded, UploadTooLong
from tintype.settings_web import UploadSettings
from tintype.uploads.arrivals import Arrived
from tintype.uploads.folder import FolderUploads
from tintype.web.api.callers import Caller
from tintype.web.uploads.granting import LEAST, Granting
from tintype.web.uploads.reserving import Reserving

CALLER = Caller(user_id="u", scopes=frozenset(), how="key", key_id="key")
SOON = timedelta(minutes=10)
MOST = 10 * LEAST


@pytest.fixture
async def granting(tmp_path: Path) -> AsyncIterator[Granting]:
    """For somebody with room for eight times the least."""

    async def quota(caller: Caller) -> int:
        return 8 * LEAST

    store = FolderUploads(tmp_path)
    yield Granting(UploadSettings(max_upload=MOST), quota, Reserving(store, quota))
    await store.close()


async def test_who_does_not_say_how_much_leaves_room_for_the_next(granting: Granting) -> None:
    grant = granting.once(CALLER, SOON)
    assert [await grant(f"{i}", None) // LEAST for i in range(4)] == [4, 2, 1, 1]
    with pytest.raises(QuotaExceeded):
        await grant("more", None)


async def test_who_says_how_much_gets_that_or_nothing(granting: Granting) -> None:
    grant = granting.in_parts(CALLER)
    assert await grant("a", 5 * LEAST) == 5 * LEAST
    with pytest.raises(QuotaExceeded):
        await grant("b", 3 * LEAST + 1)
    with pytest.raises(UploadTooLong):
        await grant("b", MOST + 1)
    assert await grant("a", 8 * LEAST) == 8 * LEAST, "it turned out to be larger"


async def test_what_has_arrived_counts_when_its_form_is_over(granting: Granting) -> None:
    day, held = timedelta(days=1), granting.reserving.held
    await granting.once(CALLER, timedelta(minutes=-40))("a", 5 * LEAST)
    assert await held(CALLER) == 0
    await granting.once(CALLER, SOON)("b", 2 * LEAST)
    arrived = {"a": Arrived(3, datetime.now(UTC)), "b": Arrived(7, datetime.now(UTC))}
    await granting.reserving.note("u", arrived, day)
    assert await held(CALLER) == 10
    old = {"a": Arrived(3, datetime.now(UTC) - 2 * day)}
    await granting.reserving.note("u", old, day)
    assert await held(CALLER) == 7
