"""Signing in at Flickr and X from the web: each user for himself, and nobody for another."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import update

from servers import api
from servers.api import Api, Person
from servers.demo import Demo
from tintype.app_providers import of_user
from tintype.catalog import Session, connections, sessions
from tintype.catalog.tables import PendingSignIn
from tintype.credentials.sealing import Sealing
from tintype.credentials.tokens import digest_of, new_token
from tintype.settings import Settings
from web.api.kit import problem

PATH = "/api/v1/connections"


@pytest.fixture(scope="module")
def connecting(demo_server: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A service whose Flickr and X are the demo."""
    given = demo_server.settings
    names = ("flickr_api", "flickr_key", "flickr_secret", "x_api", "x_key", "x_secret")
    settings = {name: getattr(given, name) for name in names}
    folder = tmp_path_factory.mktemp("connecting")
    with api.running(folder, api_sign_in_rate=1_000_000, **settings) as running:
        yield running


@pytest.fixture
def someone(demo: Demo, connecting: Api) -> Person:
    return connecting.person()


@pytest.fixture
def browser(connecting: Api, someone: Person) -> Iterator[httpx2.Client]:
    with signed_in(connecting, someone) as client:
        yield client


@contextmanager
def signed_in(connecting: Api, person: Person) -> Iterator[httpx2.Client]:
    """A browser with a session. It was begun without the password, which takes its time."""
    token = new_token()
    until = datetime.now(UTC) + timedelta(hours=1)
    connecting.catalog.run_now(
        lambda session: sessions.begin(session, person.id, digest_of(token), until)
    )
    with connecting.client() as client:
        client.cookies.set("tintype_session", token)
        yield client


def consented(browser: httpx2.Client, provider: str = "flickr", say: str = "yes") -> str:
    """Where the provider sends the browser that has been sent to it."""
    begun = browser.post(PATH, json={"provider": provider})
    assert begun.status_code == 201, begun.text
    assert begun.headers["cache-control"] == "no-store"
    page, _, query = begun.json()["authorize_url"].partition("?")
    token = dict(httpx2.QueryParams(query))["oauth_token"]
    sent = browser.post(page, data={"oauth_token": token, "say": say})
    assert sent.status_code == 302
    return str(sent.headers["location"])


@pytest.mark.parametrize(
    ("provider", "name", "user_id"),
    [("flickr", "some user", "12345678@N00"), ("x", "someuser", "2244994945")],
)
def test_a_user_signs_in_and_out_at_a_provider(
    browser: httpx2.Client, demo: Demo, provider: str, name: str, user_id: str
) -> None:
    problem(browser.get(f"{PATH}/{provider}"), 404, "record-not-found")
    back = consented(browser, provider)
    assert re.match(rf"{browser.base_url}/?api/v1/connections/{provider}/callback\?state=", back)
    page = browser.get(back, headers={"sec-fetch-site": "cross-site"})
    assert page.status_code == 200
    assert f"Connected as {name}." in page.text
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    shown = browser.get(f"{PATH}/{provider}").json()
    assert (shown["user"], shown["user_id"]) == (name, user_id)
    assert browser.get(PATH).json() == {"items": [shown]}
    (grant,) = demo.state.grants.values()
    for secret in (grant.key, grant.secret):
        assert secret not in page.text + browser.get(PATH).text
    assert browser.delete(f"{PATH}/{provider}").status_code == 204
    assert browser.get(PATH).json() == {"items": []}
    problem(browser.delete(f"{PATH}/{provider}"), 404, "record-not-found")


def test_what_is_kept_is_sealed_and_opens_for_its_user_only(
    browser: httpx2.Client, demo: Demo, connecting: Api, someone: Person
) -> None:
    browser.get(consented(browser))
    record = connecting.catalog.read_now(lambda s: connections.get(s, someone.id, "flickr"))
    (grant,) = demo.state.grants.values()
    assert grant.permission == "read"
    assert grant.key not in record.sealed
    settings = Settings(data=connecting.service.data, providers=demo.settings)
    sealing = Sealing.of_settings((), connecting.service.data)
    found = of_user(record, settings, sealing)
    assert found.token
    assert (found.token.key, found.token.secret) == (grant.key, grant.secret)
    record.user_id = connecting.admin.id
    with pytest.raises(Exception, match="sealed"):
        of_user(record, settings, sealing)


def test_a_new_sign_in_takes_the_place_of_the_old(browser: httpx2.Client) -> None:
    for _ in range(2):
        assert browser.get(consented(browser)).status_code == 200
    assert len(browser.get(PATH).json()["items"]) == 1


def test_what_comes_back_belongs_to_who_was_sent(browser: httpx2.Client, connecting: Api) -> None:
    back = consented(browser)
    with signed_in(connecting, connecting.person()) as other:
        refused = other.get(back)
        assert (refused.status_code, "another person" in refused.text) == (403, True)
        assert other.get(PATH).json() == {"items": []}
    with connecting.client() as stranger:
        refused = stranger.get(back)
        assert (refused.status_code, "Sign in first" in refused.text) == (401, True)
    assert browser.get(back).status_code == 200, "nobody else has used it up"
    again = browser.get(back)
    assert (again.status_code, "This sign-in is over" in again.text) == (403, True)


