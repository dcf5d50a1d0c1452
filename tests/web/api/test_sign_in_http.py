"""Signing in with a browser: the cookie, foreign pages, wrong passwords; and the first start."""

import html
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from servers import api as api_server
from servers import service
from servers.api import PASSWORD, Api, Person
from tintype.catalog import sessions
from tintype.credentials.tokens import digest_of

SESSION = "/api/v1/session"
COOKIE = "tintype_session"
WRONG = "a wrong password, sorry"


def sign_in(client: httpx2.Client, person: Person, password: str = PASSWORD) -> httpx2.Response:
    return client.post(SESSION, json={"email": person.email.upper(), "password": password})


def test_who_signs_in_is_known_by_a_cookie_until_signing_out(
    served: Api, stranger: httpx2.Client, person: Person
) -> None:
    answer = sign_in(stranger, person)
    assert (answer.status_code, answer.json()["id"]) == (200, person.id)
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "path=/", "max-age=1209600"))
    assert "secure" not in cookie, "over plain HTTP a browser would not keep it"
    who = stranger.get(SESSION).json()
    assert (who["user"]["id"], who["how"]) == (person.id, "session")
    assert "users:admin" not in who["scopes"]
    token = stranger.cookies[COOKIE]
    kept = served.catalog.read_now(lambda session: sessions.find(session, digest_of(token)))
    assert kept
    assert token not in repr(vars(kept[0]))
    assert stranger.patch(f"/users/{person.id}", json={"first_name": "X"}).status_code == 200
    assert stranger.delete(SESSION).status_code == 204
    assert COOKIE not in stranger.cookies
    stranger.cookies.set(COOKIE, token)
    assert stranger.get(SESSION).status_code == 401


def test_each_sign_in_makes_another_session_and_ends_the_one_before(
    stranger: httpx2.Client, person: Person
) -> None:
    sign_in(stranger, person)
    first = stranger.cookies[COOKIE]
    sign_in(stranger, person)
    second = stranger.cookies[COOKIE]
    assert first != second
    stranger.cookies.clear()
    stranger.cookies.set(COOKIE, first)
    assert stranger.get(SESSION).status_code == 401


def test_over_https_the_cookie_is_bound_to_the_host(
    stranger: httpx2.Client, person: Person
) -> None:
    stranger.headers["x-forwarded-proto"] = "https"
    cookie = sign_in(stranger, person).headers["set-cookie"]
    assert cookie.startswith("__Host-tintype=")
    assert "Secure" in cookie
    pair = cookie.partition(";")[0]
    assert stranger.get(SESSION, headers={"cookie": pair}).status_code == 200
    plain = pair.replace("__Host-tintype", COOKIE)
    assert stranger.get(SESSION, headers={"cookie": plain}).status_code == 401


