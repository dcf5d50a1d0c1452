"""The public face, as somebody who imports tintype uses it."""

import asyncio
import io
import os
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
import pyvips

import tintype
from servers.static import serving
from servers.web import plain
from servers.web import serving as web_serving
from tintype.errors import KeyExists, StoreDenied
from tintype.look import Look
from tintype.settings import HttpSettings, S3Settings
from tintype.stores import Stat
from tintype.stores.memory import MemoryStore
from tintype.transform import Transform

LOOPBACK = tintype.Settings(http=HttpSettings(allowed_networks=("127.0.0.0/8",)))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    (pyvips.Image.xyz(300, 200).extract_band(0) / 2).cast("uchar").pngsave(str(path))
    return path


def test_plain_code_makes_a_thumbnail_and_gets_its_url(tmp_path: Path, photo: Path) -> None:
    with tintype.open(f"{tmp_path}/out/") as pictures:
        url = pictures.thumbnail(str(photo), width=30, format="jpeg")
    assert url == (tmp_path / "out" / "photo.jpg").as_uri()
    assert pyvips.Image.new_from_file(str(tmp_path / "out" / "photo.jpg")).height == 20


async def test_async_code_makes_the_same(tmp_path: Path, photo: Path) -> None:
    async with tintype.open(f"{tmp_path}/out/") as pictures:
        urls = await asyncio.gather(
            *(pictures.thumbnail(str(photo), width=w, key=f"{w}.webp") for w in (10, 20))
        )
    assert urls == [(tmp_path / "out" / f"{w}.webp").as_uri() for w in (10, 20)]


async def test_plain_code_works_while_an_event_loop_runs(tmp_path: Path, photo: Path) -> None:
    with tintype.open(f"{tmp_path}/out/") as pictures:
        assert pictures.crop(str(photo), (10, 10, 50, 40)).endswith("photo.png")


def test_the_whole_job_in_a_bucket(photo: Path, s3_settings: S3Settings, s3_bucket: str) -> None:
    settings = tintype.Settings(
        s3=s3_settings, http=HttpSettings(allowed_networks=("127.0.0.0/8",))
    )
    with (
        serving({"/p.png": photo.read_bytes()}) as base,
        tintype.open(f"s3://{s3_bucket}/thumbs/", settings=settings) as pictures,
    ):
        original = pictures.fetch(f"{base}/p.png")
        assert (original.media_type, original.size) == ("image/png", photo.stat().st_size)
        pictures.thumbnail(
            f"{base}/p.png", width=60, attributes=tintype.Attributes(acl="public-read")
        )
        with urlopen(pictures.url("p.png")) as answer:
            assert answer.status == 200
        pictures.put(original, "originals/p.png")
        with urlopen(pictures.url("originals/p.png", expires_in=timedelta(minutes=1))) as answer:
            assert answer.read() == photo.read_bytes()


def test_several_widths_come_back_by_width(tmp_path: Path, photo: Path) -> None:
    with tintype.open(f"{tmp_path}/out/") as pictures:
        urls = pictures.thumbnails(str(photo), [10, 20], format="jpeg")
    assert {w: url.rpartition("/")[2] for w, url in urls.items()} == {
        10: "photo-10.jpg",
        20: "photo-20.jpg",
    }


def test_files_bytes_and_streams_are_put_read_and_deleted(tmp_path: Path, photo: Path) -> None:
    with tintype.open(f"{tmp_path}/out/") as pictures:
        pictures.put(photo)
        pictures.put(b"bytes", "b")
        pictures.put(io.BytesIO(b"stream"), "s")
        assert [pictures.get(key) for key in ("photo.png", "b", "s")] == [
            photo.read_bytes(),
            b"bytes",
            b"stream",
        ]
        pictures.delete("b")
        with pytest.raises(tintype.TintypeError, match="b"):
            pictures.get("b")


def test_a_taken_name_is_left_alone_when_asked(tmp_path: Path) -> None:
    with tintype.open(f"{tmp_path}/out/") as pictures:
        pictures.put(b"first", "a")
        for content in (b"second", io.BytesIO(b"third")):
            with pytest.raises(tintype.TintypeError) as caught:
                pictures.put(content, "a", overwrite=False)
            assert caught.value.code == "key-exists"
        assert pictures.get("a") == b"first"


