"""What talks to the demo is closed at the end of each test, in its own event loop."""

from collections.abc import AsyncIterator

import pytest_asyncio

from servers.demo import Demo


@pytest_asyncio.fixture(autouse=True)
async def _closes(demo_server: Demo) -> AsyncIterator[None]:
    yield
    await demo_server.close()
