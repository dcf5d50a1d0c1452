"""Everything that an order may ask for, of pages that behave."""

import json

import pytest
from pyvips import Image

from browser.conftest import Take
from browser.site import Site
from tintype.browser import Cookie, PageScript, Wait
from tintype.errors import InvalidSource, InvalidTransform, PageNotCaptured

pytestmark = pytest.mark.asyncio(loop_scope="session")

NO_PAGES = r"""
    file:///etc/passwd view-source:http://a.example/ data:text/html,x chrome://version about:blank
    blob:http://a.example/1 javascript:alert(1) ftp://a.example/ http:// https://?x
    http://user:word@a.example/ http://a.example\@b.example/ example.org
"""
LOADERS = {
    "image/png": "pngload_buffer",
    "image/jpeg": "jpegload_buffer",
    "image/webp": "webpload_buffer",
    "image/avif": "heifload_buffer",
}


def seen(captured) -> Image:
    return getattr(Image, LOADERS[captured.blob.media_type])(captured.blob.read())


def colour(captured, x: int = 2, y: int = 2) -> list[int]:
    return [round(value) for value in seen(captured).getpoint(x, y)[:3]]


def last_head(site: Site, path: str) -> str:
    return [head for head in site.heads if head.split()[1].partition("?")[0] == path][-1]


async def test_a_page_comes_with_its_facts(take: Take, site: Site) -> None:
    captured = await take("/")
    assert (seen(captured).width, seen(captured).height) == (1280, 1024)
    assert captured.blob.media_type == "image/jpeg"
    assert (captured.title, captured.timed_out, captured.blank) == ("Hello", False, False)
    answer = captured.answer
    assert (answer.url, answer.status, answer.media_type) == (site.url("/"), 200, "text/html")
    assert ("content-type", "text/html; charset=utf-8") in answer.headers
    assert captured.requested == (site.url("/"),)
    assert captured.notes == ()
    assert colour(captured, 1200, 30)[0] > 180  # the heading's ground is red


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "avif"])
async def test_every_format_of_pictures(take: Take, kind: str) -> None:
    captured = await take("/", format=kind, width=400, height=300, scale=2)
    assert captured.blob.media_type == f"image/{kind}"
    assert (seen(captured).width, seen(captured).height) == (800, 600)


async def test_every_format_of_documents(take: Take) -> None:
    pdf, mhtml, html = [await take("/", format=kind) for kind in ("pdf", "mhtml", "html")]
    assert pdf.blob.read().startswith(b"%PDF-")
    assert b"multipart/related" in mhtml.blob.read()
    assert html.blob.read().startswith(b"<!DOCTYPE html>\n<html><head>")
    assert [each.blob.media_type for each in (pdf, mhtml, html)] == [
        *("application/pdf", "multipart/related", "text/html"),
    ]


async def test_a_full_page_has_what_is_loaded_only_when_scrolled_to(take: Take, site: Site) -> None:
    captured = await take("/lazy", full_page=True, format="png", width=600)
    assert seen(captured).height > 4 * 1700
    assert colour(captured, 200, 1600) == [0, 160, 0]
    assert colour(captured, 200, 3 * 1700 + 1600) == [0, 160, 0]
    assert {f"{site.url('/green.png')}?{n}" for n in range(4)} <= set(captured.requested)


async def test_a_page_that_is_too_tall_is_cut_off_and_says_so(take: Take) -> None:
    captured = await take("/tall", full_page=True, width=320)
    assert (seen(captured).width, seen(captured).height) == (320, 16_384)
    assert "The picture is cut off at 16,384 of 100,000 pixels." in captured.notes


async def test_one_element(take: Take) -> None:
    captured = await take("/", selector="h1", format="png", width=500, scale=2)
    assert seen(captured).width == 1000
    assert 60 < seen(captured).height < 200
    assert colour(captured) == [204, 0, 0]
    with pytest.raises(PageNotCaptured, match="not there") as caught:
        await take("/", selector="#absent")
    assert caught.value.reason == "no-element"
    with pytest.raises(PageNotCaptured) as caught:
        await take("/", selector="h1[")
    assert caught.value.reason == "bad-selector"


