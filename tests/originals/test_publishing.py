"""Publishing: what is refused leaves what was there, and what is published is not lost."""

from dataclasses import replace

import pytest

from originals.conftest import Kept
from sample_pictures import quadrants, saved
from tintype.catalog.tables import Original
from tintype.errors import QuotaExceeded
from tintype.originals.keeping import Told
from tintype.originals.publishing import Publishing, Wanted
from tintype.transform import Transform

PICTURE = saved(quadrants(), "PNG")
SMALL = Wanted(transform=Transform(width=20), key="k.png")
LARGE = Wanted(transform=Transform(width=1500, upscale=True), key="k.png")


@pytest.fixture
async def original(kept: Kept) -> Original:
    return (await kept.keeping.keep(kept.user_id, PICTURE, Told()))[0]


def with_quota(kept: Kept, quota: int) -> Publishing:
    return Publishing(replace(kept.publishing.parts, quota=quota))


async def test_what_there_is_no_room_for_leaves_what_was_published(
    kept: Kept, original: Original
) -> None:
    small = await kept.publishing.publish(kept.user_id, original.id, kept.publishing.check(SMALL))
    file = kept.store / small.key
    before = file.read_bytes()
    little = with_quota(kept, original.size + small.size + 100)
    with pytest.raises(QuotaExceeded):
        await little.publish(kept.user_id, original.id, little.check(LARGE))
    assert file.read_bytes() == before
    (found,) = await kept.publishing.listed(kept.user_id, original.id)
    assert found.size == len(before)


async def test_what_is_not_ours_is_not_removed_when_a_rendition_is_refused(
    kept: Kept, original: Original
) -> None:
    file = kept.store / "files" / kept.user_id / "k.png"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"of somebody else")
    little = with_quota(kept, original.size)
    with pytest.raises(QuotaExceeded):
        await little.publish(kept.user_id, original.id, little.check(SMALL))
    assert file.read_bytes() == b"of somebody else"
