"""Originals over HTTP: brought, found, changed, read, removed. On both kinds of database."""

import hashlib
import re
import resource
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import httpx2
import pytest

from sample_pictures import quadrants, saved
from servers import static
from servers.api import Api, Person
from web.api.kit import ORIGINALS, brought, picture, problem


@pytest.fixture(scope="module")
def pages() -> dict[str, bytes]:
    return {"/flower.png": picture(1), "/text.txt": b"no picture"}


@pytest.fixture(scope="module")
def web(pages: dict[str, bytes]) -> Iterator[str]:
    with static.serving(pages) as url:
        yield url


def test_an_original_comes_from_a_url_once(own: httpx2.Client, web: str) -> None:
    url, content = f"{web}/flower.png", picture(1)
    made = own.post(ORIGINALS, json={"url": url, "tags": [" Garden ", "garden", "Rose"]})
    assert made.status_code == 201, made.text
    record = made.json()
    assert UUID(record["id"]).version == 7
    assert record["sha256"] == hashlib.sha256(content).hexdigest()
    assert (record["name"], record["source"]) == ("flower.png", url)
    assert record["tags"] == ["Garden", "Rose"]
    assert (record["media_type"], record["size"]) == ("image/png", len(content))
    assert (record["width"], record["height"]) == (120, 80)
    assert record["store"] == "service"
    assert record["facts"]["format"] == "png"
    assert len(record["colors"]) >= 4
    assert made.headers["location"] == f"{ORIGINALS}/{record['id']}"
    again = own.post(ORIGINALS, json={"url": url, "name": "another"})
    assert (again.status_code, again.json()) == (200, record)
    read = own.get(made.headers["location"])
    assert (read.json(), read.headers["etag"]) == (record, '"1"')
    known = own.get(made.headers["location"], headers={"if-none-match": '"1"'})
    assert known.status_code == 304
    whole = own.get(record["content_url"])
    assert whole.content == content
    assert whole.headers["content-type"] == "image/png"
    assert whole.headers["x-content-type-options"] == "nosniff"


