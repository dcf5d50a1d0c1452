"""Articles and platforms of pages in a real browser, and the page for reading as it is seen."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from servers import chromium
from servers.web import Answer, Web, plain, serving
from sites.platforms.kit import SAMPLES, signals_for
from tintype.browser.chromium import Chromium
from tintype.errors import NoArticle
from tintype.netguard import Allowed
from tintype.settings import BrowserSettings, plain_environment
from tintype.sites.platforms import asking as platforms
from tintype.sites.platforms.finding import find
from tintype.sites.platforms.rules import OURS, read_rules
from tintype.sites.reading import asking as articles
from tintype.sites.reading.articles import article_of
from tintype.sites.reading.page import as_page
from tintype.sites.visiting import visit

PAGES = Path(__file__).parent / "reading" / "pages"
RULES = read_rules(OURS)
SCRIPTS = {**articles.scripts(), **platforms.scripts(RULES)}


def page(name: str, *headers: str) -> Answer:
    return plain((PAGES / name).read_bytes(), "200 OK", "Content-Type: text/html", *headers)


@pytest.fixture
async def browser() -> AsyncIterator[Chromium]:
    try:
        found = chromium.program()
    except chromium.debian.AbsentError as error:
        pytest.skip(f"no Chromium: {error}")
    opened = Chromium(
        BrowserSettings(chromium=str(found.path)),
        Allowed.parse(["127.0.0.0/8"]),
        environ=plain_environment() | found.environ,
    )
    yield opened
    await opened.close()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as served:
        for path in ("/favicon.ico", "/wp-includes/js/dist/hooks.min.js"):
            served.on(path, plain(b"", "404 Not Found"))
        for name in ("400.jpg", "1400.jpg", "2800.jpg", "800.webp", "1600.webp"):
            served.on(f"/pictures/camera-{name}", plain(b"", "404 Not Found"))
        yield served


async def seen(browser: Chromium, url: str) -> Any:
    return await visit(browser, url, SCRIPTS, timeout=20)


async def test_an_article_is_read_and_platforms_are_found(browser: Chromium, web: Web) -> None:
    policy = "Content-Security-Policy: default-src 'none'"  # which holds for the page's world only
    plain_url = web.on("/plain", page("article.html", "X-Powered-By: PHP/8.2.20"))
    captured = await seen(browser, plain_url)
    article = articles.article_in(captured)
    assert article.title == "The photograph made while you wait"
    assert (article.byline, article.site_name) == ("Adelaide Finch", "The Darkroom Review")
    assert (article.language, article.minutes) == ("en-GB", 2)
    assert article.html.startswith("<div><div>")
    for gone in ("Subscribe", "privacy", "Share this", "Most read", "First!", "Powered by"):
        assert gone not in article.html
    assert f'src="{web.url("/pictures/camera-1400.jpg")}"' in article.html
    found = {each.name: each for each in find(platforms.signals_in(captured), RULES).platforms}
    assert found["WordPress"].version == "6.8.1"
    assert found["jQuery"].version == "3.7.1"
    assert found["PHP"].version == "8.2.20"
    strict = await seen(browser, web.on("/strict", page("article.html", policy)))
    assert articles.article_in(strict).html == article.html
    assert "jQuery" not in {
        each.name for each in find(platforms.signals_in(strict), RULES).platforms
    }


async def test_a_list_is_no_article(browser: Chromium, web: Web) -> None:
    captured = await seen(browser, web.on("/list", page("list.html")))
    with pytest.raises(NoArticle, match="no article"):
        articles.article_in(captured)
    assert "Three" in articles.article_in(captured, anyway=True).html


async def test_a_page_that_lies_deceives_about_itself_only(browser: Chromium, web: Web) -> None:
    captured = await seen(browser, web.on("/hostile", page("hostile.html")))
    article = articles.article_in(captured)
    assert article.title == "A quiet title<img src=x onerror=alert(1)>"
    assert article.html.count("<p>") == 3
    assert "alert" not in article.html
    assert "evil" not in article.html
    found = {each.name: each for each in find(platforms.signals_in(captured), RULES).platforms}
    assert "React" not in found  # it threw
    assert all(isinstance(each.version, str) and len(each.version) <= 20 for each in found.values())


async def test_what_is_seen_in_a_browser_is_what_samples_are_read_as() -> None:
    source = (Path(platforms.__file__).parent / "seen.js").read_text("utf-8").strip()
    selectors = json.dumps(RULES.selectors)
    script = (
        "pages => pages.map(html => {"
        f"const seen = ({source})(new DOMParser().parseFromString(html, 'text/html'), {selectors});"
        "return [Object.keys(seen.elements).sort(), seen.meta.map(each => each[0].toLowerCase())]})"
    )
    names = [name for name in SAMPLES if SAMPLES[name].get("html")]
    async with opened_page() as tab:
        answers = await tab.evaluate(script, [SAMPLES[name]["html"] for name in names])
    for name, (elements, meta) in zip(names, answers, strict=True):
        signals = signals_for(SAMPLES[name], RULES)
        assert elements == sorted(signals.elements), name
        assert set(meta) == set(signals.meta), name


async def test_a_line_has_about_66_characters_in_light_and_in_dark() -> None:
    html = "".join(f"<p>{text}</p>" for text in PROSE)
    answer = {"looksLikeOne": True, "article": {"html": html, "title": "A title", "lang": "en"}}
    article = article_of(answer, "https://page.example/")
    content = as_page(article, article.html)
    async with opened_page() as tab:
        complaints: list[str] = []
        tab.on("console", lambda message: complaints.append(message.text))
        await tab.set_viewport_size({"width": 1200, "height": 900})
        await tab.emulate_media(color_scheme="light")
        await tab.set_content(content)
        lines = [line for line in await tab.evaluate(LINES) if line > 0]
        light = await tab.evaluate(COLOURS)
        await tab.emulate_media(color_scheme="dark")
        dark = await tab.evaluate(COLOURS)
        await tab.set_viewport_size({"width": 360, "height": 700})
        assert await tab.evaluate("document.documentElement.scrollWidth") == 360
    assert 62 <= sum(lines) / len(lines) <= 70
    assert light == ["rgb(252, 250, 246)", "rgb(35, 32, 28)"]
    assert dark == ["rgb(24, 22, 20)", "rgb(221, 214, 202)"]
    assert not complaints


PROSE = [
    "In the autumn of 1856 a professor of natural philosophy at a small college received a patent"
    " for something that every fairground would soon know. He had found that a thin sheet of iron,"
    " japanned black and coated with collodion, would hold a picture as well as glass did, and did"
    " not break when it fell. Within ten years it was the cheapest likeness in the world.",
    "What made it different was the time that it took. A daguerreotype was an appointment; a paper"
    " print came by post a week later. The plate that had been in the camera was the picture that"
    " went home. The sitter sat, the plate was exposed, developed, fixed and varnished, and five"
    " minutes later a person of no particular means held his own face in his hand.",
]
COLOURS = "(style => [style.backgroundColor, style.color])(getComputedStyle(document.body))"
# The characters of each line of the paragraphs, blanks at the ends included, but for the last.
LINES = """() => [...document.querySelectorAll("main p")].flatMap(paragraph => {
  const text = paragraph.firstChild, range = document.createRange(), starts = [0];
  let last = null;
  for (let i = 0; i < text.length; i++) {
    range.setStart(text, i);
    range.setEnd(text, i + 1);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    if (last !== null && box.top > last + 5) starts.push(i);
    last = box.top;
  }
  return starts.slice(1).map((start, i) => start - starts[i]);
})"""


@asynccontextmanager
async def opened_page() -> AsyncIterator[Page]:
    """A tab of Chromium without a window."""
    try:
        async with chromium.running() as browser:
            yield await browser.new_page()
    except chromium.debian.AbsentError as error:
        pytest.skip(f"no Chromium: {error}")
