"""What docs/direct-uploads.md tells people to paste, pasted into pages and used as they would."""

import json
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page

from clients_pages import PICTURE, Customer
from servers import npm

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = Path(__file__).parent.parent.parent / "docs" / "direct-uploads.md"
FENCES = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
BLOCKS = [code for language, code in FENCES if language == "js"]
TICKET, FORM = [code for language, code in FENCES if language == "python"]
HTML = b"""<!doctype html><meta charset=utf-8><link rel=stylesheet href=/clients.css>
<div id=uploads></div><input type=file id=own>
<script>window.original = new Promise((resolve) =>
    document.addEventListener("original", ({ detail }) => resolve(detail)));
window.refused = new Promise((resolve) =>
    document.addEventListener("refused", ({ detail }) => resolve(detail)));</script>
<script type=module src=/block.js></script>"""
INPUTS = {"tus-js-client": "#own", "dropzone": ".dz-hidden-input"}


async def test_there_are_blocks_for_every_client() -> None:
    assert len(BLOCKS) == 5


async def opened(
    page: Page,
    block: str,
    customer: Customer,
    packages: Path,
    pages: dict[str, bytes],
    tmp_path: Path,
) -> None:
    """A page in which a block has run."""
    script = tmp_path / "block.js"
    whole = block.replace("https://img.example.org", customer.base) + "window.ready = true;\n"
    script.write_text(whole)
    npm.bundle(packages, script, tmp_path / "out.js", is_module=True)
    pages["/block.js"] = (tmp_path / "out.js").read_bytes()
    pages["/docs.html"] = HTML
    pages["/upload-ticket"] = json.dumps(customer.ticket_answer()).encode()
    await page.goto(f"{customer.site}/docs.html")
    await page.wait_for_function("window.ready")


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: " ".join(block.split())[:60])
async def test_a_documented_block_uploads_a_picture(
    page: Page,
    customer: Customer,
    packages: Path,
    pages: dict[str, bytes],
    tmp_path: Path,
    block: str,
) -> None:
    await opened(page, block, customer, packages, pages, tmp_path)
    (tmp_path / "Öl.png").write_bytes(PICTURE)
    client = next((name for name in INPUTS if f'"{name}"' in block), "")
    if client:
        await page.set_input_files(INPUTS[client], tmp_path / "Öl.png")
    else:
        await page.set_input_files(".uppy-Dashboard-input[type=file] >> nth=0", tmp_path / "Öl.png")
        await page.click(".uppy-StatusBar-actionBtn--upload")
    assert customer.original(await page.evaluate("original")) == PICTURE


async def test_what_is_no_picture_is_told_by_the_block_of_tus_and_not_sent_again(
    page: Page, customer: Customer, packages: Path, pages: dict[str, bytes], tmp_path: Path
) -> None:
    block = next(each for each in BLOCKS if "tus-js-client" in each)
    await opened(page, block, customer, packages, pages, tmp_path)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    (tmp_path / "letter.png").write_bytes(b"Dear aunt, this is no picture. " * 100)
    await page.set_input_files(INPUTS["tus-js-client"], tmp_path / "letter.png")
    assert "no picture" in await page.evaluate("refused")
    assert (sent.count("POST"), sent.count("PATCH")) == (1, 1)


def run(block: str, customer: Customer, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a block of Python defines, at the customer's place."""
    key = customer.api.headers["authorization"].removeprefix("Bearer ")
    monkeypatch.setenv("TINTYPE_API_KEY", key)
    ours = block.replace("https://img.example.org", customer.base)
    names: dict[str, Any] = {}
    exec(ours.replace("https://www.example.org", customer.site), names)  # our own page
    return names


async def test_the_documented_view_gets_a_ticket(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(TICKET, customer, monkeypatch)["upload_ticket"]()
    assert set(told) == {"ticket", "expires", "companion_path"}


async def test_the_documented_form_sends_a_picture_without_script(
    page: Page,
    customer: Customer,
    pages: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    views = run(FORM, customer, monkeypatch)
    pages["/form"] = f"<!doctype html><meta charset=utf-8>{views['upload_form']()}".encode()
    pages["/thanks"] = b"<!doctype html><h1>Thank you</h1>"
    (tmp_path / "Grüße aus Öl.png").write_bytes(PICTURE)
    await page.goto(f"{customer.site}/form")
    await page.set_input_files("input[type=file]", tmp_path / "Grüße aus Öl.png")
    async with page.expect_response(lambda answer: "/thanks" in answer.url) as thanks:
        await page.click("button")
    key = httpx2.URL((await thanks.value).url).params["key"]
    assert key.endswith("/Grüße aus Öl.png")
    assert customer.original(views["thanks"](key)) == PICTURE
