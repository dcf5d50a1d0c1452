"""Other people's clients in Chromium, from a page of another site, to the running service."""

from pathlib import Path

import pytest
from playwright.async_api import Page, Request, Response

from clients_pages import LARGE, PICTURE, Customer

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "Öl & Wasser.png"
    path.write_bytes(LARGE)
    return path


@pytest.mark.parametrize("parallel", [1, 4])
async def test_tus_js_client(ready: Page, customer: Customer, parallel: int) -> None:
    script = """async ([url, parallelUploads]) => {
        const data = await (await fetch(url)).blob();
        return new Promise((resolve, reject) => new tus.Upload(data, {
            endpoint: `${service}/api/v1/uploads/tus`,
            headers: { authorization: `Bearer ${ticket}` },
            metadata: { filename: "Öl & Wasser.png" },
            parallelUploads,
            onError: reject,
            onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader("Content-Location")),
        }).start());
    }"""
    url = await ready.evaluate(script, ["/large.png", parallel])
    assert customer.original(url) == LARGE


DASHBOARD = """([plugin, options]) => {
    window.uppy = new Uppy()
        .use(Dashboard, { target: "#drop", inline: true })
        .use(window[plugin], { headers: { authorization: `Bearer ${ticket}` }, ...options });
    window.done = new Promise((resolve) => uppy.on("complete", ({ successful, failed }) => resolve({
        failed: failed.map((file) => String(file.error)),
        url: successful[0]?.uploadURL,
        body: successful[0]?.response?.body,
    })));
}"""


async def choose(page: Page, plugin: str, options: dict[str, object], file: Path) -> None:
    """A person takes a file to Uppy's dashboard and sends it."""
    await page.evaluate(DASHBOARD, [plugin, options])
    await page.set_input_files(".uppy-Dashboard-input[type=file] >> nth=0", file)
    await page.click(".uppy-StatusBar-actionBtn--upload")


async def test_uppy_goes_on_with_an_upload_after_its_page_was_killed(
    ready: Page, customer: Customer, large: Path
) -> None:
    options: dict[str, object] = {"endpoint": f"{customer.base}/api/v1/uploads/tus"}
    session = await ready.context.new_cdp_session(ready)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 4 << 20}
    await session.send("Network.emulateNetworkConditions", slow)
    await choose(ready, "UppyTus", options, large)
    await ready.wait_for_function("uppy.getFiles()[0].progress.bytesUploaded > 2e6")
    again = await ready.context.new_page()
    await ready.close()

    sent: list[Request] = []
    again.on("request", lambda r: sent.append(r) if "/tus" in r.url else None)
    await again.goto(customer.site)
    names = {"service": customer.base, "ticket": customer.ticket()}
    await again.evaluate("names => Object.assign(window, names)", names)
    await choose(again, "UppyTus", options, large)
    done = await again.evaluate("done")
    assert done["failed"] == []
    await again.wait_for_selector(".uppy-StatusBar.is-complete")
    assert [request.method for request in sent if request.method != "OPTIONS"] == ["HEAD", "PATCH"]
    offset = int(await sent[-1].header_value("upload-offset") or 0)
    assert 0 < offset < len(LARGE)
    answer = customer.api.get(done["url"])
    assert answer.status_code == 303
    assert customer.original(answer.headers["location"]) == LARGE


async def test_uppys_form_upload(ready: Page, customer: Customer, large: Path) -> None:
    await choose(ready, "XHRUpload", {"endpoint": f"{customer.base}/upload"}, large)
    done = await ready.evaluate("done")
    assert done["failed"] == []
    assert done["url"] == done["body"]["url"]
    assert customer.original(done["url"]) == LARGE


DROPZONE = """(options) => {
    document.querySelector("#drop").classList.add("dropzone");
    window.dropzone = new Dropzone("#drop", {
        url: `${service}/upload`,
        headers: { authorization: `Bearer ${ticket}` },
        ...options,
    });
    window.done = new Promise((resolve) => {
        dropzone.on("success", (file, response) => resolve({ response }));
        dropzone.on("error", (file, message) => resolve({ message }));
    });
}"""


@pytest.mark.parametrize("parallel", [False, True], ids=["in order", "in parallel"])
async def test_dropzones_chunks(
    ready: Page, customer: Customer, large: Path, parallel: bool
) -> None:
    options = {
        "chunking": True,
        "forceChunking": True,
        "chunkSize": 1 << 20,
        "parallelChunkUploads": parallel,
    }
    answers: list[Response] = []
    ready.on("response", lambda r: answers.append(r) if r.request.method == "POST" else None)
    await ready.evaluate(DROPZONE, options)
    await ready.set_input_files(".dz-hidden-input", large)
    done = await ready.evaluate("done")
    url = done["response"]["url"]
    assert customer.original(url) == LARGE
    assert len(answers) == 1 + (len(LARGE) >> 20)
    assert {answer.status for answer in answers} == {200, 201}
    # Of two chunks that arrive together both may see that all is there; it is made once.
    assert {(await each.json())["url"] for each in answers if each.status == 201} == {url}


async def test_dropzone_shows_why_a_file_is_refused(ready: Page, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture at all")
    await ready.evaluate(DROPZONE, {})
    await ready.set_input_files(".dz-hidden-input", tmp_path / "notes.txt")
    await ready.wait_for_selector(".dz-error")
    shown = await ready.inner_text(".dz-error-message")
    assert "no picture that is read here" in shown


async def test_dropzone_sends_a_small_file_whole(
    ready: Page, customer: Customer, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(PICTURE)
    await ready.evaluate(DROPZONE, {})
    await ready.set_input_files(".dz-hidden-input", tmp_path / "a.png")
    done = await ready.evaluate("done")
    assert customer.original(done["response"]["url"]) == PICTURE
