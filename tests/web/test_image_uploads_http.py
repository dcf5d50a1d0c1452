"""Uploads and purges over HTTP: thumbor's shapes, behind the admin key."""

import asyncio
import re
from pathlib import Path

import httpx2
import pytest

from servers.service import ADMIN, Service
from web.raw import ask

SAMPLES = Path(__file__).parent.parent.parent / "src" / "tintype" / "pictures"
HILLS, PLATE = ((SAMPLES / name).read_bytes() for name in ("hills.jpg", "plate.png"))
KEY = {"authorization": f"Bearer {ADMIN}"}


async def upload(client: httpx2.AsyncClient, content: bytes, name: str = "my hills.jpg") -> str:
    answer = await client.post("/image", content=content, headers={**KEY, "slug": name})
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def kept(client: httpx2.AsyncClient) -> None:
    """Until what was answered is written, too: a purge counts what lies in the store."""
    while "tintype_under_way 0.0" not in (await client.get("/metrics")).text:
        await asyncio.sleep(0.02)


async def test_an_upload_is_kept_untouched_and_rendered_by_its_id(
    shared: Service, client: httpx2.AsyncClient
) -> None:
    location = await upload(client, HILLS)
    match = re.fullmatch(r"/image/([0-9a-f]{32})/my%20hills\.jpg", location)
    assert match, location
    number = match[1]
    assert (shared.store / "uploads" / number).read_bytes() == HILLS
    whole = await client.get(location, headers=KEY)
    assert (whole.status_code, whole.content) == (200, HILLS)
    assert whole.headers["content-type"] == "image/jpeg"
    part = await client.get(f"/image/{number}", headers=KEY | {"range": "bytes=0-2"})
    assert (part.status_code, part.content) == (206, HILLS[:3])
    for address in (number, f"{number}/my%20hills.jpg", f"upload:{number}"):
        made = await client.get(f"/unsafe/40x30/{address}")
        assert made.status_code == 200, made.text
        assert made.headers["content-type"] == "image/jpeg"


async def test_a_form_is_an_upload_too(client: httpx2.AsyncClient) -> None:
    files = {"other": ("a.txt", b"text"), "media": ("../pläte.png", PLATE, "text/html")}
    answer = await client.post("/image", files=files, headers=KEY)
    assert answer.status_code == 201, answer.text
    location = answer.headers["location"]
    assert location.endswith("/pl%C3%A4te.png")
    whole = await client.get(location, headers=KEY)
    assert (whole.content, whole.headers["content-type"]) == (PLATE, "image/png")


async def test_an_upload_can_be_replaced_and_what_was_made_of_it_goes(
    client: httpx2.AsyncClient,
) -> None:
    location = await upload(client, HILLS)
    number = location.split("/")[2]
    before = await client.get(f"/unsafe/40x40/{number}")
    await kept(client)
    replaced = await client.put(f"/image/{number}", content=PLATE, headers=KEY)
    assert replaced.status_code == 204
    assert (await client.get(f"/image/{number}", headers=KEY)).content == PLATE
    after = await client.get(f"/unsafe/40x40/{number}")
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]


async def test_an_upload_that_is_deleted_is_gone_with_all_that_was_made_of_it(
    client: httpx2.AsyncClient,
) -> None:
    number = (await upload(client, HILLS)).split("/")[2]
    assert (await client.get(f"/unsafe/41x40/{number}")).status_code == 200
    await kept(client)
    assert (await client.delete(f"/image/{number}", headers=KEY)).status_code == 204
    assert (await client.get(f"/image/{number}", headers=KEY)).status_code == 404
    assert (await client.get(f"/unsafe/41x40/{number}")).status_code == 404
    assert (await client.delete(f"/image/{number}", headers=KEY)).status_code == 404
    assert (await client.put(f"/image/{number}", content=HILLS, headers=KEY)).status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"no picture", 415),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415),
        (b"", 400),
        (HILLS[:100], 422),
        (b"\xff\xd8\xff" + b"x" * (2 << 20), 413),
    ],
    ids=["text", "svg", "empty", "broken off", "too long"],
)
async def test_what_is_no_picture_is_not_taken(
    shared: Service, client: httpx2.AsyncClient, content: bytes, status: int
) -> None:
    before = set((shared.store / "uploads").glob("*"))
    for sent in ({"content": content}, {"files": {"media": ("a.jpg", content)}}):
        answer = await client.post("/image", headers=KEY, **sent)  # type: ignore[arg-type]
        assert answer.status_code == status, answer.text
    assert set((shared.store / "uploads").glob("*")) == before


