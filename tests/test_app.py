"""The wiring: what a service may do, and what the person at the machine may."""

from pathlib import Path

import pytest

from tintype.app import build, open_rendition_store
from tintype.app_urls import rendition_reader
from tintype.errors import InvalidSettings, InvalidSource
from tintype.renditions import Found
from tintype.settings import Settings
from tintype.settings_web import RenditionSettings, UrlSettings
from tintype.source import Source
from tintype.transform import FilterCall, Transform


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.mark.parametrize("text", ["file:/etc/passwd", "-", "/etc/passwd"])
async def test_a_service_reads_no_file_of_the_machine(settings: Settings, text: str) -> None:
    app = build(settings)
    with pytest.raises(InvalidSource):
        await app.renditions.get(Source.parse(text), Transform(width=10))
    mark = FilterCall("watermark", (f"file:{text}", "0", "0", "0"))
    with pytest.raises(InvalidSource):
        await app.renditions.get(
            Source("sample", "hills.jpg"), Transform(width=10, filters=(mark,))
        )
    await app.close()


async def test_the_person_at_the_machine_does(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    app = build(settings, trusted=True)
    assert (await app.pipeline.load(Source.parse(f"{tmp_path}/a.txt"))).read() == b"text"
    assert app.slots.queue is app.slots.render_timeout is None
    await app.close()


async def test_a_service_keeps_renditions_in_the_data_folder(
    settings: Settings, tmp_path: Path
) -> None:
    app = build(settings)
    hills, small = Source("sample", "hills.jpg"), Transform(width=10)
    assert (await app.renditions.get(hills, small)).found is Found.MADE
    await app.close()
    app = build(settings)
    assert (await app.renditions.get(hills, small)).found is Found.STORE
    assert app.slots.queue == settings.server.queue
    await app.close()
    assert (tmp_path / "renditions" / "renditions").is_dir()


@pytest.mark.parametrize(
    ("renditions", "store"),
    [("a", "./a"), ("s3://bucket/a", "s3://bucket/a/"), ("{}/store", "")],
)
def test_renditions_and_originals_have_two_places(
    tmp_path: Path, renditions: str, store: str
) -> None:
    kept = RenditionSettings(store=renditions.format(tmp_path))
    with pytest.raises(InvalidSettings, match="the same place"):
        open_rendition_store(Settings(data=tmp_path, store=store, renditions=kept))


@pytest.mark.parametrize("before", ["", "/", "unsafe/", "/unsafe/", "a" * 27 + "=/"])
def test_a_url_is_read_as_the_renditions_that_browsers_get(before: str) -> None:
    urls = UrlSettings(auto_formats=("avif", "webp"), presets="card=300x200")
    read = rendition_reader(Settings(urls=urls))
    source, transforms = read(f"{before}preset:card/https://example.org/a.jpg")
    assert source == Source("https", "//example.org/a.jpg")
    assert {(t.width, t.height) for t in transforms} == {(300, 200)}
    accepted = {call.arguments for t in transforms for call in t.filters}
    assert accepted == {("plain",), ("webp",), ("avif", "webp")}
