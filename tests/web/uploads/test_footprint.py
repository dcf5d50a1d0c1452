"""What a service does not load before it is needed: it would keep the memory for good."""

from pathlib import Path

import pytest

from servers import api
from web.uploads.conftest import SETTINGS, uploads_of

# What each of them maps: psycopg for PostgreSQL and for the engine of jobs, cryptography for
# sealed secrets, pydantic for the REST API, Mako's speedups for migrations.
LIBRARIES = ("psycopg", "cryptography", "pydantic", "markupsafe")


def loaded(process: int) -> set[str]:
    maps = Path(f"/proc/{process}/maps").read_text()
    return {name for name in LIBRARIES if f"/{name}" in maps}


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="there is no /proc")
async def test_a_fresh_service_takes_an_upload_without_libraries_that_it_does_not_need(
    tmp_path: Path,
) -> None:
    with api.running(tmp_path, **SETTINGS) as running:
        async with uploads_of(running, running.person()) as uploads:
            address = await uploads.begin(5)
            assert (await uploads.patch(address, 0, b"hello")).status_code == 204
            process = running.service.process.pid
            assert loaded(process) == set()
            assert await uploads.whole(address) == b"hello"
            assert loaded(process) == {"pydantic"}, "by which we see that they would be seen"
