"""Who asks: API keys and what they may do, signed requests, limits."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from servers import api as api_server
from servers.api import Api, Person
from tintype import Client, SignedAuth
from tintype.catalog import api_keys, granted
from tintype.catalog.tables import AccessKey, ApiKey
from tintype.credentials.api_keys import new_api_key
from tintype.errors import RequestRefused
from tintype.signed_requests import AccessKey as SigningKey
from tintype.signed_requests import sign

ME = "/api/v1/session"
CHALLENGE = 'Bearer realm="tintype", TINTYPE-HMAC-SHA256'


def refused(answer: httpx2.Response, code: str = "credentials-refused", words: str = "") -> None:
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == CHALLENGE
    assert answer.json()["code"] == code
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer " + "x" * 5_000, "TINTYPE-HMAC-SHA256 x"],
)
def test_a_stranger_is_refused_before_the_body_is_looked_at(
    stranger: httpx2.Client, header: str
) -> None:
    code = "signing-refused" if header.startswith("TINTYPE") else "credentials-refused"
    headers = {"authorization": header}
    for method, path in (("GET", "/users"), ("POST", "/users"), ("GET", ME)):
        refused(stranger.request(method, path, headers=headers, content=b"\xff"), code)


def test_the_admin_key_of_the_pictures_part_is_nobodys_here(served: Api) -> None:
    refused(httpx2.get(f"{served.url}/users", headers={"authorization": "Bearer " + "x" * 32}))
    from servers.service import ADMIN

    bearer = {"authorization": f"Bearer {ADMIN}"}
    refused(httpx2.get(f"{served.url}/users", headers=bearer))
    assert httpx2.post(f"{served.url}/purge", headers=bearer, json={"tag": "x"}).status_code == 200


def test_a_key_that_was_never_given_or_has_ended_is_refused(served: Api, person: Person) -> None:
    refused(httpx2.get(f"{served.url}{ME}?key={person.key}"))  # never in a query
    ended, never = new_api_key(), new_api_key()
    served.catalog.run_now(
        lambda session: api_keys.add(
            session,
            person.id,
            "ended",
            key_id=ended.id,
            sha256=ended.digest,
            last4=ended.last4,
            scopes=["users:read"],
            expires_at=datetime.now(UTC) - timedelta(seconds=1),
        )
    )
    for key in (ended, never):
        refused(httpx2.get(f"{served.url}{ME}", headers={"authorization": f"Bearer {key.text}"}))


def test_a_key_may_do_what_its_scopes_say(served: Api, person: Person) -> None:
    reader = Person(person.id, person.email, served.key(person.id, ["users:read"]))
    with served.client(reader) as client:
        assert client.get(f"/users/{person.id}").status_code == 200
        for answer in (
            client.patch(f"/users/{person.id}", json={"first_name": "X"}),
            client.delete(f"/users/{person.id}"),
            client.get("/api/v1/api-keys"),
            client.post("/api/v1/access-keys", json={"name": "x", "scopes": ["users:read"]}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


def test_a_key_for_administrators_is_none_any_more_when_its_user_is_none(
    served: Api, admin: httpx2.Client
) -> None:
    second = served.person(is_admin=True)
    with served.client(second) as client:
        assert len(client.get("/users").json()) > 1
        admin.patch(f"/users/{second.id}", json={"is_admin": False})
        assert [user["id"] for user in client.get("/users").json()] == [second.id]


def test_an_api_key_is_shown_once_used_and_revoked(
    served: Api, own: httpx2.Client, person: Person
) -> None:
    wanted = {
        "name": "for a script",
        "scopes": ["users:read"],
        "expires_at": "2099-01-01T00:00:00Z",
    }
    made = own.post("/api/v1/api-keys", json=wanted)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    key = made.json()
    text = key.pop("key")
    assert key["last_used_at"] is None
    assert text.split("_")[3].endswith(key["last4"])
    with served.client(Person(person.id, person.email, text)) as client:
        assert client.get(ME).json()["scopes"] == ["users:read"]
        assert client.get(ME).json()["how"] == "key"
        shown = own.get(made.headers["location"]).json()
        assert shown["last_used_at"]
        assert shown | {"last_used_at": None} == key
        assert shown in own.get("/api/v1/api-keys").json()["items"]
        assert own.delete(made.headers["location"]).status_code == 204
        refused(client.get(ME))
    assert own.get(made.headers["location"]).status_code == 404
    assert own.delete(made.headers["location"]).status_code == 404
    assert key["id"] not in own.get("/api/v1/api-keys").text
    assert text not in own.get("/api/v1/api-keys").text
    kept = served.catalog.read_now(lambda s: granted.get(s, ApiKey, person.id, key["id"]))
    assert text not in repr(vars(kept))
    assert text.split("_")[3] not in repr(vars(kept))


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"name": ""}, 422),
        ({"scopes": []}, 422),
        ({"scopes": ["users:everything"]}, 422),
        ({"scopes": "users:read"}, 422),
        ({"expires_at": "2001-01-01T00:00:00Z"}, 422),
        ({"expires_at": "2099-01-01T00:00:00"}, 422),
        ({"expires_at": 4_000_000_000}, 422),
        ({"expires_at": "9999-12-31T23:59:59-23:59"}, 422),
        ({"colour": "red"}, 422),
        ({"scopes": ["users:admin"]}, 403),
    ],
)
@pytest.mark.parametrize("kind", ["api-keys", "access-keys"])
def test_a_key_that_cannot_be_is_refused(
    own: httpx2.Client, kind: str, changed: dict[str, object], status: int
) -> None:
    wanted = {"name": "x", "scopes": ["users:read"]} | changed
    assert own.post(f"/api/v1/{kind}", json=wanted).status_code == status
    assert len(own.get("/api/v1/access-keys").json()["items"]) == 0


@pytest.mark.parametrize("kind", ["api-keys", "access-keys"])
def test_a_key_that_ends_makes_none_that_lasts_longer(
    served: Api, own: httpx2.Client, person: Person, kind: str
) -> None:
    scopes = ["keys:write"]
    ends = {"name": "x", "scopes": scopes, "expires_at": "2098-01-01T00:00:00Z"}
    key = own.post("/api/v1/api-keys", json=ends).json()["key"]
    access = own.post("/api/v1/access-keys", json=ends).json()
    with (
        served.client(Person(person.id, person.email, key)) as bearer,
        httpx2.Client(
            base_url=served.url, auth=SignedAuth(access["id"], access["secret"])
        ) as signs,
    ):
        for client in (bearer, signs):
            for until in (None, "2098-01-01T00:00:01Z"):
                answer = client.post(f"/api/v1/{kind}", json=ends | {"expires_at": until})
                assert answer.status_code == 422, answer.text
                assert "expires_at: cannot be after" in answer.json()["detail"]
            assert client.post(f"/api/v1/{kind}", json=ends).status_code == 201


@pytest.mark.parametrize("kind", ["api-keys", "access-keys"])
def test_foreign_keys_are_not_there(
    served: Api, own: httpx2.Client, admin: httpx2.Client, kind: str
) -> None:
    made = own.post(f"/api/v1/{kind}", json={"name": "x", "scopes": ["users:read"]})
    path = made.headers["location"]
    assert own.get(path).status_code == 200
    for answer in (admin.get(path), admin.delete(path), own.get(f"/api/v1/{kind}/nonsense")):
        assert answer.status_code == 404
    assert own.get(path).status_code == 200


@pytest.fixture
def signing(own: httpx2.Client) -> SigningKey:
    """An access key of the person."""
    wanted = {"name": "signs", "scopes": ["users:read", "users:write"]}
    made = own.post("/api/v1/access-keys", json=wanted).json()
    assert made["secret"] not in own.get("/api/v1/access-keys").text
    return SigningKey(made["id"], made["secret"])


@pytest.fixture
def signed(served: Api, signing: SigningKey) -> Iterator[httpx2.Client]:
    auth = SignedAuth(signing.id, signing.secret)
    with httpx2.Client(base_url=served.url, auth=auth, timeout=30) as client:
        yield client


def test_signed_requests_are_their_users(
    served: Api, signed: httpx2.Client, person: Person, signing: SigningKey
) -> None:
    path = f"/users/{person.id}"
    assert signed.get(ME).json()["how"] == "signature"
    assert signed.get("/api/v1/users", params={"limit": 7}).status_code == 200
    changed = signed.patch(path, json={"first_name": "Grüße aus ÿ"})
    assert (changed.status_code, changed.json()["first_name"]) == (200, "Grüße aus ÿ")
    assert signed.delete("/api/v1/access-keys/x").status_code == 403
    kept = served.catalog.read_now(lambda s: granted.get(s, AccessKey, person.id, signing.id))
    assert kept.last_used_at
    assert signing.secret not in kept.sealed_secret


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def for_me(key: SigningKey, age: float = 0) -> dict[str, str]:
    """The headers of a request for one's own record, signed so many seconds ago."""
    return sign(key, "GET", ME.encode(), b"", EMPTY, time.time() - age)


