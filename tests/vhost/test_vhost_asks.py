"""What nginx and Apache leave to the service, and what they let nobody have."""

import socket

import pytest

from servers import front
from vhost.sites import NAME, Site, Sites

PATH = "/sig=/300x200/asked.jpg"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_only_get_and_head_are_answered_from_disk(site: Site, method: str) -> None:
    site.keep(PATH)
    body = b"x=1" if method in ("POST", "PUT", "PATCH") else b""
    assert site.passed_on(PATH, method, body=body) == f"{method} {PATH} HTTP/1.1"


def test_a_head_that_no_file_answers_is_passed_on(site: Site) -> None:
    assert site.passed_on("/sig=/nobody.jpg", "HEAD") == "HEAD /sig=/nobody.jpg HTTP/1.1"


@pytest.mark.parametrize("query", ["?", "?a=1", "?a=%20&b=/../x", "?http://a//b"])
def test_a_query_is_the_services(site: Site, query: str) -> None:
    site.keep(PATH)
    assert site.passed_on(PATH + query) == f"GET {PATH}{query} HTTP/1.1"


# For a file system these are the first's path, or somebody else's; for the service they are not.
ODD = [
    "/sig=/300x200//asked.jpg",
    "/sig=/300x200/%2Fasked.jpg",
    "/sig=%2f%2F300x200/asked.jpg",
    "/sig=///300x200/asked.jpg",
    "/sig=/300x200/asked.jpg/",
    "/sig=/300x200/asked.jpg%2F",
    "/sig=/./300x200/asked.jpg",
    "/sig=/%2e/300x200/asked.jpg",
    "/sig=/x/../300x200/asked.jpg",
    "/sig=/x/%2E%2e/300x200/asked.jpg",
    "/sig=/x/..%2F300x200/asked.jpg",
    "/sig=/300x200/asked.jpg/.",
    "/sig=/300x200/asked.jpg/x/..",
]


@pytest.mark.parametrize("path", ODD)
def test_a_path_that_is_another_for_the_file_system_is_the_services(site: Site, path: str) -> None:
    site.keep(PATH)
    assert site.passed_on(path) == f"GET {path} HTTP/1.1"


def test_slashes_before_a_path_are_the_services_but_for_apache_which_takes_one(site: Site) -> None:
    site.keep(PATH)
    sent = f"/{PATH}" if site.kind == "nginx" else PATH
    assert site.passed_on(f"/{PATH}") == f"GET {sent} HTTP/1.1"


@pytest.mark.parametrize(
    "path",
    [
        "/sig=/ftp://example.org/a.jpg",
        "/sig=/xhttp://example.org/a.jpg",
        "/sig=/http:///example.org/a.jpg",
        "/sig=/http://example.org//a.jpg",
        "/sig=/http://example.org/http:////a.jpg",
        "/sig=/%68ttp://example.org/a.jpg",
    ],
)
def test_slashes_count_but_behind_http(site: Site, path: str) -> None:
    plain = "/".join(part for part in path.replace("%68", "h").split("/") if part)
    site.keep(plain)
    assert site.passed_on(path) == f"GET {path} HTTP/1.1"


OUT = [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/sig=/../../secret.txt",
    "/sig=/..%2F..%2Fsecret.txt",
    "/sig=/%2E%2E/%2E%2E/secret.txt",
    "/sig=/..%5c..%5csecret.txt",
    "/sig=/....//....//secret.txt",
    "/../../../../../../etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/..%2F..%2F..%2F..%2F..%2F..%2F..%2Fetc%2Fpasswd",
    "/.%252e/.%252e/etc/passwd",
    "//etc/passwd",
    "/etc/passwd",
    "/@settings",
    "/@/ab/ab000001-000001.jpg",
    "/@",
    "/@/",
    "/",
    "/sig=",
    "/sig=/",
    "/renditions/ab",
    "/.tintype/locks",
    "/sig=/a%00.jpg",
    "/sig=/a%0a.jpg",
    "/sig=/%ff%fe.jpg",
]


@pytest.mark.parametrize("path", OUT)
def test_nothing_but_linked_renditions_is_answered_from_disk(site: Site, path: str) -> None:
    """No listing, no file beside the links, no way out; the service says what it thinks of it."""
    site.keep("/sig=/out.jpg")
    (site.root / "secret.txt").write_text("secret")
    (site.root / "front" / "@settings").write_text("secret")
    answer = site.ask(path)
    assert answer.status in (203, 400, 404), answer
    assert b"secret" not in answer.body
    assert b"root:" not in answer.body
    assert b"out.jpg" not in answer.body


def test_the_links_files_have_no_address_of_their_own(site: Site) -> None:
    site.keep("/sig=/linked.jpg")
    path = "/sig=/linked.jpg/@any.jpg"
    assert site.passed_on(path) == f"GET {path} HTTP/1.1"
    steps = [link.name for link in (site.root / "front" / "@").rglob("*.jpg")]
    assert steps
    for name in steps:
        site.passed_on(f"/@/ab/{name}")


def test_a_folder_that_cannot_be_read_lets_requests_through(site: Site) -> None:
    """Permissions that are wrong cost speed and no pictures."""
    file, _ = site.keep("/sig=/closed.jpg")
    file.parent.chmod(0)
    try:
        assert site.passed_on("/sig=/closed.jpg") == "GET /sig=/closed.jpg HTTP/1.1"
    finally:
        file.parent.chmod(0o755)


