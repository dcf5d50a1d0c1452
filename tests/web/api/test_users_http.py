"""Users over HTTP: the project's first routes, and the same below /api/v1."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx2
import pytest

from servers.api import PASSWORD, Api, Person
from tintype.catalog import Session, users

ROUTES = ["/users", "/api/v1/users"]
ADA = {"first_name": "Ada", "last_name": "Lovelace"}


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, object]:
    """The problem that an answer is, which must be this one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, object] = answer.json()
    assert said["type"] == f"/problems/{code}"
    assert said["status"] == status
    assert said["request_id"] == answer.headers["x-request-id"]
    return said


@pytest.mark.parametrize("route", ROUTES)
def test_a_user_is_added_read_and_removed(served: Api, admin: httpx2.Client, route: str) -> None:
    email = f"Ada.{route.count('/')}@Example.org"
    added = admin.post(route, json=ADA | {"email": email})
    assert added.status_code == 201
    assert added.headers["content-type"] == "application/json"
    user = added.json()
    assert {name: user[name] for name in ADA} == ADA
    assert user["email"] == email, "as it was written"
    assert UUID(user["id"]).version == 7
    assert "password" not in added.text
    location = added.headers["location"]
    assert location == f"{route}/{user['id']}"
    read = admin.get(location)
    assert (read.status_code, read.json()) == (200, user)
    assert read.headers["etag"] == added.headers["etag"] == '"1"'
    assert user in served.everybody()
    gone = admin.delete(location, headers={"if-match": '"1"'})
    assert (gone.status_code, gone.content) == (204, b"")
    problem(admin.get(location), 404, "record-not-found")
    problem(admin.delete(location, headers={"if-match": '"1"'}), 404, "record-not-found")


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_forms_are_as_good_as_json(admin: httpx2.Client, route: str, kind: str) -> None:
    fields = ADA | {"email": f"{kind}{route.count('/')}@example.org", "first_name": "Zoë + Co"}
    if kind == "urlencoded":
        answer = admin.post(route, data=fields)
    else:
        answer = admin.post(route, files={name: (None, value) for name, value in fields.items()})
    assert answer.status_code == 201, answer.text
    assert answer.json()["first_name"] == "Zoë + Co"


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("form", [False, True])
def test_each_missing_field_is_named(admin: httpx2.Client, route: str, form: bool) -> None:
    given = {"last_name": "  "}
    answer = admin.post(route, data=given) if form else admin.post(route, json=given)
    said = problem(answer, 422, "invalid-record")
    sentences = [f"{name}: cannot be blank" for name in ("first_name", "last_name", "email")]
    assert sorted(e["msg"] for e in said["errors"]) == sorted(sentences)  # type: ignore[index, union-attr]
    assert all(sentence in str(said["detail"]) for sentence in sentences)
    assert {"loc": ["body", "email"], "msg": "email: cannot be blank", "type": "missing"} in said[
        "errors"  # type: ignore[operator]
    ]


@pytest.mark.parametrize("kind", ["data", "files"])
def test_a_change_may_be_a_form(admin: httpx2.Client, person: Person, kind: str) -> None:
    fields = {"last_name": (None, "King")} if kind == "files" else {"last_name": "King"}
    answer = admin.patch(f"/users/{person.id}", **{kind: fields})  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["last_name"]) == (200, "King")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"limit": 0}, "limit: must be at least 1"),
        ({"limit": 1_000}, "limit: must be at most 200"),
        ({"limit": "x"}, "limit: must be a whole number"),
        ({"cursor": "x" * 201}, "cursor: cannot be longer than 200 characters"),
    ],
)
def test_what_is_wrong_with_a_query_is_said_in_our_words(
    admin: httpx2.Client, query: dict[str, int | str], sentence: str
) -> None:
    answer = admin.get("/users", params=query)
    assert problem(answer, 422, "invalid-record")["detail"] == f"{sentence}."


def test_what_takes_no_form_says_so(admin: httpx2.Client) -> None:
    for kind in ({"data": {"name": "x"}}, {"content": b"x", "headers": {"content-type": "a/b"}}):
        answer = admin.post("/api/v1/api-keys", **kind)  # type: ignore[arg-type]
        said = problem(answer, 415, "unsupported-media-type")
        assert said["detail"] == "The body must be application/json: this takes no form."
        assert answer.headers["accept"] == "application/json"


