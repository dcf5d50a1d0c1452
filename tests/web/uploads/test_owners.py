"""Whose uploads: one's own only, with the scope for it, within one's quota, and signed or not."""

from collections.abc import AsyncIterator, Generator

import httpx2
import pytest

from servers.api import Api
from tintype.catalog import users
from tintype.client import SignedAuth
from web.uploads.conftest import CHUNK, COLLECTION, MOST, TUS, Uploads, uploads_of


@pytest.fixture
async def other(taking: Api) -> AsyncIterator[Uploads]:
    async with uploads_of(taking, taking.person()) as uploads:
        yield uploads


async def test_a_foreign_upload_is_not_there(tus: Uploads, other: Uploads) -> None:
    address = await tus.begin(5, **{"upload-concat": "partial"})
    await tus.patch(address, 0, b"hel")
    for method in ("HEAD", "PATCH", "DELETE", "GET"):
        headers = CHUNK | {"upload-offset": "3"}
        answer = await other.client.request(method, address, content=b"lo", headers=headers)
        assert answer.status_code == 404, method
    await tus.patch(address, 3, b"lo")
    concat = {"upload-concat": f"final;{address}"}
    assert (await other.client.post(COLLECTION, headers=TUS | concat)).status_code == 404
    assert (await tus.client.post(COLLECTION, headers=TUS | concat)).status_code == 201


async def test_a_key_needs_the_scope(taking: Api) -> None:
    person = taking.person(scopes=["originals:read", "originals:write"])
    async with uploads_of(taking, person) as uploads:
        before = uploads.on_disk()
        for address in (COLLECTION, "/api/v1/uploads", "/upload"):
            headers = CHUNK | {"upload-length": "5"}
            answer = await uploads.client.post(address, content=b"hello", headers=headers)
            assert answer.status_code == 403
            assert "uploads:write" in answer.json()["detail"]
        assert uploads.on_disk() == before


async def test_a_quota_is_kept_when_an_upload_begins_and_while_it_comes(taking: Api) -> None:
    person = taking.person()
    taking.catalog.run_now(
        lambda session: users.change(session, person.id, {"quota_bytes": 1000}, version=None)
    )
    async with uploads_of(taking, person) as uploads:
        before = set(uploads.on_disk())
        announced = await uploads.client.post(COLLECTION, headers=TUS | {"upload-length": "1001"})
        assert (announced.status_code, announced.json()["code"]) == (413, "quota-exceeded")
        address = await uploads.begin(None)
        for content in (b"x" * 1001, chunked(b"x" * 1001)):
            headers = CHUNK | {"upload-offset": "0"}
            answer = await uploads.client.patch(address, content=content, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (413, "quota-exceeded")
        declared = await uploads.patch(address, 0, b"x", **{"upload-length": "1001"})
        assert declared.status_code == 413
        await uploads.client.delete(address, headers=TUS)
        for sent in ({"content": chunked(b"x" * 1001)}, {"files": {"file": b"x" * 1001}}):
            answer = await uploads.client.post("/upload", **sent)  # type: ignore[arg-type]
            assert answer.status_code == 413
        assert set(uploads.on_disk()) - before <= {".locks"}
        fits = await uploads.begin(1000)
        assert (await uploads.patch(fits, 0, b"x" * 1000)).status_code == 204


async def chunked(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.fixture
async def secret(other: Uploads) -> tuple[str, str]:
    """An access key of the other person."""
    asked = {"name": "of a test", "scopes": ["uploads:write"]}
    made = (await other.client.post("/api/v1/access-keys", json=asked)).json()
    return made["id"], made["secret"]


class ForgedAuth(SignedAuth):
    """Signs a body, and sends another one of the same length."""

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        for signed in super().auth_flow(request):
            signed.stream = httpx2.ByteStream(b"x" * len(signed.content))
            yield signed


async def test_a_signed_body_is_the_one_that_was_signed(
    taking: Api, other: Uploads, secret: tuple[str, str]
) -> None:
    address = await other.begin(10)
    cases = [(SignedAuth(*secret), 0), (SignedAuth(*secret, sign_body=False), 5)]
    async with httpx2.AsyncClient(base_url=taking.url, timeout=30) as client:
        headers = CHUNK | {"upload-offset": "0"}
        forged = await client.patch(
            address, content=b"hello", headers=headers, auth=ForgedAuth(*secret)
        )
        assert forged.status_code == 401
        assert await other.offset(address) == 0
        for auth, offset in cases:
            headers = CHUNK | {"upload-offset": str(offset)}
            answer = await client.patch(address, content=b"hello", headers=headers, auth=auth)
            assert answer.status_code == 204, answer.text
        before = await other.originals()
        assert (await client.post("/upload", content=b"a", auth=ForgedAuth(*secret))).is_error
        assert await other.originals() == before
        assert (await client.post("/upload", content=b"a", auth=SignedAuth(*secret))).is_success
    assert await other.whole(address) == b"hellohello"


FORM = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nfirst'
    b'\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\nsecond'
    b"\r\n--x--\r\n"
)
FORM_TYPE = {"content-type": "multipart/form-data; boundary=x"}


class OtherFormAuth(SignedAuth):
    """Signs a form, and sends another one of the same length."""

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        for signed in super().auth_flow(request):
            signed.stream = httpx2.ByteStream(signed.content.replace(b"first", b"forge"))
            yield signed


async def test_a_signed_form_is_the_one_that_was_signed(
    taking: Api, other: Uploads, secret: tuple[str, str]
) -> None:
    before = await other.originals()
    async with httpx2.AsyncClient(base_url=taking.url, timeout=30, headers=FORM_TYPE) as client:
        forged = await client.post("/upload", content=FORM, auth=OtherFormAuth(*secret))
        assert forged.status_code == 401, forged.text
        assert await other.originals() == before
        answer = await client.post("/upload", content=FORM, auth=SignedAuth(*secret))
        assert answer.status_code == 201, answer.text
    assert len(await other.originals()) == len(before) + 2


async def test_a_signed_chunk_of_dropzone_is_the_one_that_was_signed(
    taking: Api, other: Uploads, secret: tuple[str, str]
) -> None:
    names = ("dzchunkindex", "dzchunkbyteoffset", "dztotalchunkcount", "dzchunksize")
    fields = dict(zip(names, ("0", "0", "1", "5"), strict=True))
    fields |= {"dztotalfilesize": "5", "dzuuid": "signed"}
    before = await other.originals()
    async with httpx2.AsyncClient(base_url=taking.url, timeout=30) as client:
        files = {"file": ("a", b"first")}
        forged = await client.post("/upload", data=fields, files=files, auth=OtherFormAuth(*secret))
        assert forged.status_code == 401, forged.text
        assert await other.originals() == before
        answer = await client.post("/upload", data=fields, files=files, auth=SignedAuth(*secret))
        assert answer.status_code == 201, answer.text
    assert await other.original(answer.json()["url"]) == b"first"


async def test_of_a_form_all_files_are_kept_or_none(tus: Uploads) -> None:
    before = set(tus.on_disk())
    broken = FORM.removesuffix(b"--\r\n")
    assert (await tus.client.post("/upload", content=broken, headers=FORM_TYPE)).status_code == 400
    too_large = [("file", ("a", b"a")), ("file", ("b", b"x" * (MOST + 1)))]
    assert (await tus.client.post("/upload", files=too_large)).status_code == 413
    assert await tus.originals() == set()
    assert set(tus.on_disk()) - {".locks"} == before - {".locks"}