@pytest.mark.parametrize(
    ("path", "key", "look", "taken"),
    [
        ("/a.jpg", "", {}, "a.jpg"),
        ("/a.heic", "", {}, "a.jpg"),
        ("/a.jpg", "", {"format": "webp"}, "a.webp"),
        ("/a", "", {"format": "png"}, "a.png"),
        ("/a", "card.png", {}, "card.png"),
        ("/a", "card", {}, "card"),
    ],
)
async def test_nothing_is_fetched_for_a_name_that_is_taken(
    tmp_path: Path, path: str, key: str, look: Look, taken: str
) -> None:
    async with (
        web_serving() as web,
        tintype.open(f"{tmp_path}/out/", settings=LOOPBACK) as pictures,
    ):
        await pictures.put(b"first", taken)
        with pytest.raises(KeyExists, match=taken):
            await pictures.thumbnail(web.url(path), key=key, overwrite=False, **look)
        assert web.heads == []
        assert await pictures.get(taken) == b"first"


async def test_a_name_that_only_the_bytes_tell_is_looked_for_after_the_work(
    tmp_path: Path, photo: Path
) -> None:
    async with (
        web_serving() as web,
        tintype.open(f"{tmp_path}/out/", settings=LOOPBACK) as pictures,
    ):
        url = web.on("/a", plain(photo.read_bytes()))
        await pictures.put(b"first", "a.png")
        with pytest.raises(KeyExists):
            await pictures.thumbnail(url, overwrite=False)
        assert web.paths == ["/a"]


async def test_a_name_that_is_taken_during_the_work_stops_all_sizes(
    tmp_path: Path, photo: Path
) -> None:
    async with (
        web_serving() as web,
        tintype.open(f"{tmp_path}/out/", settings=LOOPBACK) as pictures,
    ):

        async def take_and_answer(writer: asyncio.StreamWriter) -> None:
            await pictures.put(b"first", "a-20.png")
            await plain(photo.read_bytes())(writer)

        url = web.on("/a.png", take_and_answer)
        with pytest.raises(KeyExists, match=r"a-20\.png"):
            await pictures.publish(url, [Transform(width=10), Transform(width=20)], overwrite=False)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a-20.png"]


class WriteOnlyStore(MemoryStore):
    """As for credentials that may put objects and not look at them."""

    async def stat(self, key: str) -> Stat | None:
        raise StoreDenied(f"{key} may not be looked at.")


async def test_who_may_not_look_still_replaces_nothing(photo: Path) -> None:
    async with tintype.open() as pictures:
        pictures.store = WriteOnlyStore()
        await pictures.thumbnail(str(photo), width=10, overwrite=False)
        first = await pictures.get("photo.png")
        with pytest.raises(KeyExists):
            await pictures.thumbnail(str(photo), width=20, overwrite=False)
        assert await pictures.get("photo.png") == first


def test_one_object_serves_many_threads(tmp_path: Path, photo: Path) -> None:
    failures: list[BaseException] = []
    with tintype.open(f"{tmp_path}/out/") as pictures:

        def work(width: int) -> None:
            try:
                pictures.thumbnail(str(photo), width=width, key=f"{width}.png")
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=(width,)) for width in range(10, 26)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures
    assert len(list((tmp_path / "out").glob("*.png"))) == 16


def test_an_error_is_a_sentence_with_a_code(tmp_path: Path) -> None:
    with (
        tintype.open(f"{tmp_path}/out/") as pictures,
        pytest.raises(tintype.TintypeError) as caught,
    ):
        pictures.thumbnail(str(tmp_path / "nothing.jpg"), width=10)
    assert caught.value.code == "source-not-found"
    assert str(caught.value).endswith(".")


def test_bytes_without_a_name_are_refused(tmp_path: Path) -> None:
    with (
        tintype.open(f"{tmp_path}/out/") as pictures,
        pytest.raises(tintype.TintypeError, match="no name"),
    ):
        pictures.put(b"bytes")


