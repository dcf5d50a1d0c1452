"""One service for many tests, and a client for it."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from servers import service
from servers.service import Service

SAMPLES = Path(__file__).parent.parent.parent / "src" / "tintype" / "pictures"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service as most tests want it: unsafe URLs, loopback sources, an admin key."""
    with service.running(
        tmp_path_factory.mktemp("service"),
        cors_origins="https://page.example",
        auto_formats="avif,webp",
        max_bytes="2M",
        read_timeout=1,
        total_timeout=3,
        retries=0,
    ) as running:
        running.store.mkdir(parents=True, exist_ok=True)
        for name in ("hills.jpg", "plate.png"):
            shutil.copy(SAMPLES / name, running.store)
        yield running


@pytest.fixture
async def client(shared: Service) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=shared.url, timeout=30) as client:
        yield client
