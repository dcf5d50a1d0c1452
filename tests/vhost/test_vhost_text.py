"""What `tintype vhost` prints and refuses; and that both servers take it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers import front
from tintype.formats import FORMATS
from tintype.negotiate import OFFERED, negotiated
from tintype.renditions.front import segments_of
from tintype.settings import Settings
from tintype.transform import Transform
from tintype.vhost import PLAIN, SUFFIXES, USUAL, Pictures, Place, pictures
from tintype.vhost.text import filled
from vhost.sites import need, printed

ENTRIES = [
    "image/avif", "image/webp", "IMAGE/WEBP", " image/avif ", "image/avif;q=0", "image/webp;q=0.1",
    "image/webp ; q=0", "image/avif;q=x", "image/*", "*/*;q=0.8", "image/png", "image/avi", "",
]  # fmt: skip


def class_by_rules(site: Pictures, accept: str) -> str:
    for regex, name in site.accept_rules:
        if re.search(regex, accept, re.IGNORECASE | re.ASCII):
            return name
    return "plain"


@given(
    st.lists(st.sampled_from(ENTRIES)).map(",".join),
    st.sampled_from([(), OFFERED, ("avif",), ("webp",), ("webp", "avif")]),
)
def test_the_class_of_a_browser_is_the_services_or_left_to_it(
    accept: str, formats: tuple[str, ...]
) -> None:
    site = pictures(Settings.from_env({"TINTYPE_AUTO_FORMATS": ",".join(formats)}))
    expected = negotiated(Transform(), accept, formats or OFFERED).accept_class
    assert class_by_rules(site, accept) in (expected, "")


@given(st.lists(st.sampled_from(ENTRIES), min_size=1).map(",".join))
def test_only_weights_are_left_to_the_service(accept: str) -> None:
    site = pictures(Settings())
    weighted = re.search(r"image/(avif|webp)\s*;", accept, re.IGNORECASE)
    assert (class_by_rules(site, accept) == "") == bool(weighted)


@given(st.lists(st.sampled_from([*"/.%?a ", "http:", "%2F"]), max_size=9).map("".join))
def test_what_is_found_out_quickly_is_the_truth(path: str) -> None:
    line = f"GET /{path}"
    if re.search(USUAL, line):
        assert re.search(PLAIN, line, re.IGNORECASE)


def test_most_paths_are_read_quickly() -> None:
    for path in ("/a=/300x200/smart/http://example.org/b.jpg", "/a=/fit-in/1x1/filters:blur(3)/c"):
        assert re.search(USUAL, f"GET {path}")


def test_two_hosts_have_two_words() -> None:
    long = "a.very.long.name.of.a.host.in.some.example.org"
    names = [
        "a.b.example",
        "a-b.example",
        "10.0.0.1",
        "a--b.example",
        long,
        f"b.{long}",
        f"{long}.b",
    ]
    slugs = [Place(names=(name,), listen=("80",), root=Path("/x")).slug for name in names]
    assert len(set(slugs)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{,40}", slug) for slug in slugs)


PARTS = ["/", "//", "%2F", "%2f", "http:", "https%3A", "a", "b.jpg", ".", "..", "%2E", "%20", "@"]


@given(st.lists(st.sampled_from(PARTS), max_size=9).map(lambda parts: "/" + "".join(parts)))
def test_a_path_that_a_file_answers_is_one_that_gets_a_link(path: str) -> None:
    """Else two URLs that the service tells apart would be one for the file system."""
    from urllib.parse import unquote

    if re.search(PLAIN, f"GET {path} HTTP/1.1", re.IGNORECASE):
        segments = segments_of(unquote(path).removeprefix("/"))
        has_at = any(part.startswith("@") for part in unquote(path).split("/"))
        assert segments is not None or has_at  # which no link has but at its end


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("GET /a HTTP/1.1", True), ("HEAD /a HTTP/2.0", True), ("GET /a", True),
        ("POST /a HTTP/1.1", False), ("GETX /a HTTP/1.1", False), ("GET /a? HTTP/1.1", False),
        ("GET /a/ HTTP/1.1", False), ("GET / HTTP/1.1", False), ("GET /.a HTTP/1.1", False),
        ("GET /http://a HTTP/1.1", True), ("GET /x/https%3a%2f%2Fa HTTP/1.1", True),
        ("GET /ahttp://a HTTP/1.1", False),
    ],
)  # fmt: skip
def test_request_lines(line: str, fits: bool) -> None:
    assert bool(re.search(PLAIN, line, re.IGNORECASE)) == fits


def test_all_formats_that_we_write_are_looked_for() -> None:
    assert {f.suffix[1:]: f.media_type for f in FORMATS if f.writable} == SUFFIXES


def test_every_text_is_filled_in_once() -> None:
    values = dict.fromkeys(re.findall(r"§\{(\w+)\}", raw_text("nginx.conf")), "§{title}")
    assert "§{title}" in filled("nginx.conf", values)


def raw_text(name: str) -> str:
    from importlib.resources import files

    return (files("tintype.vhost") / name).read_text("utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--server-name", "a.example", "--server-name", "b.example"],
        ["--listen", "*:8081", "--listen", "127.0.0.1:8443"],
        ["--server-name", "10.0.0.1"],
        ["--server-name", "a-name.that-is.rather-long.for-a.host.example.org"],
        ["--upstream", "[::1]:8888"],
        ["--upstream", "localhost:80"],
        ["--allow", "10.0.0.0/8", "--allow", "::1", "--expose", "metrics"],
        ["--expose", "metrics", "--expose", "purge", "--expose", "image"],
        ["--cache-seconds", "0"],
    ],
    ids=str,
)
def test_the_servers_take_what_is_printed(kind: str, arguments: list[str]) -> None:
    module = need(kind)
    with front.readable_folder() as folder:
        # Whoever is not root may not so much as try to listen on port 80.
        text = printed(kind, "--listen", "8080", *arguments, data=folder)
        said = module.check(folder / "check", text)
    assert re.search("syntax is ok|Syntax OK", said)
    assert "warn" not in said.replace("AH00112: Warning: DocumentRoot", "")
