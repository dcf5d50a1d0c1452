"""screenshot: sources, as they are written, and as the library loads them."""

import pytest
from pyvips import Image

from servers import chromium
from servers.web import Web, plain, serving
from tintype.errors import InvalidSource, PageNotCaptured
from tintype.facade import Tintype
from tintype.loaders.screenshot import capture_of
from tintype.settings import BrowserSettings, HttpSettings, Settings
from tintype.source import Source

HTML = "Content-Type: text/html"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("screenshot:https://a.example/x?y#z", {"url": "https://a.example/x?y#z"}),
        ("screenshot:HTTP:/a.example/x", {"url": "HTTP://a.example/x"}),
        (
            "screenshot:800x600,@1.5,full,dark,nojs,block:http://a.example",
            {
                **{"url": "http://a.example", "width": 800, "height": 600, "scale": 1.5},
                **{"full_page": True, "dark": True, "javascript": False, "block": True},
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_words_before_the_url_say_how(text: str, expected: dict[str, object]) -> None:
    capture = capture_of(Source.parse(text), 7.0)
    assert {name: getattr(capture, name) for name in expected} == expected
    assert (capture.timeout, capture.format) == (7.0, "jpeg")


@pytest.mark.parametrize(
    "locator", ["a.example", "file:///etc/passwd", "huge:https://a.example", "ftp://a", "x:full:y"]
)
def test_what_is_no_page_is_refused(locator: str) -> None:
    with pytest.raises(InvalidSource):
        capture_of(Source("screenshot", locator), 1.0)


@pytest.mark.parametrize(
    ("locator", "name"),
    [
        ("https://www.example.org", "www_example_org"),
        ("https://www.example.org/", "www_example_org"),
        ("full:https://example.org:8080/a/b.html?q=1#f", "example_org_8080_a_b_html"),
    ],
)
def test_a_picture_is_named_after_its_page(locator: str, name: str) -> None:
    assert Source("screenshot", locator).name == name


async def on(web: Web) -> None:
    web.on("/", plain(b"<title>x</title><body style='background:#f00'><h1>Hello", "200 OK", HTML))
    web.on("/favicon.ico", plain(b"", "404 Not Found"))


async def test_one_capture_makes_all_sizes(tmp_path) -> None:
    program = chromium.program()
    settings = Settings(
        data=tmp_path,
        http=HttpSettings(allowed_networks=("127.0.0.0/8",)),
        browser=BrowserSettings(chromium=str(program.path)),
    )
    async with serving() as web:
        await on(web)
        tintype = Tintype(f"{tmp_path}/out/", settings=settings)
        published = await tintype.thumbnails(f"screenshot:{web.url('/')}", [400, 200])
        await tintype.close()
    assert set(published) == {400, 200}
    assert [path for path in web.paths if path == "/"] == ["/"]


def document(width: int, height: int) -> bytes:
    """A PDF with one page, red but for a margin."""
    draw = b"1 0 0 rg 10 10 %d %d re f" % (width - 20, height - 20)
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R>>endobj\n"
        b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\n%%%%EOF" % (width, height, len(draw), draw)
    )


async def test_of_a_pdf_its_first_page_is_shown(tmp_path) -> None:
    settings = Settings(
        data=tmp_path,
        http=HttpSettings(allowed_networks=("127.0.0.0/8",)),
        browser=BrowserSettings(chromium=str(chromium.program().path)),
    )
    async with serving() as web:
        web.on("/a.pdf", plain(document(300, 200), "200 OK", "Content-Type: application/pdf"))
        web.on("/b.pdf", plain(b"%PDF-1.4\n%%EOF", "200 OK", "Content-Type: application/pdf"))
        tintype = Tintype(f"{tmp_path}/out/", settings=settings)
        await tintype.thumbnail(f"screenshot:{web.url('/a.pdf')}", width=150, format="png", key="a")
        with pytest.raises(PageNotCaptured, match="is a PDF that cannot be shown"):
            await tintype.thumbnail(f"screenshot:{web.url('/b.pdf')}", width=150)
        await tintype.close()
    picture = Image.new_from_file(str(tmp_path / "out" / "a"))
    assert (picture.width, picture.height) == (150, 100)
    assert picture.getpoint(75, 50)[:3] == pytest.approx([255, 0, 0], abs=3)
    assert picture.getpoint(1, 1)[:3] == pytest.approx([255, 255, 255], abs=3)
