"""Direct uploads over HTTP: who may ask, what is answered to whom, and what never is."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from servers import api
from servers.api import Api, Person
from servers.multipart import form_of
from servers.swift import S3Server, create_bucket
from tintype.catalog import granted, users
from tintype.catalog.tables import ApiKey

SAMPLES = Path(__file__).parent.parent.parent / "src" / "tintype" / "pictures"
PICTURE = (SAMPLES / "plate.png").read_bytes()
S3 = "/api/v1/uploads/s3"
PAGE = "https://page.example"


@pytest.fixture(scope="module")
def running(s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    create_bucket(s3_server, "direct-http")
    with api.running(
        tmp_path_factory.mktemp("service"),
        store="s3://direct-http/in",
        s3_endpoint=s3_server.endpoint,
        s3_region=s3_server.region,
        s3_access_key_id=s3_server.access_key_id,
        s3_secret_access_key=s3_server.secret_access_key,
        cors_origins=PAGE,
        max_upload="8M",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def person(running: Api) -> Person:
    return running.person()


@pytest.fixture(scope="module")
def client(running: Api, person: Person) -> Iterator[httpx2.Client]:
    with running.client(person) as client:
        yield client


@pytest.fixture(scope="module")
def stranger(running: Api) -> Iterator[httpx2.Client]:
    with running.client() as client:
        yield client


def ticket_of(client: httpx2.Client, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/uploads/tickets", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def begun(client: httpx2.Client) -> tuple[str, str]:
    """The path of a new upload in parts, and its key."""
    told = client.post(f"{S3}/multipart", json={"filename": "a.png", "type": "image/png"}).json()
    assert told["bucket"] == "direct-http"
    return f"{S3}/multipart/{told['uploadId']}", told["key"]


def is_problem(answer: httpx2.Response, status: int) -> bool:
    kind = answer.headers["content-type"]
    return (answer.status_code, kind, answer.json()["status"]) == (
        status,
        "application/problem+json",
        status,
    )


ENDPOINTS = [
    ("GET", f"{S3}/params?filename=a.png&type=image/png"),
    ("POST", f"{S3}/multipart"),
    ("GET", f"{S3}/multipart/id?key=k"),
    ("GET", f"{S3}/multipart/id/1?key=k"),
    ("GET", f"{S3}/multipart/id/batch?key=k&partNumbers=1"),
    ("POST", f"{S3}/multipart/id/complete?key=k"),
    ("DELETE", f"{S3}/multipart/id?key=k"),
    ("POST", f"{S3}/sign"),
    ("POST", f"{S3}/form"),
    ("POST", f"{S3}/register"),
    ("POST", "/api/v1/uploads/tickets"),
]


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_nobody_unknown_gets_anything(stranger: httpx2.Client, method: str, path: str) -> None:
    assert is_problem(stranger.request(method, path), 401)
    forged = {"authorization": "Bearer v1.00000000." + "A" * 80}
    assert is_problem(stranger.request(method, path, headers=forged), 401)
    in_path = path.replace("/uploads/s3", "/uploads/ticket/v1.00000000.AAAA/s3")
    if in_path != path:
        assert is_problem(stranger.request(method, in_path), 401)


def test_a_ticket_opens_direct_uploads_in_header_and_path_and_nothing_else(
    client: httpx2.Client, stranger: httpx2.Client
) -> None:
    told = ticket_of(client)
    params = "params?filename=a.png&type=image/png"
    assert stranger.get(f"{told['companion_path']}/s3/{params}").status_code == 200
    header = {"authorization": f"Bearer {told['ticket']}"}
    assert stranger.get(f"{S3}/{params}", headers=header).status_code == 200
    assert stranger.post("/api/v1/uploads/tickets", headers=header).status_code == 401
    assert stranger.get("/api/v1/users", headers=header).status_code == 401
    assert stranger.delete("/image/" + "0" * 32, headers=header).status_code == 401


def test_a_ticket_ends_and_has_a_longest_time(
    client: httpx2.Client, stranger: httpx2.Client
) -> None:
    for wrong in (0, -1, 86_401, "x", True, 1.5, [1]):
        refused = client.post("/api/v1/uploads/tickets", json={"expires_in": wrong})
        assert is_problem(refused, 422)
        assert [each["loc"][-1] for each in refused.json()["errors"]] == ["expires_in"]
    assert ticket_of(client, expires_in=86_400)["expires"] > ticket_of(client)["expires"]


def test_a_ticket_ends_with_the_key_by_which_it_was_got(
    running: Api, stranger: httpx2.Client
) -> None:
    somebody = running.person()
    with running.client(somebody) as theirs:
        told = ticket_of(theirs)
    params = f"{told['companion_path']}/s3/params?filename=a.png"
    header = {"authorization": f"Bearer {told['ticket']}"}
    assert stranger.get(params).status_code == 200
    key_id = somebody.key.split("_")[2]
    running.catalog.run_now(lambda s: granted.revoke(s, ApiKey, somebody.id, key_id))
    assert is_problem(stranger.get(params), 401)
    assert is_problem(stranger.post(f"{S3}/sign", headers=header), 401)


def test_uploading_takes_the_scope(running: Api) -> None:
    with running.client(running.person(scopes=["originals:read"])) as client:
        assert is_problem(client.post(f"{S3}/sign", json={}), 403)
        assert is_problem(client.post("/api/v1/uploads/tickets", json={}), 403)


def test_no_ticket_is_in_the_log(tmp_path: Path) -> None:
    with api.running(tmp_path) as running, running.client(running.admin) as client:
        told = ticket_of(client)
        client.get(f"{told['companion_path']}/s3/params?filename=seen-in-log")
        client.get(f"{told['companion_path']}/s3/nothing")
        for wrong in ("", "/s4/x", "/S3?seen"):
            client.get(told["companion_path"] + wrong)
    said = "".join(running.service.lines) + running.service.log
    assert "seen-in-log" in said
    assert "/ticket/-/s3/nothing" in said
    assert told["ticket"] not in said


def test_a_ticket_is_good_for_so_many_requests(tmp_path: Path) -> None:
    with api.running(tmp_path, api_rate=3) as running, running.client() as anybody:
        with running.client(running.person()) as client:
            path = ticket_of(client)["companion_path"] + "/s3/nothing"
        statuses = [anybody.get(path).status_code for _ in range(5)]
        assert statuses == [501] * 3 + [429] * 2, "no bucket; then too many"


def test_a_ticket_ends_with_the_admin_key_by_which_it_was_got(tmp_path: Path) -> None:
    path, keys = "", ("the admin key that was", "the admin key that is")
    for key, status in zip(keys, (501, 401), strict=True):
        with api.running(tmp_path, admin_key=key) as running, running.client() as anybody:
            if not path:
                anybody.headers["authorization"] = f"Bearer {key}"
                path = ticket_of(anybody)["companion_path"] + "/s3/nothing"
                del anybody.headers["authorization"]
            assert anybody.get(path).status_code == status


def test_the_form_of_companion(client: httpx2.Client, person: Person) -> None:
    query = {"filename": "Öl.png", "type": "image/png", "metadata[album]": "Öl", "metadata[n]": "1"}
    told = client.get(f"{S3}/params", params=query).json()
    assert set(told) == {"method", "url", "fields"}
    assert told["method"] == "POST"
    assert told["url"].endswith("/")
    assert re.fullmatch(f"in/direct/{person.id}/[0-9a-f]{{32}}", told["fields"]["key"])
    body, kind = form_of(told["fields"], PICTURE, "x.png")
    assert httpx2.post(told["url"], content=body, headers={"content-type": kind}).is_success
    url = client.post(f"{S3}/register", json={"key": told["fields"]["key"]})
    assert (url.status_code, url.headers["location"]) == (201, url.json()["url"])
    record = client.get(url.json()["url"]).json()
    assert (record["name"], record["sha256"]) == ("Öl.png", hashlib.sha256(PICTURE).hexdigest())


def test_parts_by_companions_protocol(client: httpx2.Client) -> None:
    path, key = begun(client)
    told = client.get(f"{path}/1", params={"key": key}).json()
    assert set(told) == {"url", "expires"}
    etag = httpx2.put(told["url"], content=PICTURE).headers["etag"]
    several = client.get(f"{path}/batch", params={"key": key, "partNumbers": "1,2,3"}).json()
    assert list(several["presignedUrls"]) == ["1", "2", "3"]
    listed = client.get(path, params={"key": key}).json()
    assert listed == [{"PartNumber": 1, "Size": len(PICTURE), "ETag": etag}]
    parts = {"parts": [{"PartNumber": 1, "ETag": etag}]}
    done = client.post(f"{path}/complete", params={"key": key}, json=parts).json()
    assert (done["key"], done["bucket"]) == (key, "direct-http")
    assert done["location"].endswith(key)
    assert client.post(f"{S3}/register", json={"key": key}).status_code == 201


def test_an_aborted_upload_is_answered_with_an_empty_object(client: httpx2.Client) -> None:
    path, key = begun(client)
    assert client.delete(path, params={"key": key}).json() == {}
    assert is_problem(client.get(path, params={"key": key}), 404)


def test_what_is_not_there_or_is_somebody_elses_is_404(
    client: httpx2.Client, person: Person
) -> None:
    path, key = begun(client)
    other = key.replace(person.id, person.id[:-1] + ("0" if person.id[-1] != "0" else "1"))
    for answer in (
        client.get(path, params={"key": other}),
        client.get(f"{path}/1", params={"key": other}),
        client.post(f"{path}/complete", params={"key": other}, json={"parts": []}),
        client.delete(path, params={"key": other}),
        client.post(f"{S3}/register", json={"key": other}),
        client.post(f"{S3}/register", json={"key": key}),
        client.post(f"{S3}/sign", json={"method": "GET", "key": other, "uploadId": "id"}),
        client.get(f"{S3}/multipart/no-such-id", params={"key": key}),
        client.get(f"{S3}/nothing"),
        client.get(f"{S3}/multipart/id/nothing"),
        client.get(S3),
        client.get(f"{S3}/"),
    ):
        assert answer.status_code == 404, answer.request.url


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "params", "GET"),
        ("GET", "multipart", "POST"),
        ("PUT", "multipart/id/1", "GET"),
        ("PUT", "multipart/id", "GET, DELETE"),
        ("GET", "multipart/id/complete", "POST"),
        ("GET", "sign", "POST"),
        ("HEAD", "register", "POST"),
    ],
)
def test_other_methods_are_refused(
    client: httpx2.Client, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, f"{S3}/{path}")
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


BODIES: list[tuple[str, bytes]] = [
    ("sign", b""),
    ("sign", b"{"),
    ("sign", b"[]"),
    ("sign", b"null"),
    ("sign", b"\xff\xfe"),
    ("sign", b"[" * 60_000),
    ("sign", b'{"method": "PUT"}'),
    ("sign", b'{"method": "PUT", "key": ""}'),
    ("sign", b'{"method": 1, "key": "k"}'),
    ("sign", b'{"method": "PUT", "key": "a\\u0000b"}'),
    ("sign", b'{"method": "PUT", "key": "k", "expiresIn": 0}'),
    ("sign", b'{"method": "PUT", "key": "k", "expiresIn": 1e400}'),
    ("sign", b'{"method": "PUT", "key": "k", "expiresIn": 99999999999999999999}'),
    ("sign", b'{"method": "PUT", "key": "k", "partNumber": true, "uploadId": "x"}'),
    ("sign", b'{"method": "DELETE", "key": "k"}'),
    ("multipart", b'{"filename": {"a": 1}}'),
    ("multipart", b'{"metadata": "x"}'),
    ("multipart", b'{"metadata": {"a b": 1}}'),
    ("multipart", b'{"metadata": {"x": "' + b"y" * 3000 + b'"}}'),
    ("multipart", b'{"type": "text"}'),
    ("multipart", b'{"filename": "' + b"y" * (1 << 20) + b'"}'),
    ("form", b'{"redirect": "javascript:alert(1)"}'),
    ("form", b'{"redirect": "/somewhere"}'),
    ("form", b'{"redirect": "https://[x"}'),
    ("register", b'{"key": 5}'),
    ("register", b"{}"),
]


@pytest.mark.parametrize(("path", "body"), BODIES, ids=lambda value: repr(value)[:40])
def test_a_body_that_makes_no_sense_is_refused(
    client: httpx2.Client, path: str, body: bytes
) -> None:
    headers = {"content-type": "application/json"}
    assert is_problem(client.post(f"{S3}/{path}", content=body, headers=headers), 400)


@pytest.mark.parametrize(
    "parts",
    [
        None,
        {},
        [1],
        [{}],
        [{"PartNumber": 1}],
        [{"PartNumber": "x", "ETag": "e"}],
        [{"PartNumber": 1, "ETag": 1}],
        [{"PartNumber": 1, "ETag": "e"}],
        [],
    ],
)
def test_a_list_of_parts_that_makes_no_sense_is_refused(client: httpx2.Client, parts: Any) -> None:
    path, key = begun(client)
    answer = client.post(f"{path}/complete", params={"key": key}, json={"parts": parts})
    assert is_problem(answer, 400)


@pytest.mark.parametrize("query", ["", "?key=", "?key=%FF", "?key=a%00b", "?" + "a=1&" * 300])
def test_a_query_that_makes_no_sense_is_refused(client: httpx2.Client, query: str) -> None:
    assert is_problem(client.get(f"{S3}/multipart/id{query}"), 400)


def test_a_long_list_of_parts_is_read_whole(client: httpx2.Client) -> None:
    path, key = begun(client)
    parts = [{"PartNumber": number, "ETag": f'"{number:032x}"'} for number in range(1, 10_001)]
    body = json.dumps({"parts": parts})
    assert len(body) > 1 << 19
    answer = client.post(f"{path}/complete", params={"key": key}, content=body)
    assert is_problem(answer, 400)
    assert "not the parts" in answer.json()["detail"]


def test_what_is_no_picture_is_refused_when_it_is_registered(client: httpx2.Client) -> None:
    told = client.post(f"{S3}/sign", json={"method": "PUT", "key": "a.png"}).json()
    assert httpx2.put(told["url"], content=b"<html>no picture").status_code == 200
    assert is_problem(client.post(f"{S3}/register", json={"key": told["key"]}), 415)
    assert is_problem(client.post(f"{S3}/register", json={"key": told["key"]}), 404)


def test_a_page_of_another_site_may_ask(stranger: httpx2.Client) -> None:
    headers = {
        "origin": PAGE,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
    }
    for path in (f"{S3}/sign", "/api/v1/uploads/ticket/v1.x.y/s3/multipart"):
        answer = stranger.options(path, headers=headers)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert "authorization" in answer.headers["access-control-allow-headers"].lower()


def test_no_credentials_are_given_out(client: httpx2.Client) -> None:
    assert is_problem(client.get(f"{S3}/sts"), 501)


def test_a_folder_takes_no_direct_uploads(tmp_path: Path) -> None:
    with api.running(tmp_path) as running, running.client(running.admin) as client:
        refused = client.post(f"{S3}/sign", json={})
        assert is_problem(refused, 501)
        assert (refused.json()["code"], "no bucket" in refused.json()["detail"]) == (
            "bucket-missing",
            True,
        )


@pytest.fixture
def tight(running: Api) -> Iterator[httpx2.Client]:
    """Somebody who may keep five pictures."""
    person = running.person()
    quota = {"quota_bytes": 5 * len(PICTURE)}
    running.catalog.run_now(lambda session: users.change(session, person.id, quota, version=None))
    with running.client(person) as client:
        yield client


def usage(client: httpx2.Client) -> tuple[int, int]:
    """How many pictures are kept, and for how many bytes are reserved."""
    told = client.get("/api/v1/me").json()["usage"]
    return told["originals"], told["reserved_bytes"]


def test_what_was_signed_counts_until_it_is_an_original(tight: httpx2.Client) -> None:
    size = len(PICTURE)
    asked = {"filename": "a.png", "type": "image/png", "size": size}
    form = tight.post(f"{S3}/form", json=asked).json()
    assert usage(tight) == (0, size)
    begun = tight.post(f"{S3}/multipart", json=asked | {"size": str(4 * size)}).json()
    for path in ("form", "multipart", "sign"):
        refused = tight.post(f"{S3}/{path}", json=asked | {"method": "PUT", "key": "k"})
        assert is_problem(refused, 413)
        assert "room for 0" in refused.json()["detail"]
    assert is_problem(tight.get(f"{S3}/params?filename=a&size={size}"), 413)
    tus = {"tus-resumable": "1.0.0", "upload-length": "1"}
    assert is_problem(tight.post("/api/v1/uploads/tus", headers=tus), 413)
    aborted = f"{S3}/multipart/{begun['uploadId']}?key={begun['key']}"
    assert tight.delete(aborted).status_code == 200
    assert usage(tight) == (0, size)

    body, kind = form_of(form["fields"], PICTURE + b"x", "a.png")
    assert httpx2.post(form["url"], content=body, headers={"content-type": kind}).status_code == 400
    body, kind = form_of(form["fields"], PICTURE, "a.png")
    assert httpx2.post(form["url"], content=body, headers={"content-type": kind}).status_code == 201
    assert tight.post(f"{S3}/register", json={"key": form["fields"]["key"]}).status_code == 201
    assert usage(tight) == (1, 0)


def test_who_does_not_say_how_much_gets_no_more_than_there_is(tight: httpx2.Client) -> None:
    form = tight.post(f"{S3}/form", json={"filename": "a.png", "type": "image/png"}).json()
    assert usage(tight) == (0, 5 * len(PICTURE))
    assert is_problem(tight.post(f"{S3}/sign", json={"method": "PUT", "key": "k"}), 413)
    body, kind = form_of(form["fields"], bytes(5 * len(PICTURE) + 1), "a.png")
    assert httpx2.post(form["url"], content=body, headers={"content-type": kind}).status_code == 400


def test_parts_are_counted_when_they_are_put_together(tight: httpx2.Client) -> None:
    half = {"filename": "a.png", "size": 2 * len(PICTURE)}
    other = tight.post(f"{S3}/form", json=half | {"size": 3 * len(PICTURE)})
    assert other.status_code == 200
    begun = tight.post(f"{S3}/multipart", json=half).json()
    path, key = f"{S3}/multipart/{begun['uploadId']}", begun["key"]
    url = tight.get(f"{path}/1?key={key}").json()["url"]
    etag = httpx2.put(url, content=b"x" * (2 * len(PICTURE) + 1)).headers["etag"]
    parts = {"parts": [{"PartNumber": 1, "ETag": etag}]}
    assert is_problem(tight.post(f"{path}/complete?key={key}", json=parts), 413)
    assert is_problem(tight.get(f"{path}?key={key}"), 404)


def test_a_size_is_a_number_of_bytes(client: httpx2.Client) -> None:
    for wrong in (0, -1, "x", 1.5, True, [1]):
        assert is_problem(client.post(f"{S3}/form", json={"size": wrong}), 400)
    assert is_problem(client.post(f"{S3}/form", json={"size": (8 << 20) + 1}), 413)
