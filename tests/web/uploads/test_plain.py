"""Files in one request: forms as browsers and Uppy send them, and bodies as curl does."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from servers.api import Api
from web.raw import ask
from web.uploads.conftest import MOST, Uploads

SAMPLES = Path(__file__).parents[3] / "src" / "tintype" / "pictures"
HILLS = (SAMPLES / "hills.jpg").read_bytes()
LARGE = os.urandom(1 << 20) * 2
ADDRESSES = ["/api/v1/uploads", "/upload", "/upload/"]


async def chunked(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 100_000):
        yield content[start : start + 100_000]


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_form_with_a_file_is_an_upload(tus: Uploads, address: str) -> None:
    files = {"anything": ("a b.bin", LARGE, "application/octet-stream")}
    before = set(tus.on_disk())
    answer = await tus.client.post(address, files=files)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["name"], told["size"]) == ("a b.bin", len(LARGE))
    assert told["url"] == answer.headers["location"]
    assert await tus.original(told["url"]) == LARGE
    assert {name[-5:] for name in set(tus.on_disk()) - before} <= {".json", "locks"}


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_is_an_upload(tus: Uploads, method: str, announced: bool) -> None:
    content = LARGE if announced else chunked(LARGE)
    answer = await tus.client.request(method, "/upload", content=content)
    assert answer.status_code == 201, answer.text
    assert answer.json()["size"] == len(LARGE)
    assert await tus.original(answer.json()["url"]) == LARGE


@pytest.mark.parametrize(
    ("address", "slug", "name"),
    [
        ("/upload/photo.jpg", "", "photo.jpg"),
        ("/upload/s%C3%BC%C3%9F%20%F0%9F%8C%B2.jpg", "", "süß 🌲.jpg"),
        ("/upload?name=s%C3%BC%C3%9F.jpg", "", "süß.jpg"),
        ("/upload", "a.jpg", "a.jpg"),
        ("/upload", "", ""),
        ("/upload/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "", "passwd"),
        ("/upload?name=..%2F..%2F.ssh%2Fauthorized_keys", "", "authorized_keys"),
        ("/upload?name=%5C%5Chost%5Cshare%5Cx.exe", "", "x.exe"),
        ("/upload?name=a%00b%0D%0AX-Evil:%201", "", "abX-Evil: 1"),
        ("/upload?name=" + "x" * 5000, "", "x" * 200),
        ("/upload?name=..", "", ""),
    ],
)
async def test_a_name_is_shown_and_never_a_path(
    tus: Uploads, address: str, slug: str, name: str
) -> None:
    answer = await tus.client.put(address, content=b"hello", headers={"slug": slug})
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == name
    assert re.fullmatch(r"/api/v1/originals/[0-9a-f-]{36}", answer.headers["location"])


async def test_uppys_form_gets_its_url(tus: Uploads) -> None:
    """Uppy's XHRUpload: its fields first, and the address in the member `url`."""
    data = {"relativePath": "null", "name": "hills.jpg", "type": "image/jpeg", "album": "Rome"}
    files = {"file": ("hills.jpg", HILLS, "image/jpeg")}
    answer = await tus.client.post("/api/v1/uploads", data=data, files=files)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert await tus.original(answer.json()["url"]) == HILLS


async def test_all_files_of_a_form_are_uploads(tus: Uploads) -> None:
    files = [("files[]", ("a.bin", b"aaa")), ("files[]", ("b.bin", b"b")), ("files[]", ("", b""))]
    answer = await tus.client.post("/upload", files=files)
    told = answer.json()
    assert [each["name"] for each in told["files"]] == ["a.bin", "b.bin"]
    assert told["url"] == told["files"][0]["url"]
    assert await tus.original(told["files"][1]["url"]) == b"b"


