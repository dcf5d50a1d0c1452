"""Lists of sites, as people keep them."""

import pytest

from tintype.errors import InvalidSource
from tintype.jobs.lists import read_list
from tintype.sites.lists import is_spaced, read_sites, spaced

FORMS = {
    "https://a.example\n\n# no more of it\nhttps://b.example/x  bee\n": True,
    "url,slug\nhttps://a.example,\nhttps://b.example/x,bee\n": False,
    '{"url": "https://a.example"}\n{"url": "https://b.example/x", "slug": "bee"}\n': False,
    "https://a.example,a_example\nhttps://b.example/x,bee\n": False,
    "\ufeffhttps://a.example\r\nhttps://b.example/x\tbee": True,
}


@pytest.mark.parametrize("text", FORMS, ids=lambda text: text[:12].encode().hex())
def test_each_form_is_read(text: str) -> None:
    assert is_spaced(text) == FORMS[text]
    listed = read_sites(spaced(text) if FORMS[text] else read_list(text))
    assert [(each.url, each.slug) for each in listed.wanted] == [
        ("https://a.example/", "a_example"),
        ("https://b.example/x", "bee"),
    ]
    assert not listed.refused


def test_what_makes_no_sense_spoils_nothing_else() -> None:
    entries = [
        {"source": "https://a.example/"},
        {"source": "http://a.example/"},  # the same site
        {"source": "ftp://b.example/"},
        {"source": "https://c.example/", "key": "a/b"},
        {"source": "https://d.example/", "key": "a_example"},  # another with its slug
        {"source": "https://e.example/", "key": "PRISM"},
        {"source": "https://a.example/"},
    ]
    listed = read_sites(entries, ["", "SM"])
    assert [each.slug for each in listed.wanted] == ["a_example"]
    assert [error.code for _, error in listed.refused] == [
        "invalid-source",
        "invalid-key",
        "invalid-key",
        "invalid-key",
    ]


def test_a_line_of_three_words_is_refused_by_its_number() -> None:
    with pytest.raises(InvalidSource, match="Line 2"):
        list(spaced("https://a.example/\nhttps://b.example/ b c"))