async def test_what_still_loads_when_the_page_has_loaded_is_waited_for(take: Take) -> None:
    asked = {"text": PageScript(source="document.body.innerText")}
    assert "Late" in (await take("/late", scripts=asked)).answers["text"]
    early = await take("/late", scripts=asked, wait=Wait(until="dom"))
    assert "Late" not in early.answers["text"]
    assert "Late" in (await take("/late", scripts=asked, wait=Wait(until="idle"))).answers["text"]


async def test_waiting_for_an_element_an_expression_and_a_time(take: Take) -> None:
    wait = Wait(until="dom", selector="#late", expression="document.title === 'Hello'", fixed=0.1)
    captured = await take("/late", scripts={"text": PageScript(source="!!window.late")}, wait=wait)
    assert captured.answers["text"] is True
    late = await take("/", wait=Wait(selector="#never"), timeout=0.6)
    assert late.timed_out
    assert late.notes == ("What was waited for did not come in time.",)


@pytest.mark.parametrize("part", [{}, {"full_page": True}, {"selector": "h1"}])
async def test_a_window_is_where_and_as_large_as_it_seems(take: Take, part: dict) -> None:
    told = """[screenX, screenY, outerWidth, outerHeight, innerWidth, innerHeight, screen.width,
        screen.availHeight, devicePixelRatio, document.visibilityState, document.hasFocus()]"""
    asked = {"window": PageScript(source=told, in_page=True)}
    captured = await take("/", width=700, height=500, scale=2, scripts=asked, **part)
    expected = [0, 0, 700, 500, 700, 500, 700, 500, 2, "visible", True]
    assert captured.answers["window"] == expected


async def test_what_a_page_draws_by_itself_is_drawn_wherever_it_is(take: Take) -> None:
    frames = PageScript(source="Math.min(drawn, elsewhere)", in_page=True)
    wait = Wait(expression="Math.min(drawn, elsewhere) > 30")
    captured = await take("/drawing", format="png", scripts={"frames": frames}, wait=wait)
    assert not captured.timed_out
    assert [colour(captured, x, 20) for x in (20, 320)] == [[0, 160, 0], [0, 0, 200]]


async def test_dark_and_without_javascript(take: Take) -> None:
    assert colour(await take("/dark", dark=True)) == [0, 0, 0]
    assert colour(await take("/dark")) == [255, 255, 255]
    assert colour(await take("/js")) == [0, 0, 0]
    plain = await take("/js", javascript=False, css="body{border-top:9px solid #00f}")
    assert colour(plain, 600, 600) == [255, 255, 255]
    assert colour(plain)[2] > 240  # the style sheet is ours, and needs none of the page's scripts


async def test_css_script_and_hidden_elements_whatever_the_page_allows(take: Take) -> None:
    order = {
        "css": "body{background:#00f} #x{font-size:90px}",
        "script": "document.title = 'Mine'",
        "hide": ["h1"],
    }
    captured = await take("/strict", format="png", **order)
    assert colour(captured) == [0, 0, 255]
    assert captured.title == "Mine"
    broken = await take("/", script="nonsense(")
    assert broken.notes[0].startswith("The script failed: SyntaxError")


async def test_banners_and_advertising_are_left_out_when_asked(take: Take, site: Site) -> None:
    captured = await take("/banner", block=True, format="png")
    assert colour(captured, 600, 600) == [255, 255, 255]
    seen_by_all = await take("/banner", format="png")
    assert colour(seen_by_all, 600, 600) == [204, 0, 0]
    hosts = [head.partition("Host: ")[2].split(":")[0] for head in site.heads if "/ad.js" in head]
    assert hosts == ["ads.doubleclick.net"]  # of the second only


async def test_headers_and_cookies_go_to_the_page_s_own_origin(take: Take, site: Site) -> None:
    url = site.url("/foreign", host="own.example")
    cookies = [Cookie(name="theirs", value="1")]
    captured = await take(url, headers={"X-Secret": "s3cret"}, cookies=cookies)
    assert captured.answer.status == 200
    for path in ("/foreign", "/own.css"):
        assert "X-Secret: s3cret" in last_head(site, path)
        assert "theirs=1" in last_head(site, path)
    for path in ("/foreign.css", "/foreign-redirected.css"):
        assert "s3cret" not in last_head(site, path)
        assert "theirs=1" not in last_head(site, path)