def test_ranges_and_conditions_of_the_content(own: httpx2.Client) -> None:
    content = picture(2)
    url = brought(own, content, "b.png") + "/content"
    size = len(content)
    for given, status, expected in (
        ("bytes=0-9", 206, content[:10]),
        ("bytes=10-", 206, content[10:]),
        ("bytes=-5", 206, content[-5:]),
        (f"bytes=0-{size * 2}", 206, content),
        ("lines=1-2", 200, content),
        ("bytes=0-1,4-5", 200, content),
    ):
        part = own.get(url, headers={"range": given})
        assert (part.status_code, part.content) == (status, expected), given
        assert int(part.headers["content-length"]) == len(expected)
    beyond = own.get(url, headers={"range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    tag = own.get(url).headers["etag"]
    assert own.get(url, headers={"if-none-match": tag}).status_code == 304
    assert own.get(url, headers={"if-match": '"other"'}).status_code == 412
    stale = own.get(url, headers={"range": "bytes=0-1", "if-range": '"other"'})
    assert (stale.status_code, stale.content) == (200, content)
    head = own.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == size
    named = own.get(url, params={"save": "true"}).headers["content-disposition"]
    assert named == 'attachment; filename="b.png"'


def test_a_range_costs_no_more_than_its_bytes(own: httpx2.Client) -> None:
    """The service counts what it sends."""

    def sent() -> float:
        found = re.search(r"^tintype_sent_bytes_total (\S+)$", own.get("/metrics").text, re.M)
        assert found
        return float(found[1])

    content = picture(3, "TIFF", (900, 700))
    url = brought(own, content, "big.tif") + "/content"
    before = sent()
    assert own.get(url, headers={"range": "bytes=100-199"}).content == content[100:200]
    assert sent() - before < 100_000 < len(content)


def test_the_same_bytes_of_two_people_are_two_originals(
    own: httpx2.Client, served: Api, web: str
) -> None:
    content = picture(4)
    mine = brought(own, content)
    with served.client(served.person()) as theirs:
        other = brought(theirs, content)
        assert other.rpartition("/")[2] != mine.rpartition("/")[2]
        problem(theirs.get(mine), 404, "record-not-found")
        for method, path, body in (
            ("GET", mine + "/content", None),
            ("PATCH", mine, {"name": "x"}),
            ("DELETE", mine, None),
            ("GET", mine + "/renditions", None),
            ("POST", mine + "/renditions", {"width": 10}),
        ):
            answer = theirs.request(method, path, json=body, headers={"if-match": "*"})
            problem(answer, 404, "record-not-found")
        assert theirs.delete(other, headers={"if-match": '"1"'}).status_code == 204
        assert theirs.get(other).status_code == 404
    assert own.get(mine + "/content").content == content, "the other's were the same bytes"
    assert own.delete(mine, headers={"if-match": '"1"'}).status_code == 204
    assert not list(served.service.store.glob(f"originals/*/{hashlib.sha256(content).hexdigest()}"))


def test_lists_and_searches(own: httpx2.Client, web: str, pages: dict[str, bytes]) -> None:
    begun = datetime.fromisoformat(own.get("/api/v1/me").json()["user"]["created_at"])
    first = brought(own, picture(10), "Summer in Rome.png", tags="travel, Italy")
    second = brought(own, picture(11, size=(300, 200)), "winter.png", tags="travel")
    pages["/red.png"] = saved(quadrants(40, 40).crop((0, 0, 10, 10)), "PNG").read()
    third = own.post(ORIGINALS, json={"url": f"{web}/red.png"}).headers["location"]

    def found(**query: object) -> list[str]:
        answer = own.get(ORIGINALS, params=query)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return [f"{ORIGINALS}/{each['id']}" for each in answer.json()["items"]]

    assert found() == [third, second, first], "the newest first"
    assert found(name="rom sum") == [first]
    assert found(tag="TRAVEL") == [second, first]
    assert found(tag=["travel", "italy"]) == [first]
    assert found(source="upload") == [second, first]
    assert found(source="127.0.0.1") == [third]
    assert found(source=f"{web}/red.png") == [third]
    assert found(color="red", source="127.0.0.1") == [third]
    assert found(type="image/png", name="winter") == [second]
    size = own.get(second).json()["size"]
    assert second in found(min_size=size, max_size=size)
    assert found(since=begun.isoformat()) == [third, second, first]
    assert found(until=begun.isoformat()) == []
    assert found(since=(begun + timedelta(days=1)).isoformat()) == []
    assert found(name="'; DROP TABLE originals; --") == []


def test_pages_have_every_original_once(own: httpx2.Client) -> None:
    made = {brought(own, picture(20 + number), tags="paged") for number in range(5)}
    seen: list[str] = []
    url: str | None = f"{ORIGINALS}?limit=2&tag=paged"
    while url:
        page = own.get(url)
        items = page.json()["items"]
        assert len(items) <= 2
        seen += [f"{ORIGINALS}/{each['id']}" for each in items]
        assert (page.json()["next_cursor"] is None) == ("link" not in page.headers)
        url = page.links["next"]["url"] if page.links else None
        assert url is None or "tag=paged" in url
    assert len(seen) == 5
    assert set(seen) == made
    problem(own.get(ORIGINALS, params={"cursor": "x"}), 422, "invalid-record")


def test_names_and_tags_are_changed_by_who_has_seen_them(own: httpx2.Client) -> None:
    url = brought(own, picture(30), "old.png")
    problem(own.patch(url, json={"name": "new"}), 428, "if-match-required")
    changed = own.patch(
        url, json={"name": "nouveau", "tags": ["a", "A ", "b"]}, headers={"if-match": '"1"'}
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["name"], changed.json()["tags"]) == ("nouveau", ["a", "b"])
    assert changed.headers["etag"] == '"2"'
    problem(own.patch(url, json={"name": "x"}, headers={"if-match": '"1"'}), 412, "record-stale")
    assert own.get(ORIGINALS, params={"name": "nouv"}).json()["items"]
    assert not own.get(ORIGINALS, params={"name": "old"}).json()["items"]
    problem(own.delete(url), 428, "if-match-required")
    problem(own.delete(url, headers={"if-match": '"1"'}), 412, "record-stale")
    assert own.delete(url, headers={"if-match": '"2"'}).status_code == 204
    problem(own.delete(url, headers={"if-match": '"2"'}), 404, "record-not-found")


def test_of_two_writers_at_once_one_is_refused(own: httpx2.Client) -> None:
    url = brought(own, picture(31))
    start = threading.Barrier(4)

    def write(number: int) -> int:
        start.wait()
        body = {"tags": [f"tag-{number}"]}
        return own.patch(url, json=body, headers={"if-match": '"1"'}).status_code

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(write, range(4))) == [200, 412, 412, 412]


def test_the_same_bytes_at_once_are_one_original(own: httpx2.Client) -> None:
    content, start = picture(32), threading.Barrier(4)

    def bring(_: int) -> str:
        start.wait()
        return brought(own, content)

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(bring, range(4)))) == 1


