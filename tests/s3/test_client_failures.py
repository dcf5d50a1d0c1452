"""The client against servers that fail: cut, slow, busy, elsewhere, or from another time."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from servers.raw import RawServer, Visit, serving
from tintype.errors import (
    ChecksumMismatch,
    Interrupted,
    InvalidRequest,
    InvalidSettings,
    KeyExists,
    StoreDenied,
    StoreError,
    StoreNotFound,
    StoreUnavailable,
)
from tintype.s3.body import BytesBody, md5_hex
from tintype.s3.client import Client
from tintype.settings import S3Settings
from tintype.stores import Attributes

BASE = S3Settings(
    access_key_id="AKID",
    secret_access_key="secret",
    credentials_file="",
    config_file="",
    metadata_endpoint="",
    region="us-east-1",
    read_timeout=0.4,
    retries=0,
)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tintype.s3.caller._FIRST_PAUSE", 0.01)


def client_of(server: RawServer, **changed: object) -> Client:
    return Client(replace(BASE, endpoint=server.endpoint, **changed), "bucket")  # type: ignore[arg-type]


def error_body(code: str, extra: str = "") -> bytes:
    return f"<Error><Code>{code}</Code><Message>Said.</Message>{extra}</Error>".encode()


def each(*answers: Callable[[Visit], None]) -> Callable[[Visit], None]:
    """Requests are answered one after the other, on whichever connection they come."""
    left = iter(answers)

    def handle(visit: Visit) -> None:
        while True:
            visit.request()
            next(left)(visit)

    return handle


def saying(status: int, code: str = "", extra: str = "", **headers: str) -> Callable[[Visit], None]:
    body = error_body(code, extra) if code else b""
    return lambda visit: visit.answer(status, body, **headers)


def hang_up(visit: Visit) -> None:
    visit.socket.close()


OK = saying(200, etag='"abc"')


@pytest.mark.parametrize(
    "failure",
    [
        saying(503, "SlowDown"),
        saying(500, "InternalError"),
        saying(500),
        saying(502),
        saying(429),
        saying(400, "RequestTimeout"),
        saying(409, "OperationAborted"),
        hang_up,
    ],
)
def test_what_may_pass_is_tried_again_with_the_whole_body(
    failure: Callable[[Visit], None],
) -> None:
    bodies = []

    def handle(visit: Visit) -> None:
        while True:
            bodies.append(visit.request()[2])
            (failure if len(bodies) < 3 else OK)(visit)

    told: list[int] = []
    with serving(handle) as server:
        client = client_of(server, retries=2)
        stat = client.put_object("k", BytesBody(b"body"), on_bytes=told.append)
        assert stat.etag == "abc"
        client.close()
    assert bodies == [b"body"] * 3
    assert sum(told) == 4


def test_tries_end_with_the_last_error() -> None:
    with serving(each(*[saying(503, "SlowDown")] * 3)) as server:
        told: list[int] = []
        with pytest.raises(StoreUnavailable, match="fewer requests"):
            client_of(server, retries=2).put_object("k", BytesBody(b"b"), on_bytes=told.append)
        assert sum(told) == 0


def test_what_will_not_pass_is_not_tried_again() -> None:
    with serving(each(saying(403, "InvalidAccessKeyId"))) as server, pytest.raises(StoreDenied):
        client_of(server, retries=5).put_object("k", BytesBody(b"b"))
    assert server.visits == 1


def test_a_stop_event_ends_the_pause_between_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tintype.s3.caller._FIRST_PAUSE", 1000.0)
    monkeypatch.setattr("tintype.s3.caller._LONGEST_PAUSE", 1000.0)
    stop = threading.Event()

    def busy(visit: Visit) -> None:
        threading.Timer(0.1, stop.set).start()
        visit.answer(503)

    with serving(each(busy)) as server, pytest.raises(Interrupted):
        client_of(server, retries=3).put_object("k", BytesBody(b"b"), stop=stop)


def test_a_server_of_one_byte_a_second_is_given_up_and_one_that_trickles_is_not() -> None:
    slow = threading.Event()

    def trickle(visit: Visit) -> None:
        visit.request()
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: x\r\n\r\nabc":
            visit.socket.sendall(bytes([byte]))
            time.sleep(0.01)
        visit.request()
        for byte in b"HTTP/1.1":
            visit.socket.sendall(bytes([byte]))
            slow.wait(1)

    with serving(trickle) as server:
        client = client_of(server)
        with client.get_object("k") as reader:
            assert reader.read() == b"abc"
        with pytest.raises(StoreUnavailable, match="silent for too long"):
            client.head_object("k")
        slow.set()
        client.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n5\r\nab",
    ],
)
def test_a_download_that_is_cut_raises_and_gives_what_came_before(answer: bytes) -> None:
    def handle(visit: Visit) -> None:
        visit.request()
        visit.socket.sendall(answer)

    came = bytearray()
    with serving(handle) as server:
        client = client_of(server)
        with pytest.raises(StoreUnavailable, match=r"not complete|was cut"):
            read_into(came, client)
    assert came


def read_into(came: bytearray, client: Client) -> None:
    with client.get_object("k") as reader:
        for chunk in reader.chunks():
            came += chunk


def test_a_download_with_a_wrong_checksum_raises() -> None:
    def answer(visit: Visit) -> None:
        visit.answer(200, b"other bytes", x_amz_checksum_crc32="AAAAAA==")

    with serving(each(answer, answer)) as server:
        client = client_of(server)
        with client.get_object("k") as reader, pytest.raises(ChecksumMismatch):
            reader.read()
        # A part of the object has another checksum than the whole.
        with client.get_object("k", start=0, length=5) as reader:
            assert reader.read() == b"other"
        client.close()


def test_a_server_that_ignores_ranges_is_read_from_the_right_place() -> None:
    with (
        serving(each(lambda visit: visit.answer(200, b"0123456789"))) as server,
        client_of(server).get_object("k", start=3, length=4) as reader,
    ):
        assert reader.read() == b"3456"


def test_an_upload_that_is_stored_with_another_checksum_raises() -> None:
    with (
        serving(each(saying(200, x_amz_checksum_crc32="AAAAAA=="))) as server,
        pytest.raises(ChecksumMismatch),
    ):
        client_of(server).put_object("k", BytesBody(b"b"))


def test_an_error_in_the_body_of_a_200_is_an_error() -> None:
    with (
        serving(each(saying(200, "InternalError"))) as server,
        pytest.raises(StoreUnavailable, match="failed inside"),
    ):
        client_of(server).complete_multipart_upload("k", "id", [])


@pytest.mark.parametrize(
    "body", [b"", b"not xml", b"<a", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"]
)
def test_an_answer_that_is_no_xml_is_an_error(body: bytes) -> None:
    with (
        serving(each(lambda visit: visit.answer(200, body))) as server,
        pytest.raises(StoreUnavailable, match="makes no sense"),
    ):
        list(client_of(server).list_objects_v2())


def test_a_listing_that_says_there_is_more_but_not_where_ends() -> None:
    page = b"<R><IsTruncated>true</IsTruncated><Contents><Key>a</Key><Size>1</Size></Contents></R>"
    with serving(each(lambda visit: visit.answer(200, page))) as server:
        assert [stat.key for stat in client_of(server).list_objects_v2()] == ["a"]


@pytest.mark.parametrize("size", ["x", "-1", "²"])
def test_a_listing_with_a_size_that_is_no_number_is_an_error(size: str) -> None:
    page = f"<R><Contents><Key>a</Key><Size>{size}</Size></Contents></R>".encode()
    with (
        serving(each(lambda visit: visit.answer(200, page))) as server,
        pytest.raises(StoreUnavailable),
    ):
        list(client_of(server).list_objects_v2())


def test_a_deletion_that_fails_for_one_key_names_it() -> None:
    page = b"<DeleteResult><Error><Key>a/b</Key><Code>AccessDenied</Code></Error></DeleteResult>"
    with (
        serving(each(lambda visit: visit.answer(200, page))) as server,
        pytest.raises(StoreError, match="a/b could not be removed"),
    ):
        client_of(server).delete_objects(["a/b", "c"])


ELSEWHERE = [
    saying(301, "PermanentRedirect", x_amz_bucket_region="eu-west-1"),
    saying(301, "PermanentRedirect", "<Endpoint>bucket.s3.eu-west-1.amazonaws.com</Endpoint>"),
    saying(307, "TemporaryRedirect", "<Endpoint>bucket.s3-eu-west-1.amazonaws.com</Endpoint>"),
    saying(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"),
    saying(400, x_amz_bucket_region="eu-west-1"),
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_another_region_is_adopted_once_and_said(
    elsewhere: Callable[[Visit], None], caplog: pytest.LogCaptureFixture
) -> None:
    regions = []

    def handle(visit: Visit) -> None:
        while True:
            _, headers, _ = visit.request()
            regions.append(headers["authorization"].split("/")[2])
            (OK if regions[-1] == "eu-west-1" else elsewhere)(visit)

    with serving(handle) as server, caplog.at_level(logging.WARNING, "tintype.s3"):
        client = client_of(server)
        client.put_object("k", BytesBody(b"b"))
        client.put_object("k", BytesBody(b"b"))
        client.close()
    assert regions == ["us-east-1", "eu-west-1", "eu-west-1"]
    assert "is in eu-west-1, not in us-east-1" in caplog.text
    assert "TINTYPE_S3_REGION" in caplog.text


@pytest.mark.parametrize(
    "elsewhere",
    [
        saying(301, "PermanentRedirect", "<Endpoint>evil.example.org</Endpoint>"),
        saying(307, Location="http://evil.example.org/"),
        saying(400, "AuthorizationHeaderMalformed", "<Region>us-east-1</Region>"),
    ],
)
def test_a_redirect_that_names_no_new_region_is_not_followed(
    elsewhere: Callable[[Visit], None],
) -> None:
    with (
        serving(each(elsewhere)) as server,
        pytest.raises(StoreError, match="not in the region us-east-1"),
    ):
        client_of(server).put_object("k", BytesBody(b"b"))


@pytest.mark.parametrize(
    "refusal", [saying(501, "NotImplemented"), saying(501), saying(400, "InvalidArgument")]
)
def test_a_server_without_if_none_match_is_asked_before_it_gets_the_object(
    refusal: Callable[[Visit], None], caplog: pytest.LogCaptureFixture
) -> None:
    def handler(found: int) -> Callable[[Visit], None]:
        def handle(visit: Visit) -> None:
            while True:
                first, headers, _ = visit.request()
                calls.append(first.split()[0])
                if "if-none-match" in headers:
                    refusal(visit)
                else:
                    saying(found if first.startswith("HEAD") else 200)(visit)

        return handle

    for found, expected in ((404, ["PUT", "HEAD", "PUT"]), (200, ["PUT", "HEAD"])):
        calls: list[str] = []
        with serving(handler(found)) as server:
            client = client_of(server)
            if found == 404:
                client.put_object("k", BytesBody(b"b"), if_none_match=True)
            else:
                with pytest.raises(KeyExists):
                    client.put_object("k", BytesBody(b"b"), if_none_match=True)
            client.close()
        assert calls == expected
    assert "does not know If-None-Match" in caplog.text


@pytest.mark.parametrize(("etag", "ours"), [(BytesBody(b"b"), True), (BytesBody(b"x"), False)])
def test_a_create_whose_answer_was_lost_is_known_by_its_content(
    etag: BytesBody, ours: bool
) -> None:
    found = saying(200, etag=f'"{md5_hex(etag)}"')
    lost_then_found = each(hang_up, saying(412, "PreconditionFailed"), found)
    with serving(lost_then_found) as server:
        client = client_of(server, retries=1)
        if ours:
            stat = client.put_object("k", BytesBody(b"b"), if_none_match=True)
            assert stat.etag == md5_hex(etag)
        else:
            with pytest.raises(KeyExists):
                client.put_object("k", BytesBody(b"b"), if_none_match=True)
        client.close()


def test_an_answer_that_is_cut_is_asked_for_again_and_the_bytes_counted_once() -> None:
    def cut(visit: Visit) -> None:
        visit.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        hang_up(visit)

    told: list[int] = []
    with serving(each(cut, saying(500), OK)) as server:
        client = client_of(server, retries=2)
        client.put_object("k", BytesBody(b"body"), on_bytes=told.append)
        client.close()
    assert sum(told) == 4


def test_all_attributes_are_sent_and_signed() -> None:
    seen = {}

    def handle(visit: Visit) -> None:
        seen.update(visit.request()[1])
        OK(visit)

    attributes = Attributes(
        content_type="image/png",
        cache_control="no-store",
        content_disposition="inline",
        content_encoding="gzip",
        metadata={"Name": "ü"},
        acl="public-read",
        storage_class="STANDARD_IA",
        encryption="aws:kms:arn:aws:kms:eu-west-1:1:key/2",
    )
    with serving(handle) as server:
        client_of(server).put_object("k", BytesBody(b"b"), attributes)
    sent = {
        "content-type": "image/png",
        "cache-control": "no-store",
        "content-disposition": "inline",
        "content-encoding": "gzip",
        "x-amz-meta-name": "=?UTF-8?B?w7w=?=",
        "x-amz-acl": "public-read",
        "x-amz-storage-class": "STANDARD_IA",
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-west-1:1:key/2",
        "x-amz-checksum-crc32": BytesBody(b"b").crc32,
        "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    }
    assert {name: seen.get(name) for name in sent} == sent
    signed = seen["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert set(sent) | {"host", "x-amz-date"} == set(signed)


@pytest.mark.parametrize(
    "attributes",
    [
        Attributes(acl="public-read\r\nx-evil: 1"),
        Attributes(cache_control="a\nb"),
        Attributes(content_type="text/ü"),
        Attributes(content_disposition='attachment; filename="ü.txt"'),
        Attributes(metadata={"a b": "c"}),
        Attributes(metadata={"a:b": "c"}),
        Attributes(encryption="aws:kms:a b\r\nc"),
    ],
)
def test_an_attribute_that_no_header_carries_is_refused(attributes: Attributes) -> None:
    nowhere = Client(replace(BASE, endpoint="http://127.0.0.1:9"), "bucket")
    with pytest.raises(InvalidRequest):
        nowhere.put_object("k", BytesBody(b"b"), attributes)


def test_a_server_that_is_not_there_is_named_with_the_setting() -> None:
    with serving(lambda _: None) as server:
        pass
    with pytest.raises(StoreUnavailable, match=f"Nothing answers at 127.0.0.1:{server.port}") as e:
        client_of(server).head_object("k")
    assert "TINTYPE_S3_ENDPOINT" in str(e.value)


@pytest.mark.parametrize(
    "endpoint", ["ftp://x", "nonsense", "http://", "http://x:y", "https://x?q"]
)
def test_an_endpoint_that_is_no_url_is_refused(endpoint: str) -> None:
    with pytest.raises(InvalidSettings, match="not a URL"):
        Client(replace(BASE, endpoint=endpoint), "bucket")


def test_a_ca_file_that_cannot_be_read_is_named() -> None:
    client = Client(replace(BASE, endpoint="https://127.0.0.1:9", ca_file="/no/such.pem"), "bucket")
    with pytest.raises(InvalidSettings, match=r"/no/such\.pem"):
        client.head_object("k")


def test_a_bucket_that_is_not_there_is_told_from_a_key_that_is_not() -> None:
    with serving(each(saying(404, "NoSuchBucket"))) as server, pytest.raises(StoreNotFound):
        client_of(server).get_object("k")
