"""Backups from the list to the report: an account that changes, a provider that misbehaves."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from flickr.backup_kit import Changing, Kit
from servers.demo import CONSUMER, Demo
from tintype.blob import Blob
from tintype.errors import (
    InvalidRequest,
    NotConnected,
    ProviderUnavailable,
    StoreFull,
    StoreUnavailable,
)
from tintype.flickr.backup.state import State
from tintype.flickr.demo.account import FIRST_ID, Account
from tintype.oauth1 import Signing, Token
from tintype.stores import Stat
from tintype.stores.local import LocalStore

COUNT = 12


@pytest.fixture
def kit(demo: Demo, tmp_path: Path) -> Kit:
    return Kit.of(demo, tmp_path, COUNT)


async def test_every_photo_comes_home_with_what_is_known_of_it(kit: Kit) -> None:
    report = await kit.run()
    assert (report.complete, report.counted, report.listed) == (COUNT, COUNT, COUNT)
    assert not report.is_partly
    kit.assert_whole()
    assert set(kit.fetched().values()) == {1}
    sidecar = kit.sidecar(3)  # private, with a place and comments
    photo, raw = sidecar["photo"], sidecar["raw"]
    assert photo["visibility"] == "private"
    assert photo["tags"] == ["Old Bridge", "Übermut", "foo:bar=1"]
    assert photo["geo"]["latitude"] == pytest.approx(51.9603)
    assert [each["text"] for each in photo["comments"]] == [
        f"Comment {n} <script>alert(1)</script>" for n in range(3)
    ]
    assert photo["faves"] == [
        {"id": "87654321@N00", "name": "somebody else", "at": "2023-11-14T22:13:20Z"}
    ]
    assert photo["licence"] == {"id": "3", "name": "", "url": ""}
    assert photo["exif"][1] == {
        "space": "ExifIFD",
        "tag": "ISO",
        "label": "ISO Speed",
        "value": "ISO 100",
    }
    assert set(raw) == {"list", "info", "exif", "comments", "favorites"}
    assert kit.sidecar(2)["photo"]["people"][0]["name"] == "some user"
    assert kit.sidecar(1)["photo"]["notes"][0]["text"] == "A note"
    assert [each["id"] for each in kit.index()] == [
        str(FIRST_ID + n) for n in range(COUNT - 1, -1, -1)
    ]


async def test_exif_that_its_owner_hides_is_noted_and_nothing_fails(kit: Kit) -> None:
    report = await kit.run()
    assert not report.failed
    assert kit.sidecar(4)["photo"]["lacks"] == [
        "exif: Flickr: Permission denied (code 2 of flickr.photos.getExif)."
    ]


async def test_files_bear_the_date_they_were_taken(kit: Kit) -> None:
    await kit.run()
    for record in kit.index():
        at = os.stat(kit.root / record["file"]["key"]).st_mtime  # noqa: PTH116
        taken = kit.account.photo(record["id"])
        assert taken
        assert at == taken.taken.replace(tzinfo=None).timestamp()


async def test_albums_are_manifests_and_links(kit: Kit) -> None:
    report = await kit.run(links=True)
    assert report.albums == 3
    manifest = json.loads((kit.root / "albums" / "72157600000000002.json").read_bytes())
    assert (manifest["title"], manifest["collections"]) == ("Bridges", [])
    assert [photo["id"] for photo in manifest["photos"]] == [str(FIRST_ID + n) for n in range(5)]
    first = json.loads((kit.root / "albums" / "72157600000000001.json").read_bytes())
    assert first["collections"] == ["All"]
    links = sorted((kit.root / "links" / "Bridges 72157600000000002").iterdir())
    assert [link.name[:15] for link in links] == [f"{n + 1:03} {FIRST_ID + n}" for n in range(5)]
    for link, photo in zip(links, manifest["photos"], strict=True):
        assert link.is_symlink()
        assert link.resolve() == kit.root / photo["key"]
    account = json.loads((kit.root / "account.json").read_bytes())
    assert account["collections"][0]["title"] == "All"
    assert account["galleries"][0]["title"]["_content"] == "Best of"
    assert len(account["favorites"]) == 3


async def test_a_second_run_fetches_nothing(kit: Kit) -> None:
    await kit.run()
    kit.forget_calls()
    report = await kit.run()
    assert report.complete == COUNT
    assert not kit.fetched()
    assert kit.asked("photos.getInfo") == 0
    assert kit.asked("photosets.getPhotos") == 0
    assert kit.asked("photos.recentlyUpdated") == 1


async def test_what_changed_is_fetched_or_asked_for_anew(kit: Kit) -> None:
    await kit.run()
    kit.forget_calls()
    before = kit.sidecar(6)["photo"]["file"]["key"]
    kit.account.edits[6] = 1
    kit.account.replaced[8] = 1
    kit.demo.state.account = Changing(
        COUNT + 2, edits=kit.account.edits, replaced=kit.account.replaced
    )
    report = await kit.run()
    assert report.complete == COUNT + 2
    assert len(kit.fetched()) == 3
    assert kit.asked("photos.getInfo") == 4
    edited = kit.sidecar(6)["photo"]
    assert (edited["title"], edited["file"]["key"]) == ("Edited 1", before)
    kit.assert_whole()


async def test_sidecars_follow_albums_without_a_call(kit: Kit) -> None:
    await kit.run()
    kit.forget_calls()
    kit.demo.state.account = Changing(COUNT, album=[0, 1, 9])
    await kit.run()
    titles = [album["id"] for album in kit.sidecar(9)["photo"]["albums"]]
    assert titles == ["72157600000000002"]
    assert kit.sidecar(3)["photo"]["albums"] == []
    assert kit.asked("photos.getInfo") == 0


async def test_every_size_is_kept_on_request(kit: Kit) -> None:
    kit.demo.state.account = Account(1)
    await kit.run()
    kit.forget_calls()
    report = await kit.run(all_sizes=True)
    assert not [name for name in kit.fetched() if "_o." in name], "originals were there"
    names = {path.name for path in (kit.root / "sizes" / str(FIRST_ID)).iterdir()}
    assert names >= {"Square.jpg", "Large Square.jpg", "Medium.jpg", "Large.jpg"}
    sizes = kit.sidecar(0)["photo"]["sizes"]
    assert {f"{size['label']}.jpg" for size in sizes} == names
    raw = kit.sidecar(0)["raw"]["sizes"]["sizes"]["size"]
    assert {size["label"] for size in raw} == {size["label"] for size in sizes} | {"Original"}
    assert (report.complete, kit.asked("photos.getInfo")) == (1, 0)


async def test_what_flickr_withholds_is_reported_as_that(demo: Demo, tmp_path: Path) -> None:
    kit = Kit.of(demo, tmp_path, 2, is_free=True)
    report = await kit.run(details=False)
    assert report.complete == 0
    assert report.withheld[0]["reason"] == (
        "largest available is Large of 1024 × 768; the original is withheld"
    )
    assert not report.failed
    kit.assert_whole()


async def test_a_video_is_resolved_when_it_is_fetched_and_its_original_reported(
    demo: Demo, tmp_path: Path
) -> None:
    kit = Kit.of(demo, tmp_path, 50)
    report = await kit.run(details=False)
    (withheld,) = report.withheld
    assert withheld == {
        "id": str(FIRST_ID + 49),
        "reason": "largest available is 1080p; the original is withheld",
    }
    kit.assert_whole()
    for path in kit.root.rglob("*"):
        if path.is_file():
            assert b"?s=" not in path.read_bytes(), path


async def test_a_stopped_run_goes_on_without_listing_again(demo: Demo, tmp_path: Path) -> None:
    kit = Kit.of(demo, tmp_path, 60)
    opened = kit.demo.opened()
    with State.locked(kit.state_path) as state:
        backup = kit.backup(opened, state, details=False)
        work = asyncio.ensure_future(backup.run())
        while backup.watching.standing.files < 1:
            await asyncio.sleep(0.005)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
    already = sum(kit.fetched().values())
    assert already < 60
    report = await kit.run(details=False)
    assert report.complete + len(report.withheld) == 60
    assert kit.asked("people.getPhotos") == 3, "each run counts, the first lists"
    assert sum(kit.fetched().values()) <= 60 + 4
    kit.assert_whole()


async def test_calls_are_counted_while_it_lists(kit: Kit) -> None:
    with State.locked(kit.state_path) as state:
        backup = kit.backup(kit.demo.opened(), state, details=False)
        work, seen = asyncio.ensure_future(backup.run()), set[int]()
        standing = backup.watching.standing
        while not work.done():
            if standing.step == "list":
                seen.add(standing.calls)
            await asyncio.sleep(0)
        report = await work
    assert seen >= {3, 4, 5}, "after the two of the estimate"
    assert standing.calls == report.calls


async def test_a_consent_taken_back_stops_and_a_new_one_goes_on(kit: Kit) -> None:
    kit.demo.state.trouble.order("revoked", times=1, on=f"photo_id={FIRST_ID + 9}")
    with pytest.raises(NotConnected) as caught:
        await kit.run()
    assert f"of {COUNT} photos." in caught.value.message
    assert caught.value.remedy == (
        "Sign in: tintype flickr login; then run the same command again."
    )
    report = await kit.run(signing=kit.demo.signing())
    assert report.complete == COUNT
    assert max(kit.fetched().values()) <= 2
    kit.assert_whole()


async def test_nobody_is_backed_up_without_signing_in(kit: Kit) -> None:
    with pytest.raises(NotConnected):
        await kit.run(signing=Signing(CONSUMER, None))


async def test_another_account_does_not_get_into_a_backup(kit: Kit) -> None:
    await kit.run(details=False)
    with State.locked(kit.state_path) as state:
        state.set_fact("account", "99999999@N00")
    with pytest.raises(InvalidRequest, match="99999999@N00"):
        await kit.run()


async def test_two_processes_do_not_work_on_one_backup(kit: Kit) -> None:
    with State.locked(kit.state_path), pytest.raises(StoreUnavailable, match="Another process"):
        await kit.run()


@pytest.mark.parametrize("kind", ["404", "500", "html", "wrong-type", "cut", "truncated"])
async def test_a_file_that_fails_for_a_moment_comes_whole_in_the_end(kit: Kit, kind: str) -> None:
    kit.demo.state.account = Changing(4)
    kit.demo.state.trouble.order(kind, times=3, on="_o.")
    report = await kit.run(details=False)
    assert report.complete == 4
    kit.assert_whole()


@pytest.mark.parametrize("kind", ["429", "201", "105", "503", "not-json"])
async def test_calls_that_fail_for_a_moment_are_made_again(kit: Kit, kind: str) -> None:
    kit.demo.state.account = Changing(4)
    kit.demo.state.trouble.order(kind, times=5, on="getInfo")
    report = await kit.run()
    assert report.complete == 4
    assert not report.is_partly


async def test_a_file_that_never_comes_is_told_and_the_rest_is_kept(kit: Kit) -> None:
    photo = kit.account.photo(str(FIRST_ID + 2))
    assert photo
    kit.demo.state.trouble.order("404", on=photo.original_secret)
    report = await kit.run()
    (failed,) = report.failed
    assert (failed["id"], failed["what"]) == (photo.id, "file")
    assert failed["reason"].endswith(f"/65535/{photo.id}_…_o.jpg answers with status 404.")
    assert report.complete == COUNT - 1
    assert report.is_partly
    assert kit.sidecar(2)["photo"]["file"] is None
    kit.demo.state.trouble.clear()
    assert (await kit.run()).complete == COUNT
    assert kit.sidecar(2)["photo"]["file"]["label"] == "Original"
    kit.assert_whole()


async def test_flickr_away_for_long_is_waited_for_and_then_given_up(kit: Kit) -> None:
    opened = kit.demo.opened()
    kit.demo.state.trouble.order("503", on="getInfo")
    kit.demo.state.account = Changing(200)
    with pytest.raises(ProviderUnavailable, match="fails all the time") as caught:
        await kit.run(opened=opened)
    assert [pause for pause in opened.slept if pause >= 60] == [60, 120, 240, 480, *[900] * 4]
    assert "goes on" in caught.value.remedy
    assert len(kit.said) == 8


async def test_numbers_that_are_texts_make_no_difference(kit: Kit) -> None:
    await kit.run()
    plain = {record["id"]: record for record in kit.index()}
    other = Kit(kit.demo, kit.folder / "other", type(kit.store)(kit.folder / "other" / "backup"))
    kit.demo.state.trouble.order("mixed")
    report = await other.run()
    assert report.complete == COUNT
    assert {record["id"]: record for record in other.index()} == plain
    other.assert_whole()


@pytest.mark.parametrize("kind", ["short", "empty", "repeat"])
async def test_a_page_that_is_not_whole_is_asked_for_again(kit: Kit, kind: str) -> None:
    kit.demo.state.trouble.order(kind, times=1, on="extras")
    assert (await kit.run(details=False)).complete == COUNT


async def test_a_list_that_stays_short_is_reported(kit: Kit) -> None:
    kit.demo.state.trouble.order("short", on="extras")
    report = await kit.run(details=False)
    assert (report.counted, report.listed, report.missing) == (COUNT, COUNT // 2, COUNT // 2)
    assert report.is_partly


async def test_no_secret_is_in_any_file_or_log(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    signing = kit.demo.signing()
    kit.demo.state.trouble.order("429", times=2, on="getInfo")
    assert isinstance(signing.token, Token)
    await kit.run(signing=signing, all_sizes=True, embed=True)
    secrets = [CONSUMER.secret, signing.token.secret, signing.token.key]
    files = [*kit.root.rglob("*"), kit.state_path]
    assert len(files) > 3 * COUNT
    assert "asked too much" in caplog.text
    for secret in secrets:
        assert secret not in caplog.text
    for path in files:
        content = path.read_bytes() if path.is_file() else b""
        for secret in secrets:
            assert secret.encode() not in content, path


async def test_the_estimate_knows_what_has_no_original(demo: Demo, tmp_path: Path) -> None:
    kit = Kit.of(demo, tmp_path, 100)
    with State.locked(kit.state_path) as state:
        paid = await kit.backup(demo.opened(), state).estimate()
        quick = await kit.backup(demo.opened(), state, details=False).estimate()
    assert (paid.photos, paid.files, paid.details) == (100, 100, 100)
    assert quick.calls == 10 + 1 + 2, "of two videos the sizes"
    assert paid.calls == quick.calls + 340, "information, EXIF, favourites, and some comments"
    assert paid.seconds == paid.calls
    free = Kit.of(demo, tmp_path / "free", 100, is_free=True)
    with State.locked(free.state_path) as state:
        found = await free.backup(demo.opened(), state, details=False).estimate()
    assert found.calls == 10 + 1 + 100
    assert str(found).startswith("100 photos and videos; 100 to fetch, details of 100 to ask for")


async def test_files_that_are_not_there_do_not_hold_up_the_others(kit: Kit) -> None:
    opened = kit.demo.opened()
    kit.demo.state.trouble.order("404", on="_o.")
    report = await kit.run(opened=opened, details=False)
    assert len(report.failed) == COUNT
    assert max(opened.slept) < 60, "no pause"


async def test_a_store_that_is_full_stops_the_run_and_nothing_is_lost(kit: Kit) -> None:
    class Full(LocalStore):
        left = 5

        async def put(self, key: str, blob: Blob, **more: Any) -> Stat:
            self.left -= 1
            if self.left < 0:
                raise StoreFull("There is no room.")
            return await super().put(key, blob, **more)

    kit.store = Full(kit.root)
    with pytest.raises(StoreFull):
        await kit.run()
    kit.store = LocalStore(kit.root)
    assert (await kit.run()).complete == COUNT
    kit.assert_whole()


async def test_copies_with_metadata_follow_the_photo(kit: Kit) -> None:
    kit.demo.state.account = Changing(4)
    await kit.run(embed=True)
    key = kit.sidecar(0)["photo"]["embedded"]
    assert key == f"embedded/2016/{FIRST_ID}_Old Bridge.jpg"
    before = (kit.root / key).read_bytes()
    assert before.endswith((kit.root / key.replace("embedded", "photos")).read_bytes()[-500:])
    assert b"Photo 0" in before
    kit.demo.state.account = Changing(4, replaced={0: 1})
    await kit.run()
    assert not (kit.root / key).exists(), "the copy of another file"
    await kit.run(embed=True)
    assert (kit.root / key).read_bytes() != before
    kit.assert_whole()