def test_bytes_brought_while_they_are_removed_are_there_afterwards(own: httpx2.Client) -> None:
    content = picture(33)
    for _ in range(5):
        url = brought(own, content)
        start = threading.Barrier(2)

        def remove(url: str = url, start: threading.Barrier = start) -> int:
            start.wait()
            return own.delete(url, headers={"if-match": "*"}).status_code

        with ThreadPoolExecutor(1) as threads:
            removing = threads.submit(remove)
            start.wait()
            again = brought(own, content)
            assert removing.result() == 204
        if again != url:  # it came after the removal: then it is whole
            assert own.get(again + "/content").content == content
            own.delete(again, headers={"if-match": "*"})


def test_a_request_that_is_sent_again_is_done_once(own: httpx2.Client, web: str) -> None:
    body, key = {"url": f"{web}/flower.png"}, {"idempotency-key": "once"}
    first = own.post(ORIGINALS, json=body, headers=key)
    second = own.post(ORIGINALS, json=body, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    other = own.post(ORIGINALS, json=body | {"name": "x"}, headers=key)
    problem(other, 422, "idempotency-key-reused")


def test_what_the_other_side_does_wrong_is_told(own: httpx2.Client, web: str) -> None:
    problem(own.post(ORIGINALS, json={"url": f"{web}/nothing"}), 422, "source-not-found")
    problem(own.post(ORIGINALS, json={"url": f"{web}/text.txt"}), 415, "upload-type-refused")


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://10.0.0.1/",
        "http://0x0a000001/",
    ],
)
def test_addresses_that_are_not_public_are_as_good_as_unreachable(
    own: httpx2.Client, url: str
) -> None:
    said = problem(own.post(ORIGINALS, json={"url": url}), 422, "source-error")
    assert "10.0" not in said["detail"]
    assert "169" not in said["detail"]


@pytest.mark.parametrize(
    "url",
    [
        *("store:originals/aa/bb", "file:///etc/passwd", "upload:" + "a" * 32, "sample:hills.jpg"),
        *("original:019a-x", "-", "ftp://example.org/a.png", "//example.org/a.png", "http://"),
        *("http://user:secret@example.org/a.png", "http://[/", "http://example.org:99999/a"),
        *("https://example.org/\x00", "https://example.org/" + "a" * 3000, "' OR 1=1 --", 7, None),
    ],
)
def test_only_addresses_on_the_web_are_fetched(own: httpx2.Client, url: object) -> None:
    said = problem(own.post(ORIGINALS, json={"url": url}), 422, "invalid-record")
    assert said["errors"][0]["loc"] == ["body", "url"]
    assert "secret" not in said["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "https://a.example/b", "upload": "a" * 32}, "upload"),
        ({"url": "https://a.example/b", "extra": 1}, "extra"),
        ({"url": "https://a.example/b", "name": "a" * 256}, "name"),
        ({"url": "https://a.example/b", "name": "a\nb"}, "name"),
        ({"url": "https://a.example/b", "tags": ["a"] * 50 + ["\x00"]}, "tags"),
        ({"url": "https://a.example/b", "tags": [f"{n}" for n in range(101)]}, "tags"),
        ({"url": "https://a.example/b", "tags": "a,b"}, "tags"),
        ({"url": "https://a.example/b", "tags": [1]}, "tags.0"),
    ],
)
def test_every_mistake_in_a_body_is_named(own: httpx2.Client, body: object, field: str) -> None:
    said = problem(own.post(ORIGINALS, json=body), 422, "invalid-record")
    assert field in {".".join(map(str, each["loc"][1:])) for each in said["errors"]}


