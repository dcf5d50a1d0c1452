"""tuspy, the official Python client: plain, in chunks, with checksums, resumed after a crash."""

import io
import os
import re
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from servers import service
from servers.api import Api, Person
from servers.service import Service
from tintype.catalog import Catalog
from web.uploads.conftest import COLLECTION, SETTINGS

PAGE = Path(__file__).parent.parent.parent.parent / "docs" / "uploads.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
CONTENT = os.urandom(1 << 20) * 2 + b"end"


def client_of(where: Service, person: Person) -> TusClient:
    return TusClient(f"{where.url}{COLLECTION}/", {"Authorization": f"Bearer {person.key}"})


def kept(client: TusClient, url: str) -> bytes:
    """The original that became of an upload."""
    answer = httpx2.get(url, headers=client.headers, follow_redirects=True)
    content = httpx2.get(f"{answer.url}/content", headers=client.headers)
    assert content.status_code == 200
    return content.content


@pytest.mark.parametrize("checksum", [False, True])
@pytest.mark.parametrize("chunk", [len(CONTENT), 700_001])
def test_tuspy_uploads(taking: Api, chunk: int, checksum: bool) -> None:
    client = client_of(taking.service, taking.person())
    uploader = client.uploader(
        file_stream=io.BytesIO(CONTENT),
        chunk_size=chunk,
        upload_checksum=checksum,
        metadata={"filename": "süß 🌲.bin"},
    )
    uploader.upload()
    assert uploader.url.startswith(f"{taking.url}{COLLECTION}/")
    assert kept(client, uploader.url) == CONTENT


def test_the_documented_example_sends_a_file(
    taking: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = taking.person()
    monkeypatch.setenv("TINTYPE_API_KEY", person.key)
    code = next(block for block in EXAMPLES if "tusclient" in block)
    names: dict[str, Any] = {}
    exec(code.replace("https://img.example.org", taking.url), names)  # our own page
    (tmp_path / "a.bin").write_bytes(CONTENT)
    url = names["send"](str(tmp_path / "a.bin"))
    assert kept(client_of(taking.service, person), url) == CONTENT


def test_tuspy_resumes_after_the_service_was_killed(tmp_path: Path) -> None:
    first = service.start(tmp_path, **SETTINGS)
    with closing(Catalog.open(f"sqlite:///{first.data}/catalog.db")) as catalog:
        client = client_of(first, Api(first, catalog).admin)
        stream = io.BytesIO(CONTENT)
        uploader = client.uploader(file_stream=stream, chunk_size=700_000, upload_checksum=True)
        uploader.upload_chunk()
        uploader.upload_chunk()
        first.end(signal.SIGKILL)
        with pytest.raises(TusCommunicationError):
            uploader.upload_chunk()
        with service.running(tmp_path, **SETTINGS, port=first.port):
            again = client.uploader(file_stream=stream, chunk_size=700_000, url=uploader.url)
            assert again.offset == 1_400_000
            again.upload()
            assert kept(client, uploader.url) == CONTENT
