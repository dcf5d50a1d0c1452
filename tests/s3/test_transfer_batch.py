"""Many files to a real server: few requests, no failure stops the rest, nothing left behind."""

import io
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from servers.faulty_proxy import FaultyProxy, Seen, in_front_of
from tintype.errors import SourceNotFound
from tintype.s3.body import BytesBody
from tintype.s3.client import Client
from tintype.s3.transfer import upload_all
from tintype.s3.transfer_existing import look_up
from tintype.s3.transfer_threads import Stop
from tintype.settings import S3Settings
from tintype.stores import Attributes, Upload, Uploaded, UploadOptions

MIB = 1 << 20
PART = 5 * MIB


@pytest.fixture
def proxy(s3_settings: S3Settings) -> Iterator[FaultyProxy]:
    """The server, with everything counted."""
    with in_front_of(s3_settings.endpoint) as found:
        yield found


@pytest.fixture
def client(s3_settings: S3Settings, s3_bucket: str, proxy: FaultyProxy) -> Iterator[Client]:
    """A client of an empty bucket, through the proxy."""
    found = Client(replace(s3_settings, endpoint=proxy.endpoint, part_size=PART), s3_bucket)
    yield found
    found.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """60 small files: more than a page of the server's listings."""
    fill(tmp_path, 60)
    return tmp_path


def fill(folder: Path, count: int) -> None:
    for number in range(count):
        (folder / f"{number:03}.txt").write_text(f"number {number} " * number)


def uploads_of(folder: Path) -> Iterator[Upload]:
    return (Upload(file, file.name) for file in sorted(folder.iterdir()))


def send(client: Client, folder: Path, **options: Any) -> list[Uploaded]:
    return list(upload_all(client, "in/", uploads_of(folder), UploadOptions(**options)))


def reasons(results: list[Uploaded]) -> set[str]:
    assert not [result.error for result in results if result.error]
    return {result.skipped for result in results}


def test_300_small_files_are_300_requests(
    client: Client, tmp_path: Path, proxy: FaultyProxy
) -> None:
    fill(tmp_path, 300)
    counts: list[int] = []
    results = list(
        upload_all(client, "in/", uploads_of(tmp_path), UploadOptions(), on_bytes=counts.append)
    )
    assert len(proxy.requests) == 300
    assert {r.stat.key for r in results if r.stat} == {f"{n:03}.txt" for n in range(300)}
    assert sum(counts) == sum(file.stat().st_size for file in tmp_path.iterdir())
    found = {stat.key: stat.size for stat in client.list_objects_v2("in/")}
    assert found == {f"in/{file.name}": file.stat().st_size for file in tmp_path.iterdir()}


def test_a_batch_that_is_there_already_costs_one_listing(
    client: Client, folder: Path, proxy: FaultyProxy
) -> None:
    send(client, folder)
    proxy.forget()
    assert reasons(send(client, folder, skip_existing=True)) == {"unchanged"}
    assert all("list-type" in seen.query for seen in proxy.requests)
    assert proxy.count("GET") == 1


def test_only_what_has_changed_is_sent(client: Client, folder: Path, proxy: FaultyProxy) -> None:
    send(client, folder)
    same_size = (folder / "010.txt").read_text().replace("n", "N")
    (folder / "010.txt").write_text(same_size)
    (folder / "new.txt").write_text("new")
    proxy.forget()
    results = send(client, folder, skip_existing=True)
    assert {r.upload.key for r in results if r.stat} == {"010.txt", "new.txt"}
    assert (proxy.count("PUT"), proxy.count("GET"), proxy.count("HEAD")) == (2, 1, 0)


def test_without_overwrite_what_is_there_is_found_by_one_listing(
    client: Client, folder: Path, proxy: FaultyProxy
) -> None:
    send(client, folder)
    for file in folder.iterdir():
        file.write_text("other")
    (folder / "new.txt").write_text("new")
    proxy.forget()
    results = send(client, folder, overwrite=False)
    assert {r.upload.key for r in results if r.stat} == {"new.txt"}
    assert reasons(results) == {"", "exists"}
    assert (proxy.count("PUT"), proxy.count("GET"), proxy.count("HEAD")) == (1, 1, 0)


def test_without_overwrite_a_key_that_appears_meanwhile_is_not_replaced(
    client: Client, tmp_path: Path, proxy: FaultyProxy
) -> None:
    (tmp_path / "a").write_text("ours")
    other = Client(replace(client.settings, endpoint=_behind(proxy)), client.bucket)

    def somebody_is_faster(seen: Seen) -> bool:
        if seen.method == "PUT":
            other.put_object("in/a", BytesBody(b"theirs"))
        return False

    proxy.fault = somebody_is_faster
    assert reasons(send(client, tmp_path, overwrite=False)) == {"exists"}
    with client.get_object("in/a") as reader:
        assert reader.read() == b"theirs"


def _behind(proxy: FaultyProxy) -> str:
    return f"http://{proxy.upstream[0]}:{proxy.upstream[1]}"


