"""A form of plain HTML, without a line of script, straight to the bucket."""

from html import escape
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Page

from clients_pages import PICTURE, Customer

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_page_without_script_sends_a_picture_to_the_bucket(
    page: Page, customer: Customer, pages: dict[str, bytes], tmp_path: Path
) -> None:
    answer = customer.api.post(
        "/api/v1/uploads/s3/form", json={"redirect": f"{customer.site}/thanks?for=it"}
    )
    form = answer.json()
    fields = "".join(
        f'<input type=hidden name="{escape(name)}" value="{escape(value)}">'
        for name, value in form["fields"].items()
    )
    pages["/form"] = (
        f'<!doctype html><meta charset=utf-8><form action="{escape(form["url"])}" method=post'
        f' enctype="multipart/form-data">{fields}<input type=file name=file><button>Send</button>'
        "</form>"
    ).encode()
    pages["/thanks"] = b"<!doctype html><h1>Thank you</h1>"
    (tmp_path / "Grüße aus Öl.png").write_bytes(PICTURE)
    await page.goto(f"{customer.site}/form")
    await page.set_input_files("input[type=file]", tmp_path / "Grüße aus Öl.png")
    async with page.expect_response(lambda answer: "/thanks" in answer.url) as thanks:
        await page.click("button")
    told = (await thanks.value).url
    key = httpx2.URL(told).params["key"]
    assert key.endswith("/Grüße aus Öl.png")
    assert customer.original(customer.register(key)) == PICTURE
