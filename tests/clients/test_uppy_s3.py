"""Uppy straight to S3, from a page of another site: both of its protocols, whole and in parts."""

import pytest
from playwright.async_api import Page

from clients_pages import LARGE, PICTURE, Customer

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Every Uppy speaks Companion's protocol; since its sixth version a page may sign by itself.
PROTOCOLS = {
    "companion": "{ companionEndpoint: `${service}/api/v1/uploads/ticket/${ticket}` }",
    "sign": """{
        signRequest: async (request) => {
            const answer = await fetch(`${service}/api/v1/uploads/s3/sign`, {
                method: "POST",
                headers: { authorization: `Bearer ${ticket}`, "content-type": "application/json" },
                body: JSON.stringify(request),
            });
            if (!answer.ok) throw new Error(await answer.text());
            return answer.json();
        },
    }""",
}
UPLOAD = """async ([url, name, shouldUseMultipart]) => {
    const data = await (await fetch(url)).blob();
    const uppy = new Uppy().use(AwsS3, { ...OPTIONS, shouldUseMultipart });
    uppy.addFile({ name, type: "image/png", data, meta: { album: "Öl & Wasser" } });
    const { successful, failed } = await uppy.upload();
    const [file] = successful;
    return { failed: failed.map((file) => file.error), ...file?.response.body };
}"""


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("in_parts", [False, True], ids=["whole", "in parts"])
async def test_uppy_sends_a_file_straight_to_the_bucket(
    ready: Page, customer: Customer, protocol: str, in_parts: bool
) -> None:
    path, content = ("/large.png", LARGE) if in_parts else ("/small.png", PICTURE)
    script = UPLOAD.replace("OPTIONS", PROTOCOLS[protocol])
    sent = await ready.evaluate(script, [path, "Öl & Wasser.png", in_parts])
    assert sent["failed"] == []
    url = customer.register(sent["key"])
    assert customer.original(url) == content
    assert customer.register(sent["key"]) == url


async def test_what_was_sent_before_a_pause_is_not_sent_again(
    ready: Page, customer: Customer
) -> None:
    puts: list[str] = []
    ready.on(
        "request",
        lambda r: puts.append(r.url) if r.method == "PUT" and "partNumber" in r.url else 0,
    )
    script = """async (url) => {
        const data = await (await fetch(url)).blob();
        const uppy = new Uppy().use(AwsS3, { ...OPTIONS, shouldUseMultipart: true });
        uppy.addFile({ name: "a.png", type: "image/png", data });
        uppy.once("s3-multipart:part-uploaded", () => {
            uppy.pauseAll();
            setTimeout(() => uppy.resumeAll(), 50);
        });
        const { successful, failed } = await uppy.upload();
        return { failed: failed.map((file) => file.error), ...successful[0]?.response.body };
    }""".replace("OPTIONS", PROTOCOLS["companion"])
    sent = await ready.evaluate(script, "/large.png")
    assert sent["failed"] == []
    assert customer.original(customer.register(sent["key"])) == LARGE
    assert sum("partNumber=1&" in url for url in puts) == 1


async def test_a_cancelled_upload_leaves_no_parts(ready: Page, customer: Customer) -> None:
    script = """async (url) => {
        const data = await (await fetch(url)).blob();
        const uppy = new Uppy().use(AwsS3, { ...OPTIONS, shouldUseMultipart: true });
        const id = uppy.addFile({ name: "a.png", type: "image/png", data });
        const begun = new Promise((resolve) => {
            uppy.once("s3-multipart:part-uploaded", () => {
                const { key, uploadId } = uppy.getFile(id).s3Multipart;
                uppy.cancelAll();
                resolve({ key, uploadId });
            });
        });
        uppy.upload();
        const { key, uploadId } = await begun;
        const base = `${service}/api/v1/uploads/ticket/${ticket}/s3/multipart`;
        const listing = `${base}/${uploadId}?${new URLSearchParams({ key })}`;
        for (let i = 0; i < 100; i++) {
            const answer = await fetch(listing);
            if (answer.status === 404) return "gone";
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return "still there";
    }""".replace("OPTIONS", PROTOCOLS["companion"])
    assert await ready.evaluate(script, "/large.png") == "gone"


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_uppy_tells_when_the_ticket_is_none(ready: Page, protocol: str) -> None:
    await ready.evaluate("() => { ticket = ticket.slice(0, -4) + 'AAAA'; }")
    script = UPLOAD.replace("OPTIONS", PROTOCOLS[protocol])
    sent = await ready.evaluate(script, ["/small.png", "a.png", False])
    assert sent["failed"]
    assert "key" not in sent
