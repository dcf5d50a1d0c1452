"""The tasks themselves, from Python, with the worker that has them all."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

import tintype
from jobs.kit import HURRY, Jobs, fast_queues
from servers import static
from servers.demo import CONSUMER, Demo
from tintype.app_providers import open_kept
from tintype.blob import Blob
from tintype.errors import (
    InvalidRecord,
    InvalidRequest,
    JobFailed,
    JobUnfinished,
    SourceForbidden,
)
from tintype.jobs.arguments import check_list
from tintype.jobs.lists import read_list
from tintype.jobs.worker import Candidate, Plan
from tintype.providers.kept import Connection
from tintype.settings import HttpSettings, S3Settings, Settings, UrlSettings
from tintype.stores.s3 import S3Store

SAMPLES = Path(__file__).parent.parent.parent / "src" / "tintype" / "pictures"


@pytest.fixture
def working(on_sqlite: Jobs, demo: Demo) -> Iterator[Settings]:
    """Settings with a worker of all tasks behind them."""
    settings = Settings(
        data=on_sqlite.settings.data,
        http=HttpSettings(allowed_networks=("127.0.0.0/8",)),
        urls=UrlSettings(presets="card=30x20/smart;wide=60x0"),
        providers=demo.settings,
    )
    with on_sqlite.worker_of_all(settings):
        yield settings


def test_a_list_is_published_from_plain_code(working: Settings, tmp_path: Path) -> None:
    pages = {"/a.jpg": (SAMPLES / "hills.jpg").read_bytes()}
    with static.serving(pages) as url:
        items = [{"source": f"{url}/a.jpg", "key": "a.webp"}, {"source": f"{url}/gone.jpg"}]
        job = tintype.enqueue(
            "publish", items=items, to=f"{tmp_path}/out/", look={"width": 40}, settings=working
        )
        with pytest.raises(JobFailed, match="1 of 2"):
            job.wait(30)
    assert (job.status, job.progress.done, job.progress.failed) == ("partly", 1, 1)
    assert (tmp_path / "out" / "a.webp").read_bytes()[8:12] == b"WEBP"


def test_an_album_of_flickr_is_published(working: Settings, demo: Demo, tmp_path: Path) -> None:
    open_kept(working).keep(Connection(provider="flickr", consumer=CONSUMER, token=demo.token()))
    album = "flickr:album:72157600000000002"
    job = tintype.enqueue(
        "publish", list=album, to=f"{tmp_path}/out/", look={"width": 40}, settings=working
    )
    job.wait(60)
    assert (job.progress.total, job.progress.done) == (5, 5)
    assert (tmp_path / "out" / "53000000004.jpg").exists(), "private ones, too"
    with pytest.raises(SourceForbidden, match="file: sources"):
        check_list({"list": "album.csv"}, is_trusted=False)


async def test_jobs_are_awaited_in_async_code(working: Settings) -> None:
    job = tintype.enqueue("purge", all=True, settings=working)
    assert await job.finished(30) == {"count": 0}


async def test_whoever_waits_too_long_is_told_so_and_the_job_goes_on(on_sqlite: Jobs) -> None:
    job = tintype.enqueue("purge", all=True, settings=on_sqlite.settings)
    with pytest.raises(JobUnfinished):
        job.wait(0.01)
    with pytest.raises(JobUnfinished):
        await job.finished(0.01)
    job.cancel()
    assert job.status == "cancelled"


def test_a_folder_is_imported_once(working: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "photos" / "2027"
    folder.mkdir(parents=True)
    for name in ("b.jpg", "a.jpg"):
        (folder / name).write_bytes((SAMPLES / "hills.jpg").read_bytes())
    (folder / "notes.txt").write_text("no picture")
    for skipped in (0, 2):
        job = tintype.enqueue("import", folder=str(tmp_path / "photos"), settings=working)
        job.wait(30)
        progress = job.progress
        assert (progress.total, progress.done + progress.skipped) == (2, 2)
        assert progress.skipped >= skipped
    kept = [p for p in (working.data / "store" / "originals").rglob("*") if p.is_file()]
    assert len([p for p in kept if not p.name.startswith(".")]) >= 1


def test_a_list_is_imported_from_the_web(working: Settings) -> None:
    picture = (SAMPLES / "plate.png").read_bytes()
    pages = {"/plate.png": picture}
    with static.serving(pages) as url:
        pages["/list.csv"] = f"url,slug\n{url}/plate.png,one\n".encode()
        job = tintype.enqueue("import", list=f"{url}/list.csv", settings=working)
        job.wait(30)
    assert job.progress.size == len(picture)


def test_presets_are_rendered_before_anybody_asks(working: Settings) -> None:
    job = tintype.enqueue("render", items=[{"source": "sample:hills.jpg"}], settings=working)
    job.wait(30)
    kept = [p for p in (working.data / "renditions").rglob("*") if p.is_file()]
    assert len(kept) >= 2
    purged = tintype.enqueue("purge", source="sample:hills.jpg", settings=working)
    assert purged.wait(30) == {"count": 2}


def test_arguments_that_make_no_sense_are_refused_at_once(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    for task, args, field in (
        ("fly", {}, "task"),
        ("upkeep", {}, "task"),
        ("purge", {}, "source"),
        ("purge", {"all": 1}, "all"),
        ("publish", {"colour": "red"}, "colour"),
        ("import", {"folder": "a", "list": "b"}, "folder"),
        ("import", {"bucket": "a"}, "bucket"),
        ("render", {"presets": ["a/b"]}, "presets"),
    ):
        with pytest.raises(InvalidRecord) as caught:
            tintype.enqueue(task, settings=settings, **args)  # type: ignore[arg-type]
        assert field in caught.value.mistakes
    for items in ([], [{"source": ""}]):
        with pytest.raises(InvalidRequest):
            tintype.enqueue("import", items=items, settings=settings)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a.jpg\n\n# no\nb.jpg\n", [{"source": "a.jpg"}, {"source": "b.jpg"}]),
        ("a.jpg,one\n", [{"source": "a.jpg", "key": "one"}]),
        (
            '\ufeffURL,slug,title\n"a,b.jpg",x,T\n',
            [{"source": "a,b.jpg", "key": "x", "name": "T"}],
        ),
        ("source\na.jpg\n", [{"source": "a.jpg"}]),
        (
            '{"url": "a.jpg", "tags": "x; y"}\n{"source": "b.jpg"}',
            [{"source": "a.jpg", "tags": ["x", "y"]}, {"source": "b.jpg"}],
        ),
    ],
)
def test_lists_are_told_apart_by_what_is_in_them(text: str, items: list[object]) -> None:
    assert list(read_list(text)) == items


@pytest.mark.parametrize("text", ['{"key": "a"}', "{", "source,key\n,a\n", '{"source": 5}'])
def test_a_line_without_a_source_is_named(text: str) -> None:
    with pytest.raises(InvalidRequest):
        list(read_list(text))


def test_a_prefix_of_a_bucket_is_imported(
    on_sqlite: Jobs, s3_settings: S3Settings, s3_bucket: str
) -> None:
    async def fill() -> None:
        store = S3Store.from_url(f"s3://{s3_bucket}", s3_settings, "")
        for key in ("in/a.jpg", "in/b.txt", "out/c.jpg"):
            await store.put(key, Blob.from_path(SAMPLES / "hills.jpg"))
        await store.close()

    asyncio.run(fill())
    settings = Settings(data=on_sqlite.settings.data, s3=s3_settings)
    candidate = Candidate(Plan(settings=settings, queues=fast_queues(), rhythm=HURRY))
    candidate.start()
    try:
        job = tintype.enqueue("import", bucket=f"s3://{s3_bucket}/in/", settings=settings)
        job.wait(30)
    finally:
        candidate.stop()
    assert (job.progress.total, job.progress.done) == (1, 1)
    assert job.progress.size == (SAMPLES / "hills.jpg").stat().st_size