FOREIGN = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://["},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_pages_of_other_hosts_change_nothing(
    stranger: httpx2.Client, person: Person, headers: dict[str, str]
) -> None:
    sign_in(stranger, person)
    path = f"/users/{person.id}"
    for answer in (
        stranger.patch(path, json={"first_name": "Mallory"}, headers=headers),
        stranger.delete(path, headers=headers),
        stranger.post(SESSION, json={"email": "x", "password": "x"}, headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign-page")
    assert stranger.get(path, headers=headers).json()["first_name"] == "Ada"
    own_page = {"origin": str(stranger.base_url).rstrip("/"), "sec-fetch-site": "same-origin"}
    assert stranger.patch(path, json={"first_name": "X"}, headers=own_page).status_code == 200


@pytest.mark.parametrize(
    "cookie", ["", "x", "tintype_session", "tintype_session=x", "a" * 4_000, "a=[;;", "=;="]
)
def test_any_cookie_is_read_or_refused(stranger: httpx2.Client, cookie: str) -> None:
    assert stranger.get(SESSION, headers={"cookie": cookie}).status_code == 401


def test_wrong_passwords_and_unknown_addresses_get_one_answer(
    stranger: httpx2.Client, person: Person
) -> None:
    nobody = Person("", "nobody@example.org", "")
    answers = [sign_in(stranger, person, WRONG), sign_in(stranger, nobody, WRONG)]
    said = [answer.json() | {"request_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert said[0] == said[1]
    assert said[0]["detail"] == "The email address or the password is wrong."
    assert not stranger.cookies


def test_a_new_password_takes_the_old_one_and_ends_other_sessions(
    served: Api, stranger: httpx2.Client, person: Person
) -> None:
    sign_in(stranger, person)
    path, new = f"/users/{person.id}", "an even better password"
    refused = stranger.patch(path, json={"password": new})
    assert "current_password: cannot be blank" in refused.json()["detail"]
    wrong = stranger.patch(path, json={"password": new, "current_password": WRONG})
    assert "current_password: is not the one" in wrong.json()["detail"]
    assert wrong.status_code == 422
    with served.client() as elsewhere:
        sign_in(elsewhere, person)
        right = {"password": new, "current_password": PASSWORD}
        assert stranger.patch(path, json=right).status_code == 200
        assert stranger.get(SESSION).status_code == 200
        assert elsewhere.get(SESSION).status_code == 401
        assert sign_in(elsewhere, person).status_code == 401
        assert sign_in(elsewhere, person, new).status_code == 200


def test_a_browser_that_was_left_open_makes_no_key(
    served: Api, stranger: httpx2.Client, person: Person
) -> None:
    wanted = {"name": "x", "scopes": ["users:read"]}
    sign_in(stranger, person)
    assert stranger.post("/api/v1/api-keys", json=wanted).status_code == 201
    digest = digest_of(stranger.cookies[COOKIE])

    def age(session: object) -> None:
        found = sessions.find(session, digest)  # type: ignore[arg-type]
        assert found
        found[0].confirmed_at -= timedelta(minutes=16)

    served.catalog.run_now(age)
    answer = stranger.post("/api/v1/api-keys", json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (403, "sign-in-again")
    sign_in(stranger, person)
    assert stranger.post("/api/v1/access-keys", json=wanted).status_code == 201


def test_guessing_passwords_ends_soon_and_the_first_administrator_is_made_once(
    tmp_path: Path,
) -> None:
    with service.running(tmp_path, api_sign_in_rate=2) as running:
        (path,) = re.findall(r"http://[^/]+(/setup/\S+)", "".join(running.lines))
        with httpx2.Client(base_url=running.url, timeout=30) as client:
            _set_up(client, path)
            client.cookies.clear()
            body = {"email": "root@example.org", "password": WRONG}
            statuses = [client.post(SESSION, json=body).status_code for _ in range(3)]
            assert statuses == [401, 401, 429]
            late = client.post(SESSION, json=body | {"password": PASSWORD})
            assert late.status_code == 429, "even with the right one"
            assert int(late.headers["retry-after"]) > 1
            elsewhere = {"x-forwarded-for": "198.51.100.7"}
            assert client.post(SESSION, json=body, headers=elsewhere).status_code == 429
    printed = "".join(running.lines)
    assert printed.count(path) == 1, "not in the access log"
    assert "/setup/-" in printed
    again = service.start(tmp_path)
    assert again.end() == 0
    assert "/setup/" not in "".join(again.lines)


def test_many_guesses_at_once_are_as_many_as_one_after_the_other(tmp_path: Path) -> None:
    with api_server.running(tmp_path, api_sign_in_rate=3) as running:
        person = running.person()
        guesses = [running.client() for _ in range(12)]
        start = threading.Barrier(len(guesses))

        def guess(client: httpx2.Client) -> int:
            with client:
                start.wait()
                return sign_in(client, person, WRONG).status_code

        with ThreadPoolExecutor(len(guesses)) as threads:
            assert sorted(threads.map(guess, guesses)) == [401] * 3 + [429] * 9
        other = running.person()
        with running.client(other) as own:
            change = {"password": "an even better password", "current_password": WRONG}
            answers = [own.patch(f"/users/{other.id}", json=change) for _ in range(4)]
            assert [answer.status_code for answer in answers] == [422] * 3 + [429]


def _set_up(client: httpx2.Client, path: str) -> None:
    page = client.get(path)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "script" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    fields = set(re.findall(r'<input id="(\w+)" name="\1"', page.text))
    assert fields == {"first_name", "last_name", "email", "password"}
    assert "This link is over" in client.get("/setup/" + "x" * 43).text
    given = {"first_name": '"><b>Root', "last_name": "", "email": "root@example.org"}
    wrong = client.post(path, data=given | {"password": "short"})
    assert wrong.status_code == 422
    assert "last_name: cannot be blank" in wrong.text
    assert "password: must have at least 12 characters" in wrong.text
    assert html.escape(given["first_name"]) in wrong.text
    assert "<b>" not in wrong.text
    right = given | {"last_name": "Admin", "password": PASSWORD}
    foreign = client.post(path, data=right, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    done = client.post(path, data=right)
    assert (done.status_code, done.headers["location"]) == (303, "/docs#first-key")
    assert client.get("/docs").status_code == 200
    assert client.get(SESSION).json()["user"]["is_admin"] is True
    for used in (client.get(path), client.post(path, data=right)):
        assert (used.status_code, used.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "It was used, or its time is up." in used.text


def test_beyond_this_machine_there_must_be_an_administrator(tmp_path: Path) -> None:
    refused = service.start(tmp_path, "--host", "0.0.0.0")
    assert refused.end() == 2
    assert "no administrator yet" in refused.log
    assert "tintype users add EMAIL --first-name … --last-name … --admin" in refused.log
    with api_server.running(tmp_path):
        pass
    with service.running(tmp_path, "--host", "0.0.0.0") as running:
        assert httpx2.get(f"{running.url}/healthz").status_code == 200
