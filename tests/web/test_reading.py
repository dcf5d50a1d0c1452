"""Who may read what, and which URLs a web server may answer by itself."""

import pytest

from tintype.errors import InvalidTransform, SourceForbidden
from tintype.settings import Settings
from tintype.source import Source
from tintype.urls.sign import Signer
from tintype.web.pictures import front_of
from tintype.web.reading import Reading

KEYS = ["first-key-first", "second-key-second"]
RULES = {
    "TINTYPE_ALLOWED_SOURCES": "store:*,*.example.org",
    "TINTYPE_KEY_SOURCES": "2=store:public/*",
}


def read(path: str, key: int = 1, **settings: str) -> Source:
    reading = Reading(Settings.from_env(settings), KEYS)
    return reading.read(f"/{Signer(KEYS).sign(path, key)}/{path}".encode())[1]


def test_the_pictures_that_filters_name_are_bound_by_the_same_rules() -> None:
    mark = "filters:watermark({},0,0,0)/store:public/a.jpg"
    source = Source("store", "public/a.jpg")
    assert read(mark.format("https://www.example.org/b.png"), **RULES) == source
    assert read(mark.format("store:public/b.png"), 2, **RULES) == source
    assert read(mark.format("http://evil.com/b.png")) == source
    chained = "9x9/-/" + mark
    for key, path in [
        (1, mark.format("http://evil.com/b.png")),
        (1, mark.format("sample:hills.jpg")),
        (1, chained.format("http://evil.com/b.png")),
        (2, mark.format("store:private/b.png")),
        (2, mark.format("https://www.example.org/b.png")),
    ]:
        with pytest.raises(SourceForbidden):
            read(path, key, **RULES)


def test_what_is_left_out_names_no_picture() -> None:
    path = "filters:watermark(sample:hills.jpg):nonsense(1)/store:a.jpg"
    with pytest.raises(InvalidTransform):
        read(path, **RULES)
    lenient = {**RULES, "TINTYPE_IGNORE_BAD_FILTERS": "1"}
    assert read(path, **lenient) == Source("store", "a.jpg")


def linked(path: str) -> str | None:
    return front_of(path.encode(), "any", read(path.removeprefix("/unsafe/")))


def test_two_urls_that_mean_different_things_never_share_a_link() -> None:
    assert linked("/unsafe/smart/h.com/a.jpg") == "unsafe/smart/h.com/a.jpg/@any"
    assert linked("/unsafe/smart%2Fh.com/a.jpg") is None
    assert linked("/unsafe/%73mart/h.com/a.jpg") is None
    assert linked("/unsafe/9x9/http%3A%2F%2Fh.com%2Fa%20b.jpg") == (
        "unsafe/9x9/http://h.com/a b.jpg/@any"
    )


@pytest.mark.parametrize("slashes", ["/", "//"])
def test_only_before_the_source_do_one_slash_and_two_mean_the_same(slashes: str) -> None:
    assert linked(f"/unsafe/9x9/http:{slashes}h.com/a.jpg")
    for inner in ("http://h.com/", "h.com/", "store:a/"):
        assert linked(f"/unsafe/9x9/{inner}http:{slashes}b.com/a.jpg") is None
