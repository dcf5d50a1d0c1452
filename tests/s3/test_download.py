"""Objects fetched into files: whole, verified, in ranges of one version, resumed after a kill."""

import base64
import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from servers.faulty_proxy import FaultyProxy, Seen, in_front_of
from tintype.errors import (
    ChecksumMismatch,
    Interrupted,
    InvalidRequest,
    KeyNotFound,
    StoreError,
    StoreFull,
    StoreUnavailable,
)
from tintype.s3 import download_file, download_sync
from tintype.s3.body import BytesBody
from tintype.s3.client import Client
from tintype.s3.download import fetch_object
from tintype.s3.reader import ObjectReader
from tintype.s3.transfer import send_object
from tintype.settings import S3Settings

MIB = 1 << 20
RANGE = 5 * MIB
BIG = 6 * RANGE + 1
SCRIPT = Path(__file__).parent / "transfer_script.py"


@pytest.fixture
def proxy(s3_settings: S3Settings) -> Iterator[FaultyProxy]:
    """The server, with faults on request."""
    with in_front_of(s3_settings.endpoint) as found:
        yield found


@pytest.fixture
def client(s3_settings: S3Settings, s3_bucket: str, proxy: FaultyProxy) -> Iterator[Client]:
    """A client of an empty bucket, through the proxy."""
    found = Client(replace(s3_settings, endpoint=proxy.endpoint, part_size=RANGE), s3_bucket)
    yield found
    found.close()


