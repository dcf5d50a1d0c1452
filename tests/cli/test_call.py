"""tintype call, and tintype x"""

import contextlib
import json
import socket
import webbrowser
from pathlib import Path

import httpx2
import pytest

from cli.demo_kit import Person, page_in, person
from servers.demo import Demo
from tintype.cli.call_printing import pretty
from tintype.flickr.demo.state import APP_SECRET
from tintype.oauth1 import Token

TIMELINE = "/1.1/statuses/user_timeline.json"


@pytest.fixture
def someone(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Person:
    return person(demo, tmp_path / "here", monkeypatch, capsys)


@pytest.fixture
def token(someone: Person) -> Token:
    return someone.sign_in("x")


def test_the_timeline_is_printed_indented_and_in_its_order(someone: Person, token: Token) -> None:
    code, out, err = someone.run("call", "twitter", "GET", TIMELINE, "exclude_replies=true")
    assert (code, err) == (0, "")
    assert out.startswith('[\n  {\n    "created_at": ')
    names = list(json.loads(out)[0])
    assert names == ["created_at", "id", "id_str", "text", "user", "favorited"]
    assert "äöü 日本 & <b>" in out
    assert "exclude_replies%3Dtrue" in someone.demo.state.bases[-1]


def test_verbose_shows_base_string_and_headers_and_no_secret(someone: Person, token: Token) -> None:
    code, out, err = someone.run("call", "twitter", TIMELINE, "count=1", "-v", "-H", "X-Id: 7")
    assert code == 0
    json.loads(out)
    assert f"> GET {someone.demo.base}{TIMELINE}?count=1\n" in err
    assert "> base string: GET&http%3A%2F%2F127.0.0.1" in err
    assert 'oauth_signature="…"' in err
    assert "> X-Id: 7\n" in err
    assert "< x-rate-limit-remaining: 899" in err
    secrets = (token.key, token.secret, APP_SECRET)
    assert not [each for each in secrets if each in err + out]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["/2/users/me"], 0, ""),
        (["/1.1/nope.json"], 14, "X: Sorry, that page does not exist (code 34)."),
        (["/2/users/2244994945/tweets", "max_results=3"], 14, "max_results must be in 5..100."),
        (["/2/users/2244994945/tweets", "a=1", "a=2"], 14, "Duplicate query parameters."),
        (["/2/usage/tweets"], 14, "This call takes no OAuth 1.0a"),
        (["/2/users/by/username/nobody"], 0, "Could not find user with username: [nobody]."),
    ],
)
def test_the_exit_code_is_the_status_and_a_hint_stands_beside_the_body(
    someone: Person, token: Token, arguments: list[str], code: int, words: str
) -> None:
    found, out, err = someone.run("call", "x", *arguments)
    assert found == code
    json.loads(out)
    assert words in err


@pytest.mark.parametrize(
    ("kind", "code"), [("503", 15), ("redirect", 13), ("429", 14), ("html", 0)]
)
def test_what_is_no_json_is_printed_as_it_is(
    someone: Person, token: Token, kind: str, code: int
) -> None:
    someone.demo.state.trouble.order(kind, times=1)
    found, out, _ = someone.run("call", "x", "/2/users/me")
    assert found == code
    assert out.startswith("<!DOCTYPE html>") or kind == "redirect"


def test_a_closed_api_is_told_with_what_to_do(someone: Person, token: Token) -> None:
    someone.demo.state.is_old_app = False
    code, out, err = someone.run("call", "twitter", TIMELINE)
    assert code == 14
    assert json.loads(out)["errors"][0]["code"] == 453
    assert "use a path that begins with /2/" in err


