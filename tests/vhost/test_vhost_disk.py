"""What the real nginx and the real Apache answer from disk, by the configurations we print."""

import time

import pytest

from vhost.sites import Site, Sites

CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
OLD_SAFARI = "image/webp,image/png,image/*;q=0.8,*/*;q=0.5"
SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/gif": "gif",
    "image/tiff": "tif",
}


def test_a_rendition_is_answered_from_disk_with_all_headers(site: Site) -> None:
    _, content = site.keep("/unsafe/300x200/headers.jpg")
    answer = site.ask("/unsafe/300x200/headers.jpg")
    assert (answer.status, answer.body) == (200, content)
    assert site.seen == [] or site.seen[-1][0] != "GET /unsafe/300x200/headers.jpg HTTP/1.1"
    headers = answer.headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["content-length"] == str(len(content))
    assert headers["cache-control"] == "public, max-age=86400, stale-while-revalidate=86400"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["accept-ranges"] == "bytes"
    assert "vary" not in headers
    assert headers["etag"]
    assert headers["last-modified"]


@pytest.mark.parametrize("media_type", SUFFIXES)
def test_the_type_of_an_answer_is_that_of_its_suffix(site: Site, media_type: str) -> None:
    path = f"/unsafe/types/{SUFFIXES[media_type]}/without-a-suffix"
    _, content = site.keep(path, media_type=media_type)
    answer = site.ask(path)
    assert (answer.status, answer.body) == (200, content)
    assert answer.headers["content-type"] == media_type


# As sent, and decoded once.
PATHS = [
    ("/8ammJH8D-7tXy6kU3lTvoXlhu4o=/300x200/a.jpg", "/8ammJH8D-7tXy6kU3lTvoXlhu4o=/300x200/a.jpg"),
    ("/8ammJH8D-7tXy6kU3lTvoXlhu4o%3D/1x1/a.jpg", "/8ammJH8D-7tXy6kU3lTvoXlhu4o=/1x1/a.jpg"),
    ("/sig=/1x1/a+b~c*d$e@f!g'h(i),j;k&l:m.jpg", "/sig=/1x1/a+b~c*d$e@f!g'h(i),j;k&l:m.jpg"),
    ("/sig=/1x1/a%2Bb%7Ec%2Ad%24e%40f.jpg", "/sig=/1x1/a+b~c*d$e@f.jpg"),
    ("/sig=/1x1/http://example.org/a.jpg", "/sig=/1x1/http://example.org/a.jpg"),
    ("/sig=/1x1/HTTPS://example.org/a.jpg", "/sig=/1x1/HTTPS://example.org/a.jpg"),
    ("/sig=/1x1/http:/merged.org/a.jpg", "/sig=/1x1/http://merged.org/a.jpg"),
    ("/sig=/1x1/http%3A%2F%2Fquoted.org%2Fa.jpg", "/sig=/1x1/http://quoted.org/a.jpg"),
    ("/sig=/1x1/http%3a//half.org/a.jpg", "/sig=/1x1/http://half.org/a.jpg"),
    ("/sig=/2x2/store:a%20b.jpg", "/sig=/2x2/store:a b.jpg"),
    ("/sig=/2x2/100%25.jpg", "/sig=/2x2/100%.jpg"),
    ("/sig=/2x2/twice%2520encoded.jpg", "/sig=/2x2/twice%20encoded.jpg"),
    ("/sig=/2x2/twice%252Fencoded.jpg", "/sig=/2x2/twice%2Fencoded.jpg"),
    ("/sig=/2x2/query.jpg%3Fv=1&w=2", "/sig=/2x2/query.jpg?v=1&w=2"),
    ("/sig=/2x2/part%23one.jpg", "/sig=/2x2/part#one.jpg"),
    ("/sig=/2x2/back%5Cslash%22quote%3Cangle%3E.jpg", '/sig=/2x2/back\\slash"quote<angle>.jpg'),
    ("/sig=/2x2/%7Bname%7D%7C$%7Bx%7D.jpg", "/sig=/2x2/{name}|${x}.jpg"),
    ("/sig=/2x2/$uri$1%25%7BENV:x%7D.jpg", "/sig=/2x2/$uri$1%{ENV:x}.jpg"),
    ("/sig=/2x2/gr%C3%BC%C3%9Fe/%E5%86%99%E7%9C%9F.jpg", "/sig=/2x2/grüße/写真.jpg"),
    ("/sig=/filters:fill(red):blur(3)/a.jpg", "/sig=/filters:fill(red):blur(3)/a.jpg"),
    ("/sig=/10x10:200x200/-300x-200/left/top/smart/a.jpg",) * 2,
    ("/iiif/3/sample%3Ahills/full/400,/0/default.jpg",
     "/iiif/3/sample:hills/full/400,/0/default.jpg"),
    ("/a.jpg", "/a.jpg"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "decoded"), PATHS)