def test_nothing_at_all_names_all_three(admin: httpx2.Client) -> None:
    assert len(problem(admin.post("/users"), 422, "invalid-record")["errors"]) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"email": "no address"}, "email: is not an email address"),
        ({"first_name": "a\x00b"}, "first_name: cannot hold control characters"),
        ({"first_name": "x" * 101}, "first_name: cannot be longer than 100 characters"),
        ({"first_name": 7}, "first_name: must be a text"),
        ({"first_name": None}, "first_name: cannot be blank"),
        ({"first_name": ["Ada"]}, "first_name: must be a text"),
        ({"is_admin": "yes"}, "is_admin: must be true or false"),
        ({"nickname": "A"}, "nickname: is no field of this"),
        ({"password": "too short"}, "password: must have at least 12 characters"),
    ],
)
def test_what_is_wrong_is_said(
    admin: httpx2.Client, changed: dict[str, object], sentence: str
) -> None:
    answer = admin.post("/users", json=ADA | {"email": "wrong@example.org"} | changed)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]
    assert admin.post("/users", json=ADA | {"email": "a@" + "b" * 300}).status_code == 422


@pytest.mark.parametrize("route", ROUTES)
def test_an_address_is_taken_however_it_is_written(admin: httpx2.Client, route: str) -> None:
    email = f"strasse{route.count('/')}@bücher.example"
    assert admin.post(route, json=ADA | {"email": email}).status_code == 201
    for other in (email.upper(), f" {email} ", email.replace("bücher", "xn--bcher-kva")):
        problem(admin.post(route, json=ADA | {"email": other}), 409, "email-taken")


SQL = "Robert'); DROP TABLE users;--"


@pytest.mark.parametrize("field", ["first_name", "last_name", "email"])
def test_sql_is_a_text_like_any_other(admin: httpx2.Client, field: str) -> None:
    given = ADA | {"email": f"sql-{field}@example.org"}
    answer = admin.post("/users", json=given | {field: SQL})
    if field == "email":
        assert answer.status_code == 422
    else:
        assert answer.json()[field] == SQL
    for path in (f"/users/{SQL}", f"/api/v1/users/{SQL}", "/users/1", "/users/' OR 1=1 --"):
        problem(admin.get(path), 404, "record-not-found")
    problem(admin.get("/users", params={"cursor": SQL}), 422, "invalid-record")
    assert admin.get("/users").status_code == 200


def test_pages_lead_through_all_users_once(served: Api, admin: httpx2.Client) -> None:
    expected = [served.person().id for _ in range(7)]
    seen, path = [], "/api/v1/users?limit=3"
    while path:
        answer = admin.get(path)
        page = answer.json()
        assert len(page["items"]) <= 3
        seen += [user["id"] for user in page["items"]]
        link = answer.links.get("next", {}).get("url", "")
        assert bool(link) == bool(page["next_cursor"])
        assert not link or page["next_cursor"] in link
        path = link
    assert seen == sorted(seen)
    assert seen[-7:] == expected
    assert len(set(seen)) == len(seen)
    plain = admin.get("/users", params={"limit": 2})
    assert [user["id"] for user in plain.json()] == seen[:2]
    assert [user["id"] for user in admin.get(plain.links["next"]["url"]).json()] == seen[2:4]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=%FF", "colour=red"])
@pytest.mark.parametrize("route", ROUTES)
def test_a_query_that_makes_no_sense_is_refused(
    admin: httpx2.Client, route: str, query: str
) -> None:
    said = problem(admin.get(f"{route}?{query}"), 422, "invalid-record")
    assert query.partition("=")[0] in str(said["detail"])


def test_a_change_takes_the_version_that_was_read(admin: httpx2.Client, person: Person) -> None:
    path = f"/api/v1/users/{person.id}"
    change = {"last_name": "King"}
    problem(admin.patch(path, json=change), 428, "if-match-required")
    problem(admin.delete(path), 428, "if-match-required")
    for stale in ('"7"', 'W/"1"', '"x"'):
        problem(admin.patch(path, json=change, headers={"if-match": stale}), 412, "record-stale")
    for malformed in ("1", "", '"1', "{}"):
        answer = admin.patch(path, json=change, headers={"if-match": malformed})
        problem(answer, 412, "no-entity-tag")
    changed = admin.patch(path, json=change, headers={"if-match": '"9", "1"'})
    assert (changed.status_code, changed.json()["last_name"]) == (200, "King")
    assert changed.headers["etag"] == '"2"'
    assert changed.json()["first_name"] == "Ada"
    problem(admin.delete(path, headers={"if-match": '"1"'}), 412, "record-stale")
    assert admin.patch(path, json={}, headers={"if-match": "*"}).headers["etag"] == '"2"'
    assert admin.patch(f"/users/{person.id}", json=change).headers["etag"] == '"3"'
    problem(
        admin.patch(f"/users/{person.id}", json=change, headers={"if-match": '"2"'}),
        412,
        "record-stale",
    )


