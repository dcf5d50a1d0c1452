"""Texts of strangers."""

import json

import pytest

from tintype.gallery.texts import dumped, folded, html, line, link, plain


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
        "<a href='javascript:alert(1)' onclick=alert(1)>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "<b style='position:fixed' onmouseover=alert(1) id=x class=y>x</b>",
        "<math><mtext></p><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<iframe src=//evil></iframe><object data=x></object><form action=x><input></form>",
    ],
)
def test_nothing_of_a_text_can_run_or_load(text: str) -> None:
    clean = html(text).lower()
    for part in ("script", "onerror", "onload", "onclick", "onmouse", "style", "<img", "<svg"):
        assert part not in clean
    for part in ("data:", "<iframe", "<object", "<form", "<input", "id=", "class="):
        assert part not in clean


def test_links_and_emphasis_stay() -> None:
    assert html("<b>a</b>\n<i>b</i> & c") == "<b>a</b>\n<i>b</i> &amp; c"
    made = html('<a href="/photos/x/1/">a</a>')
    assert 'href="https://www.flickr.com/photos/x/1/"' in made
    assert 'rel="noopener noreferrer nofollow ugc"' in made
    assert 'target="_blank"' in made


def test_other_texts_are_texts() -> None:
    assert plain("<b>a</b>\n <script>b</script>c &lt;") == "a bc &lt;"
    assert line("a\x1b[31m\n b", 5) == "a [31"
    assert [link(url) for url in ("https://a", "http://a", "javascript:x", None, 5)] == [
        *("https://a", "http://a"),
        *("", "", ""),
    ]
    assert folded("Évora  ÀÈ\n", "Straße") == "evora ae straße"


def test_data_are_harmless_in_a_program() -> None:
    value = {"a": "</script><!--\u2028\u2029 'é\ud800"}
    text = dumped(value)
    assert text.isascii()
    assert "<" not in text
    assert json.loads(text) == value
