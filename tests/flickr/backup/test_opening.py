"""Backups in a bucket, whose state comes from there when it is lost here."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from flickr.backup_kit import Changing, Kit
from servers.demo import CONSUMER, Demo
from tintype.app_backups import opened_backup, state_path
from tintype.app_providers import open_kept
from tintype.errors import InvalidRequest
from tintype.flickr.backup import Options
from tintype.flickr.backup.report import Report
from tintype.providers.kept import Connection
from tintype.settings import S3Settings, Settings
from tintype.stores.s3 import S3Store

COUNT = 6


@pytest.fixture
def settings(demo: Demo, tmp_path: Path, s3_settings: S3Settings) -> Settings:
    demo.state.account = Changing(COUNT)
    providers = replace(demo.settings, flickr_rate=100_000_000)
    settings = Settings(data=tmp_path / "data", providers=providers, s3=s3_settings)
    kept = open_kept(settings)
    kept.keep(Connection(provider="flickr", consumer=CONSUMER, token=demo.token()))
    return settings


async def run(to: str, settings: Settings, **options: bool) -> Report:
    async with opened_backup(to, Options(**options), settings) as backup:
        return await backup.run()


async def test_a_bucket_takes_a_backup_and_gives_its_state_to_another_machine(
    demo: Demo, tmp_path: Path, settings: Settings, s3_bucket: str
) -> None:
    to = f"s3://{s3_bucket}/flickr"
    report = await run(to, settings, embed=True)
    assert report.complete == COUNT
    store = S3Store.from_url(f"s3://{s3_bucket}", settings.s3)
    kit = Kit(demo, tmp_path, store)
    keys = {stat.key async for stat in store.list("")}
    sidecars = {key for key in keys if key.startswith("flickr/sidecars/")}
    assert len(sidecars) == COUNT
    assert {f"flickr/{name}" for name in ("account.json", "index.jsonl", "report.json")} <= keys
    stat = await store.stat(next(key for key in keys if key.endswith(".jpg")))
    assert stat
    assert stat.attributes.content_type == "image/jpeg"
    await store.close()
    shutil.rmtree(settings.data / "backups")
    kit.forget_calls()
    report = await run(f"{to}/", settings, verify=True)
    assert (report.complete, report.damaged) == (COUNT, [])
    assert not kit.fetched()
    assert kit.asked("photos.getInfo") == 0


async def test_only_folders_have_links(settings: Settings, s3_bucket: str) -> None:
    with pytest.raises(InvalidRequest, match="Only folders"):
        await run(f"s3://{s3_bucket}/flickr/", settings, links=True)


def test_a_place_has_one_state_however_it_is_written(settings: Settings, tmp_path: Path) -> None:
    assert state_path(str(tmp_path), settings) == state_path(f"{tmp_path}/", settings)
    assert state_path("s3://a/b", settings) == state_path("s3://a/b/", settings)
    assert state_path("s3://a/b", settings) != state_path("s3://a/c", settings)