async def test_who_sends_nothing_is_told_what_to_send(client: httpx2.AsyncClient) -> None:
    empty = await client.post("/image", content=b"", headers=KEY)
    assert (empty.status_code, empty.text.split(".")[0]) == (400, "The body is empty")
    for content in (b"small", HILLS):
        other = await client.post("/image", files={"file": ("a.jpg", content)}, headers=KEY)
        assert (other.status_code, "called media" in other.text) == (400, True)


async def test_a_body_that_is_too_long_is_refused_before_it_has_come(shared: Service) -> None:
    head = f"POST /image HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ADMIN}\r\n"
    announced = ask(shared, f"{head}Content-Length: 99999999\r\nConnection: close\r\n\r\n".encode())
    assert announced.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "body",
    [b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=media\r\n\r\nabc", b"--y--", b""],
)
async def test_a_broken_form_is_refused(client: httpx2.AsyncClient, body: bytes) -> None:
    headers = {**KEY, "content-type": "multipart/form-data; boundary=x"}
    answer = await client.post("/image", content=body, headers=headers)
    assert answer.status_code in {400, 415}
    none = await client.post(
        "/image", content=body, headers={**KEY, "content-type": "multipart/form-data"}
    )
    assert none.status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/image"),
        ("GET", f"/image/{'0' * 32}"),
        ("PUT", f"/image/{'0' * 32}"),
        ("DELETE", f"/image/{'0' * 32}"),
        ("POST", "/purge"),
        ("DELETE", "/purge/unsafe/1x1/sample:hills.jpg"),
    ],
)
@pytest.mark.parametrize("token", ["", "Bearer wrong", "Basic " + ADMIN, "Bearer", ADMIN])
async def test_nothing_is_changed_without_the_key(
    client: httpx2.AsyncClient, method: str, path: str, token: str
) -> None:
    answer = await client.request(method, path, headers={"authorization": token})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert ADMIN not in answer.text


async def test_a_purge_makes_a_picture_be_made_anew(
    shared: Service, client: httpx2.AsyncClient
) -> None:
    (shared.store / "changing.png").write_bytes(HILLS)
    url = "/unsafe/42x42/filters:format(png):tag(spring)/changing.png"

    async def etag() -> str:
        answer = await client.get(url)
        assert answer.status_code == 200
        return answer.headers["etag"]

    contents = [PLATE, HILLS]
    asked = (
        {"source": "changing.png"},
        {"rendition": url},
        {"rendition": url.removeprefix("/unsafe/")},
        {"tag": "spring"},
        {"all": True},
    )
    for number, body in enumerate(asked):
        before = await etag()
        await kept(client)
        (shared.store / "changing.png").write_bytes(contents[number % 2])
        assert await etag() == before, "kept"
        answer = await client.post("/purge", json=body, headers=KEY)
        assert answer.status_code == 200, answer.text
        assert answer.json()["purged"] >= 1, body
        assert await etag() != before, body
    before = await etag()
    await kept(client)
    (shared.store / "changing.png").write_bytes(contents[len(asked) % 2])
    answer = await client.delete(f"/purge{url}", headers=KEY)
    assert answer.json() == {"purged": 1}
    assert await etag() != before


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"all": false}',
        '{"source": 5}',
        '{"tag": ""}',
        '{"source": "a", "tag": "b"}',
        '{"nonsense": "a"}',
        "[" * 100_000,
    ],
)
async def test_a_purge_that_makes_no_sense_is_refused(
    client: httpx2.AsyncClient, body: str
) -> None:
    answer = await client.post("/purge", content=body.encode(), headers=KEY)
    assert answer.status_code == 400
    assert answer.text.count("\n") == 1