def test_bodies_of_every_kind_arrive(someone: Person, token: Token) -> None:
    update = "/1.1/statuses/update.json"
    for options, text in (
        (["-d", "status=Hello Ladies%20%2B Gentlemen&b=2"], "Hello Ladies + Gentlemen"),
        (["--data-urlencode", "status=1+1=2 & 100%"], "1+1=2 & 100%"),
        (["-d", "status=a+b", "-d", "c=日本"], "a b"),
        (["-d", "@form.txt"], "from a file"),
    ):
        (someone.folder / "form.txt").write_text("status=from+a+file\n")
        code, out, err = someone.run("call", "twitter", update, *options)
        assert code == 0, err
        assert json.loads(out)["text"] == text
    code, out, _ = someone.run("call", "x", "/2/tweets", "--json", '{"text": "ä{}"}')
    assert json.loads(out)["data"]["text"] == "ä{}"
    (someone.folder / "body.json").write_text('{"text": "file"}')
    code, out, _ = someone.run("call", "x", "/2/tweets", "--json", "@body.json")
    assert json.loads(out)["data"]["text"] == "file"
    (someone.folder / "p.png").write_bytes(b"\x89PNG\r\n" * 50)
    upload = f"{someone.demo.base}/1.1/media/upload.json"
    code, out, _ = someone.run("call", "x", upload, "-F", "media=@p.png", "-F", "a=b")
    assert code == 0
    assert json.loads(out)["size"] > 300


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["https://evil.example/1.1/x.json"], "is not on a host of X"),
        (["http://127.0.0.1@evil.example/"], "is not on a host of X"),
        (["nonsense"], "neither a path nor a URL"),
        (["/x", "nonsense"], "is not NAME=VALUE"),
        (["/x", "oauth_token=1"], "protocol"),
        (["/x", "--json", "{"], "no JSON"),
        (["/x", "--json", "{}", "-d", "a=b"], "and not both"),
        (["/x", "-d", '{"a": 1}'], "Send it by --json"),
        (["/x", "-X", "GET", "-d", "a=b"], "takes no form"),
        (["/x", "-X", "B AD"], "is no method"),
        (["/x", "-F", "a=@absent"], "cannot be read"),
        (["/x", "--json", "@absent"], "cannot be read"),
        (["/x", "-H", "Authorization: x"], "made by the signing"),
        (["/x", "-H", "nonsense"], "is no header"),
        (["/x", "-H", "A: b\r\nC: d"], "is no header"),
        (["login", "x"], "takes nothing"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_sent(
    someone: Person, token: Token, arguments: list[str], words: str
) -> None:
    code, out, err = someone.run("call", "x", *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert someone.demo.state.calls == []


def test_calls_of_flickr_are_methods(someone: Person) -> None:
    someone.sign_in("flickr")
    code, out, _ = someone.run("call", "flickr", "flickr.photos.getSizes", "photo_id=53000000001")
    assert code == 0
    assert json.loads(out)["sizes"]["size"][0]["label"] == "Square"
    assert "\\/" not in out
    code, out, err = someone.run("call", "flickr", "flickr.photos.getSizes", "photo_id=1")
    assert (code, out) == (1, "")
    assert err.startswith("tintype: Flickr: Photo not found (code 1 of flickr.photos.getSizes).")
    code, out, err = someone.run("call", "flickr", "flickr.nope")
    assert "(code 112 of flickr.nope)" in err
    someone.demo.state.revoke_all()
    code, out, err = someone.run("call", "flickr", "flickr.test.login")
    assert (code, out) == (14, "")
    assert "token_revoked. Sign in: tintype flickr login" in err
    someone.run("flickr", "logout")
    code, out, _ = someone.run("call", "flickr", "flickr.test.echo", "a=1", "-v")
    assert json.loads(out)["a"] == {"_content": "1"}


def test_who_is_not_signed_in_is_told(someone: Person) -> None:
    code, _, err = someone.run("call", "x", "/2/users/me")
    assert (code, err) == (1, "tintype: Nobody is signed in at X. Sign in: tintype x login\n")
    assert "Known: flickr, x, twitter." in someone.run("call", "nope", "/x")[2]


def test_x_login_whoami_and_logout(someone: Person) -> None:
    def pin() -> str:
        return someone.demo.pin(page_in(someone.capture.readouterr().err))

    code, out, err = someone.run("x", "login", stdin=pin)
    assert code == 0, err
    assert out.startswith("Signed in at X as someuser; kept, encrypted, in ")
    assert someone.run("x", "whoami")[1].startswith("someuser (2244994945) at X\n")
    assert someone.run("call", "twitter", "/2/users/me")[0] == 0, "one account, two names"
    assert someone.run("x", "logout")[0] == 0
    assert someone.run("x", "whoami")[0] == 1


def test_the_browser_comes_back_to_the_address_that_is_registered(
    someone: Person, unused_tcp_port: int
) -> None:
    """In this process: the browser that is opened is one of ours, and allows the access."""

    def browse(page: str) -> bool:
        address, _, query = page.partition("?")
        token = dict(httpx2.QueryParams(query))["oauth_token"]
        callback = someone.demo.state.requests[token].callback
        assert callback == f"http://127.0.0.1:{unused_tcp_port}/callback"
        httpx2.post(address, data={"oauth_token": token, "say": "yes"}, follow_redirects=True)
        return True

    someone.monkeypatch.setattr(webbrowser, "open", browse)
    code, out, err = someone.run("x", "login", "--browser", str(unused_tcp_port))
    assert code == 0, err
    assert out.startswith("Signed in at X as someuser")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, out, err = someone.run("x", "login", "--browser", str(taken.getsockname()[1]))
    assert (code, out) == (2, "")
    assert "Choose another." in err


def test_a_browser_that_insists_on_https_is_told_of(someone: Person) -> None:
    """It sends a TLS handshake to the port; the one that does not gets through all the same."""

    def browse(page: str) -> bool:
        address, _, query = page.partition("?")
        token = dict(httpx2.QueryParams(query))["oauth_token"]
        callback = someone.demo.state.requests[token].callback
        with contextlib.suppress(httpx2.HTTPError):
            httpx2.get(callback.replace("http:", "https:"))
        httpx2.post(address, data={"oauth_token": token, "say": "yes"}, follow_redirects=True)
        return True

    someone.monkeypatch.setattr(webbrowser, "open", browse)
    code, _, err = someone.run("flickr", "login", "--browser")
    assert code == 0
    assert "The browser insists on https." in err


def test_the_files_of_other_programs_are_enough(someone: Person) -> None:
    token = someone.demo.token()
    for name in ("TINTYPE_X_KEY", "TINTYPE_X_SECRET"):
        someone.monkeypatch.delenv(name)
    keys = someone.demo.environment
    (someone.folder / "settings.cfg").write_text(
        f"[Keys]\nconsumer_key = {keys['TINTYPE_X_KEY']}\n"
        f"consumer_secret = {keys['TINTYPE_X_SECRET']}\n"
        f"access_token = {token.key}\naccess_token_secret = {token.secret}\n"
    )
    assert someone.run("call", "twitter", TIMELINE)[0] == 0
    assert "is from" in someone.run("x", "whoami")[1]


def test_any_provider_is_called_by_its_table_and_signed_in_at(someone: Person) -> None:
    base, keys = someone.demo.base, someone.demo.environment
    (someone.folder / "data").mkdir()
    (someone.folder / "data" / "providers.toml").write_text(
        f"[photos]\napi = '{base}/2'\nconsumer_key = '{keys['TINTYPE_X_KEY']}'\n"
        f"consumer_secret = '{keys['TINTYPE_X_SECRET']}'\nwhoami = '/users/me'\n"
        + "".join(
            f"{leg} = '{base}/oauth/{leg}'\n"
            for leg in ("request_token", "authorize", "access_token")
        )
    )

    def pin() -> str:
        return someone.demo.pin(page_in(someone.capture.readouterr().err))

    assert someone.run("call", "photos", "login", stdin=pin)[0] == 0
    _, out, _ = someone.run("call", "photos", "/users/me")
    assert json.loads(out)["data"]["username"] == "someuser"
    assert someone.run("call", "photos", "logout")[0] == 0
    assert someone.run("call", "photos", "/users/me")[0] == 14


def test_nothing_in_json_speaks_to_a_terminal() -> None:
    text = pretty({"a": "\x1b[31m\x9b\x7f", "b": "\u2028", "c": "\ud800", "ä": [1.5, True, None]})
    assert json.loads(text) == {
        "a": "\x1b[31m\x9b\x7f",
        "b": "\u2028",
        "c": "\ud800",
        "ä": [1.5, True, None],
    }
    assert not [c for c in text if not c.isprintable() and c != "\n"]
    text.encode()