async def test_a_password_opens_the_page_and_is_told_to_nobody_else(take: Take, site: Site) -> None:
    captured = await take("/private", username="me", password="secret")
    assert captured.answer.status == 200
    assert "Authorization: Basic bWU6c2VjcmV0" in last_head(site, "/private")
    with pytest.raises(PageNotCaptured) as caught:
        await take("/basic", username="me", password="wrong")
    assert caught.value.reason == "http-401"


async def test_contexts_share_nothing(take: Take, site: Site) -> None:
    first = await take("/sets-cookies")
    assert first.cookies == ("session", "two")
    assert [v for n, v in first.answer.headers if n == "set-cookie"] == [
        *("session=abc; HttpOnly; Path=/", "two=2; Path=/"),
    ]
    assert (await take("/")).cookies == ()
    assert "Cookie:" not in last_head(site, "/")


async def test_the_page_takes_us_for_an_ordinary_browser(take: Take, site: Site) -> None:
    await take("/")
    assert "Headless" not in last_head(site, "/")
    assert "User-Agent: Mozilla/5.0" in last_head(site, "/")
    assert "Accept-Language: en-US,en;q=0.9" in last_head(site, "/")
    assert 'Chromium";v=' in last_head(site, "/")  # client hints, as of one that says Chrome
    await take("/", user_agent="Mine/1")
    assert "User-Agent: Mine/1" in last_head(site, "/")
    assert "sec-ch-ua:" not in last_head(site, "/")


async def test_scripts_of_the_page_see_a_window_with_somebody_before_it(take: Take) -> None:
    source = """[navigator.webdriver, navigator.languages.length > 0, [screen.width, screen.height],
      matchMedia('(hover: hover) and (pointer: fine)').matches, /Headless/.test(
      navigator.userAgent + JSON.stringify(navigator.userAgentData))]"""
    captured = await take("/", width=1000, height=700, scripts={"seen": PageScript(source=source)})
    assert captured.answers["seen"] == [False, True, [1000, 700], True, False]


async def test_scripts_answer_from_either_world(take: Take) -> None:
    scripts = {
        "ours": PageScript(source="typeof secret + document.title"),
        "theirs": PageScript(source="({secret, list: [1, 2]})", in_page=True),
        "later": PageScript(source="new Promise(done => setTimeout(() => done(7), 50))"),
        "never": PageScript(source="new Promise(() => {})", limit=0.2),
        "wrong": PageScript(source="nothing.at.all"),
    }
    captured = await take("/globals", scripts=scripts)
    assert captured.answers == {
        "ours": "undefinedHello",
        "theirs": {"secret": 42, "list": [1, 2]},
        "later": 7,
    }
    assert json.dumps(captured.answers)
    assert captured.notes[0] == "The script 'never' did not answer in time."
    assert captured.notes[1].startswith("The script 'wrong' failed: ReferenceError")


@pytest.mark.parametrize("url", NO_PAGES.split())
async def test_only_pages_of_the_web_are_opened(take: Take, url: str) -> None:
    with pytest.raises(InvalidSource):
        await take("://", url=url)


@pytest.mark.parametrize(
    "order",
    [
        {"width": 0},
        {"height": 20_000},
        {"width": 9_000, "scale": 2},
        {"scale": 0},
        {"quality": 0},
        {"headers": {"A": "x\r\nB: y"}},
        {"headers": {"A b": "x"}},
        {"user_agent": "a\nb"},
        {"timeout": 0},
        {"timeout": 1e9},
        {"wait": Wait(fixed=-1)},
        {"cookies": [Cookie(name="a", value="b\0")]},
    ],
    ids=str,
)
async def test_senseless_orders_are_refused(take: Take, order: dict[str, object]) -> None:
    with pytest.raises(InvalidTransform):
        await take("/", **order)
