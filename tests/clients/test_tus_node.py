"""tus-js-client under Node, against the running service."""

import json
from pathlib import Path
from typing import Any

import pytest

from clients_pages import LARGE, Customer
from servers import api, npm
from servers.front import free_port

SCRIPT = Path(__file__).parent / "node_tus.js"
CHUNK = 1 << 20


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.png"
    path.write_bytes(LARGE)
    return path


def upload(packages: Path, **options: Any) -> dict[str, Any]:
    """What tus-js-client told when it was done."""
    done = npm.run(packages, SCRIPT, json.dumps(options))
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(
    ("options", "patches"),
    [
        ({}, 1),
        ({"chunkSize": CHUNK * 4}, 3),
        ({"overridePatchMethod": True, "chunkSize": CHUNK * 8}, 2),
        ({"parallelUploads": 4}, 4),
        ({"uploadDataDuringCreation": True, "chunkSize": CHUNK * 8}, 1),
        ({"uploadLengthDeferred": True, "chunkSize": CHUNK * 8}, 2),
        ({"pauseAt": CHUNK * 3, "chunkSize": CHUNK * 3}, 4),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_tus_js_client_uploads(
    packages: Path, customer: Customer, large: Path, options: dict[str, Any], patches: int
) -> None:
    endpoint = f"{customer.base}/api/v1/uploads/tus"
    told = upload(packages, endpoint=endpoint, token=customer.ticket(), file=str(large), **options)
    assert told["sent"].count("PATCH") == patches
    assert customer.original(told["result"]) == LARGE


def test_an_upload_goes_on_after_client_and_service_have_ended(
    packages: Path, large: Path, tmp_path: Path
) -> None:
    port = free_port()
    options = {
        "endpoint": f"http://127.0.0.1:{port}/api/v1/uploads/tus",
        "file": str(large),
        "storage": str(tmp_path / "urls.json"),
        "chunkSize": CHUNK * 3,
    }
    with api.running(tmp_path, port=port) as running:
        person = running.admin
        options["token"] = person.key
        died = npm.run(packages, SCRIPT, json.dumps({**options, "dieAt": CHUNK * 6}))
        assert died.returncode == 9, died.stderr
    with api.running(tmp_path, port=port) as running, running.client(person) as client:
        told = upload(packages, **options)
        assert told["sent"] == ["HEAD", "PATCH", "PATCH"]
        assert Customer(client, "").original(told["result"]) == LARGE
