"""Sites read over HTTP, and what they run on: for programs, and for people with a browser."""

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx2
import pytest
from playwright.async_api import BrowserContext

from sample_pictures import quadrants, saved
from servers import chromium, static
from servers.api import PASSWORD, Api, Person
from web.api.kit import problem

PAGES = Path(__file__).parent.parent.parent / "sites" / "reading" / "pages"
SITES = "/api/v1/sites"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    try:
        chromium.program()
    except chromium.debian.AbsentError as error:
        pytest.skip(f"no Chromium: {error}")
    pages = {f"/{name}": (PAGES / name).read_bytes() for name in ("article.html", "list.html")}
    picture = saved(quadrants(1400, 700), "JPEG").read()
    pages["/strict.html"] = pages["/article.html"].replace(
        b"<head>",
        b"<head><meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">",
    )
    with static.serving({**pages, "/pictures/camera-1400.jpg": picture}) as url:
        yield url


@pytest.fixture
def site(own: httpx2.Client, web: str) -> str:
    """The address of a site of one's own whose page is an article; it is not captured."""
    answer = own.post(SITES, json={"url": f"{web}/article.html", "slug": "tin", "capture": False})
    assert answer.status_code == 201, answer.text
    return f"{SITES}/{answer.json()['id']}"


def test_a_site_is_read_in_every_form(
    own: httpx2.Client, site: str, stranger: httpx2.Client
) -> None:
    article = own.get(f"{site}/read").raise_for_status().json()
    assert article["title"] == "The photograph made while you wait"
    assert article["published_at"] == "2025-03-12T07:30:00+00:00"
    [picture] = re.findall(r'<img src="([^"]+)"', article["html"])
    assert "/1100x0/" in picture
    shown = stranger.get(picture.replace("&amp;", "&"))  # signed, so everybody may
    assert shown.headers["content-type"] == "image/jpeg"
    for form, kind, begins in (
        ("html", "text/html", "<div>"),
        ("markdown", "text/markdown", "# The photograph made while you wait\n"),
        ("text", "text/plain", "The photograph made while you wait\n"),
    ):
        answer = own.get(f"{site}/read", params={"format": form}, headers=BROWSER)
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
        assert answer.text.startswith(begins)
        assert "sandbox" in answer.headers["content-security-policy"]


def test_people_get_a_page(own: httpx2.Client, site: str) -> None:
    answer = own.get(f"{site.removeprefix('/api/v1')}/read", headers=BROWSER)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src 'self'; style-src 'sha256-")
    assert "<h1>The photograph made while you wait</h1>" in answer.text
    assert re.search(r'<img src="/[\w-]{27}=/1100x0/', answer.text)


@pytest.mark.parametrize(
    ("path", "status", "code", "sentence"),
    [
        ("/list.html", 422, "no-article", "There is no article on this page."),
        ("/gone.html", 502, "page-not-captured", "It answered with the error 404."),
    ],
)
def test_what_cannot_be_read_is_said_to_programs_and_people(
    own: httpx2.Client, web: str, path: str, status: int, code: str, sentence: str
) -> None:
    asked = {"url": web + path}
    assert sentence in problem(own.get(f"{SITES}/read", params=asked), status, code)["detail"]
    answer = own.get("/sites/read", params=asked, headers=BROWSER)
    assert answer.status_code == status
    assert f"<p>The page could not be opened. {sentence}" in answer.text or sentence in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_what_is_no_address_is_said_of_the_field(own: httpx2.Client) -> None:
    for url in ("file:///etc/passwd", "http://ada:sesame@example.org/"):
        said = problem(own.get(f"{SITES}/read", params={"url": url}), 422, "invalid-record")
        assert [each["loc"][-1] for each in said["errors"]] == ["url"]
        assert "sesame" not in str(said)


def test_an_address_inside_is_refused_as_if_nothing_were_there(own: httpx2.Client) -> None:
    answer = own.get(f"{SITES}/read", params={"url": "http://10.0.0.1/"})
    said = problem(answer, 502, "page-not-captured")
    assert said["detail"] == "The page could not be opened."