def test_a_signed_request_is_good_once(
    served: Api, stranger: httpx2.Client, signing: SigningKey
) -> None:
    headers = for_me(signing)
    assert stranger.get(ME, headers=headers).status_code == 200
    refused(stranger.get(ME, headers=headers), "signing-refused", "was answered before")
    assert "secret" not in served.service.log


@pytest.mark.parametrize("age", [901 + 60, -901 - 60])
def test_a_signature_from_another_time_is_refused(
    stranger: httpx2.Client, signing: SigningKey, age: int
) -> None:
    headers = for_me(signing, age)
    refused(stranger.get(ME, headers=headers), "signing-refused", "more than 15 minutes")
    forged = for_me(SigningKey(signing.id, "x" * 40), age)
    refused(stranger.get(ME, headers=forged))


@pytest.mark.parametrize("header", ["X-Tintype-Date", "X-Tintype-Content-SHA256"])
def test_a_header_that_is_missing_is_named(
    stranger: httpx2.Client, signing: SigningKey, header: str
) -> None:
    headers = for_me(signing)
    del headers[header.lower()]
    refused(stranger.get(ME, headers=headers), "signing-refused", f"The header {header} ")


def test_a_signed_request_with_another_body_changes_nothing(
    own: httpx2.Client, stranger: httpx2.Client, signing: SigningKey, person: Person
) -> None:
    path = f"/users/{person.id}"
    for claimed in (EMPTY, "UNSIGNED-PAYLOAD"):
        headers = sign(signing, "PATCH", path.encode(), b"", claimed, time.time())
        refused(
            stranger.patch(path, headers=headers, json={"first_name": "Mallory"}), "signing-refused"
        )
    assert own.get(path).json()["first_name"] == "Ada"