@pytest.mark.parametrize(
    ("pattern", "by"),
    [
        (r"state=[\w-]+", "state=" + "a" * 43),
        (r"state=[\w-]+&", ""),
        (r"oauth_token=[\w-]+", "oauth_token=another"),
        (r"oauth_verifier=\w+", "oauth_verifier=another"),
        (r"&oauth_verifier=\w+", ""),
        (r"/flickr/", "/x/"),
        (r"oauth_token=[\w-]+", "oauth_token=%ff%00<script>"),
    ],
)
def test_a_callback_that_was_changed_connects_nobody(
    browser: httpx2.Client, pattern: str, by: str
) -> None:
    back = re.sub(pattern, by, consented(browser))
    page = browser.get(back)
    assert page.status_code == 403
    assert "You are not connected" in page.text
    assert "<script>" not in page.text
    assert browser.get(PATH).json() == {"items": []}


def test_who_says_no_is_not_connected(browser: httpx2.Client) -> None:
    page = browser.get(consented(browser, say="no"))
    assert page.status_code == 403
    assert "The access was denied." in page.text
    assert browser.get(PATH).json() == {"items": []}


def test_who_comes_back_too_late_begins_again(browser: httpx2.Client, connecting: Api) -> None:
    back = consented(browser)
    late = datetime.now(UTC) - timedelta(seconds=1)
    connecting.catalog.run_now(lambda s: s.execute(update(PendingSignIn).values(expires_at=late)))
    page = browser.get(back)
    assert (page.status_code, "This sign-in is over" in page.text) == (403, True)


def test_what_a_provider_refuses_or_is_away_is_told(browser: httpx2.Client, demo: Demo) -> None:
    demo.state.trouble.order("503", on="request_token")
    problem(browser.post(PATH, json={"provider": "flickr"}), 503, "provider-unavailable")
    demo.state.trouble.clear()
    demo.state.apps.clear()
    problem(browser.post(PATH, json={"provider": "flickr"}), 403, "provider-sign-in-failed")
    demo.state.apps[demo.settings.flickr_key] = demo.settings.flickr_secret
    back = consented(browser)
    demo.state.trouble.order("500", on="access_token")
    page = browser.get(back)
    assert (page.status_code, "Try again later" in page.text) == (503, True)


def test_only_who_may_and_only_from_our_own_pages(
    browser: httpx2.Client, connecting: Api, someone: Person
) -> None:
    foreign = {"sec-fetch-site": "cross-site"}
    refused = browser.post(PATH, json={"provider": "flickr"}, headers=foreign)
    problem(refused, 403, "foreign-page")
    reads = connecting.key(someone.id, ["connections:read"])
    headers = {"authorization": f"Bearer {reads}"}
    assert httpx2.get(f"{connecting.url}{PATH}", headers=headers).status_code == 200
    begun = httpx2.post(f"{connecting.url}{PATH}", json={"provider": "x"}, headers=headers)
    problem(begun, 403, "scope-missing")
    problem(httpx2.get(f"{connecting.url}{PATH}"), 401, "credentials-refused")


@pytest.mark.parametrize("provider", ["nope", "", "flickr ", 7, None])
def test_a_provider_that_is_none_is_refused(browser: httpx2.Client, provider: object) -> None:
    problem(browser.post(PATH, json={"provider": provider}), 422, "invalid-record")


def test_a_service_without_a_key_says_so(own: httpx2.Client) -> None:
    problem(own.post(PATH, json={"provider": "flickr"}), 409, "provider-not-set-up")
    assert own.get(f"{PATH}/flickr/callback").status_code in (401, 403)
    assert own.get(f"{PATH}/nope/callback").status_code == 404


def test_a_user_keeps_few_sign_ins_that_were_begun(
    browser: httpx2.Client, connecting: Api, someone: Person
) -> None:
    first, until = consented(browser), datetime.now(UTC) + timedelta(hours=1)

    def many(session: Session) -> None:
        for number in range(connections.MOST_PENDING - 1):
            connections.begin(
                session,
                someone.id,
                "x",
                sha256=f"{someone.id}{number}",
                token="t",
                sealed_secret="s",
                expires_at=until,
            )

    connecting.catalog.run_now(many)
    last = consented(browser)
    assert browser.get(first).status_code == 403, "the oldest has gone"
    assert browser.get(last).status_code == 200


def test_nothing_secret_of_a_sign_in_is_in_the_log(demo: Demo, tmp_path: Path) -> None:
    given = demo.settings
    names = ("flickr_api", "flickr_key", "flickr_secret")
    settings = {name: getattr(given, name) for name in names}
    with api.running(tmp_path, **settings) as running, signed_in(running, running.admin) as browser:
        first, second = consented(browser), consented(browser)
        assert browser.get(first).status_code == 200
        assert browser.get(second.replace("state=", "state=x")).status_code == 403
    said = "".join(running.service.lines) + running.service.log
    assert '/connections/flickr/callback?-" 200' in said
    (grant,) = demo.state.grants.values()
    secrets = [grant.key, grant.secret, given.flickr_secret]
    for request in demo.state.requests.values():
        secrets += [request.key, request.secret, request.verifier]
    assert not [secret for secret in secrets if secret in said]