def test_what_is_known_is_not_sent_again(admin: httpx2.Client, person: Person) -> None:
    path = f"/api/v1/users/{person.id}"
    for known in ('"1"', 'W/"1"', '"0", "1"', "*"):
        answer = admin.get(path, headers={"if-none-match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == '"1"'
    assert admin.get(path, headers={"if-none-match": '"2"'}).status_code == 200


def test_of_two_writers_at_once_one_wins_and_hears_so(
    served: Api, admin: httpx2.Client, person: Person
) -> None:
    path, barrier = f"/api/v1/users/{person.id}", threading.Barrier(6)

    def write(number: int) -> int:
        with served.client(served.admin) as client:
            barrier.wait()
            name = {"first_name": f"Number {number}"}
            return client.patch(path, json=name, headers={"if-match": '"1"'}).status_code

    with ThreadPoolExecutor(6) as threads:
        statuses = list(threads.map(write, range(6)))
    assert sorted(statuses) == [200] + [412] * 5
    winner = f"Number {statuses.index(200)}"
    assert admin.get(path).json()["first_name"] == winner


def test_of_two_with_one_address_at_once_one_is_added(served: Api) -> None:
    barrier = threading.Barrier(6)

    def add(_: int) -> int:
        with served.client(served.admin) as client:
            barrier.wait()
            return client.post("/users", json=ADA | {"email": "race@example.org"}).status_code

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(add, range(6))) == [201] + [409] * 5


def test_one_sees_and_changes_oneself_and_nobody_else(
    served: Api, own: httpx2.Client, person: Person
) -> None:
    other = served.person()
    assert [user["id"] for user in own.get("/users").json()] == [person.id]
    assert [user["id"] for user in own.get("/api/v1/users").json()["items"]] == [person.id]
    assert own.get(f"/users/{person.id}").status_code == 200
    for answer in (
        own.get(f"/users/{other.id}"),
        own.patch(f"/users/{other.id}", json={"first_name": "X"}),
        own.delete(f"/users/{other.id}"),
        own.get("/api/v1/users/01a228f6-0ee8-7000-b76b-e0a0445faa07"),
    ):
        problem(answer, 404, "record-not-found")
    problem(own.post("/users", json=ADA | {"email": "n@example.org"}), 403, "scope-missing")
    problem(own.patch(f"/users/{person.id}", json={"is_admin": True}), 403, "scope-missing")
    assert own.patch(f"/users/{person.id}", json={"first_name": "X"}).status_code == 200


@pytest.mark.parametrize("route", ROUTES)
def test_one_removes_oneself_when_signed_in_and_not_by_a_key(
    served: Api, own: httpx2.Client, person: Person, route: str
) -> None:
    path, version = f"{route}/{person.id}", {"if-match": "*"}
    problem(own.delete(path, headers=version), 403, "sign-in-again")
    for scopes, code in (
        (["users:write"], "scope-missing"),
        (["users:write", "originals:write"], "sign-in-again"),
    ):
        key = Person(person.id, person.email, served.key(person.id, scopes))
        with served.client(key) as client:
            asked = client.delete(f"/api/v1/users/{person.id}?cascade=true", headers=version)
            problem(asked, 403, code)
    with served.client() as browser:
        body = {"email": person.email, "password": PASSWORD}
        assert browser.post("/api/v1/session", json=body).status_code == 200
        assert browser.delete(path, headers=version).status_code == 204
    problem(own.get("/users"), 401, "credentials-refused")


def test_the_first_password_is_not_given_by_a_key(
    served: Api, own: httpx2.Client, admin: httpx2.Client, person: Person
) -> None:
    def forget(session: Session) -> None:
        users.get(session, person.id).password_hash = None

    served.catalog.run_now(forget)
    path, new = f"/users/{person.id}", {"password": "a password of one's own"}
    problem(own.patch(path, json=new), 403, "first-password")
    assert admin.patch(path, json=new).status_code == 200


def test_there_is_always_an_administrator(served: Api, admin: httpx2.Client) -> None:
    path = f"/users/{served.admin.id}"
    problem(admin.delete(path), 409, "own-administration")
    problem(admin.patch(path, json={"is_admin": False}), 409, "own-administration")
    assert admin.get(path).json()["is_admin"] is True
    second = served.person(is_admin=True)
    assert admin.patch(f"/users/{second.id}", json={"is_admin": False}).status_code == 200
