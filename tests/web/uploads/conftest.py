"""A service that takes any bytes, and what tests of uploads say to it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import pytest

from servers import api
from servers.api import Api, Person
from servers.service import Service

TUS = {"tus-resumable": "1.0.0"}
CHUNK = {**TUS, "content-type": "application/offset+octet-stream"}
COLLECTION = "/api/v1/uploads/tus"
MOST = 3 << 20  # bytes of an upload here
SETTINGS: dict[str, object] = {"upload_types": "any", "max_upload": MOST, "upload_silence": 5}


@dataclass
class Uploads:
    """Uploads by tus, request by request; `client` is one person's."""

    client: httpx2.AsyncClient
    service: Service

    async def begin(self, length: int | None, **headers: str) -> str:
        """The address of a new upload."""
        asked = {"upload-length": str(length)} if length is not None else {}
        if length is None and "upload-concat" not in headers:
            asked = {"upload-defer-length": "1"}
        answer = await self.client.post(COLLECTION, headers={**TUS, **asked, **headers})
        assert answer.status_code == 201, answer.text
        return str(answer.headers["location"])

    async def patch(
        self, address: str, offset: int | str, content: bytes, **headers: str
    ) -> httpx2.Response:
        return await self.client.patch(
            address, content=content, headers={**CHUNK, "upload-offset": str(offset), **headers}
        )

    async def head(self, address: str) -> httpx2.Response:
        return await self.client.head(address, headers=TUS)

    async def offset(self, address: str) -> int:
        answer = await self.head(address)
        assert answer.status_code == 200, answer.text
        return int(answer.headers["upload-offset"])

    async def whole(self, address: str) -> bytes:
        """What became of an upload."""
        answer = await self.client.get(address, headers=TUS)
        assert answer.status_code == 303, answer.text
        return await self.original(answer.headers["location"])

    async def original(self, address: str) -> bytes:
        """The bytes of an original."""
        found = await self.client.get(f"{address}/content")
        assert found.status_code == 200, found.text
        return found.content

    def on_disk(self) -> dict[str, bytes]:
        """Every file in the folder for uploads."""
        folder = self.service.data / "uploads"
        return {path.name: path.read_bytes() for path in folder.glob("*")}

    async def originals(self) -> set[str]:
        """The ids of all originals of the person."""
        answer = await self.client.get("/api/v1/originals", params={"limit": 200})
        return {each["id"] for each in answer.json()["items"]}


@asynccontextmanager
async def uploads_of(where: Api, person: Person) -> AsyncIterator[Uploads]:
    """A person's uploads."""
    headers = {"authorization": f"Bearer {person.key}"}
    async with httpx2.AsyncClient(base_url=where.url, headers=headers, timeout=30) as client:
        yield Uploads(client, where.service)


@pytest.fixture(scope="session")
def taking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A service that takes uploads of any type, in one process."""
    folder = tmp_path_factory.mktemp("taking")
    with api.running(folder, cors_origins="https://page.example", **SETTINGS) as running:
        yield running


@pytest.fixture
async def tus(taking: Api) -> AsyncIterator[Uploads]:
    """The uploads of somebody new."""
    async with uploads_of(taking, taking.person()) as uploads:
        yield uploads


@pytest.fixture
async def client(tus: Uploads) -> httpx2.AsyncClient:
    return tus.client


@pytest.fixture
async def stranger(taking: Api) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=taking.url, timeout=30) as client:
        yield client
