"""Renditions over HTTP: made by words, paths and presets, published under keys, removed again."""

import httpx2
import pytest

from sample_pictures import BLUE, GREEN, RED, YELLOW
from servers.api import Api
from tintype.errors import InvalidKey
from tintype.originals.publishing import check_slug
from web.api.kit import ORIGINALS, brought, opened, picture, problem

_numbers = iter(range(1000, 2000))


@pytest.fixture
def original(own: httpx2.Client) -> str:
    """The address of a new original: red, green / blue, yellow, of 120 × 80 pixels."""
    return brought(own, picture(next(_numbers)), "four.png")


def made(client: httpx2.Client, original: str, **wanted: object) -> dict[str, object]:
    answer = client.post(f"{original}/renditions", json=wanted)
    assert answer.status_code == 201, answer.text
    record: dict[str, object] = answer.json()
    assert answer.headers["location"] == f"{original}/renditions/{record['id']}"
    return record


def colour_at(content: bytes, x: int, y: int) -> tuple[int, ...]:
    found = opened(content).convert("RGB").getpixel((x, y))
    assert isinstance(found, tuple)
    return tuple(map(int, found))


def is_near(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 12 for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("wanted", "size", "kind"),
    [
        ({"width": 60}, (60, 40), "image/png"),
        ({"width": 60, "format": "webp", "quality": 50}, (60, 40), "image/webp"),
        ({"width": 50, "height": 50}, (50, 50), "image/png"),
        ({"width": 50, "height": 50, "fit": "inside"}, (50, 33), "image/png"),
        ({"width": 240, "upscale": True}, (240, 160), "image/png"),
        ({"width": 240}, (120, 80), "image/png"),
        ({"path": "30x30/smart/filters:format(jpeg)"}, (30, 30), "image/jpeg"),
        ({"preset": "card"}, (20, 20), "image/webp"),
        ({"preset": "card", "width": 24, "height": 12}, (24, 12), "image/webp"),
        ({"filters": ["grayscale()"], "width": 12}, (12, 8), "image/png"),
        ({"width": 30, "key": "a/b/small.jpg"}, (30, 20), "image/jpeg"),
    ],
)
def test_what_is_asked_for_is_made_and_has_urls_that_work(
    own: httpx2.Client,
    original: str,
    wanted: dict[str, object],
    size: tuple[int, int],
    kind: str,
) -> None:
    record = made(own, original, **wanted)
    assert (record["width"], record["height"], record["media_type"]) == (*size, kind)
    shown = httpx2.get(str(record["url"]))
    assert shown.status_code == 200, shown.text
    assert opened(shown.content).size == size
    assert shown.headers["content-type"] == kind
    assert len(shown.content) == record["size"]
    on_demand = httpx2.get(str(record["on_demand_url"]))
    assert on_demand.status_code == 200, on_demand.text
    assert opened(on_demand.content).size == size


def test_a_crop_is_that_of_the_command_line(own: httpx2.Client, original: str) -> None:
    crop = {"x": 30, "y": 20, "w": 60, "h": 40}
    record = made(own, original, crop=crop, width=30, format="png")
    content = httpx2.get(str(record["url"])).content
    assert opened(content).size == (30, 20)
    for at, wanted in (((2, 2), RED), ((27, 2), GREEN), ((2, 17), BLUE), ((27, 17), YELLOW)):
        assert is_near(colour_at(content, *at), wanted)
    corner = made(own, original, crop={"x": 100, "y": 60, "w": 500, "h": 500})
    assert (corner["width"], corner["height"]) == (20, 20), "cut off at the picture's edges"


def test_a_key_belongs_to_its_user_and_is_replaced_by_him_only(
    own: httpx2.Client, original: str, served: Api
) -> None:
    first = made(own, original, width=40, key="covers/summer.png")
    assert first["key"] == "covers/summer.png"
    with served.client(served.person()) as other:
        theirs = brought(other, picture(next(_numbers)))
        their = made(other, theirs, width=20, key="covers/summer.png")
        assert their["url"] != first["url"]
        problem(other.get(f"{original}/renditions/{first['id']}"), 404, "record-not-found")
        problem(other.delete(f"{theirs}/renditions/{first['id']}"), 404, "record-not-found")
    again = made(own, original, width=30, key="covers/summer.png")
    assert (again["id"], again["url"]) == (first["id"], first["url"])
    assert opened(httpx2.get(str(again["url"])).content).size == (30, 20)
    body = {"width": 20, "key": "covers/summer.png", "overwrite": False}
    problem(own.post(f"{original}/renditions", json=body), 412, "key-exists")
    items = own.get(f"{original}/renditions").json()["items"]
    assert [each["id"] for each in items] == [first["id"]]
    assert own.get(f"{original}/renditions/{first['id']}").json() == items[0]


def test_without_a_key_equal_renditions_are_one(own: httpx2.Client, original: str) -> None:
    first, second = (made(own, original, width=33) for _ in range(2))
    third = made(own, original, width=34)
    assert first["id"] == second["id"] != third["id"]


