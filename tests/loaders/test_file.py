import asyncio
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tintype.errors import (
    InvalidSource,
    SourceError,
    SourceForbidden,
    SourceNotFound,
    TintypeError,
    TooLarge,
)
from tintype.loaders.file import FileLoader, translated
from tintype.source import Source

GIF = b"GIF89a and so on"
MEGA = 1 << 20


@pytest.fixture
def gif(tmp_path: Path) -> Path:
    path = tmp_path / "a b%20ä.gif"
    path.write_bytes(GIF)
    return path


async def load(text: str, **options):
    return await FileLoader(MEGA, **options).load(Source.parse(text))


async def test_a_file_is_not_copied(gif: Path) -> None:
    blob = await load(str(gif))
    assert (blob.content, blob.media_type, blob.size) == (gif, "image/gif", len(GIF))


async def test_a_file_url_is_decoded_and_a_path_is_not(gif: Path) -> None:
    assert (await load(gif.as_uri())).content == gif
    assert (await load(f"file:{gif}")).content == gif
    with pytest.raises(SourceNotFound):
        await load(f"file://{gif}")


async def test_a_relative_name_starts_at_the_working_folder(gif: Path, monkeypatch) -> None:
    monkeypatch.chdir(gif.parent)
    assert (await load(gif.name)).read() == GIF
    assert (await load(f"file:./{gif.name}")).read() == GIF


async def test_a_link_is_followed(gif: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(gif)
    assert (await load(str(tmp_path / "link"))).read() == GIF


async def test_a_name_of_any_bytes_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\n.gif")
    path.write_bytes(GIF)
    assert (await load(str(path))).read() == GIF
    assert (await load(f"file://{tmp_path}/%ff%0a.gif")).read() == GIF


async def test_the_limit_is_judged_before_reading(gif: Path) -> None:
    assert await FileLoader(len(GIF)).load(Source.parse(str(gif)))
    with pytest.raises(TooLarge, match="TINTYPE_MAX_BYTES"):
        await FileLoader(len(GIF) - 1).load(Source.parse(str(gif)))


async def test_what_is_no_file_is_refused_with_its_kind(tmp_path: Path, monkeypatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)  # a socket's name has room for 100 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        for name, kind in {
            ".": "a folder",
            "pipe": "a pipe",
            "socket": "a socket",
            "/dev/zero": "a device",
        }.items():
            with pytest.raises(InvalidSource, match=f"is {kind}"):
                await load(name)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("absent.jpg", SourceNotFound),
        ("file/below", SourceNotFound),
        ("empty", SourceError),
        ("loop", InvalidSource),
        ("a" * 300, InvalidSource),
        ("a/" * 3000, InvalidSource),
    ],
)
async def test_a_file_that_cannot_be_had_is_an_error(tmp_path: Path, name: str, error) -> None:
    (tmp_path / "file").write_bytes(GIF)
    (tmp_path / "empty").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(error) as caught:
        await load(str(tmp_path / name))
    assert type(caught.value) is error
    assert str(tmp_path) not in caught.value.public


async def test_a_file_without_permission_is_forbidden(gif: Path) -> None:
    gif.chmod(0)
    user = os.geteuid()
    if user == 0:  # who may read everything
        os.seteuid(65534)
    try:
        with pytest.raises(SourceForbidden, match="mode"):
            await load(str(gif))
    finally:
        os.seteuid(user)


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_error_of_the_system_is_translated(number: int) -> None:
    error = translated(OSError(number, os.strerror(number)), "a.jpg")
    assert isinstance(error, SourceError | InvalidSource)
    assert "a.jpg" in str(error)