@pytest.mark.parametrize(
    "original_id", ["..", "%2e%2e%2f", "1", "' OR 1=1", "a" * 4000, "%00", "%ff", "../users"]
)
def test_no_text_in_place_of_an_id_leads_anywhere(own: httpx2.Client, original_id: str) -> None:
    for path in (original_id, f"{original_id}/content", f"{original_id}/renditions"):
        answer = own.get(f"{ORIGINALS}/{path}")
        assert answer.status_code in (404, 200), answer.text
        assert answer.status_code == 404 or answer.json().keys() & {"items", "user"}
    missing = "01977a7e-0000-7000-8000-000000000000"
    problem(own.get(f"{ORIGINALS}/{missing}"), 404, "record-not-found")


def test_large_and_odd_texts_in_a_search_are_refused_or_find_nothing(own: httpx2.Client) -> None:
    for name in ("name", "tag", "source", "type", "color", "since", "cursor"):
        for value in ("a" * 5000, "\x00", "\udc80".encode("utf-8", "surrogatepass"), "'; --"):
            answer = own.get(ORIGINALS, params={name: value})  # type: ignore[dict-item]
            assert answer.status_code in (200, 422), (name, value, answer.text)
    problem(own.get(ORIGINALS, params={"nothing": "x"}), 422, "invalid-record")
    problem(own.post(ORIGINALS, json={"url": "https://a.example/" + "a" * (1 << 20)}), 413,
            "body-too-large")  # fmt: skip


def test_a_damaged_picture_is_kept_as_it_is_and_makes_no_rendition(own: httpx2.Client) -> None:
    content = picture(40, "JPEG")[:-200]
    url = brought(own, content, "broken.jpg")
    record = own.get(url).json()
    assert record["facts"]["trouble"] == "corrupt-image"
    assert own.get(url + "/content").content == content
    problem(own.post(url + "/renditions", json={"width": 10}), 422, "corrupt-image")


def test_a_full_disk_registers_nothing_and_is_well_again_with_room(
    own: httpx2.Client, served: Api, web: str, pages: dict[str, bytes]
) -> None:
    """The limit for files stands for the disk: the system refuses to write beyond it."""
    content = picture(80, "TIFF", (1200, 900))
    pages["/full.tif"] = content
    process = served.service.process.pid
    unlimited = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (3_000_000, unlimited[1]))
    try:
        answer = own.post(ORIGINALS, json={"url": f"{web}/full.tif"})
        problem(answer, 507, "store-full")
        assert own.get("/api/v1/me").json()["usage"]["originals"] == 0
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, unlimited)
    made = own.post(ORIGINALS, json={"url": f"{web}/full.tif"})
    assert made.status_code == 201
    assert own.get(made.json()["content_url"]).content == content


def test_scopes_are_asked_for(served: Api, person: Person) -> None:
    reader = Person(person.id, person.email, served.key(person.id, ["originals:read"]))
    with served.client(reader) as client:
        assert client.get(ORIGINALS).status_code == 200
        problem(client.post(ORIGINALS, json={"url": "https://a.example"}), 403, "scope-missing")
        problem(client.post("/upload", content=picture()), 403, "scope-missing")
    with served.client() as stranger:
        problem(stranger.get(ORIGINALS), 401, "credentials-refused")
        problem(stranger.post("/upload", content=picture()), 401, "credentials-refused")


