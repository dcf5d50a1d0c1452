"""One file or stream to a real server: whole, verified, retried by part, nothing left behind."""

import errno
import io
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from servers.faulty_proxy import FaultyProxy, Seen, in_front_of
from tintype.errors import (
    ChecksumMismatch,
    Interrupted,
    InvalidSource,
    KeyExists,
    SourceError,
    SourceForbidden,
    SourceNotFound,
    StoreUnavailable,
)
from tintype.s3.client import Client
from tintype.s3.transfer import is_big, send_object
from tintype.s3.transfer_multipart import abort
from tintype.settings import S3Settings
from tintype.stores import Attributes

MIB = 1 << 20
PART = 5 * MIB
BIG = 3 * PART + 1


@pytest.fixture
def proxy(s3_settings: S3Settings) -> Iterator[FaultyProxy]:
    """The server, with faults on request."""
    with in_front_of(s3_settings.endpoint) as found:
        yield found


@pytest.fixture
def client(s3_settings: S3Settings, s3_bucket: str, proxy: FaultyProxy) -> Iterator[Client]:
    """A client of an empty bucket, through the proxy, with the smallest parts."""
    found = Client(replace(s3_settings, endpoint=proxy.endpoint, part_size=PART), s3_bucket)
    yield found
    found.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of four parts, the last of one byte."""
    path = tmp_path / "film.mov"
    path.write_bytes(os.urandom(MIB) * (BIG // MIB) + b"e")
    return path


def content_of(client: Client, key: str) -> bytes:
    with client.get_object(key) as reader:
        return reader.read()


def left_behind(client: Client) -> list[str]:
    return [upload.key for upload in client.list_multipart_uploads()]


@pytest.mark.parametrize("size", [0, 1, 70_000, MIB + 1, PART, PART + 1, BIG - 2, BIG])
def test_a_file_of_any_size_arrives(client: Client, tmp_path: Path, size: int) -> None:
    content = (os.urandom(MIB) * (size // MIB + 1))[:size]
    (tmp_path / "file").write_bytes(content)
    counts: list[int] = []
    stat = send_object(client, "key", tmp_path / "file", on_bytes=counts.append)
    assert stat.size == size == sum(counts)
    assert content_of(client, "key") == content
    found = client.head_object("key")
    assert found is not None
    assert (found.size, found.etag) == (size, stat.etag)
    assert ("-" in stat.etag) == is_big(client, size)


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 2 * PART, BIG])
def test_a_stream_of_any_length_arrives(client: Client, size: int) -> None:
    content = (os.urandom(MIB) * (size // MIB + 1))[:size]
    counts: list[int] = []
    stat = send_object(client, "key", io.BytesIO(content), on_bytes=counts.append)
    assert stat.size == size == sum(counts)
    assert content_of(client, "key") == content
    # What fits in one part is one request.
    assert ("-" in stat.etag) == (size > PART)


def test_a_stream_that_comes_in_drops_arrives(client: Client) -> None:
    reader, writer = os.pipe()

    def drip() -> None:
        with os.fdopen(writer, "wb", buffering=0) as pipe:
            for number in range(200):
                pipe.write(bytes([number]) * 1001)

    thread = threading.Thread(target=drip)
    thread.start()
    with os.fdopen(reader, "rb") as stream:
        send_object(client, "key", stream)
    thread.join()
    assert content_of(client, "key") == b"".join(bytes([n]) * 1001 for n in range(200))


def test_parts_beyond_16_mib_go_through_a_temporary_file(
    s3_settings: S3Settings, s3_bucket: str
) -> None:
    client = Client(replace(s3_settings, part_size=17 * MIB), s3_bucket)
    content = os.urandom(MIB) * 35
    send_object(client, "key", io.BytesIO(content))
    assert content_of(client, "key") == content
    client.close()


def test_a_named_pipe_is_sent_as_a_stream(client: Client, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    thread = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"through a pipe",))
    thread.start()
    assert send_object(client, "key", tmp_path / "pipe").size == 14
    thread.join()


def test_a_file_of_proc_is_sent_although_it_claims_to_be_empty(client: Client) -> None:
    send_object(client, "key", Path("/proc/self/status"))
    assert content_of(client, "key").startswith(b"Name:")


@pytest.mark.parametrize("checksum", ["crc32", "md5", "none"])
def test_every_checksum_is_verified_by_the_server(
    client: Client, s3_settings: S3Settings, file: Path, checksum: str
) -> None:
    settings = replace(client.settings, checksum=checksum)
    send_object(Client(settings, client.bucket), "key", file)
    assert content_of(client, "key") == file.read_bytes()


def test_attributes_go_with_parts(client: Client, file: Path) -> None:
    attributes = Attributes(
        cache_control="max-age=60",
        content_disposition="inline",
        metadata={"album": "Zürich"},
        acl="public-read",
    )
    send_object(client, "film.mov", file, attributes)
    found = client.head_object("film.mov")
    assert found is not None
    assert found.attributes.content_type == "video/quicktime"
    assert found.attributes.cache_control == "max-age=60"
    assert found.attributes.content_disposition == "inline"
    assert found.attributes.metadata == {"album": "Zürich"}


def test_a_cut_part_is_sent_again_and_no_other(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    cut: list[int] = []

    def cut_part_two_once(seen: Seen) -> bool:
        if seen.part == 2 and seen.sent > 2 * MIB and not cut:
            cut.append(seen.number)
            return True
        return False

    proxy.fault = cut_part_two_once
    counts: list[int] = []
    send_object(client, "key", file, on_bytes=counts.append)
    assert cut
    assert content_of(client, "key") == file.read_bytes()
    assert proxy.parts() == [1, 2, 3, 4]
    assert sum(seen.part == 2 for seen in proxy.requests) == 2
    assert sum(counts) == BIG
    assert min(counts) < 0


def test_a_part_that_fails_for_good_aborts_the_rest(
    client: Client, s3_settings: S3Settings, file: Path, proxy: FaultyProxy
) -> None:
    proxy.fault = lambda seen: seen.part == 3
    hasty = Client(replace(client.settings, retries=1), client.bucket)
    with pytest.raises(StoreUnavailable):
        send_object(hasty, "key", file)
    assert left_behind(client) == []
    assert client.head_object("key") is None


def test_an_abort_that_fails_is_told(client: Client, file: Path, proxy: FaultyProxy) -> None:
    proxy.fault = lambda seen: seen.part == 3 or seen.method == "DELETE"
    hasty = Client(replace(client.settings, retries=0), client.bucket)
    with pytest.raises(StoreUnavailable, match="may still be on the server"):
        send_object(hasty, "key", file)
    proxy.fault = lambda _: False
    assert left_behind(client) == ["key"]


def test_an_abort_of_what_is_gone_is_fine(client: Client, file: Path) -> None:
    upload_id = client.create_multipart_upload("key", content_type="text/plain")
    assert abort(client, "key", upload_id)
    assert abort(client, "key", upload_id)
    assert left_behind(client) == []


def test_a_completion_whose_answer_was_lost_has_succeeded(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    lost: list[int] = []

    def is_first_completion(seen: Seen) -> bool:
        if seen.method != "POST" or "uploadId" not in seen.query or lost:
            return False
        lost.append(seen.number)
        return True

    proxy.lose = is_first_completion
    stat = send_object(client, "key", file)
    assert lost
    assert stat.etag == getattr(client.head_object("key"), "etag", "")
    assert content_of(client, "key") == file.read_bytes()
    assert left_behind(client) == []


@pytest.mark.parametrize("size", [2 * PART, BIG])
@pytest.mark.parametrize("change", ["grow", "shrink", "rewrite"])
def test_a_file_that_changes_while_it_is_sent_is_not_published(
    client: Client, tmp_path: Path, size: int, change: str
) -> None:
    path = tmp_path / "log"
    path.write_bytes(bytes(size))
    once = threading.Lock()

    def meddle(_: int) -> None:
        if not once.acquire(blocking=False):
            return
        if change == "shrink":
            os.truncate(path, size - 1)
        else:
            with path.open("r+b") as log:
                log.seek(size if change == "grow" else 3)
                log.write(b"x")

    with pytest.raises(SourceError, match=r"changed while|became shorter") as caught:
        send_object(client, "key", path, on_bytes=meddle)
    assert not caught.value.retryable
    assert client.head_object("key") is None
    assert left_behind(client) == []


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_a_stop_in_mid_upload_leaves_nothing_on_the_server(
    client: Client, file: Path, proxy: FaultyProxy, kind: str
) -> None:
    stop = threading.Event()

    def stop_in_part_three(seen: Seen) -> bool:
        if seen.part == 3 and seen.sent:
            stop.set()
        return False

    proxy.fault = stop_in_part_three
    source = file if kind == "file" else cast(BinaryIO, file.open("rb"))
    with pytest.raises(Interrupted):
        send_object(client, "key", source, stop=stop)
    if not isinstance(source, Path):
        source.close()
    proxy.fault = lambda _: False
    assert left_behind(client) == []
    assert client.head_object("key") is None


def test_a_stream_that_says_nothing_can_be_stopped(client: Client) -> None:
    reader, writer = os.pipe()
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    with os.fdopen(reader, "rb") as stream, pytest.raises(Interrupted):
        send_object(client, "key", stream, stop=stop)
    os.close(writer)
    assert client.head_object("key") is None


def test_a_stream_that_breaks_off_is_not_published(client: Client) -> None:
    class Breaking(io.RawIOBase):
        left = 2 * PART

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            if not self.left:
                raise OSError(5, "the tape is torn")
            count = min(len(buffer), self.left)
            self.left -= count
            return count

    with pytest.raises(SourceError, match="the tape is torn"):
        send_object(client, "key", cast(BinaryIO, Breaking()))
    assert client.head_object("key") is None
    assert left_behind(client) == []


@pytest.mark.parametrize("size", [10, BIG])
def test_without_overwrite_nothing_is_sent_to_an_existing_key(
    client: Client, tmp_path: Path, proxy: FaultyProxy, size: int
) -> None:
    (tmp_path / "new").write_bytes(bytes(size))
    send_object(client, "key", io.BytesIO(b"old"))
    proxy.forget()
    with pytest.raises(KeyExists):
        send_object(client, "key", tmp_path / "new", overwrite=False)
    assert proxy.body_bytes == 0
    assert content_of(client, "key") == b"old"
    send_object(client, "other", tmp_path / "new", overwrite=False)
    assert content_of(client, "other") == bytes(size)


def test_a_key_that_appears_while_parts_are_sent_is_not_replaced(
    client: Client, file: Path, proxy: FaultyProxy
) -> None:
    other = Client(replace(client.settings, endpoint=f"http://{_address(proxy)}"), client.bucket)

    def somebody_is_faster(seen: Seen) -> bool:
        if seen.part == 4:
            send_object(other, "key", io.BytesIO(b"faster"))
        return False

    proxy.fault = somebody_is_faster
    with pytest.raises(KeyExists):
        send_object(client, "key", file, overwrite=False)
    assert content_of(client, "key") == b"faster"
    assert left_behind(client) == []


def _address(proxy: FaultyProxy) -> str:
    return f"{proxy.upstream[0]}:{proxy.upstream[1]}"


def test_what_cannot_be_read_is_told_by_its_name(client: Client, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "secret").chmod(0)
    with pytest.raises(SourceNotFound, match="absent"):
        send_object(client, "key", tmp_path / "absent")
    with pytest.raises(InvalidSource, match="is a folder"):
        send_object(client, "key", tmp_path)
    if os.geteuid():
        with pytest.raises(SourceForbidden, match="secret"):
            send_object(client, "key", tmp_path / "secret")


def test_bytes_that_change_on_the_way_are_refused(
    client: Client, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server compares each part with its checksum.
    monkeypatch.setattr("tintype.s3.body.encode_crc32", lambda _crc: "AAAAAA==")
    with pytest.raises(ChecksumMismatch):
        send_object(Client(replace(client.settings, retries=0), client.bucket), "key", file)
    assert left_behind(client) == []


def test_a_file_that_the_system_cannot_send_by_itself_is_read(
    client: Client, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: int) -> int:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "sendfile", refused)
    send_object(client, "key", file)
    assert content_of(client, "key") == file.read_bytes()
