"""Uploads that are interrupted or killed in mid-transfer, in processes of their own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from servers.faulty_proxy import FaultyProxy, Seen, in_front_of
from tintype.errors import Interrupted, KeyExists, StoreError, StoreUnavailable
from tintype.s3.body import BytesBody
from tintype.s3.client import Client
from tintype.s3.multipart import Part
from tintype.s3.transfer import send_object
from tintype.s3.transfer_resume import earlier_part_size
from tintype.settings import S3Settings
from tintype.stores import Attributes

MIB = 1 << 20
PART = 5 * MIB
SIZE = 6 * PART + 1
SCRIPT = Path(__file__).parent / "transfer_script.py"


@pytest.fixture
def proxy(s3_settings: S3Settings) -> Iterator[FaultyProxy]:
    """The server, slowed down enough to be interrupted."""
    with in_front_of(s3_settings.endpoint) as found:
        yield found


@pytest.fixture
def client(s3_settings: S3Settings, s3_bucket: str, proxy: FaultyProxy) -> Iterator[Client]:
    """A client of an empty bucket, through the proxy."""
    found = Client(replace(s3_settings, endpoint=proxy.endpoint, part_size=PART), s3_bucket)
    yield found
    found.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of seven parts, no two alike."""
    path = tmp_path / "film.mov"
    path.write_bytes(os.urandom(SIZE))
    return path


def slowly(seen: Seen) -> bool:
    if seen.part:
        time.sleep(0.01)
    return False


def start(what: str, client: Client, path: Path) -> "subprocess.Popen[bytes]":
    settings = json.dumps(asdict(client.settings))
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), what, settings, client.bucket, "key", str(path)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def interrupted_with(
    number: signal.Signals, what: str, client: Client, path: Path, proxy: FaultyProxy
) -> tuple[int, str]:
    """Run until two parts have gone through, then send the signal; exit code and last words."""
    proxy.fault = slowly
    with start(what, client, path) as process:
        proxy.wait_for(lambda: len(proxy.parts()) >= 2)
        process.send_signal(number)
        assert process.stderr
        words = process.stderr.read().decode()
    proxy.fault = lambda _: False
    return process.returncode, words


def parts_there(client: Client) -> list[Part]:
    return [
        part
        for upload in client.list_multipart_uploads()
        for part in client.list_parts(upload.key, upload.upload_id)
    ]


@pytest.mark.parametrize("what", ["send", "batch"])
def test_ctrl_c_in_mid_upload_leaves_nothing_on_the_server(
    client: Client, file: Path, proxy: FaultyProxy, what: str
) -> None:
    path = file.parent if what == "batch" else file
    code, words = interrupted_with(signal.SIGINT, what, client, path, proxy)
    assert code == -signal.SIGINT or "KeyboardInterrupt" in words
    assert list(client.list_multipart_uploads()) == []
    assert list(client.list_objects_v2()) == []


