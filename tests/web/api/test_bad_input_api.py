"""What comes from outside is hostile: bodies, methods and addresses that make no sense."""

import json

import httpx2
import pytest

from servers.api import Api
from web.raw import ask

ADA = {"first_name": "Ada", "last_name": "Lovelace", "email": "hostile@example.org"}
JSON = {"content-type": "application/json"}


def problem(answer: httpx2.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    return str(answer.json()["detail"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "not valid JSON"),
        (b"[]]", "not valid JSON"),
        (b'{"first_name": NaN}', "not valid JSON"),
        (b'{"a": 1, "a": 2}', "a member twice"),
        (b'{"first_name": "\xff"}', "not valid UTF-8"),
        (b"\xef\xbb\xbf{}", "not valid JSON"),
        (b"[" * 60_000, "not valid JSON"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "not valid JSON"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "not valid JSON"),
    ],
    ids=range(9),
)
def test_what_is_no_json_is_refused(admin: httpx2.Client, content: bytes, words: str) -> None:
    assert words in problem(admin.post("/users", content=content, headers=JSON), 400)


@pytest.mark.parametrize("content", [b"[]", b"null", b'"text"', b"7", b"[{}]"])
def test_json_of_another_shape_is_refused(admin: httpx2.Client, content: bytes) -> None:
    answer = admin.post("/users", content=content, headers=JSON)
    assert problem(answer, 422) == "body: must be an object."


def test_half_of_a_surrogate_pair_is_no_text(admin: httpx2.Client) -> None:
    content = json.dumps(ADA | {"first_name": "x\ud800"}).encode()
    detail = problem(admin.post("/users", content=content, headers=JSON), 422)
    assert detail == "first_name: is not valid Unicode."


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/plain", 415),
        ("application/xml", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=x", 400),
        ("application/json; charset=utf-8", 422),
        ("application/merge-patch+json", 422),
        ("", 422),
        ("\xff\xfe", 415),
    ],
)
def test_bodies_of_other_types_are_refused(admin: httpx2.Client, kind: str, status: int) -> None:
    headers = {"content-type": kind.encode("latin-1")}
    problem(admin.post("/users", content=b'{"nickname": 1}', headers=headers), status)


def test_a_form_with_a_file_or_a_field_twice_is_refused(admin: httpx2.Client) -> None:
    problem(admin.post("/users", files={"first_name": ("a.txt", b"Ada")}), 400)
    twice = b"first_name=A&first_name=B"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert "twice" in problem(admin.post("/users", content=twice, headers=kind), 400)


@pytest.mark.parametrize("form", [False, True])
def test_a_field_of_a_megabyte_is_refused_politely(admin: httpx2.Client, form: bool) -> None:
    large = ADA | {"first_name": "x" * (1 << 20)}
    answer = admin.post("/users", data=large) if form else admin.post("/users", json=large)
    assert problem(answer, 413) == "The body is longer than 65,536 bytes."
    chunked = admin.post("/users", content=iter([b"x" * 100_000] * 10), headers=JSON)
    problem(chunked, 413)


def test_a_body_that_says_it_is_endless_is_not_waited_for(served: Api) -> None:
    head = (
        "POST /users HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nAuthorization: Bearer {served.admin.key}\r\n\r\n"
    )
    assert b" 413 " in ask(served.service, head.encode()).partition(b"\r\n")[0]


METHODS = {
    "/users": "GET, HEAD, OPTIONS, POST",
    "/users/x": "DELETE, GET, HEAD, OPTIONS, PATCH",
    "/api/v1/users": "GET, HEAD, OPTIONS, POST",
    "/api/v1/session": "DELETE, GET, HEAD, OPTIONS, POST",
    "/api/v1/api-keys/x": "DELETE, GET, HEAD, OPTIONS",
    "/docs": "GET, HEAD, OPTIONS",
    "/openapi.json": "GET, HEAD, OPTIONS",
}


@pytest.mark.parametrize("path", METHODS)
def test_a_wrong_method_hears_all_right_ones(stranger: httpx2.Client, path: str) -> None:
    for method in ("PUT", "TRACE"):
        answer = stranger.request(method, path)
        problem(answer, 405)
        assert answer.headers["allow"] == METHODS[path]
    options = stranger.options(path)
    assert (options.status_code, options.headers["allow"]) == (204, METHODS[path])


@pytest.mark.parametrize(
    "path",
    [
        "/users/",
        "/users/x/y",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v2/users",
        "/docs/x",
        "/openapi.json/",
        "/setup",
        "/api/v1/users/../../setup",
        "/api/v1/users%2Fx/%00/%ff",
        "/problems/<script>",
        "/users//",
    ],
)
def test_an_address_that_is_none_is_a_problem(stranger: httpx2.Client, path: str) -> None:
    problem(stranger.get(path, headers={"accept": "text/html"}), 404)


@pytest.mark.parametrize("user_id", ["%00", "%ff", "x" * 5_000, "..%2f..%2fetc", "%F0%9F%92%A9"])
def test_an_id_that_is_none_is_not_there(admin: httpx2.Client, user_id: str) -> None:
    for route in ("/users", "/api/v1/users"):
        assert admin.get(f"{route}/{user_id}").status_code == 404
        assert admin.delete(f"{route}/{user_id}", headers={"if-match": "*"}).status_code == 404


def test_head_is_get_without_a_body(admin: httpx2.Client) -> None:
    head, get = admin.head("/users?limit=1"), admin.get("/users?limit=1")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]