BOUNDARY = {"content-type": "multipart/form-data; boundary=x"}
FILE = b"--x\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\nabc"


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"", {}, 400),
        (b"", BOUNDARY, 400),
        (b"--x\r\n", BOUNDARY, 400),
        (b"--y--", BOUNDARY, 400),
        (b"--x--\r\n", BOUNDARY, 400),
        (FILE, BOUNDARY, 400),
        (FILE + b"\r\n--x", BOUNDARY, 400),
        (FILE.replace(b"; filename=a", b"") + b"\r\n--x--\r\n", BOUNDARY, 400),
        (FILE.replace(b"abc", b"") + b"\r\n--x--\r\n", BOUNDARY, 400),
        (FILE.replace(b"; filename=a", b"") + b"x" * (300 << 10), BOUNDARY, 400),
        (b"--x\r\nA: " + b"x" * (300 << 10), BOUNDARY, 400),
        (b"abc", {"content-type": "multipart/form-data"}, 400),
        (b"abc", {"content-type": "multipart/form-data; boundary="}, 400),
        (b"abc", {"content-type": "multipart/form-data; boundary=" + "x" * 300}, 400),
    ],
)
async def test_what_is_no_upload_leaves_nothing(
    tus: Uploads, content: bytes, headers: dict[str, str], status: int
) -> None:
    before, originals = set(tus.on_disk()), await tus.originals()
    answer = await tus.client.post("/upload", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(tus.on_disk()) - {".locks"} == before - {".locks"}
    assert await tus.originals() == originals


async def test_a_file_that_is_too_large_is_counted_while_it_comes(tus: Uploads) -> None:
    before = set(tus.on_disk())
    too_large = b"x" * (MOST + 1)
    for sent in ({"content": too_large}, {"content": chunked(too_large)}):
        answer = await tus.client.post("/upload", **sent)  # type: ignore[arg-type]
        assert answer.status_code == 413
    answer = await tus.client.post("/upload", files={"file": ("a", too_large)})
    assert answer.status_code == 413
    assert set(tus.on_disk()) - {".locks"} == before - {".locks"}
    assert (await tus.client.post("/upload", content=too_large[1:])).status_code == 201


def test_a_body_that_announces_too_much_is_not_read(taking: Api) -> None:
    head = f"POST /upload HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {taking.admin.key}\r\n"
    rest = "Content-Length: 999999999\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    assert ask(taking.service, (head + rest).encode()).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_of_a_stranger_nothing_is_read(
    tus: Uploads, stranger: httpx2.AsyncClient, method: str
) -> None:
    before = tus.on_disk()
    for sent in ({"content": LARGE}, {"files": {"file": ("a", LARGE)}}):
        answer = await stranger.request(method, "/upload", **sent)  # type: ignore[arg-type]
        assert answer.status_code == 401
    assert tus.on_disk() == before


async def test_other_methods_are_not_for_this_address(tus: Uploads) -> None:
    for method in ("GET", "DELETE", "PATCH"):
        answer = await tus.client.request(method, "/upload")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST, PUT, OPTIONS")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/wrong-method"
        assert "error" not in answer.json()
    origin = {"origin": "https://page.example", "access-control-request-method": "POST"}
    preflight = await tus.client.options("/upload", headers=origin)
    assert preflight.status_code == 204
    assert "X-Requested-With" in preflight.headers["access-control-allow-headers"]


async def test_an_error_is_a_sentence_for_dropzone(tus: Uploads) -> None:
    """Dropzone shows a person the member `error` of plain JSON."""
    headers = {"x-requested-with": "XMLHttpRequest", "accept": "application/json"}
    answer = await tus.client.post("/upload", content=b"x" * (MOST + 1), headers=headers)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["error"] == f"An upload has at most {MOST:,} bytes."
    assert answer.json()["type"] == "/problems/upload-too-long"
    other = await tus.client.get("/upload", headers=headers)
    assert (other.status_code, other.headers["content-type"]) == (405, "application/json")
    assert other.json()["error"] == "That method is not for this address."
