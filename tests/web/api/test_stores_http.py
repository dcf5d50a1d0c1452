"""Stores of users' own, in a real S3 server; and what is sent to the service's bucket by itself."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from servers import api
from servers.api import Api, Person
from servers.multipart import form_of
from servers.swift import OTHER_ACCESS_KEY, OTHER_SECRET, S3Server, create_bucket
from tintype.catalog import user_stores
from tintype.catalog.tables import UserStore
from tintype.s3.client import Client
from tintype.settings import S3Settings
from web.api.kit import ORIGINALS, STORE, brought, opened, picture, problem

_numbers = iter(range(2000, 3000))
SERVICE_BUCKET = "of-the-service"


@pytest.fixture(scope="module")
def on_s3(s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A service whose store is a bucket."""
    create_bucket(s3_server, SERVICE_BUCKET)
    with api.running(
        tmp_path_factory.mktemp("on-s3"),
        store=f"s3://{SERVICE_BUCKET}/all",
        s3_endpoint=s3_server.endpoint,
        s3_region=s3_server.region,
        s3_access_key_id=s3_server.access_key_id,
        s3_secret_access_key=s3_server.secret_access_key,
        s3_config_file="",
        max_bytes="1M",
    ) as running:
        yield running


@pytest.fixture
def someone(on_s3: Api) -> Person:
    return on_s3.person()


@pytest.fixture
def client(on_s3: Api, someone: Person) -> Iterator[httpx2.Client]:
    with on_s3.client(someone) as client:
        yield client


@pytest.fixture
def wanted(s3_server: S3Server, s3_bucket: str) -> dict[str, object]:
    """A bucket of one's own."""
    return {
        "bucket": s3_bucket,
        "prefix": "pictures/mine",
        "endpoint": s3_server.endpoint,
        "region": s3_server.region,
        "access_key_id": s3_server.access_key_id,
        "secret_access_key": s3_server.secret_access_key,
    }


@pytest.fixture
def bucket(s3_settings: S3Settings, s3_bucket: str) -> Client:
    return Client(s3_settings, s3_bucket)


def keys(bucket: Client) -> list[str]:
    return [stat.key for stat in bucket.list_objects_v2("")]


def test_what_one_brings_goes_to_ones_own_bucket_from_then_on(
    client: httpx2.Client, wanted: dict[str, object], bucket: Client
) -> None:
    problem(client.get(STORE), 404, "record-not-found")
    before = brought(client, first := picture(next(_numbers)))
    put = client.put(STORE, json=wanted)
    assert put.status_code == 201, put.text
    assert keys(bucket) == [], "what was tried is removed"
    shown = client.get(STORE)
    assert shown.json() == put.json()
    assert shown.json().keys() & {"access_key_id", "secret_access_key"} == set()
    assert "testing" not in shown.text
    url = brought(client, content := picture(next(_numbers)))
    record = client.get(url).json()
    assert record["store"] == "own"
    digest = record["sha256"]
    assert keys(bucket) == [f"pictures/mine/originals/{digest[:2]}/{digest}"]
    assert client.get(url + "/content").content == content
    made = client.post(url + "/renditions", json={"width": 40, "key": "covers/a.webp"}).json()
    assert "pictures/mine/covers/a.webp" in keys(bucket)
    assert opened(httpx2.get(made["url"]).content).size[0] == 40
    assert opened(httpx2.get(made["on_demand_url"]).content).size[0] == 40
    assert client.get(before).json()["store"] == "service"
    assert client.get(before + "/content").content == first, "what lies elsewhere can be read"
    again = client.post(ORIGINALS, json={"url": "https://x.invalid/"})
    assert again.status_code >= 400
    assert client.delete(url, headers={"if-match": "*"}).status_code == 204
    assert keys(bucket) == []