def test_the_signature_of_another_secret_or_a_revoked_key_is_refused(
    own: httpx2.Client, stranger: httpx2.Client, signing: SigningKey
) -> None:
    forged = SigningKey(signing.id, "x" * 40)
    refused(stranger.get(ME, headers=for_me(forged)))
    unknown = SigningKey("TTAK0000000000000000", signing.secret)
    refused(stranger.get(ME, headers=for_me(unknown)))
    own.delete(f"/api/v1/access-keys/{signing.id}")
    refused(stranger.get(ME, headers=for_me(signing)))


def test_the_client_signs_and_reads(served: Api, admin: httpx2.Client) -> None:
    made = admin.post(
        "/api/v1/access-keys",
        json={"name": "c", "scopes": ["users:admin", "users:read", "users:write"]},
    ).json()
    with Client(served.url, access_key_id=made["id"], secret=made["secret"]) as client:
        user = client.add_user(first_name="Ada", last_name="King", email=f"{made['id']}@x.org")
        assert client.user(user["id"]) == user
        assert user in list(client.users(limit=3))
        changed = client.change_user(user, last_name="Lovelace")
        assert (changed["last_name"], changed.etag) == ("Lovelace", '"2"')
        with pytest.raises(RequestRefused) as caught:
            client.change_user(user, last_name="Byron")
        assert caught.value.answered == 412
        assert caught.value.problem["type"] == "/problems/record-stale"
        client.remove_user(changed)
        with pytest.raises(RequestRefused, match="There is no such record"):
            client.user(user["id"])
    with Client(served.url, api_key=served.admin.key) as client:
        assert client.user(served.admin.id)["is_admin"]


def test_who_asks_too_often_hears_when_to_come_again(tmp_path: Path) -> None:
    with api_server.running(tmp_path, api_rate=3, api_anonymous_rate=2) as served:
        with served.client(served.admin) as client:
            answers = [client.get("/users") for _ in range(4)]
            assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
            assert [answer.headers["ratelimit-policy"] for answer in answers] == [
                '"key";q=3;w=60'
            ] * 4
            assert answers[0].headers["ratelimit"].startswith('"key";r=2;t=')
            assert 1 <= int(answers[3].headers["retry-after"]) <= 20
            assert answers[3].json()["code"] == "too-many-requests"
        person = served.person()
        with served.client(person) as client, served.client() as stranger:
            there = {"x-forwarded-for": "2001:db8::1"}
            assert client.get("/users").status_code == 200, "each key has a count of its own"
            assert [stranger.get("/users").status_code for _ in range(3)] == [401, 401, 429]
            assert client.get("/users").status_code == 429, "from an address that only guesses"
            assert [stranger.get("/users", headers=there).status_code for _ in range(3)] == [
                401,
                401,
                429,
            ]
            neighbour = {"x-forwarded-for": "198.51.100.9, 2001:db8::2"}
            assert stranger.get("/users", headers=neighbour).status_code == 429, "one network"