def test_renditions_go_one_by_one_or_with_their_original(
    own: httpx2.Client, original: str, served: Api
) -> None:
    before = own.get("/api/v1/me").json()["usage"]["used_bytes"]
    one, two = (made(own, original, width=width) for width in (20, 21))
    after = own.get("/api/v1/me").json()["usage"]["used_bytes"]
    assert after == before + int(str(one["size"])) + int(str(two["size"]))
    address = f"{original}/renditions/{one['id']}"
    assert own.delete(address).status_code == 204
    problem(own.delete(address), 404, "record-not-found")
    assert httpx2.get(str(one["url"])).status_code == 404
    assert httpx2.get(str(two["url"])).status_code == 200
    assert own.delete(original, headers={"if-match": "*"}).status_code == 204
    for url in (two["url"], one["on_demand_url"], two["on_demand_url"]):
        assert httpx2.get(str(url)).status_code == 404, url
    files = [path.name for path in served.service.store.rglob("*") if path.is_file()]
    assert original.rpartition("/")[2] not in " ".join(files)
    assert own.get("/api/v1/me").json()["usage"]["used_bytes"] == 0


def test_the_link_of_a_rendition_is_for_everybody_and_knows_conditions(
    own: httpx2.Client, original: str
) -> None:
    url = str(made(own, original, width=25)["url"])
    shown = httpx2.get(url)
    assert shown.headers["cache-control"] == "public, max-age=60"
    assert shown.headers["x-content-type-options"] == "nosniff"
    known = httpx2.get(url, headers={"if-none-match": shown.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    part = httpx2.get(url, headers={"range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, shown.content[:8])
    assert httpx2.get(url.replace("/files/", "/files/x")).status_code == 404


def test_no_filter_reads_what_is_not_ones_own(
    own: httpx2.Client, original: str, served: Api
) -> None:
    """A watermark as large as the picture would show another's original."""
    with served.client(served.person()) as other:
        secret = brought(other, picture(next(_numbers)))
        digest = other.get(secret).json()["sha256"]
    for name in (
        f"store:originals/{digest[:2]}/{digest}",
        f"originals/{digest[:2]}/{digest}",
        f"original:{secret.rpartition('/')[2]}",
        "upload:" + "a" * 32,
        "sample:hills.jpg",
    ):
        for body in (
            {"filters": [f"watermark({name},0,0,0)"]},
            {"path": f"10x10/filters:watermark({name},0,0,0)"},
            {"path": f"10x10/-/10x10/filters:frame({name})"},
        ):
            answer = own.post(f"{original}/renditions", json=body)
            assert answer.status_code in (400, 404), (body, answer.text)
    mine = original.rpartition("/")[2]
    made(own, original, width=60, filters=[f"watermark(original:{mine},0,0,50)"])


@pytest.mark.parametrize(
    "wanted",
    [
        {"width": 0},
        {"width": "60"},
        {"width": 10_001},
        {"crop": {"x": 1, "y": 1, "w": 0, "h": 5}},
        {"crop": {"x": 1, "y": 1, "w": 5}},
        {"crop": "1,1,5,5"},
        {"fit": "round"},
        {"format": "exe"},
        {"quality": 101},
        {"filters": ["explode(1)"]},
        {"filters": ["blur(3"]},
        {"filters": ["blur(1)"] * 40},
        {"path": "30x30", "width": 4},
        {"path": "nonsense/30x30"},
        {"path": "30x30/" + "a" * 9000},
        {"preset": "nothing"},
        {"unknown": 1},
        {"key": "a.heic"},
        {"key": "a.png", "format": "jpeg"},
    ],
)
def test_what_makes_no_sense_is_refused_and_named(
    own: httpx2.Client, original: str, wanted: dict[str, object]
) -> None:
    answer = own.post(f"{original}/renditions", json=wanted)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["detail"]


TRICKS = (
    *("../a", "a/../../b", "/a", "a/", "a//b", ".", "..", "a/./b", "a\\..\\b", "a\x00b", "a\nb"),
    *("originals/aa/bb", "a" * 901, "é", "a b.png", "a?b", "a#b", "a%2Fb", "<b>", ".a", "a/.b"),
    "\ud800",
)


@pytest.mark.parametrize("key", TRICKS)
def test_keys_with_tricks_are_refused(key: str) -> None:
    with pytest.raises(InvalidKey):
        check_slug(key)


def test_a_key_with_tricks_is_refused_over_http(own: httpx2.Client, original: str) -> None:
    for key in TRICKS[:-1]:
        answer = own.post(f"{original}/renditions", json={"width": 10, "key": key})
        problem(answer, 400, "invalid-key")
    odd = made(own, original, width=10, key="-_/A..b-_.9.png")
    assert httpx2.get(str(odd["url"])).status_code == 200


def test_a_key_below_that_of_a_file_is_a_conflict(own: httpx2.Client, original: str) -> None:
    made(own, original, width=10, key="both/a.png")
    answer = own.post(f"{original}/renditions", json={"width": 10, "key": "both/a.png/b.png"})
    problem(answer, 409, "key-conflict")


def test_a_rendition_asked_for_twice_with_one_idempotency_key_is_one(
    own: httpx2.Client, original: str
) -> None:
    key = {"idempotency-key": "a-rendition"}
    first, second = (
        own.post(f"{original}/renditions", json={"width": 44}, headers=key) for _ in range(2)
    )
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    missing = f"{ORIGINALS}/01977a7e-0000-7000-8000-000000000000/renditions"
    problem(own.post(missing, json={"width": 4}), 404, "record-not-found")