def test_nobody_reads_who_is_not_known_or_may_not(
    served: Api, stranger: httpx2.Client, site: str, web: str
) -> None:
    for path in (f"{site}/read", f"{SITES}/read?url={web}/list.html", f"{site}/platform"):
        problem(stranger.get(path), 401, "credentials-refused")
    assert "<h1>That did not work</h1>" in stranger.get(f"{site}/read", headers=BROWSER).text
    with served.client(served.person()) as other:
        for path in ("read", "platform", "badge"):
            problem(other.get(f"{site}/{path}"), 404, "record-not-found")
    with served.client(served.person(scopes=["originals:read"])) as other:
        problem(other.get(f"{SITES}/read?url={web}/list.html"), 403, "scope-missing")


def test_platforms_are_told_and_counted(own: httpx2.Client, site: str) -> None:
    assert own.get("/api/v1/platforms").json() == {"platforms": {}, "known": 0, "sites": 1}
    told = own.get(f"{site}/platform").raise_for_status().json()
    first = told["platforms"][0]
    assert (first["name"], first["version"], first["confidence"]) == ("WordPress", "6.8.1", 100)
    assert "meta generator: WordPress 6.8.1" in first["seen"]
    assert own.get(f"{site}/platform").json() == told  # known from now on
    counts = own.get("/api/v1/platforms").json()
    assert (counts["known"], counts["platforms"]["WordPress"]) == (1, 1)


def test_a_badge_is_for_everybody_once_its_owner_says_so(
    own: httpx2.Client, stranger: httpx2.Client, site: str
) -> None:
    problem(stranger.get(f"{site}/badge.svg"), 404, "record-not-found")
    badge = own.get(f"{site}/badge").raise_for_status().json()
    assert not badge["public"]
    assert "make it public" in own.get(f"{site}/badge", headers=BROWSER).text
    refused = own.post(f"{site}/badge", json={"public": True, "platform": "Shopify"})
    assert problem(refused, 422, "invalid-record")["detail"] == "platform: is none that was found."
    badge = own.post(f"{site}/badge", json={"public": True}).raise_for_status().json()
    assert 'alt="Runs on WordPress 6.8"' in badge["html"]
    shown = stranger.get(badge["url"]).raise_for_status()
    assert shown.headers["content-type"] == "image/svg+xml"
    assert shown.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]
    assert "sandbox" in shown.headers["content-security-policy"]
    assert ElementTree.fromstring(shown.text).get("aria-label") == "Runs on WordPress 6.8"
    page = own.get(f"{site}/badge", headers=BROWSER).text
    assert "&lt;img src=&quot;http" in page
    form = {"public": "true", "platform": "jQuery"}
    answer = own.post(f"{site}/badge", data=form, headers=BROWSER)
    assert answer.status_code == 303
    assert 'aria-label="Runs on jQuery 3.7"' in stranger.get(badge["url"]).text
    own.post(f"{site}/badge", json={"public": False}).raise_for_status()
    problem(stranger.get(badge["url"]), 404, "record-not-found")


async def test_the_bookmark_reads_the_page_that_one_is_on(
    served: Api, person: Person, web: str
) -> None:
    async with chromium.running() as browser:
        context = await browser.new_context()
        await sign_in(served, person, context)
        tab = await context.new_page()
        await tab.goto(f"{served.url}/sites/bookmarklet")
        bookmark = await tab.locator("a.drag").get_attribute("href")
        assert bookmark
        await tab.goto(f"{web}/strict.html")  # its policy forbids everything
        await tab.evaluate(bookmark.removeprefix("javascript:"))
        await tab.wait_for_url(f"{served.url}/sites/read?url=*")
        assert await tab.locator("h1").inner_text() == "The photograph made while you wait"


async def sign_in(served: Api, person: Person, context: BrowserContext) -> None:
    answer = await context.request.post(
        f"{served.url}/api/v1/session", data={"email": person.email, "password": PASSWORD}
    )
    assert answer.ok, await answer.text()
