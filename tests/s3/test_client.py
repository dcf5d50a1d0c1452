"""Every call against a server that checks signatures, bodies, clocks and ACLs."""

import base64
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servers.swift import OTHER_ACCESS_KEY, OTHER_SECRET, S3Server
from tintype.errors import (
    ChecksumMismatch,
    ClockSkewed,
    InvalidKey,
    InvalidRequest,
    KeyExists,
    KeyNotFound,
    SourceError,
    StoreDenied,
    StoreError,
    StoreNotFound,
)
from tintype.s3.body import BytesBody, FileBody
from tintype.s3.client import Client
from tintype.s3.errors import NoSuchUpload
from tintype.settings import S3Settings
from tintype.stores import Attributes

HOSTILE = [
    "plain.txt",
    "with blanks and + plus",
    "ünïcödé/日本語/😀.jpg",
    "é" * 512,
    "../up/../../and/./down",
    "a//b///c",
    "/leading",
    "trailing/",
    "what?is=this&that#fragment",
    "100%25%2F%",
    "~tilde'quote\"(paren)[bracket]{brace}<angle>|bar\\back^caret`tick",
    "a:b;c,d@e=f$g!h*i",
    "&amp;&lt;",
    " ",
]


def fetch(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> bytes:
    request = urllib.request.Request(url, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as response:
        content: bytes = response.read()
        return content


def status_of(call: Callable[[], object]) -> int:
    with pytest.raises(urllib.error.HTTPError) as caught:
        call()
    caught.value.close()
    return caught.value.code


def put(client: Client, key: str, content: bytes = b"hello", **attributes: str) -> None:
    client.put_object(key, BytesBody(content), Attributes(**attributes))  # type: ignore[arg-type]


def get(client: Client, key: str, start: int = 0, length: int | None = None) -> bytes:
    with client.get_object(key, start=start, length=length) as reader:
        return reader.read()


@pytest.mark.parametrize("key", HOSTILE)
def test_a_hostile_key_is_kept_found_listed_linked_and_removed(client: Client, key: str) -> None:
    put(client, key, key.encode())
    assert get(client, key) == key.encode()
    assert [stat.key for stat in client.list_objects_v2()] == [key]
    assert fetch(client.presign(key, expires_in=timedelta(minutes=5))) == key.encode()
    assert client.delete_objects([key]) == 1
    assert client.head_object(key) is None


@pytest.mark.parametrize("key", ["", "x" * 1025, "é" * 513, "a\0b", "a\nb", "\udc80"])
def test_a_key_that_no_store_keeps_is_refused_before_anything_is_sent(
    s3_settings: S3Settings, key: str
) -> None:
    nowhere = Client(replace(s3_settings, endpoint="http://127.0.0.1:9"), "bucket")
    with pytest.raises(InvalidKey):
        put(nowhere, key)


def test_facts_and_all_attributes_come_back(client: Client) -> None:
    attributes = Attributes(
        content_type="text/x-test",
        cache_control="public, max-age=60",
        content_disposition='attachment; filename="a.txt"',
        content_encoding="gzip",
        metadata={"name": "Grüße  aus 日本 =?x?=", "Plain": "v", "blanks": " at the ends "},
    )
    before = datetime.now(UTC) - timedelta(seconds=2)
    stored = client.put_object("k", BytesBody(b"hello"), attributes)
    found = client.head_object("k")
    assert found is not None
    assert (found.size, found.etag) == (5, stored.etag) == (5, "5d41402abc4b2a76b9719d911017c592")
    assert before < found.modified < datetime.now(UTC) + timedelta(seconds=2)
    assert found.attributes == replace(
        attributes,
        metadata={"name": "Grüße  aus 日本 =?x?=", "plain": "v", "blanks": " at the ends "},
    )


@pytest.mark.parametrize(
    ("key", "content", "expected"),
    [
        ("a.jpg", b"\xff\xd8\xff\xe0 a picture", "image/jpeg"),
        ("a.txt", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("a.txt", b"text", "text/plain"),
        ("nothing", b"", "application/octet-stream"),
    ],
)
def test_the_type_is_guessed_from_the_bytes_and_the_key(
    client: Client, key: str, content: bytes, expected: str
) -> None:
    put(client, key, content)
    found = client.head_object(key)
    assert found is not None
    assert found.attributes.content_type == expected


@pytest.mark.parametrize("checksum", ["crc32", "md5", "none"])
@pytest.mark.parametrize("signature", ["v4", "v2"])
@pytest.mark.parametrize("sign_payload", ["always", "never"])
def test_every_way_to_sign_and_to_check_is_accepted(
    s3_settings: S3Settings, s3_bucket: str, checksum: str, signature: str, sign_payload: str
) -> None:
    client = Client(
        replace(s3_settings, checksum=checksum, signature=signature, sign_payload=sign_payload),
        s3_bucket,
    )
    key = "a b/ü?#.txt"
    client.put_object(key, BytesBody(b"x" * 1000), Attributes(acl="private", metadata={"a": "ü"}))
    assert get(client, key, 10, 20) == b"x" * 20
    assert [stat.key for stat in client.list_objects_v2("a ")] == [key]
    assert fetch(client.presign(key, expires_in=timedelta(minutes=5))) == b"x" * 1000
    upload = client.create_multipart_upload("big", content_type="text/plain")
    part = client.upload_part("big", upload, 1, BytesBody(b"only one"))
    client.complete_multipart_upload("big", upload, [part])
    assert get(client, "big") == b"only one"
    assert client.delete_objects([key, "big"]) == 2


def test_virtual_hosts_are_signed_as_they_are_named(
    s3_settings: S3Settings, s3_bucket: str, s3_server: S3Server
) -> None:
    port = urlsplit(s3_server.endpoint).port
    endpoint = f"http://{s3_server.storage_domain}:{port}"
    for signature in ("v4", "v2"):
        client = Client(
            replace(s3_settings, endpoint=endpoint, path_style=False, signature=signature),
            s3_bucket,
        )
        put(client, "a b/c?d", b"virtual")
        assert get(client, "a b/c?d") == b"virtual"
        assert client.url("a b").startswith(f"http://{s3_bucket}.s3.localhost:{port}/a%20b")


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None
)
@given(start=st.integers(0, 40), length=st.none() | st.integers(0, 40))
def test_a_range_is_what_a_slice_would_be(client: Client, start: int, length: int | None) -> None:
    content = bytes(range(30))
    if client.head_object("range") is None:
        put(client, "range", content)
    end = None if length is None else start + length
    with client.get_object("range", start=start, length=length) as reader:
        assert reader.stat.size == 30
        assert reader.read() == content[start:end]


def test_a_range_of_nothing_at_all_is_empty(client: Client) -> None:
    put(client, "empty", b"")
    assert get(client, "empty") == b""
    assert get(client, "empty", 5, 5) == b""
    with pytest.raises(InvalidRequest):
        get(client, "empty", -1)


def test_what_is_absent_is_not_found_and_may_be_removed(client: Client) -> None:
    assert client.head_object("absent") is None
    for start, length in ((0, None), (3, 4), (0, 0)):
        with pytest.raises(KeyNotFound):
            get(client, "absent", start, length)
    client.delete_object("absent")
    assert client.delete_objects(["absent", "absent too"]) == 2
    assert client.delete_objects([]) == 0
    assert list(client.list_objects_v2("absent")) == []


def test_a_listing_goes_on_over_its_pages_and_only_as_far_as_it_is_read(client: Client) -> None:
    keys = sorted((f"dir/{n:03} ä+%{n * 7 % 5}.txt" for n in range(60)), key=str.encode)
    for key in [*keys, "elsewhere"]:
        put(client, key)
    found = client.list_objects_v2("dir/")
    assert next(found).key == keys[0]
    client.delete_object(keys[-1])  # it is on the second page, which nobody has asked for yet
    assert [stat.key for stat in found] == keys[1:-1]
    assert [stat.key for stat in client.list_objects_v2(start_after=keys[-2])] == ["elsewhere"]
    assert client.delete_objects(stat.key for stat in client.list_objects_v2("dir/")) == 59
    assert [stat.key for stat in client.list_objects_v2()] == ["elsewhere"]


def test_listings_of_parts_and_uploads_go_on_over_their_pages(client: Client) -> None:
    upload = client.create_multipart_upload("many", content_type="text/plain")
    for number in range(1, 56):
        client.upload_part("many", upload, number, BytesBody(b"%d" % number))
    assert [part.number for part in client.list_parts("many", upload)] == list(range(1, 56))


def test_a_wrong_secret_says_which_setting_to_check(
    s3_settings: S3Settings, s3_bucket: str
) -> None:
    client = Client(replace(s3_settings, secret_access_key="wrong-secret"), s3_bucket)
    with pytest.raises(StoreDenied, match="secret access key is wrong") as caught:
        put(client, "k")
    assert "TINTYPE_S3_SECRET_ACCESS_KEY" in str(caught.value)
    assert "wrong-secret" not in str(caught.value)


def test_an_unknown_access_key_is_denied(s3_settings: S3Settings, s3_bucket: str) -> None:
    client = Client(replace(s3_settings, access_key_id="nobody"), s3_bucket)
    with pytest.raises(StoreDenied, match="TINTYPE_S3_ACCESS_KEY_ID"):
        put(client, "k")


def test_a_strangers_keys_are_denied(client: Client, s3_settings: S3Settings) -> None:
    put(client, "k")
    stranger = Client(
        replace(s3_settings, access_key_id=OTHER_ACCESS_KEY, secret_access_key=OTHER_SECRET),
        client.bucket,
    )
    with pytest.raises(StoreDenied, match="not allowed"):
        put(stranger, "k")
    with pytest.raises(StoreDenied):
        stranger.head_object("k")


def test_a_missing_bucket_is_named(s3_settings: S3Settings) -> None:
    client = Client(s3_settings, "no-such-bucket")
    with pytest.raises(StoreNotFound, match="no bucket no-such-bucket"):
        put(client, "k")
    with pytest.raises(StoreNotFound):
        list(client.list_objects_v2())


@pytest.mark.parametrize(
    ("minutes", "side"), [(60, "60 minutes ahead"), (-90, "90 minutes behind")]
)
def test_a_clock_that_is_off_is_told_by_how_much(
    s3_settings: S3Settings, s3_bucket: str, minutes: int, side: str
) -> None:
    client = Client(s3_settings, s3_bucket, clock=lambda: time.time() + minutes * 60)
    with pytest.raises(ClockSkewed, match=side):
        put(client, "k")
    with pytest.raises(ClockSkewed, match=side):
        client.head_object("k")


def test_a_public_object_is_read_without_credentials_and_a_private_one_is_not(
    client: Client, s3_settings: S3Settings
) -> None:
    put(client, "a public/ü", b"for all", acl="public-read")
    put(client, "private", b"for us")
    assert fetch(client.url("a public/ü")) == b"for all"
    assert status_of(lambda: fetch(client.url("private"))) == 403
    anonymous = Client(replace(s3_settings, anonymous=True), client.bucket)
    assert get(anonymous, "a public/ü") == b"for all"
    with pytest.raises(StoreDenied):
        get(anonymous, "private")
    with pytest.raises(InvalidRequest):
        anonymous.presign("private", expires_in=timedelta(minutes=1))


def test_an_acl_that_does_not_exist_is_refused(client: Client) -> None:
    with pytest.raises(StoreError):
        put(client, "k", acl="public-nonsense")
    assert client.head_object("k") is None


@pytest.mark.parametrize("signature", ["v4", "v2"])
def test_presigned_urls_read_and_write_one_key_until_they_expire(
    s3_settings: S3Settings, s3_bucket: str, signature: str
) -> None:
    client = Client(replace(s3_settings, signature=signature), s3_bucket)
    hour = timedelta(hours=1)
    text = {"content-type": "text/plain"}  # Version 2 always signs the type
    upload = client.presign("new one", expires_in=hour, method="PUT", headers=text)
    fetch(upload, "PUT", b"uploaded", **text)
    assert get(client, "new one") == b"uploaded"
    url = client.presign("new one", expires_in=hour)
    assert fetch(url) == b"uploaded"
    assert status_of(lambda: fetch(url.replace("new%20one", "another"))) == 403
    assert status_of(lambda: fetch(url, "PUT", b"overwritten")) == 403
    past = Client(
        replace(s3_settings, signature=signature), s3_bucket, clock=lambda: time.time() - 7200
    )
    assert status_of(lambda: fetch(past.presign("new one", expires_in=hour))) == 403
    assert get(client, "new one") == b"uploaded"


def test_a_presigned_url_binds_headers_and_parameters(client: Client) -> None:
    hour = timedelta(hours=1)
    url = client.presign(
        "typed", expires_in=hour, method="PUT", headers={"Content-Type": "image/png"}
    )
    assert status_of(lambda: fetch(url, "PUT", b"x", **{"content-type": "text/html"})) == 403
    fetch(url, "PUT", b"x", **{"content-type": "image/png"})
    query = (("response-content-type", "text/x-other"),)
    with urllib.request.urlopen(client.presign("typed", expires_in=hour, query=query)) as response:
        assert response.headers["content-type"] == "text/x-other"


@pytest.mark.parametrize("expires_in", [timedelta(0), timedelta(days=8), timedelta(days=-1)])
def test_a_url_is_good_for_a_second_to_seven_days(client: Client, expires_in: timedelta) -> None:
    with pytest.raises(InvalidRequest):
        client.presign("k", expires_in=expires_in)


def test_a_form_for_browsers_names_the_bucket_and_its_conditions(client: Client) -> None:
    # Swift takes no forms; the signature itself is proved on S3's example.
    conditions: list[object] = [["starts-with", "$key", "in/"], ["content-length-range", 1, 10]]
    url, fields = client.post_form(conditions, expires_in=timedelta(minutes=5))
    policy = json.loads(base64.b64decode(fields["policy"]))
    assert url == f"{client.settings.endpoint}/{client.bucket}/"
    assert policy["conditions"][:3] == [{"bucket": client.bucket}, *conditions]


def test_of_several_creators_exactly_one_wins(client: Client) -> None:
    barrier = threading.Barrier(6)
    won: list[int] = []
    lost: list[KeyExists] = []

    def create(number: int) -> None:
        barrier.wait()
        try:
            client.put_object("one", BytesBody(b"%d" % number * 5000), if_none_match=True)
            won.append(number)
        except KeyExists as error:
            lost.append(error)

    threads = [threading.Thread(target=create, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 5)
    assert get(client, "one") == b"%d" % won[0] * 5000


def test_a_multipart_object_is_created_only_where_none_is(client: Client) -> None:
    put(client, "taken", b"first")
    upload = client.create_multipart_upload("taken", content_type="text/plain")
    part = client.upload_part("taken", upload, 1, BytesBody(b"second"))
    with pytest.raises(KeyExists):
        client.complete_multipart_upload("taken", upload, [part], if_none_match=True)
    client.abort_multipart_upload("taken", upload)
    assert get(client, "taken") == b"first"


def test_parts_are_listed_completed_in_order_and_carry_the_attributes(client: Client) -> None:
    key = "big ü?%.bin"
    attributes = Attributes(metadata={"a": "ü"}, acl="public-read", cache_control="no-store")
    upload = client.create_multipart_upload(key, attributes, content_type="video/mp4")
    contents = {1: b"a" * (5 << 20), 2: b"b" * 1000}
    parts = {n: client.upload_part(key, upload, n, BytesBody(contents[n])) for n in (2, 1)}
    assert [(p.key, p.upload_id) for p in client.list_multipart_uploads()] == [(key, upload)]
    listed = list(client.list_parts(key, upload))
    assert [(p.number, p.size, p.etag) for p in listed] == [
        (n, len(contents[n]), parts[n].etag) for n in (1, 2)
    ]
    etag = client.complete_multipart_upload(key, upload, [parts[1], parts[2]])
    found = client.head_object(key)
    assert found is not None
    assert (found.size, found.etag) == ((5 << 20) + 1000, etag)
    assert found.attributes.content_type == "video/mp4"
    assert found.attributes.cache_control == "no-store"
    assert found.attributes.metadata == {"a": "ü"}
    assert fetch(client.url(key)) == contents[1] + contents[2]
    assert list(client.list_multipart_uploads()) == []


def test_an_aborted_upload_is_gone_and_may_be_aborted_again(client: Client) -> None:
    upload = client.create_multipart_upload("gone", content_type="text/plain")
    part = client.upload_part("gone", upload, 1, BytesBody(b"x"))
    client.abort_multipart_upload("gone", upload)
    client.abort_multipart_upload("gone", upload)
    assert list(client.list_multipart_uploads()) == []
    for call in (
        lambda: list(client.list_parts("gone", upload)),
        lambda: client.upload_part("gone", upload, 1, BytesBody(b"x")),
        lambda: client.complete_multipart_upload("gone", upload, [part]),
    ):
        with pytest.raises(NoSuchUpload):
            call()


class Lying(BytesBody):
    """Sends other bytes than its checksums were computed from."""

    lie = b"lies"

    def pieces(self):
        yield self.lie


@pytest.mark.parametrize("checksum", ["crc32", "md5"])
def test_bytes_that_changed_on_the_way_are_refused(
    s3_settings: S3Settings, s3_bucket: str, checksum: str
) -> None:
    client = Client(replace(s3_settings, checksum=checksum, retries=0), s3_bucket)
    body = Lying(b"true")
    truth = BytesBody(b"true")
    body.__dict__.update(crc32=truth.crc32, md5=truth.md5, sha256=truth.sha256)
    with pytest.raises(ChecksumMismatch):
        client.put_object("k", body)
    assert client.head_object("k") is None
    upload = client.create_multipart_upload("k", content_type="text/plain")
    with pytest.raises(ChecksumMismatch):
        client.upload_part("k", upload, 1, body)


def test_a_signed_payload_that_changed_on_the_way_is_refused(
    s3_settings: S3Settings, s3_bucket: str
) -> None:
    unchecked = replace(s3_settings, checksum="none", sign_payload="always", retries=0)
    client = Client(unchecked, s3_bucket)
    body = Lying(b"true")
    body.__dict__.update(sha256=BytesBody(b"true").sha256)
    with pytest.raises(ChecksumMismatch):
        client.put_object("k", body)


def test_regions_of_one_file_are_sent_from_several_threads(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "file"
    content = bytes(range(256)) * 8192
    path.write_bytes(content)
    with path.open("rb") as file:
        bodies = [FileBody(file.fileno(), n << 18, 1 << 18) for n in range(8)]
        threads = [
            threading.Thread(target=client.put_object, args=(f"r{n}", body))
            for n, body in enumerate(bodies)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert b"".join(get(client, f"r{n}") for n in range(8)) == content
    client.put_object("whole", FileBody(path, 0, len(content)))
    assert get(client, "whole") == content


def test_a_file_that_became_shorter_is_not_stored(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 1000)
    for size in (2000, 2 << 20):
        with pytest.raises(SourceError, match="became shorter"):
            client.put_object("k", FileBody(path, 0, size))
    with pytest.raises(SourceError, match="cannot be read"):
        client.put_object("k", FileBody(tmp_path / "absent", 0, 10))
    assert client.head_object("k") is None


def test_progress_adds_up_to_the_size(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(1 << 20))
    told: list[int] = []
    client.put_object("k", FileBody(path, 0, 1 << 20), on_bytes=told.append)
    assert sum(told) == 1 << 20
    assert len(told) > 1