def test_quotas_count_whatever_is_kept(
    served: Api, admin: httpx2.Client, web: str, pages: dict[str, bytes]
) -> None:
    someone = served.person()
    content = picture(50)
    size = len(content)
    with served.client(someone) as client:
        usage = f"/api/v1/users/{someone.id}/usage"
        at_first = client.get(usage).json()
        assert (at_first["used_bytes"], at_first["quota_bytes"]) == (0, 10 << 30)
        problem(
            client.patch(f"/users/{someone.id}", json={"quota_bytes": 1 << 40}),
            403,
            "scope-missing",
        )
        assert admin.patch(f"/users/{someone.id}", json={"quota_bytes": size + 10}).is_success
        first = brought(client, content)
        left = {"used_bytes": size, "quota_bytes": size + 10, "left_bytes": 10, "originals": 1}
        left["reserved_bytes"] = 0
        assert client.get(usage).json() == left
        assert client.get("/api/v1/me").json()["usage"] == left
        refused = client.post("/upload", files={"file": ("b.png", picture(51))})
        said = problem(refused, 413, "quota-exceeded")
        assert "10" in said["detail"]
        pages["/again.png"] = content
        again = client.post(ORIGINALS, json={"url": f"{web}/again.png"})
        assert (again.status_code, again.json()["id"]) == (200, first.rpartition("/")[2])
        refused = client.post(first + "/renditions", json={"width": 60})
        problem(refused, 413, "quota-exceeded")
        assert client.get(usage).json() == left
        assert client.delete(first, headers={"if-match": "*"}).status_code == 204
        assert client.get(usage).json()["used_bytes"] == 0
    assert admin.get(usage).json()["quota_bytes"] == size + 10
    with served.client(served.person()) as other:
        problem(other.get(usage), 404, "record-not-found")


def test_no_quota_is_passed_by_two_at_once(served: Api, admin: httpx2.Client) -> None:
    someone = served.person()
    pictures = [picture(60 + number) for number in range(4)]
    quota = max(map(len, pictures)) + 10
    assert admin.patch(f"/users/{someone.id}", json={"quota_bytes": quota}).is_success
    start = threading.Barrier(len(pictures))
    with served.client(someone) as client:

        def bring(content: bytes) -> int:
            start.wait()
            return client.post("/upload", files={"file": ("a.png", content)}).status_code

        with ThreadPoolExecutor(4) as threads:
            assert sorted(threads.map(bring, pictures)) == [201, 413, 413, 413]
        assert client.get("/api/v1/me").json()["usage"]["originals"] == 1
    kept = [hashlib.sha256(content).hexdigest() for content in pictures]
    there = [name for name in kept if list(served.service.store.glob(f"originals/*/{name}"))]
    assert len(there) == 1, "the bytes of the others are not left behind"


def test_originals_have_a_short_address(own: httpx2.Client) -> None:
    url = brought(own, picture(80)).removeprefix("/api/v1")
    assert url.startswith("/originals/")
    record = own.get(url).json()
    assert record in own.get("/originals", params={"limit": 200}).json()["items"]
    assert own.get(f"{url}/content").content == picture(80)
    made = own.post(f"{url}/renditions", json={"width": 30})
    assert made.status_code == 201
    assert own.get(f"{url}/renditions").json()["items"] == [made.json()]
    problem(own.post("/originals", json={}), 422, "invalid-record")
    problem(own.get("/originals/x/y/z"), 404, "no-such-page")
    problem(own.put("/originals"), 405, "wrong-method")
    assert own.delete(url, headers={"if-match": "*"}).status_code == 204
    problem(own.get(url), 404, "record-not-found")


@pytest.mark.parametrize("users", ["/users", "/api/v1/users"])
def test_a_user_is_removed_with_everything(served: Api, admin: httpx2.Client, users: str) -> None:
    someone = served.person()
    content = picture(70)
    with served.client(someone) as client:
        url = brought(client, content)
        file = client.post(url + "/renditions", json={"width": 30, "key": "a.png"}).json()["url"]
    user = f"{users}/{someone.id}"
    version = {"if-match": "*"} if users.startswith("/api") else {}
    said = problem(admin.delete(user, headers=version), 409, "originals-left")
    assert "?cascade=true" in said["detail"]
    assert admin.delete(user, params={"cascade": "true"}, headers=version).status_code == 204
    assert httpx2.get(file).status_code == 404
    assert not list(served.service.store.rglob(hashlib.sha256(content).hexdigest()))
    problem(admin.get(user), 404, "record-not-found")


def test_an_administrator_who_cannot_be_removed_keeps_everything(served: Api) -> None:
    someone = served.person(is_admin=True)
    with served.client(someone) as client:
        url = brought(client, picture(71))
        user, version = f"/api/v1/users/{someone.id}", {"if-match": "*"}
        answer = client.delete(user, params={"cascade": "true"}, headers=version)
        problem(answer, 409, "own-administration")
        assert client.get(url).status_code == 200