def test_a_store_is_left_and_what_lies_in_it_stays_readable(
    client: httpx2.Client, wanted: dict[str, object], bucket: Client
) -> None:
    tag = client.put(STORE, json=wanted).headers["etag"]
    url = brought(client, content := picture(next(_numbers)))
    problem(client.delete(STORE), 428, "if-match-required")
    problem(client.delete(STORE, headers={"if-match": '"1"'}), 412, "record-stale")
    assert client.delete(STORE, headers={"if-match": tag}).status_code == 204
    problem(client.get(STORE), 404, "record-not-found")
    assert client.get(url + "/content").content == content
    later = brought(client, picture(next(_numbers)))
    assert client.get(later).json()["store"] == "service"
    assert len(keys(bucket)) == 1
    assert client.delete(url, headers={"if-match": "*"}).status_code == 204
    assert keys(bucket) == []


def test_another_place_is_another_store_and_new_credentials_are_the_same(
    client: httpx2.Client, wanted: dict[str, object], on_s3: Api, someone: Person
) -> None:
    first = client.put(STORE, json=wanted)
    problem(client.put(STORE, json=wanted), 412, "record-stale")
    same = client.put(STORE, json=wanted, headers={"if-match": first.headers["etag"]})
    assert same.status_code == 200
    assert same.headers["etag"] != first.headers["etag"]
    problem(
        client.put(STORE, json=wanted, headers={"if-match": first.headers["etag"]}),
        412,
        "record-stale",
    )
    url = brought(client, content := picture(next(_numbers)))
    other = wanted | {"prefix": "elsewhere"}
    moved = client.put(STORE, json=other, headers={"if-match": same.headers["etag"]})
    assert moved.json()["prefix"] == "elsewhere"
    assert client.get(url + "/content").content == content
    new = brought(client, picture(next(_numbers)))
    assert client.get(new).json()["store"] == "own"
    kept = on_s3.catalog.read_now(lambda session: user_stores.of_user(session, someone.id))
    assert {each.address.rpartition("/")[2] for each in kept} == {"mine", "elsewhere"}
    for each in kept:
        assert "testing" not in each.sealed_credentials
        assert "testing" not in json.dumps(each.options)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"secret_access_key": "wrong"}, "signature"),
        ({"secret_access_key": "wrong"}, "check access_key_id and secret_access_key"),
        ({"bucket": "there-is-no-such-bucket"}, "correct bucket, region or endpoint"),
        ({"access_key_id": OTHER_ACCESS_KEY, "secret_access_key": OTHER_SECRET}, ""),
        ({"endpoint": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
def test_a_store_that_does_not_work_is_refused_with_its_own_words(
    client: httpx2.Client, wanted: dict[str, object], change: dict[str, object], said: str
) -> None:
    refused = problem(client.put(STORE, json=wanted | change), 422, "invalid-record")
    assert said in refused["detail"].lower()
    assert "TINTYPE_" not in refused["detail"], "those are settings of who runs the service"
    assert "testing" not in refused["detail"]
    problem(client.get(STORE), 404, "record-not-found")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bucket": "../etc"}, "bucket"),
        ({"bucket": "A"}, "bucket"),
        ({"prefix": "a/../b"}, "prefix"),
        ({"prefix": "a\n"}, "prefix"),
        ({"endpoint": "file:///etc/passwd"}, "endpoint"),
        ({"endpoint": "http://u:p@127.0.0.1/"}, "endpoint"),
        ({"endpoint": "http://127.0.0.1/?a=b"}, "endpoint"),
        ({"public_url": "javascript:alert(1)"}, "public_url"),
        ({"region": "eu/../"}, "region"),
        ({"secret_access_key": ""}, "secret_access_key"),
        ({"secret_access_key": None}, "secret_access_key"),
        ({"access_key_id": "Ⱥ"}, "access_key_id"),
        ({"access_key_id": "a\r\nhost: b"}, "access_key_id"),
        ({"folder": "/etc"}, "folder"),
    ],
)
def test_every_mistake_in_a_store_is_named(
    client: httpx2.Client, wanted: dict[str, object], change: dict[str, object], field: str
) -> None:
    said = problem(client.put(STORE, json=wanted | change), 422, "invalid-record")
    assert [each["loc"] for each in said["errors"]] == [["body", field]]
    assert "pattern" not in said["detail"]


