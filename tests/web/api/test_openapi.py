"""The OpenAPI document is true: what it says holds for requests that a machine makes up."""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from servers import api

WITHOUT_BODY = ("/cancel", "/retry", "/test", "/pause", "/resume", "/capture")
HERE = Path(__file__).parent
COMMITTED = HERE.parent.parent.parent / "docs" / "openapi.json"


def test_what_is_served_is_what_is_in_the_repository(stranger: httpx2.Client) -> None:
    answer = stranger.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.text == COMMITTED.read_text("utf-8")
    assert answer.json()["openapi"].startswith("3.1.")


def test_every_operation_says_what_can_go_wrong() -> None:
    document = json.loads(COMMITTED.read_text("utf-8"))
    operations = [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) > 20
    for name, operation in operations:
        answers = operation["responses"]
        known = set() if operation["security"] == [] else {"401"}
        assert {"400", "429", "500", "503"} | known <= answers.keys(), name
        for status, answer in answers.items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], name
        if name.startswith(("post", "patch")) and not name.endswith(WITHOUT_BODY):
            assert operation["requestBody"]["content"], name
            fields = set() if operation["tags"] == ["uploads"] else {"422"}
            assert {"413", "415"} | fields <= answers.keys(), name
    text = COMMITTED.read_text("utf-8")
    for reference in re.findall(r'"#/components/schemas/(\w+)"', text):
        assert reference in document["components"]["schemas"]
    assert "HTTPValidationError" not in text


def test_uploads_are_where_the_document_says(stranger: httpx2.Client, admin: httpx2.Client) -> None:
    """A method that is told asks who is there; below tus, one that is not is refused as such."""
    document = json.loads(COMMITTED.read_text("utf-8"))
    told = {
        re.sub(r"{\w+}", "0" * 32, path): methods.keys()
        for path, methods in document["paths"].items()
        if path.startswith(("/api/v1/uploads", "/upload"))
    }
    assert {"/upload", "/api/v1/uploads/tus", "/api/v1/uploads/s3/sign"} <= told.keys()
    version = {"tus-resumable": "1.0.0"}
    for path, methods in told.items():
        for method in methods:
            answer = stranger.request(method, path, headers=version)
            assert answer.status_code == 401, (method, path)
        if "/s3/" not in path:  # there a bucket is asked for first
            other = "PUT" if "put" not in methods else "DELETE"
            assert admin.request(other, path, headers=version).status_code in {201, 405, 400}, path


def test_the_page_shows_every_operation_and_needs_no_other_host(stranger: httpx2.Client) -> None:
    page = stranger.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script|<link|<img|src=|http://|https://|//", page.text)
    document = json.loads(COMMITTED.read_text("utf-8"))
    for methods in document["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page.text
    targets = set(re.findall(r'id="([\w-]+)"', page.text))
    assert set(re.findall(r'href="#([\w-]+)"', page.text)) <= targets


def test_the_type_of_a_problem_leads_to_what_it_means(stranger: httpx2.Client) -> None:
    kind = stranger.get("/users").json()["type"]
    answer = stranger.get(kind)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/docs#problem-credentials-refused",
    )
    assert 'id="problem-credentials-refused"' in stranger.get("/docs").text
    assert stranger.get("/problems/no-such-problem").status_code == 404


MADE_UP = {
    "sqlite": ["--max-examples", "5", "--phases", "coverage,stateful"],
    "postgresql": ["--max-examples", "5", "--phases", "fuzzing,stateful"],
}


@pytest.mark.timeout(180)
def test_requests_that_a_machine_makes_up_are_answered_as_the_document_says(
    database_url: str, tmp_path: Path
) -> None:
    """Right ones, wrong ones, and ones that follow one another; always the same ones."""
    kind = database_url.partition(":")[0]
    command = ["-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml", "run"]
    settings = ["--seed", "20261130", "--mode", "all", "--no-color", *MADE_UP[kind]]
    # No server elsewhere is spoken to, whatever the machine makes up.
    closed = {"allowed_sources": "127.0.0.1", "allowed_ports": 1, "api_sign_in_rate": 1_000_000}
    closed["jobs_embedded"] = False  # no browser is started for the sites that it makes up
    with api.running(tmp_path, database_url, **closed) as served:
        options = [f"{served.url}/openapi.json", "-H", f"Authorization: Bearer {served.admin.key}"]
        done = subprocess.run(
            [sys.executable, *command, *options, *settings],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
        assert "Unforeseen" not in served.service.log