@pytest.fixture
def content(client: Client, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Seven ranges, under `key`."""
    path = tmp_path_factory.mktemp("sent") / "film"
    path.write_bytes(os.urandom(BIG))
    send_object(client, "key", path)
    return path.read_bytes()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("size", [0, 1, 70_000, 3 * RANGE - 1, 3 * RANGE, 3 * RANGE + 1])
def test_an_object_of_any_size_arrives(client: Client, tmp_path: Path, size: int) -> None:
    sent = (os.urandom(MIB) * (size // MIB + 1))[:size]
    client.put_object("key", BytesBody(sent))
    counts: list[int] = []
    stat = fetch_object(client, "key", tmp_path / "file", on_bytes=counts.append)
    assert stat.size == size == sum(counts)
    assert (tmp_path / "file").read_bytes() == sent
    assert names(tmp_path) == ["file"]


def test_a_large_object_comes_in_ranges(
    client: Client, content: bytes, tmp_path: Path, proxy: FaultyProxy
) -> None:
    proxy.forget()
    fetch_object(client, "key", tmp_path / "film")
    assert (tmp_path / "film").read_bytes() == content
    assert proxy.count("GET") == 1 + 7  # the first tells the size


def test_a_file_in_the_way_is_replaced_and_gets_the_usual_mode(
    client: Client, tmp_path: Path
) -> None:
    client.put_object("key", BytesBody(b"new"))
    (tmp_path / "file").write_bytes(b"old and longer")
    (tmp_path / "usual").touch()
    fetch_object(client, "key", tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_name_as_long_as_a_name_can_be_is_no_trouble(client: Client, tmp_path: Path) -> None:
    client.put_object("key", BytesBody(b"new"))
    fetch_object(client, "key", tmp_path / ("n" * 255), resume=True)
    assert names(tmp_path) == ["n" * 255]


def test_what_is_not_there_leaves_nothing(client: Client, tmp_path: Path) -> None:
    with pytest.raises(KeyNotFound):
        fetch_object(client, "absent", tmp_path / "file")
    assert names(tmp_path) == []


def test_a_folder_cannot_be_the_target(client: Client, tmp_path: Path) -> None:
    client.put_object("key", BytesBody(b"x"))
    with pytest.raises(InvalidRequest, match="is a folder"):
        fetch_object(client, "key", tmp_path)
    with pytest.raises(StoreError, match="cannot be written"):
        fetch_object(client, "key", tmp_path / "absent" / "file")


@pytest.mark.parametrize("size", [2 * RANGE, BIG])
def test_a_connection_cut_in_mid_transfer_is_taken_up_again(
    client: Client, tmp_path: Path, proxy: FaultyProxy, size: int
) -> None:
    sent = os.urandom(size)
    client.put_object("key", BytesBody(sent))
    client.close()
    proxy.cut_answers_after = [2 * MIB, 3 * MIB]
    counts: list[int] = []
    fetch_object(client, "key", tmp_path / "file", on_bytes=counts.append)
    assert proxy.cut_answers_after == []
    assert (tmp_path / "file").read_bytes() == sent
    assert sum(counts) == size


def test_an_object_that_is_replaced_meanwhile_is_not_mixed(
    client: Client, content: bytes, tmp_path: Path, proxy: FaultyProxy
) -> None:
    once = threading.Lock()

    def replace_it(_: int) -> None:
        if once.acquire(blocking=False):
            client.put_object("key", BytesBody(bytes(BIG)))

    (tmp_path / "film").write_bytes(b"old")
    with pytest.raises(StoreError, match="was replaced while it was fetched"):
        fetch_object(client, "key", tmp_path / "film", on_bytes=replace_it)
    assert (tmp_path / "film").read_bytes() == b"old"
    assert names(tmp_path) == ["film"]


def test_a_stop_leaves_the_target_as_it_was(client: Client, content: bytes, tmp_path: Path) -> None:
    stop = threading.Event()
    (tmp_path / "film").write_bytes(b"old")
    with pytest.raises(Interrupted):
        fetch_object(client, "key", tmp_path / "film", stop=stop, on_bytes=lambda _: stop.set())
    assert (tmp_path / "film").read_bytes() == b"old"
    assert names(tmp_path) == ["film"]


def test_a_failure_for_good_leaves_nothing(
    client: Client, content: bytes, tmp_path: Path, proxy: FaultyProxy
) -> None:
    proxy.fault = lambda seen: seen.number % 2 == 0
    hasty = Client(replace(client.settings, retries=0), client.bucket)
    with pytest.raises(StoreUnavailable):
        fetch_object(hasty, "key", tmp_path / "film")
    assert names(tmp_path) == []


@pytest.mark.parametrize("size", [MIB, BIG])
@pytest.mark.parametrize("right", [True, False])
def test_the_servers_checksum_is_compared(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, right: bool
) -> None:
    # Swift tells none on a GET, as S3 does.
    sent = os.urandom(size)
    client.put_object("key", BytesBody(sent))
    told = zlib.crc32(sent if right else b"other").to_bytes(4, "big")
    monkeypatch.setattr(ObjectReader, "crc32", base64.b64encode(told).decode())
    if right:
        fetch_object(client, "key", tmp_path / "file")
        assert (tmp_path / "file").read_bytes() == sent
        return
    with pytest.raises(ChecksumMismatch):
        fetch_object(client, "key", tmp_path / "file")
    assert names(tmp_path) == []


def test_bytes_go_to_the_disk_while_more_come(
    client: Client, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_sync, "STEP", RANGE)
    monkeypatch.setattr(download_file, "STEP", RANGE)
    synced = threading.Event()
    real = os.fsync

    def note(descriptor: int) -> None:
        real(descriptor)
        synced.set()

    settled: list[int] = []

    def wait_for_it(count: int) -> None:
        settled.append(count)
        if sum(settled) > 3 * RANGE:
            assert synced.wait(20)

    monkeypatch.setattr(os, "fsync", note)
    fetch_object(client, "key", tmp_path / "film", on_bytes=wait_for_it)
    assert (tmp_path / "film").read_bytes() == content


@pytest.mark.parametrize("kept", [True, False])
def test_a_disk_that_fails_once_while_bytes_come_is_not_trusted(
    client: Client, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    monkeypatch.setattr(download_sync, "STEP", RANGE)
    monkeypatch.setattr(download_file, "STEP", RANGE)
    failures = [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))]

    def fail_once(_: int) -> None:  # as the system does
        if failures:
            raise failures.pop()

    monkeypatch.setattr(os, "fsync", fail_once)
    (tmp_path / "film").write_bytes(b"old")
    with pytest.raises(StoreFull):
        fetch_object(client, "key", tmp_path / "film", resume=kept)
    assert (tmp_path / "film").read_bytes() == b"old"
    assert names(tmp_path) == ["film"]


def slowly(_: Seen) -> bool:
    time.sleep(0.2)
    return False


def killed(client: Client, path: Path, proxy: FaultyProxy, what: str, number: int) -> None:
    """Fetch in another process, which gets a signal after four requests."""
    settings = json.dumps(asdict(client.settings))
    proxy.forget()
    proxy.fault = slowly
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), what, settings, client.bucket, "key", str(path)],
        stderr=subprocess.DEVNULL,
    ) as process:
        proxy.wait_for(lambda: len(proxy.requests) >= 6)
        process.send_signal(number)
    proxy.fault = lambda _: False
    assert process.returncode


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_after_a_kill_only_what_is_missing_comes(
    client: Client, content: bytes, tmp_path: Path, proxy: FaultyProxy, number: int
) -> None:
    killed(client, tmp_path / "film", proxy, "fetch+", number)
    assert "film" not in names(tmp_path)
    proxy.forget()
    counts: list[int] = []
    fetch_object(client, "key", tmp_path / "film", resume=True, on_bytes=counts.append)
    assert (tmp_path / "film").read_bytes() == content
    assert proxy.count("GET") < 1 + 7
    assert sum(counts) == BIG
    assert names(tmp_path) == ["film"]


def test_ctrl_c_leaves_nothing(
    client: Client, content: bytes, tmp_path: Path, proxy: FaultyProxy
) -> None:
    killed(client, tmp_path / "film", proxy, "fetch", signal.SIGINT)
    assert names(tmp_path) == []


def test_another_object_is_not_mixed_with_what_was_kept(
    client: Client, content: bytes, tmp_path: Path, proxy: FaultyProxy
) -> None:
    killed(client, tmp_path / "film", proxy, "fetch+", signal.SIGKILL)
    client.put_object("key", BytesBody(bytes(BIG)))
    fetch_object(client, "key", tmp_path / "film", resume=True)
    assert (tmp_path / "film").read_bytes() == bytes(BIG)
    assert names(tmp_path) == ["film"]
