"""Files that are damaged, and photos that are gone."""

from pathlib import Path

import pytest

from flickr.backup_kit import Changing, Kit
from servers.demo import Demo
from tintype.flickr.demo.account import FIRST_ID

COUNT = 12


@pytest.fixture
def kit(demo: Demo, tmp_path: Path) -> Kit:
    return Kit.of(demo, tmp_path, COUNT)


async def test_files_are_read_again_and_what_is_damaged_comes_anew(kit: Kit) -> None:
    await kit.run(embed=True)
    kit.forget_calls()
    keys = {record["id"]: record["file"]["key"] for record in kit.index()}
    cut, gone, changed = (keys[str(FIRST_ID + n)] for n in (2, 3, 4))
    (kit.root / cut).write_bytes((kit.root / cut).read_bytes()[:-7])
    (kit.root / gone).unlink()
    flipped = bytearray((kit.root / changed).read_bytes())
    flipped[len(flipped) // 2] ^= 1
    (kit.root / changed).write_bytes(flipped)
    sidecar = kit.root / "sidecars" / f"{FIRST_ID + 5}.json"
    before = sidecar.read_bytes()
    sidecar.write_text("{}")
    account = kit.root / "account.json"
    about = account.read_bytes()
    account.unlink()
    xmp, other = (kit.root / f"{keys[str(FIRST_ID + n)]}.xmp" for n in (6, 7))
    xmp.write_text("of another program")
    other.unlink()
    report = await kit.run(verify=True, embed=True)
    assert sorted(report.damaged) == sorted(
        [
            "account.json",
            cut,
            gone,
            changed,
            f"sidecars/{FIRST_ID + 5}.json",
            f"{keys[str(FIRST_ID + 7)]}.xmp",
        ]
    )
    assert report.edited == [xmp.relative_to(kit.root).as_posix()]
    assert report.verified >= 3 * COUNT
    assert sum(kit.fetched().values()) == 3
    assert sidecar.read_bytes() == before
    assert account.read_bytes() == about
    assert other.read_bytes().startswith(b"<?xpacket")
    assert xmp.read_text() == "of another program"
    kit.assert_whole()
    again = await kit.run(verify=True, embed=True)
    assert again.damaged == []


async def test_what_is_gone_stays_unless_it_is_to_be_removed(kit: Kit) -> None:
    await kit.run(details=False)
    kit.account.gone.update({3, 7})
    report = await kit.run(details=False)
    assert (report.gone, report.removed, report.listed) == (2, 0, COUNT - 2)
    assert len([record for record in kit.index() if record.get("gone")]) == 2
    kept = {path.name for path in (kit.root / "sidecars").iterdir()}
    assert f"{FIRST_ID + 3}.json" in kept
    report = await kit.run(details=False, delete_removed=True)
    assert (report.gone, report.removed, report.kept_because) == (0, 2, "")
    left = [str(path) for path in kit.root.rglob("*") if str(FIRST_ID + 3) in path.name]
    assert left == []
    kit.assert_whole()


@pytest.mark.parametrize(
    ("kind", "because"),
    [
        ("empty", "Flickr's list is empty"),
        ("short", f"Flickr counts {COUNT:,} photos, and listed {COUNT // 2:,}"),
    ],
)
async def test_a_list_that_is_empty_or_short_removes_nothing(
    kit: Kit, kind: str, because: str
) -> None:
    await kit.run(details=False)
    kit.demo.state.trouble.order(kind, on="extras")
    report = await kit.run(details=False, delete_removed=True)
    assert (report.removed, report.kept_because) == (0, because)
    assert report.is_partly
    assert len(list((kit.root / "sidecars").iterdir())) == COUNT


async def test_a_photo_that_is_there_by_its_id_is_not_removed(kit: Kit) -> None:
    """A list may leave out a photo and not count it either."""
    await kit.run(details=False)

    class Hiding(Changing):
        def photos(self, *, private: bool) -> list:  # type: ignore[type-arg]
            return [photo for photo in super().photos(private=private) if photo.number != 3]

    kit.demo.state.account = Hiding(COUNT)
    report = await kit.run(details=False, delete_removed=True)
    assert (report.gone, report.removed) == (1, 0)
    assert (kit.root / "sidecars" / f"{FIRST_ID + 3}.json").exists()


async def test_half_of_an_account_does_not_go_at_once(demo: Demo, tmp_path: Path) -> None:
    kit = Kit.of(demo, tmp_path, 22)
    await kit.run(details=False)
    kit.account.gone.update(range(12))
    report = await kit.run(details=False, delete_removed=True)
    assert (report.removed, report.kept_because) == (0, "12 of 22 photos would go at once")