@pytest.mark.skipif(not front.AS_NOBODY, reason="the files are the server's own user's")
def test_a_file_that_cannot_be_read_is_asked_for_by_nginx_alone(site: Site) -> None:
    file, _ = site.keep("/sig=/private.jpg")
    file.chmod(0)
    if site.kind == "nginx":
        assert site.passed_on("/sig=/private.jpg") == "GET /sig=/private.jpg HTTP/1.1"
    else:
        assert site.ask("/sig=/private.jpg").status == 403


def test_the_service_learns_who_asks_and_by_which_name(site: Site) -> None:
    site.passed_on("/sig=/who.jpg", x_request_id="0123456789abcdef", X_Forwarded_For="192.0.2.1")
    headers = site.seen[-1][1]
    assert headers["host"] == NAME
    assert headers["x-request-id"] == "0123456789abcdef"
    assert headers["x-forwarded-for"].replace(" ", "") == "192.0.2.1,127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"


def test_the_service_is_asked_for_what_the_browser_accepts(site: Site) -> None:
    site.passed_on("/sig=/accept.jpg", Accept="image/avif,image/webp,*/*;q=0.8", Range="bytes=0-")
    assert site.seen[-1][1]["accept"] == "image/avif,image/webp,*/*;q=0.8"
    assert site.seen[-1][1]["range"] == "bytes=0-"


def test_bodies_are_passed_on_whole(site: Site) -> None:
    body = bytes(range(256)) * 4096
    site.passed_on("/image", "POST", body=body, Slug="photo.jpg")
    assert site.seen[-1][1]["content-length"] == str(len(body))


def test_a_long_url_reaches_the_service(site: Site) -> None:
    path = "/sig=/" + "a" * 10_000
    assert site.passed_on(path) == f"GET {path} HTTP/1.1"


PRIVATE = ["/metrics", "/purge", "/purge/300x200/a.jpg", "/image", "/image/0/a.jpg"]


@pytest.mark.parametrize("path", PRIVATE)
def test_this_machine_reaches_what_is_not_for_strangers(site: Site, path: str) -> None:
    assert site.passed_on(path) == f"GET {path} HTTP/1.1"


@pytest.mark.parametrize("path", [*PRIVATE, "/%6detrics", "//metrics", "/x/../purge/a"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_strangers_do_not(kind: str, sites: Sites, path: str, method: str) -> None:
    site = sites(kind, "--allow", "192.0.2.0/24", "--allow", "2001:db8::1")
    answer = site.ask(path, method)
    assert answer.status == 403
    assert site.seen == []


def test_they_do_where_it_is_so_chosen(kind: str, sites: Sites) -> None:
    site = sites(kind, "--allow", "192.0.2.1", "--expose", "image")
    assert site.passed_on("/image/0", "DELETE") == "DELETE /image/0 HTTP/1.1"
    assert site.ask("/metrics").status == 403
    everybody = sites(kind, "--allow", "all")
    assert everybody.passed_on("/metrics") == "GET /metrics HTTP/1.1"


@pytest.mark.parametrize("path", ["/metrics-of/a.jpg", "/imagery/a.jpg", "/sig=/image/a.jpg"])
def test_what_only_looks_private_is_a_picture(kind: str, sites: Sites, path: str) -> None:
    site = sites(kind, "--allow", "192.0.2.0/24", "--allow", "2001:db8::1")
    _, content = site.keep(path)
    assert site.from_disk(path) == content


def test_a_service_that_is_down_is_missed_only_where_it_is_needed(kind: str, sites: Sites) -> None:
    port = front.free_port()
    down = sites(kind, "--upstream", f"127.0.0.1:{port}")
    _, content = down.keep("/sig=/kept.jpg")
    assert down.from_disk("/sig=/kept.jpg") == content
    assert down.ask("/sig=/not-kept.jpg").status in (502, 503)
    # And it is back at once when it is back.
    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.settimeout(10)
        with socket.create_connection(("127.0.0.1", down.port), 10) as client:
            client.sendall(b"GET /sig=/not-kept.jpg HTTP/1.1\r\nHost: img.example.org\r\n\r\n")
            connection, _ = listener.accept()
            with connection:
                assert connection.recv(100).startswith(b"GET /sig=/not-kept.jpg HTTP/1.1\r\n")


OTHER = {
    "nginx": "server { listen 127.0.0.1:PORT default_server; server_name _; return 204; }",
    "apache": '<VirtualHost 127.0.0.1:PORT>\nServerName other\nRedirect 410 "/"\n</VirtualHost>',
}


def test_it_gets_on_with_other_hosts_on_the_same_port(kind: str, sites: Sites) -> None:
    """nginx reads a path by the rules of the port's first host, whichever is meant."""
    site = sites(kind, before=OTHER[kind])
    assert site.ask("/", host="other").status == (204 if kind == "nginx" else 410)
    path = "/sig=/1x1/http://example.org/other.jpg"
    _, content = site.keep(path)
    assert site.from_disk(path) == content
    assert site.passed_on(f"{path}?a") == f"GET {path}?a HTTP/1.1"
    for odd in (
        "/sig=/1x1/http://example.org//other.jpg",
        "/sig=//1x1/http://example.org/other.jpg",
    ):
        assert site.passed_on(odd) == f"GET {odd} HTTP/1.1"