def test_an_endpoint_that_is_not_public_is_as_good_as_unreachable(
    wanted: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The S3 server is there and the credentials are right; but it is on this machine."""
    folder = tmp_path_factory.mktemp("guarded")
    with (
        api.running(folder, allowed_networks="") as guarded,
        guarded.client(guarded.admin) as client,
    ):
        for endpoint in (wanted["endpoint"], "http://169.254.169.254", "http://[::1]:80"):
            answer = client.put(STORE, json=wanted | {"endpoint": endpoint})
            said = problem(answer, 422, "invalid-record")
            assert said["detail"].startswith("The endpoint cannot be reached.")
        answer = client.post(ORIGINALS, json={"url": f"{wanted['endpoint']}/a.png"})
        problem(answer, 422, "source-error")


def test_who_has_lost_the_way_into_his_store_can_remove_the_record(
    client: httpx2.Client, wanted: dict[str, object], on_s3: Api, someone: Person
) -> None:
    tag = client.put(STORE, json=wanted).headers["etag"]
    url = brought(client, picture(next(_numbers)))
    gone = wanted | {"bucket": f"{wanted['bucket']}x"}
    problem(client.put(STORE, json=gone, headers={"if-match": tag}), 422, "invalid-record")

    def break_it(session: object) -> None:
        store = user_stores.current(session, someone.id)  # type: ignore[arg-type]
        assert isinstance(store, UserStore)
        store.address, store.version = "s3://there-is-no-such-bucket", store.version + 1

    on_s3.catalog.run_now(break_it)
    assert client.delete(url, headers={"if-match": "*"}).status_code in (403, 404, 502)
    assert client.get(url).status_code == 200, "it can be tried again"
    left = client.delete(url, params={"leave_bytes": "true"}, headers={"if-match": "*"})
    assert left.status_code == 204
    assert client.get(url).status_code == 404


def test_a_public_rendition_has_the_buckets_own_url(
    client: httpx2.Client, wanted: dict[str, object]
) -> None:
    url = brought(client, picture(next(_numbers)))
    private = client.post(url + "/renditions", json={"width": 20, "key": "p.png"}).json()
    assert "/files/" in private["url"]
    public = client.post(
        url + "/renditions", json={"width": 21, "key": "q.png", "public": True}
    ).json()
    assert f"/{SERVICE_BUCKET}/all/files/" in public["url"]
    for made in (private, public):
        assert opened(httpx2.get(made["url"]).content).size[0] == made["width"]
    cdn = wanted | {"public_url": "https://cdn.example.org/p"}
    assert client.put(STORE, json=cdn).status_code == 201
    behind = client.post(url + "/renditions", json={"width": 22, "key": "r.png"}).json()
    assert behind["url"] == "https://cdn.example.org/p/pictures/mine/r.png"


def sent_directly(client: httpx2.Client, content: bytes, name: str = "d.png") -> str:
    """Send a file to the bucket by itself; its key."""
    form = client.post(
        "/api/v1/uploads/s3/form", json={"filename": name, "type": "image/png"}
    ).json()
    body, kind = form_of(form["fields"], content, name)
    sent = httpx2.post(form["url"], content=body, headers={"content-type": kind})
    assert sent.is_success, sent.text
    return str(form["fields"]["key"])


def test_what_was_sent_to_the_bucket_by_itself_becomes_an_original(
    client: httpx2.Client, on_s3: Api
) -> None:
    content = picture(next(_numbers))
    key = sent_directly(client, content)
    with on_s3.client(on_s3.person()) as other:
        problem(other.post(ORIGINALS, json={"key": key}), 404, "upload-not-found")
    made = client.post(ORIGINALS, json={"key": key, "tags": ["direct"]})
    assert made.status_code == 201, made.text
    record = made.json()
    assert (record["name"], record["tags"]) == ("d.png", ["direct"])
    assert client.get(record["content_url"]).content == content
    again = client.post(ORIGINALS, json={"key": key})
    assert again.json()["id"] == record["id"]
    for wrong in ("direct/../x", "all/direct/other/" + "a" * 32, "' OR 1=1"):
        problem(client.post(ORIGINALS, json={"key": wrong}), 404, "upload-not-found")


def test_what_was_sent_directly_and_is_no_picture_is_refused(client: httpx2.Client) -> None:
    key = sent_directly(client, b"<script>alert(1)</script>")
    problem(client.post(ORIGINALS, json={"key": key}), 415, "upload-type-refused")