def test_ctrl_c_leaves_the_parts_when_they_can_be_resumed(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    interrupted_with(signal.SIGINT, "send+", client, file, proxy)
    assert len(parts_there(client)) >= 2


def test_ctrl_c_of_a_batch_says_how_to_go_on(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    code, words = interrupted_with(signal.SIGINT, "batch+", client, file.parent, proxy)
    assert (code, "--resume" in words) == (130, True)
    assert len(parts_there(client)) >= 2


def test_after_a_kill_only_what_is_missing_is_sent(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    code, _ = interrupted_with(signal.SIGKILL, "send", client, file, proxy)
    assert code == -signal.SIGKILL
    time.sleep(0.3)  # the server takes in what was on its way
    there = parts_there(client)
    assert there
    proxy.forget()
    counts: list[int] = []
    send_object(client, "key", file, resume=True, on_bytes=counts.append)
    assert proxy.body_bytes < SIZE - sum(part.size for part in there) + 10_000
    assert proxy.parts() == sorted(set(range(1, 8)) - {part.number for part in there})
    assert sum(counts) == SIZE
    assert list(client.list_multipart_uploads()) == []
    with client.get_object("key") as reader:
        assert reader.read() == file.read_bytes()


def begun(client: Client, file: Path, *numbers: int, length: int = PART) -> str:
    """An upload that an earlier run has left."""
    upload_id = client.create_multipart_upload("key", content_type="video/quicktime")
    content = file.read_bytes()
    for number in numbers:
        body = BytesBody(content[(number - 1) * length : number * length])
        client.upload_part("key", upload_id, number, body)
    return upload_id


def resumed(client: Client, file: Path, proxy: FaultyProxy) -> list[int]:
    """Go on, and tell which parts were sent."""
    proxy.forget()
    send_object(client, "key", file, resume=True)
    with client.get_object("key") as reader:
        assert reader.read() == file.read_bytes()
    return proxy.parts()


def test_a_part_that_was_tampered_with_is_sent_again(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    upload_id = begun(client, file, 1, 2, 3)
    client.upload_part("key", upload_id, 2, BytesBody(os.urandom(PART)))
    assert resumed(client, file, proxy) == [2, 4, 5, 6, 7]


def test_a_file_that_has_changed_since_is_sent_as_it_is_now(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    begun(client, file, 1, 2, 3)
    with file.open("r+b") as changed:
        changed.write(b"new head")
    assert resumed(client, file, proxy) == [1, 4, 5, 6, 7]


def test_the_part_size_of_the_earlier_run_is_kept(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    begun(client, file, 1, 3, length=7 * MIB)
    assert resumed(client, file, proxy) == [2, 4, 5]


def test_without_resume_a_new_upload_is_begun(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    begun(client, file, 1, 2)
    proxy.forget()
    send_object(client, "key", file)
    assert proxy.parts() == [1, 2, 3, 4, 5, 6, 7]


def test_with_nothing_to_resume_a_new_upload_is_begun(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    assert resumed(client, file, proxy) == [1, 2, 3, 4, 5, 6, 7]


def test_the_upload_of_another_key_is_left_alone(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    other = client.create_multipart_upload("key/other", content_type="text/plain")
    assert resumed(client, file, proxy) == [1, 2, 3, 4, 5, 6, 7]
    assert [u.upload_id for u in client.list_multipart_uploads()] == [other]


def test_a_failure_that_may_pass_keeps_the_parts_and_says_so(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    proxy.fault = lambda seen: seen.part == 6
    hasty = Client(replace(client.settings, retries=0, concurrency=1), client.bucket)
    with pytest.raises(StoreUnavailable, match="--resume"):
        send_object(hasty, "key", file, resume=True)
    proxy.fault = lambda _: False
    assert [part.number for part in parts_there(client)] == [1, 2, 3, 4, 5]
    assert resumed(client, file, proxy) == [6, 7]


def test_a_resumed_upload_does_not_replace_what_came_meanwhile(client: Client, file: Path) -> None:
    begun(client, file, 1, 2)
    client.put_object("key", BytesBody(b"meanwhile"))
    with pytest.raises(KeyExists):
        send_object(client, "key", file, resume=True, overwrite=False)
    with client.get_object("key") as reader:
        assert reader.read() == b"meanwhile"


def test_a_stop_before_the_first_part_is_interrupted(client: Client, file: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        send_object(client, "key", file, resume=True, stop=stop)


def part(number: int, size: int) -> tuple[int, Part]:
    return number, Part(number, "", size)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({}, 8 * MIB),
        ({1: 6 * MIB, 3: 6 * MIB}, 6 * MIB),
        ({1: 6 * MIB, 7: 10}, 6 * MIB),
        ({7: 10}, 8 * MIB),  # only the last one: nothing tells the size of the others
        ({2: 6 * MIB, 3: 7 * MIB}, 7 * MIB),
    ],
)
def test_the_size_of_parts_is_told_by_the_ones_that_are_there(
    sizes: dict[int, int], expected: int
) -> None:
    parts = dict(part(number, size) for number, size in sizes.items())
    assert earlier_part_size(parts, 50 * MIB, 8 * MIB) == expected


def test_a_part_that_another_run_has_replaced_is_noticed_before_the_end(
    client: Client, proxy: FaultyProxy, file: Path
) -> None:
    """Two runs with --resume take each other's upload for an interrupted one."""
    other = Client(client.settings, client.bucket)
    done = threading.Event()

    def meddle(seen: Seen) -> bool:
        if seen.part == 7 and not done.is_set():
            done.set()
            (pending,) = other.list_multipart_uploads("film")
            other.upload_part("film", pending.upload_id, 1, BytesBody(bytes(PART)))
        return False

    proxy.fault = meddle
    stop = threading.Event()
    # One part at a time, so that the first has gone when the last goes.
    one_by_one = Client(replace(client.settings, concurrency=1), client.bucket)
    with pytest.raises(StoreError, match="Another run sends film"):
        send_object(one_by_one, "film", file, Attributes(), resume=True, stop=stop)
    assert client.head_object("film") is None
    other.close()
    one_by_one.close()