def test_a_path_is_decoded_once_to_find_the_file(site: Site, sent: str, decoded: str) -> None:
    _, content = site.keep(decoded)
    assert site.from_disk(sent) == content


@pytest.mark.parametrize(("sent", "decoded"), PATHS)
def test_a_path_that_has_no_file_reaches_the_service_as_it_was_sent(
    site: Site, sent: str, decoded: str
) -> None:
    path = f"/cold{sent}"
    assert site.passed_on(path) == f"GET {path} HTTP/1.1"


def test_bytes_beyond_ascii_need_not_be_encoded(site: Site) -> None:
    _, content = site.keep("/sig=/1x1/roh-ü.jpg")
    assert site.from_disk("/sig=/1x1/roh-ü.jpg".encode()) == content


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (CHROME, "avif"),
        (OLD_SAFARI, "webp"),
        ("image/webp , image/avif", "avif"),
        ("IMAGE/AVIF,Image/WebP", "avif"),
        ("*/*", "plain"),
        ("image/*", "plain"),
        ("", "plain"),
        ("text/html", "plain"),
        ("image/avif", "plain"),  # see negotiate: no browser takes AVIF and no WebP
        ("image/avifx,image/webpx", "plain"),
        ("ximage/webp", "plain"),
    ],
)
def test_a_browser_gets_the_rendition_of_its_class(site: Site, accept: str, expected: str) -> None:
    path = f"/sig=/negotiated/x{accept.encode().hex()}.jpg"
    kept = {
        name: site.keep(path, name, media_type)[1]
        for name, media_type in [
            ("avif", "image/avif"), ("webp", "image/webp"), ("plain", "image/jpeg")
        ]
    }  # fmt: skip
    answer = site.ask(path, Accept=accept)
    assert answer.status == 200
    assert answer.body == kept[expected]
    assert answer.headers["vary"] == "Accept"


def test_a_browser_that_says_nothing_gets_the_plain_rendition(site: Site) -> None:
    _, content = site.keep("/sig=/silent.jpg", "plain")
    assert site.from_disk("/sig=/silent.jpg") == content


def test_the_class_does_not_say_the_format(site: Site) -> None:
    """The smallest of several candidates may well be a PNG."""
    _, content = site.keep("/sig=/small.png", "avif", "image/png")
    answer = site.ask("/sig=/small.png", Accept=CHROME)
    assert answer.body == content
    assert answer.headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    "accept",
    [
        "image/avif;q=0,image/webp,*/*",
        "image/avif,image/webp;q=0.000",
        "image/avif ; q=0.5, image/webp",
        "image/webp;q=0",
        "image/webp;q=nonsense",
        "image/webp,image/avif,image/webp;level=1",
    ],
)
def test_weights_are_read_by_the_service_alone(site: Site, accept: str) -> None:
    path = "/sig=/weights.jpg"
    for name in ("avif", "webp", "plain"):
        site.keep(path, name)
    assert site.passed_on(path, Accept=accept) == f"GET {path} HTTP/1.1"
    assert site.seen[-1][1]["accept"] == accept


def test_weights_do_not_matter_to_a_picture_that_all_get(site: Site) -> None:
    _, content = site.keep("/sig=/for-all.jpg", "any")
    assert site.from_disk("/sig=/for-all.jpg", Accept="image/avif;q=0") == content


@pytest.mark.parametrize(
    ("formats", "accept", "expected"),
    [
        ("webp", CHROME, "webp"),
        ("webp", "image/avif", "plain"),
        ("avif", CHROME, "avif"),
        ("avif", "image/avif", "avif"),
        ("avif", OLD_SAFARI, "plain"),
        ("avif,webp", "image/avif", "plain"),
    ],
)
def test_only_offered_formats_count(
    kind: str, sites: Sites, formats: str, accept: str, expected: str
) -> None:
    site = sites(kind, TINTYPE_AUTO_FORMATS=formats)
    path = f"/sig=/offered/{formats}/{accept.encode().hex()}.jpg"
    kept = {name: site.keep(path, name)[1] for name in ("avif", "webp", "plain")}
    assert site.from_disk(path, Accept=accept) == kept[expected]


def test_head_is_answered_from_disk(site: Site) -> None:
    _, content = site.keep("/sig=/head.jpg")
    before = len(site.seen)
    answer = site.ask("/sig=/head.jpg", "HEAD")
    assert (answer.status, answer.body, len(site.seen)) == (200, b"", before)
    assert answer.headers["content-length"] == str(len(content))


