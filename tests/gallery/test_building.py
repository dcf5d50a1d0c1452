"""Galleries are made, and brought up to date."""

import json
from pathlib import Path
from typing import Any

import pytest

from gallery.made import write
from servers.swift import S3Server
from tintype.app_gallery import make_gallery
from tintype.errors import InvalidRequest
from tintype.gallery import Options
from tintype.settings import S3Settings, Settings

ALL = Options()


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return write(tmp_path / "backup")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def data(root: Path, name: str) -> Any:
    text = (root / "gallery" / "data" / f"{name}.js").read_text()
    begin = f'"use strict";tintype.put("{name}",'
    assert text.startswith(begin)
    assert text.endswith(");\n")
    return json.loads(text[len(begin) : -3])


async def test_a_gallery_is_made_of_a_backup(backup: Path, settings: Settings) -> None:
    report = await make_gallery(str(backup), ALL, settings)
    assert (report.photos, report.albums, report.unread, report.left_out) == (40, 1, 2, 0)
    assert [photo for photo, _ in report.undrawn] == ["53000000007"]
    about = data(backup, "about")
    assert about["title"] == 'Marian "<Field>'
    assert about["months"] == [["2016-04", 10], ["2016-03", 10], ["2016-02", 10], ["2016-01", 10]]
    assert len(about["ratios"]) == 80
    rows = data(backup, "photos-0")
    assert [rows[0][0], rows[-1][0]] == ["53000000039", "53000000000"]
    previews = list((backup / "gallery" / "previews").rglob("*.webp"))
    assert len(previews) == 38, "not of the video, which has no still, and not of the broken one"
    assert all(path.read_bytes()[8:12] == b"WEBP" for path in previews)
    details = data(backup, "details-0")
    tiff = details[39 - 6]
    assert tiff["show"].startswith("gallery/screens/06/53000000006-")
    assert (backup / tiff["show"]).stat().st_size
    assert details[38]["show"].endswith(".mp4")
    assert data(backup, "album-7215") == [37, 36, 35]
    assert data(backup, "albums")[0][3] == 37
    assert data(backup, "places")[:3] == [0, 51.96, 36.11]
    assert "hills 39 evora old bridge tag39" in data(backup, "search-0")[0]
    assert data(backup, "ids")[0] == "53000000039"


async def test_a_second_run_writes_nothing_and_a_change_little(
    backup: Path, settings: Settings
) -> None:
    await make_gallery(str(backup), ALL, settings)
    report = await make_gallery(f"{backup}/", ALL, settings)
    assert (report.previews, report.written, report.removed) == (0, 0, 0)
    before = (backup / "index.html").read_text()
    lines = (backup / "index.jsonl").read_text().splitlines()
    (backup / "index.jsonl").write_text("\n".join(lines[:-3]))
    report = await make_gallery(str(backup), ALL, settings)
    assert (report.photos, report.previews, report.removed) == (39, 0, 1)
    assert (backup / "index.html").read_text() != before, "it asks for the new version of its data"
    (backup / "gallery" / "data" / "ids.js").unlink()
    report = await make_gallery(str(backup), ALL, settings)
    assert report.written == 1


async def test_what_is_not_public_is_left_out_and_stays_so(
    backup: Path, settings: Settings
) -> None:
    await make_gallery(str(backup), ALL, settings)
    private = [path.name for path in backup.rglob("gallery/previews/05/*")]
    assert len(private) == 1
    options = Options(only_public=True, title="Ours")
    report = await make_gallery(str(backup), options, settings)
    assert (report.photos, report.left_out, report.removed) == (39, 1, 1)
    await make_gallery(str(backup), ALL, settings)
    texts = [path.read_text() for path in backup.rglob("gallery/**/*.[jt]s*") if path.is_file()]
    assert not [text for text in texts if "53000000005" in text]
    assert "53000000005" not in (backup / "gallery" / "files.txt").read_text()
    assert not list(backup.rglob("gallery/previews/05/*"))
    assert data(backup, "about")["title"] == "Ours"
    report = await make_gallery(str(backup), Options(only_public=False, title=""), settings)
    assert report.photos == 40


async def test_nothing_but_its_own_files_is_written_or_removed(
    backup: Path, settings: Settings
) -> None:
    def others() -> set[tuple[str, bytes]]:
        files = (p for p in backup.rglob("*") if p.is_file() and ".tintype" not in p.parts)
        theirs = (p for p in files if "gallery" not in p.parts and p.name != "index.html")
        return {(str(p), p.read_bytes()) for p in theirs}

    before = others()
    await make_gallery(str(backup), ALL, settings)
    (backup / "gallery" / "mine.txt").write_text("x")
    await make_gallery(str(backup), Options(only_public=True), settings)
    assert others() == before
    assert (backup / "gallery" / "mine.txt").exists()


async def test_links_are_relative_and_no_other_host_is_named_in_the_programs(
    backup: Path, settings: Settings
) -> None:
    await make_gallery(str(backup), ALL, settings)
    page = (backup / "index.html").read_text()
    assert "<title>Marian &quot;&lt;Field&gt;</title>" in page
    assert "default-src 'none'" in page
    assert "unsafe" not in page
    for path in [backup / "index.html", *(backup / "gallery" / "site").iterdir()]:
        if path.suffix != ".txt":
            assert "//" not in path.read_text().replace("// ", ""), path


async def test_a_folder_without_a_backup_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(InvalidRequest, match=r"index\.jsonl is missing"):
        await make_gallery(str(tmp_path / "empty"), ALL, settings)


async def test_it_is_made_in_a_bucket(
    backup: Path, s3_bucket: str, s3_settings: S3Settings, s3_server: S3Server, tmp_path: Path
) -> None:
    from dataclasses import replace

    from tintype.app import opened_store
    from tintype.blob import Blob

    settings = replace(Settings(data=tmp_path / "data"), s3=s3_settings)
    place = f"s3://{s3_bucket}/flickr/"
    async with opened_store(place, settings) as store:
        for path in backup.rglob("*"):
            if path.is_file():
                await store.put(str(path.relative_to(backup)), Blob.from_path(path))
        report = await make_gallery(place, ALL, settings)
        assert (report.photos, report.previews) == (40, 39)
        found = await store.stat("index.html")
        assert found is not None
        assert found.attributes.content_type == "text/html; charset=utf-8"
        report = await make_gallery(place, ALL, settings)
        assert (report.previews, report.written) == (0, 0)
