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