def test_ranges(site: Site) -> None:
    site.keep("/sig=/range.jpg", content=b"0123456789")
    answer = site.ask("/sig=/range.jpg", Range="bytes=2-4")
    assert (answer.status, answer.body) == (206, b"234")
    assert answer.headers["content-range"] == "bytes 2-4/10"
    assert answer.headers["cache-control"].startswith("public")
    assert site.ask("/sig=/range.jpg", Range="bytes=20-").status == 416


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    site.keep("/sig=/known.jpg", "plain")
    first = site.ask("/sig=/known.jpg")
    for name, value in (
        ("if_none_match", first.headers["etag"]),
        ("if_modified_since", first.headers["last-modified"]),
    ):
        again = site.ask("/sig=/known.jpg", **{name: value})
        assert (again.status, again.body) == (304, b"")
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert again.headers["vary"] == "Accept"
    assert site.ask("/sig=/known.jpg", if_none_match='"other"').status == 200


def test_a_new_rendition_has_another_etag(site: Site) -> None:
    file, _ = site.keep("/sig=/renewed.jpg", content=b"one")
    first = site.ask("/sig=/renewed.jpg").headers["etag"]
    new = file.with_name("new")
    new.write_bytes(b"other")
    new.replace(file)
    end = time.monotonic() + 10
    while site.ask("/sig=/renewed.jpg").body != b"other" and time.monotonic() < end:
        time.sleep(0.1)
    assert site.ask("/sig=/renewed.jpg", if_none_match=first).body == b"other"


def test_a_purge_lets_the_request_through(site: Site) -> None:
    """The link points nowhere then; nginx notices within a second."""
    path = "/sig=/purged.jpg"
    file, content = site.keep(path)
    assert site.from_disk(path) == content
    file.unlink()
    end = time.monotonic() + 10
    while site.ask(path).body == content and time.monotonic() < end:
        time.sleep(0.1)
    assert site.passed_on(path) == f"GET {path} HTTP/1.1"


def test_a_rendition_that_comes_is_served(site: Site) -> None:
    path = "/sig=/comes.jpg"
    site.passed_on(path)
    _, content = site.keep(path)
    end = time.monotonic() + 10
    while site.ask(path).body != content and time.monotonic() < end:
        time.sleep(0.1)
    assert site.from_disk(path) == content


def test_a_good_request_id_comes_back(site: Site) -> None:
    site.keep("/sig=/id.jpg")
    given = {"x_request_id": "0123456789abcdef"}
    assert site.ask("/sig=/id.jpg", **given).headers["x-request-id"] == "0123456789abcdef"
    bad = site.ask("/sig=/id.jpg", x_request_id="<script>alert(1)</script>")
    assert "<" not in bad.headers.get("x-request-id", "")


@pytest.mark.parametrize("origin", ["https://a.example", "https://b.example:8443"])
def test_origins_that_may_read_pictures_are_told_so(kind: str, sites: Sites, origin: str) -> None:
    site = sites(kind, TINTYPE_CORS_ORIGINS="https://a.example,https://b.example:8443")
    path = f"/sig=/cors/{origin.encode().hex()}.jpg"
    site.keep(path, "plain")
    headers = site.ask(path, Origin=origin).headers
    assert headers["access-control-allow-origin"] == origin
    assert "ETag" in headers["access-control-expose-headers"]
    assert set(headers["vary"].replace(" ", "").split(",")) == {"Accept", "Origin"}
    other = site.ask(path, Origin="https://evil.example").headers
    assert "access-control-allow-origin" not in other
    assert "Origin" in other["vary"]


def test_all_origins_may_read_pictures_where_that_is_set(kind: str, sites: Sites) -> None:
    site = sites(kind, TINTYPE_CORS_ORIGINS="*")
    site.keep("/sig=/cors.jpg")
    assert site.ask("/sig=/cors.jpg").headers["access-control-allow-origin"] == "*"


def test_the_time_in_caches_can_be_set(kind: str, sites: Sites) -> None:
    site = sites(kind, "--cache-seconds", "60", TINTYPE_STALE_AGE="0")
    site.keep("/sig=/minute.jpg")
    assert site.ask("/sig=/minute.jpg").headers["cache-control"] == "public, max-age=60"
    none = sites(kind, TINTYPE_MAX_AGE="0")
    none.keep("/sig=/never.jpg")
    assert none.ask("/sig=/never.jpg").headers["cache-control"] == "no-cache"
