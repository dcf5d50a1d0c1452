"""Lists of feeds sent over HTTP become sites."""

import httpx2
import pytest

from servers.api import Api

PATH = "/api/v1/sites/opml"
XML = {"content-type": "text/x-opml"}


def opml(*hosts: str) -> str:
    outlines = "".join(
        f'<outline text="R & D" xmlUrl="http://{host}/feed" htmlUrl="http://{host}/">'
        for host in hosts
    )
    return f"<opml><body>{outlines}<outline xmlUrl='javascript:x'></body></opml>"


def test_the_sites_of_a_list_are_queued_once(own: httpx2.Client) -> None:
    text = opml("a.example", "b.example", "www.b.example/x")
    answer = own.post(PATH, content=text, headers=XML)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["states"] == {"queued": 3}
    assert told["left_out"] == 1
    assert told["items"][0] == {
        "title": "R & D",
        "feed": "http://a.example/feed",
        "url": "http://a.example/",
        "slug": "a_example",
        "state": "queued",
    }
    assert own.post(PATH, content=text, headers=XML).json()["states"] == {"queued": 3}
    slugs = {site["slug"] for site in own.get("/api/v1/sites").json()["items"]}
    assert {"a_example", "b_example"} <= slugs


def test_they_are_ones_own(own: httpx2.Client, served: Api) -> None:
    own.post(PATH, content=opml("mine.example"), headers=XML)
    assert own.get("/api/v1/sites/mine_example").status_code == 200
    with served.client(served.person()) as other:
        assert other.get("/api/v1/sites/mine_example").status_code == 404


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "text/x-opml", 400),
        (b"no list", "application/xml", 400),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><opml/>', "text/xml", 400),
        (b"<opml/>", "application/json", 415),
        (b" " * ((10 << 20) + 1), "text/xml", 413),
        (opml(*(f"h{n}.example" for n in range(2001))).encode(), "text/xml", 400),
    ],
    ids=["empty", "no list", "entities", "JSON", "too large", "too many"],
)
def test_what_is_no_list_is_told(
    own: httpx2.Client, content: bytes, kind: str, status: int
) -> None:
    answer = own.post(PATH, content=content, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_strangers_import_nothing(stranger: httpx2.Client) -> None:
    assert stranger.post(PATH, content=opml("a.example"), headers=XML).status_code == 401