async def test_a_cancelled_stream_is_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    begun, wait = threading.Event(), threading.Event()

    class Slow(io.RawIOBase):
        def read(self, count: int = -1) -> bytes:
            begun.set()
            wait.wait(10)
            return b"x" * 1000

    async with tintype.open(f"{tmp_path}/out/") as pictures:
        task = asyncio.create_task(pictures.put(Slow(), "slow"))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        await asyncio.sleep(0.05)
        wait.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await pictures.store.stat("slow") is None


def test_a_misspelt_keyword_is_an_error_and_nothing_is_published(
    tmp_path: Path, photo: Path
) -> None:
    with tintype.open(f"{tmp_path}/out/") as pictures:
        with pytest.raises(tintype.TintypeError, match=r"'widht'.*Known: .*width"):
            pictures.thumbnail(str(photo), widht=30)  # type: ignore[call-arg]
        assert not (tmp_path / "out").exists()


def test_a_path_is_a_source_and_words_are_filters(tmp_path: Path, photo: Path) -> None:
    with tintype.open(f"{tmp_path}/out/") as pictures:
        url = pictures.thumbnail(photo, width=30, filters=["grayscale"], keep="copyright")
    assert url.endswith("/photo.png")


@pytest.mark.parametrize(
    "call",
    [
        lambda pictures, photo: pictures.thumbnail(photo.read_bytes(), width=30),
        lambda pictures, photo: pictures.thumbnail(photo, width="30"),
        lambda pictures, photo: pictures.crop(photo, (1, 2, 3)),
        lambda pictures, photo: pictures.thumbnail(photo, width=30, key="a.bmp"),
        lambda pictures, photo: pictures.thumbnail(photo, width=3, key="a.jpg", format="png"),
    ],
)
def test_what_makes_no_sense_is_our_error(tmp_path: Path, photo: Path, call) -> None:
    with tintype.open(f"{tmp_path}/out/") as pictures, pytest.raises(tintype.TintypeError):
        call(pictures, photo)


def test_a_closed_target_says_so(tmp_path: Path) -> None:
    with tintype.open(f"{tmp_path}/out/") as pictures:
        pass
    with pytest.raises(tintype.TintypeError, match="closed"):
        pictures.get("a")


async def test_a_silent_pipe_does_not_hold_up_a_cancelled_put(
    s3_settings: S3Settings, s3_bucket: str
) -> None:
    settings = tintype.Settings(s3=s3_settings)
    end, start = os.pipe()
    async with tintype.open(f"s3://{s3_bucket}/", settings=settings) as pictures:
        with os.fdopen(end, "rb") as pipe, pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await pictures.put(pipe, "silent")
        os.close(start)
        assert await pictures.store.stat("silent") is None


async def test_the_loop_goes_on_while_a_target_waits_for_its_work(tmp_path: Path) -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    async with tintype.open(f"{tmp_path}/out/") as pictures:
        begun = threading.Event()
        pictures._app.pipeline._slots._threads.submit(lambda: (begun.set(), time.sleep(0.3)))
        await asyncio.to_thread(begun.wait)
        task = asyncio.create_task(beat())
    task.cancel()
    assert beats > 3


def test_ctrl_c_in_plain_code_waits_until_all_is_tidied_up(tmp_path: Path) -> None:
    """A stream that interrupts its reader stands for a person who presses the keys."""

    class Interrupting(io.RawIOBase):
        pressed = False

        def read(self, count: int = -1) -> bytes:
            if not self.pressed:
                self.pressed = True
                person = threading.main_thread().ident
                assert person
                signal.pthread_kill(person, signal.SIGINT)
            time.sleep(0.1)
            return b"x" * 1000

    with tintype.open(f"{tmp_path}/out/") as pictures:
        with pytest.raises(KeyboardInterrupt):
            pictures.put(Interrupting(), "k")
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_keys_are_names_below_the_target_in_a_bucket_as_in_a_folder(
    s3_settings: S3Settings, s3_bucket: str, tmp_path: Path
) -> None:
    settings = tintype.Settings(s3=s3_settings)
    for address in (f"s3://{s3_bucket}/pre/fix/", f"{tmp_path}/pre/fix/"):
        async with tintype.open(address, settings=settings) as pictures:
            assert (await pictures.put(b"x", "k")).endswith("/pre/fix/k")
            assert await pictures.get("k") == b"x"
            assert (await pictures.url("k")).endswith("/pre/fix/k")
