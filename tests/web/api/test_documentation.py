"""The commands in the pages about the API do what the pages say."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from servers import static
from servers.api import PASSWORD, Api
from tintype.credentials.scopes import SCOPES
from tintype.web.api.problems import known

DOCS = Path(__file__).parent.parent.parent.parent / "docs"
BLOCK = re.compile(r"^```bash curl\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(served: Api, folder: Path, page: str, **more: str) -> list[str]:
    """Run all of a page's commands in one shell, with curl failing for errors; what it prints."""
    code = "\n".join(BLOCK.findall((DOCS / page).read_text("utf-8")))
    strict = 'set -eu; curl() { command curl --fail-with-body "$@" && echo; }\n'
    given = {"TINTYPE": served.url, "KEY": served.admin.key, **more}
    done = subprocess.run(
        ["bash", "-c", strict + code],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if line]


needs_curl = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl and openssl"
)


@needs_curl
def test_the_page_about_the_api(served: Api, tmp_path: Path) -> None:
    grace, alan, everybody, changed, edith, again = run(served, tmp_path, "rest-api.md")
    assert json.loads(grace)["last_name"] == "Hopper"
    assert json.loads(alan)["email"] == "alan@example.org"
    assert json.loads(alan) in served.everybody()
    assert {tuple(user) for user in json.loads(everybody)} == {tuple(json.loads(alan))}
    assert json.loads(changed)["last_name"] == "King"
    assert json.loads(edith) == json.loads(again)


@needs_curl
def test_the_page_about_authentication(served: Api, tmp_path: Path) -> None:
    person = served.person()
    with served.client(person) as client:
        wanted = {"name": "signer", "scopes": ["users:read"]}
        key = client.post("/api/v1/access-keys", json=wanted).json()
    given = {"EMAIL": person.email, "PASSWORD": PASSWORD}
    given |= {"ACCESS_KEY_ID": key["id"], "SECRET": key["secret"]}
    made, user, session, signer, signed = run(served, tmp_path, "authentication.md", **given)
    assert json.loads(made)["key"].startswith("tintype_live_")
    assert json.loads(user)["id"] == person.id
    assert json.loads(session)["how"] == "session"
    assert json.loads(signer)["secret"]
    assert json.loads(signed)["how"] == "signature"
    assert json.loads(signed)["user"]["id"] == person.id


@needs_curl
def test_the_page_about_originals(served: Api, tmp_path: Path) -> None:
    pictures = DOCS.parent / "src" / "tintype" / "pictures"
    shutil.copy(pictures / "plate.png", tmp_path)
    pages = {"/hills.jpg": (pictures / "hills.jpg").read_bytes()}
    with static.serving(pages) as web:
        key = served.person(is_admin=True).key
        lines = run(served, tmp_path, "originals.md", PICTURE=f"{web}/hills.jpg", KEY=key)
    added, sent, found, read, changed, cover, square, user, me = map(json.loads, lines)
    assert (added["name"], added["tags"]) == ("The hills.jpg", ["travel", "Rome"])
    assert sent["url"].startswith("/api/v1/originals/")
    assert [each["id"] for each in found["items"]] == [added["id"]]
    assert read == added
    assert changed["tags"] == ["Rome", "hills"]
    assert (tmp_path / "hills.jpg").read_bytes() == pages["/hills.jpg"]
    assert (cover["width"], cover["height"], cover["media_type"]) == (300, 200, "image/webp")
    assert cover["key"] == "covers/hills.webp"
    assert (square["width"], square["height"]) == (200, 200)
    assert user["quota_bytes"] == me["usage"]["quota_bytes"] == 5_000_000_000


def test_every_scope_and_the_vector_are_in_the_page() -> None:
    page = (DOCS / "authentication.md").read_text("utf-8")
    assert all(f"`{scope}`" in page for scope in SCOPES)
    vectors = json.loads((DOCS.parent / "tests/vectors/signed_requests.json").read_text())
    case = next(case for case in vectors["cases"] if case["text"] in page)
    assert case["signature"] in page
    assert vectors["secret"] in page
    assert f"{case['method']} {case['path']}?{case['query']}" in page


def test_every_code_of_a_problem_has_a_meaning() -> None:
    assert len(known()) > 50
    for code, (status, meaning) in known().items():
        assert 400 <= status < 600
        assert meaning.endswith("."), code