@pytest.mark.parametrize("length", [PART, 8 * MIB, 15 * MIB])
def test_a_large_file_is_known_by_the_etag_of_its_parts(
    client: Client, tmp_path: Path, proxy: FaultyProxy, length: int
) -> None:
    content = os.urandom(16 * MIB)
    (tmp_path / "large").write_bytes(content)
    upload_id = client.create_multipart_upload("in/large", content_type="text/plain")
    parts = [
        client.upload_part(
            "in/large", upload_id, number, BytesBody(content[start : start + length])
        )
        for number, start in enumerate(range(0, len(content), length), 1)
    ]
    client.complete_multipart_upload("in/large", upload_id, parts)
    proxy.forget()
    assert reasons(send(client, tmp_path, skip_existing=True)) == {"unchanged"}
    assert proxy.body_bytes == 0


def test_a_large_file_that_differs_in_a_byte_is_sent(client: Client, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(16 * MIB))
    assert reasons(send(client, tmp_path)) == {""}
    with (tmp_path / "large").open("r+b") as file:
        file.seek(9 * MIB)
        file.write(b"x")
    assert reasons(send(client, tmp_path, skip_existing=True)) == {""}
    assert reasons(send(client, tmp_path, skip_existing=True)) == {"unchanged"}


def test_where_the_etag_is_no_checksum_the_time_decides(client: Client, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("text")
    client.put_object("in/a", BytesBody(b"TEXT"))
    kms = Attributes(encryption="aws:kms")
    os.utime(tmp_path / "a", (time.time() - 3600,) * 2)
    assert reasons(send(client, tmp_path, skip_existing=True, attributes=kms)) == {"unchanged"}
    assert reasons(send(client, tmp_path, skip_existing=True)) == {""}


def test_keys_far_apart_are_asked_for_one_by_one(
    client: Client, folder: Path, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tintype.s3.transfer_existing.PATIENCE", -30)
    send(client, folder)
    proxy.forget()
    wanted = {"in/000.txt", "in/040.txt", "in/0400.txt", "in/059.txt"}
    assert set(look_up(client, wanted, Stop())) == wanted - {"in/0400.txt"}
    assert (proxy.count("GET"), proxy.count("HEAD")) == (1, 3)


def test_one_that_cannot_be_read_does_not_stop_the_rest(client: Client, folder: Path) -> None:
    (folder / "020.txt").unlink()
    (folder / "020.txt").symlink_to("nowhere")
    results = send(client, folder)
    failed = {r.upload.key: r.error for r in results if r.error}
    assert set(failed) == {"020.txt"}
    assert isinstance(failed["020.txt"], SourceNotFound)
    assert sum(1 for _ in client.list_objects_v2("in/")) == 59


def test_small_files_do_not_wait_for_large_ones(
    client: Client, tmp_path: Path, proxy: FaultyProxy
) -> None:
    small_ones_are_through = threading.Event()

    def hold_parts(seen: Seen) -> bool:
        if seen.part:
            assert small_ones_are_through.wait(20)
        return False

    proxy.fault = hold_parts
    for number in range(4):
        with (tmp_path / f"large {number}").open("wb") as file:
            file.truncate(3 * PART)
    for number in range(20):
        (tmp_path / f"small {number}").write_text("small")
    order = []
    for result in upload_all(client, "in/", uploads_of(tmp_path), UploadOptions(concurrency=3)):
        assert not result.error
        order.append(result.upload.key)
        if sum(key.startswith("small") for key in order) == 20:
            small_ones_are_through.set()
    assert all(key.startswith("small") for key in order[:20])
    assert len(order) == 24


def test_streams_go_one_after_the_other(client: Client) -> None:
    uploads = [Upload(cast(BinaryIO, io.BytesIO(bytes(6 * MIB))), f"{n}") for n in range(4)]
    results = list(upload_all(client, "in/", uploads, UploadOptions()))
    assert reasons(results) == {""}
    assert {stat.size for stat in client.list_objects_v2()} == {6 * MIB}


def test_closing_aborts_what_is_under_way(
    client: Client, tmp_path: Path, proxy: FaultyProxy
) -> None:
    def slowly(seen: Seen) -> bool:
        if seen.part:
            time.sleep(0.02)
        return False

    proxy.fault = slowly
    (tmp_path / "a small one").write_text("small")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(6 * PART)
    with closing(upload_all(client, "in/", uploads_of(tmp_path), UploadOptions())) as results:
        assert next(results).upload.key == "a small one"
        proxy.wait_for(lambda: len(proxy.parts()) >= 1)
    proxy.fault = lambda _: False
    assert list(client.list_multipart_uploads()) == []
    assert [stat.key for stat in client.list_objects_v2()] == ["in/a small one"]


def test_an_error_of_the_uploads_themselves_ends_all(client: Client, folder: Path) -> None:
    def uploads() -> Iterator[Upload]:
        yield from list(uploads_of(folder))[:3]
        raise LookupError("the list is torn")

    with pytest.raises(LookupError, match="torn"):
        list(upload_all(client, "in/", uploads(), UploadOptions()))
