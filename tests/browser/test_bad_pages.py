"""Pages that hang, crash, lie, lead nowhere or are no pages. One bad page harms nobody else."""

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import pyvips
import trustme

from browser.conftest import Take, made
from browser.site import HELLO, Site, page
from servers.web import Web, serving
from tintype.blob import Blob
from tintype.browser import Capture
from tintype.browser.chromium import Chromium
from tintype.errors import PageNotCaptured, PageUnavailable, SourceUnavailable

pytestmark = pytest.mark.asyncio(loop_scope="session")

HANG = "The page hangs; it was stopped."
LATE = "The page was not complete after 1 seconds."


@pytest.mark.parametrize(
    ("path", "timed_out", "note"),
    [
        ("/hanging-image", True, LATE),
        ("/hanging-script", True, LATE),
        ("/hanging-font", True, LATE),
        ("/hanging-style", True, HANG),
        ("/trickle", True, LATE),
        ("/endless-before", True, HANG),
        ("/endless-alert", True, HANG),
        ("/endless-after", False, HANG),
        ("/refresh", False, HANG),
        ("/dialogs", False, "A dialog was closed (prompt)."),
        ("/popups", False, "A popup was not opened."),
        ("/many", True, LATE),
    ],
)
async def test_there_is_a_picture_wherever_one_can_be_had(
    take: Take, path: str, timed_out: bool, note: str
) -> None:
    captured = await take(path, timeout=1.0 if timed_out else 30)
    assert (captured.title, captured.answer.status) == ("Hello", 200)
    assert not captured.blank
    assert captured.timed_out == timed_out
    assert note in captured.notes


@pytest.mark.parametrize(
    ("path", "reason", "passes"),
    [
        ("/missing", "http-404", False),
        ("/basic", "http-401", False),
        ("/broken", "http-503", True),
        ("/nothing", "http-204", False),
        ("/download", "download", False),
        ("/pdf", "pdf", False),
        ("/circle", "redirect-loop", False),
        ("/cut", "no-answer", True),
        ("/never", "timeout", True),
        ("/trickle-head", "timeout", True),
        ("/trickle-bare", "timeout", True),
        ("/leaves-after-load", "http-404", False),
        ("http://10.1.2.3/", "refused-address", False),
        ("http://[::ffff:10.1.2.3]/", "refused-address", False),
        ("http://127.0.0.1:22/", "refused-address", False),
        ("/to-private", "refused-address", False),
        ("/to-file", "refused-address", False),
    ],
)
async def test_what_is_no_page_has_no_picture_but_a_reason(
    take: Take, path: str, reason: str, passes: bool
) -> None:
    with pytest.raises((PageNotCaptured, PageUnavailable)) as caught:
        await take(path, timeout=1.5 if reason == "timeout" else 30)
    assert caught.value.reason == reason
    assert caught.value.retryable == passes
    assert isinstance(caught.value, PageUnavailable) == passes


async def test_a_full_page_of_nothing_is_not_waited_for_step_by_step(take: Take) -> None:
    with pytest.raises(PageUnavailable) as caught:
        await take("/trickle-bare", timeout=1.5, full_page=True)
    assert caught.value.reason == "timeout"


async def test_a_name_without_an_address_is_told_from_one_that_is_refused() -> None:
    def resolve(host: str, port: int) -> list[str]:
        if host == "absent.example":
            raise OSError("no such host")
        return ["10.0.0.1"] if host == "inner.example" else ["93.184.216.34", "192.168.1.1"]

    browser = made(resolve=resolve, namespace="never")
    reasons = {}
    for name in ("absent", "inner"):
        with pytest.raises(PageNotCaptured) as caught:
            await browser.capture(Capture(url=f"http://{name}.example/", timeout=30))
        reasons[name] = caught.value.reason
    await browser.close()
    assert reasons == {"absent": "dns", "inner": "refused-address"}


async def test_a_blank_page_is_asked_again_and_then_flagged(take: Take) -> None:
    assert (await take("/blank")).blank
    assert not (await take("/blank-at-first")).blank
    assert (await take("/blank-for-good")).blank


@pytest.mark.parametrize("path", ["/xml", "/json", "/text"])
async def test_what_a_browser_shows_is_shown(take: Take, path: str) -> None:
    captured = await take(path)
    assert not captured.blank
    assert captured.answer.media_type in {"text/xml", "application/json", "text/plain"}


@pytest.mark.parametrize("path", ["/picture.png", "/picture.tiff", "/attached.png"])
async def test_a_picture_is_given_itself(site: Site, path: str) -> None:
    asked = []

    async def pictures(url: str, capture: Capture) -> Blob:
        asked.append(url)
        return Blob.from_bytes(b"\x89PNG\r\n\x1a\n and so on")

    browser = made(pictures=pictures)
    captured = await browser.capture(Capture(url=site.url(path)))
    await browser.close()
    assert asked == [site.url(path)]
    assert captured.blob.media_type == "image/png"
    assert captured.notes == ("The URL is that of a picture, which is given itself.",)


async def test_a_picture_that_only_browsers_get_is_as_they_show_it(site: Site) -> None:
    async def pictures(url: str, capture: Capture) -> Blob:
        raise SourceUnavailable("It answers with status 403.")

    browser = made(pictures=pictures)
    captured = await browser.capture(Capture(url=site.url("/picture.png"), format="png"))
    await browser.close()
    shown = pyvips.Image.new_from_buffer(captured.blob.read(), "")
    assert (shown.width, shown.height) == (1280, 1024)
    assert shown(640, 512)[:3] == [0, 160, 0]
    assert captured.notes == ("The picture could not be fetched itself: it is as it is shown.",)


async def test_a_page_that_eats_memory_harms_no_other(take: Take) -> None:
    bad = [take("/memory"), take("/buffers")]
    results = await asyncio.gather(*bad, *(take("/") for _ in range(3)), return_exceptions=True)
    assert [each.title for each in results[2:]] == ["Hello"] * 3
    assert isinstance(results[0], PageNotCaptured)
    assert results[0].reason == "crashed"


async def test_a_page_that_loads_too_much_is_cut_off(site: Site) -> None:
    browser = made(max_bytes=50_000)
    captured = await browser.capture(Capture(url=site.url("/large"), timeout=30))
    await browser.close()
    assert captured.title == "Hello"
    assert "The page wanted to load more than is allowed; the rest was left out." in captured.notes


@pytest_asyncio.fixture(loop_scope="session")
async def private_site() -> AsyncIterator[Web]:
    """A site whose certificate nobody knows."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(tls)
    async with serving(tls=tls) as web:
        web.on("/", page(HELLO))
        web.on("/favicon.ico", page("", status="404 Not Found"))
        yield web


async def test_a_wrong_certificate_is_refused_or_noted(
    browser: Chromium, private_site: Web
) -> None:
    url = private_site.url(scheme="https")
    with pytest.raises(PageNotCaptured) as caught:
        await browser.capture(Capture(url=url, timeout=30))
    assert caught.value.reason == "certificate"
    captured = await browser.capture(Capture(url=url, timeout=30, ignore_certificate=True))
    assert captured.title == "Hello"
    assert captured.notes == ("The certificate is not valid; that was to be ignored.",)


async def test_names_in_any_script_and_a_site_that_wants_no_robots(take: Take, site: Site) -> None:
    captured = await take(site.url("/people", host="bücher.example"))
    assert captured.answer.url == site.url("/people", host="xn--bcher-kva.example")