async def test_a_name_that_the_system_cannot_take_is_invalid() -> None:
    with pytest.raises(InvalidSource):
        await FileLoader(MEGA).load(Source("file", "a\0b"))
    with pytest.raises(InvalidSource):
        await FileLoader(MEGA).load(Source("file", "\ud800"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (tmp_path / "root-sibling").mkdir()
    for path in [root / "a.gif", root / "sub/b.gif", tmp_path / "out.gif"]:
        path.write_bytes(GIF)
    (tmp_path / "root-sibling/c.gif").write_bytes(GIF)
    (root / "in").symlink_to("sub/b.gif")
    (root / "out").symlink_to("../out.gif")
    (root / "folder-out").symlink_to("..")
    return root


@pytest.mark.parametrize("name", ["a.gif", "sub/b.gif", "sub/../a.gif", "./a.gif", "in"])
async def test_with_a_root_names_start_there(root: Path, name: str) -> None:
    assert (await load(name, root=root)).read() == GIF
    assert (await load(f"{root}/{name}", root=root)).read() == GIF
    assert (await load(f"file://{root}/{name}", root=root)).read() == GIF


async def test_a_root_may_be_reached_through_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "to-root").symlink_to(root)
    assert (await load("a.gif", root=tmp_path / "to-root")).read() == GIF


@pytest.mark.parametrize(
    "name",
    [
        "../out.gif",
        "sub/../../out.gif",
        "/etc/passwd",
        "/absent",
        "../absent",
        "../root-sibling/c.gif",
        "out",
        "folder-out/out.gif",
        "folder-out/root/../out.gif",
        "file:///etc/passwd",
        "file:///etc/%70asswd",
        "file://{root}/%2e%2e/out.gif",
        "file://{root}/..%2fout.gif",
        "file:../out.gif",
        "..",
    ],
)
async def test_nothing_outside_the_root_is_loaded_or_told_of(root: Path, name: str) -> None:
    with pytest.raises(SourceForbidden, match="not in the folder"):
        await load(name.format(root=root), root=root)


@pytest.mark.parametrize("name", ["..%2fout.gif", "%2e%2e/out.gif", "..\\out.gif", "..%5Cout.gif"])
async def test_what_is_not_decoded_is_only_a_name(root: Path, name: str) -> None:
    with pytest.raises(SourceNotFound):
        await load(name, root=root)


async def test_the_root_itself_is_a_folder(root: Path) -> None:
    with pytest.raises(InvalidSource, match="a folder"):
        await load(".", root=root)


async def from_stdin(data: bytes, max_bytes: int = MEGA, folder: Path | None = None):
    reader, writer = os.pipe()

    def write() -> None:
        with os.fdopen(writer, "wb") as file:
            for start in range(0, len(data), 1000):
                file.write(data[start : start + 1000])

    writing = asyncio.create_task(asyncio.to_thread(write))
    try:
        return await FileLoader(max_bytes, folder, stdin=reader).load(Source.parse("-"))
    finally:
        os.close(reader)
        await asyncio.gather(writing, return_exceptions=True)


async def test_standard_input_is_spooled() -> None:
    blob = await from_stdin(GIF)
    assert (blob.content, blob.media_type) == (GIF, "image/gif")


async def test_a_large_standard_input_goes_to_the_temporary_folder(tmp_path: Path) -> None:
    data = GIF * MEGA
    blob = await from_stdin(data, 1 << 30, tmp_path)
    assert blob.size == len(data)
    assert [*tmp_path.iterdir()] == [blob.content]


async def test_standard_input_is_read_to_the_limit_and_no_further() -> None:
    assert (await from_stdin(b"x" * 5000, 5000)).size == 5000
    with pytest.raises(TooLarge):
        await from_stdin(b"x" * 10_000_000, 5000)


async def test_an_empty_standard_input_is_an_error() -> None:
    with pytest.raises(SourceError, match="Standard input is empty"):
        await from_stdin(b"")


async def test_a_standard_input_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(TintypeError, match="standard input is not a file"):
            await FileLoader(MEGA, stdin=folder).load(Source.parse("-"))
    finally:
        os.close(folder)
    with pytest.raises(SourceError, match="standard input cannot be read"):
        await FileLoader(MEGA, stdin=folder).load(Source.parse("-"))


def test_a_silent_standard_input_does_not_keep_the_program_alive() -> None:
    code = """
import asyncio
from tintype.loaders.file import FileLoader
from tintype.source import Source
async def main():
    try:
        async with asyncio.timeout(0.2):
            await FileLoader(1000).load(Source.parse("-"))
    except TimeoutError:
        print("gave up")
asyncio.run(main())
"""
    reader, writer = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], stdin=reader, capture_output=True, text=True, timeout=60
        )
    finally:
        os.close(reader)
        os.close(writer)
    assert (done.returncode, done.stdout, done.stderr) == (0, "gave up\n", "")
