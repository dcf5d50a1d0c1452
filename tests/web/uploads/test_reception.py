"""What becomes of an upload at its end: once, again after what may pass, and never by halves."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tintype.errors import CatalogUnavailable, CorruptImage, TintypeError, UploadNotFound
from tintype.settings_web import UploadSettings
from tintype.uploads import UploadRecord
from tintype.uploads.folder import FolderUploads
from tintype.web.api.callers import Caller
from tintype.web.cors import Cors
from tintype.web.exchange import Exchange, Message
from tintype.web.uploads.reception import Reception
from tintype.web.uploads.seams import FinishedUpload, no_quota
from tintype.web.uploads.tus import PATH, Tus

CALLER = Caller(user_id="somebody", scopes=frozenset(), how="key", key_id="key")


@dataclass
class Ends:
    """Keeps what arrives, after the failures that it is told to have."""

    failures: list[TintypeError] = field(default_factory=list)
    calls: list[bytes] = field(default_factory=list)

    async def finished(self, caller: Caller, upload: FinishedUpload) -> str:
        assert caller == CALLER
        self.calls.append(upload.blob.read())
        await asyncio.sleep(0.01)
        if self.failures:
            raise self.failures.pop(0)
        return f"/originals/{upload.id}"


async def authenticate(exchange: Exchange) -> Caller:
    return CALLER


@pytest.fixture
def ends() -> Ends:
    return Ends()


class OneAtATime(FolderUploads):
    """Finds uploads in the order in which it is asked, so that requests stay in theirs."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._finding = asyncio.Lock()

    async def find(self, upload_id: str) -> UploadRecord:
        async with self._finding:
            return await super().find(upload_id)


@pytest.fixture
async def reception(tmp_path: Path, ends: Ends) -> AsyncIterator[Reception]:
    store = OneAtATime(tmp_path)
    yield Reception(store, UploadSettings(types="any"), no_quota, ends.finished)
    await store.close()


async def ask(
    reception: Reception, method: str, address: str, offset: int = 0, body: bytes = b""
) -> int:
    """The status of a request, or of the error that it raises."""
    headers = {
        "tus-resumable": "1.0.0",
        "content-type": "application/offset+octet-stream",
        "upload-offset": str(offset),
    }
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        raise AssertionError("an answer is returned")

    scope = {
        "method": method,
        "path": f"{PATH}/{address}",
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    tus = Tus(reception, authenticate, Cors((), "same-origin"))
    try:
        answer = await tus.answer(Exchange(scope, receive, send), address.encode())
    except TintypeError as error:
        return error.status
    return answer.status


async def test_of_many_last_requests_one_makes_the_original(
    reception: Reception, ends: Ends
) -> None:
    record = await reception.begin(CALLER, 5)
    asked = [ask(reception, "PATCH", record.id, 0, b"hello") for _ in range(5)]
    assert await asyncio.gather(*asked) == [409] * 4 + [204], "the newest gets it"
    heads = [ask(reception, "HEAD", record.id) for _ in range(3)]
    again = [ask(reception, "PATCH", record.id, 5) for _ in range(3)]
    assert await asyncio.gather(*heads, *again) == [200] * 3 + [204] * 3
    assert ends.calls == [b"hello"]


@pytest.mark.parametrize("method", ["HEAD", "PATCH"])
async def test_what_may_pass_is_tried_again_by_the_next_request(
    reception: Reception, ends: Ends, method: str
) -> None:
    ends.failures += [CatalogUnavailable("It is away."), CatalogUnavailable("It is away.")]
    record = await reception.begin(CALLER, 5)
    assert await ask(reception, "PATCH", record.id, 0, b"hello") == 503
    assert await ask(reception, method, record.id, 5) == 503, "nobody is told that it is done"
    assert await ask(reception, method, record.id, 5) in {200, 204}
    assert ends.calls == [b"hello"] * 3
    assert (await reception.find(CALLER, record.id)).result == f"/originals/{record.id}"


async def test_what_can_be_no_original_ends_with_its_error(
    reception: Reception, ends: Ends
) -> None:
    ends.failures.append(CorruptImage("It breaks off."))
    record = await reception.begin(CALLER, 5)
    assert await ask(reception, "PATCH", record.id, 0, b"hello") == 422
    with pytest.raises(UploadNotFound):
        await reception.find(CALLER, record.id)


async def test_an_upload_that_goes_on_does_not_end(reception: Reception) -> None:
    young = await reception.begin(CALLER, 5)
    assert (await reception.find(CALLER, young.id)).expires == young.expires
    old = await reception.begin(CALLER, 5)
    age = young.expires - young.created
    await reception.store.save(replace(old, expires=old.created + age / 3))
    for record in (young, old):
        assert await ask(reception, "PATCH", record.id, 0, b"he") == 204
    assert (await reception.find(CALLER, young.id)).expires == young.expires
    assert (await reception.find(CALLER, old.id)).expires > old.created + age / 2
