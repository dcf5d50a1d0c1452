"""tintype flickr"""

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from cli.demo_kit import Person, page_in, person
from cli.running import clean_environment
from servers.demo import Demo
from tintype.errors import NotConnected, ProviderSignInFailed
from tintype.flickr.demo.account import Account

PHOTO, PRIVATE = "53000000001", "53000000004"


@pytest.fixture
def someone(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Person:
    return person(demo, tmp_path / "here", monkeypatch, capsys)


def typed_pin(someone: Person, *, say: str = "") -> str:
    """What a person does with what stands on the terminal."""
    page = page_in(someone.capture.readouterr().err)
    return f"{say or someone.demo.pin(page).replace('-', ' ')}\n"


def test_login_whoami_and_logout(someone: Person) -> None:
    code, out, _ = someone.run("flickr", "login", stdin=lambda: typed_pin(someone))
    assert code == 0
    kept = someone.folder / "data" / "connections" / "flickr.json"
    assert out == f"Signed in at Flickr as some user; kept, encrypted, in {kept}\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    (grant,) = someone.demo.state.grants.values()
    assert grant.permission == "read"
    for secret in (grant.key, grant.secret):
        assert secret not in kept.read_text()
    code, out, _ = someone.run("flickr", "whoami")
    assert out.startswith("some user (12345678@N00) at Flickr\nThe token 7215… is from")
    assert json.loads(someone.run("flickr", "whoami", "--json")[1])["id"] == "12345678@N00"
    assert someone.run("flickr", "logout")[0] == 0
    assert not kept.exists()
    code, _, err = someone.run("flickr", "whoami")
    assert (code, err) == (
        1,
        "tintype: Nobody is signed in at Flickr. Sign in: tintype flickr login\n",
    )
    assert someone.run("flickr", "logout")[0] == NotConnected.exit_code


@pytest.mark.parametrize("say", ["000-000-000", "", "nonsense code"])
def test_a_wrong_code_signs_nobody_in(someone: Person, say: str) -> None:
    code, out, err = someone.run(
        "flickr", "login", stdin=lambda: typed_pin(someone, say=say or "\n")
    )
    assert (code, out) == (ProviderSignInFailed.exit_code, "")
    assert err.count("\n") == 1
    assert not (someone.folder / "data" / "connections").exists()


def test_a_browser_is_caught_on_a_port_of_this_machine(demo: Demo, tmp_path: Path) -> None:
    """As a process: the page it opens goes to a browser of ours, which is sent back."""
    environment = clean_environment(
        **demo.environment, TINTYPE_DATA=str(tmp_path / "data"), BROWSER="true", HOME=str(tmp_path)
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "tintype", "flickr", "login", "--browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment,
    )
    assert process.stderr
    text = ""
    while "http" not in text:
        text += process.stderr.readline()
    page = page_in(text)
    address, _, query = page.partition("?")
    token = dict(httpx2.QueryParams(query))["oauth_token"]
    callback = demo.state.requests[token].callback
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{22}", callback)
    root = callback.rpartition("/")[0]
    assert httpx2.get(f"{root}/guessed?oauth_token={token}&oauth_verifier=x").status_code == 404
    sent = httpx2.post(address, data={"oauth_token": token, "say": "yes"})
    assert "close this window" in httpx2.get(sent.headers["location"]).text
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert out.startswith("Signed in at Flickr as some user")


def test_sizes_are_listed(someone: Person) -> None:
    code, out, _ = someone.run("flickr", "sizes", PHOTO)
    assert code == 0
    lines = out.splitlines()
    assert re.fullmatch(rf"Square +75 × 75  {someone.demo.base}/65535/{PHOTO}_\w+_s.jpg", lines[0])
    assert lines[-1].startswith("Original")
    rows = [
        json.loads(line) for line in someone.run("flickr", "sizes", PHOTO, "--json")[1].splitlines()
    ]
    assert rows[-1]["label"] == "Original"
    assert (rows[-1]["width"], rows[-1]["media"], rows[-1]["id"]) == (1600, "photo", PHOTO)


def test_what_is_private_needs_login(someone: Person) -> None:
    code, _, err = someone.run("flickr", "sizes", PRIVATE)
    assert code == 1
    assert "Photo not found (code 1 of flickr.photos.getSizes). It may be private" in err
    someone.sign_in("flickr")
    assert someone.run("flickr", "sizes", PRIVATE)[0] == 0


def test_lists_are_ids_and_titles(someone: Person) -> None:
    someone.sign_in("flickr")
    code, out, err = someone.run("flickr", "list", "me")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 24
    assert out.splitlines()[-1] == f"{PHOTO} Old Bridge"
    row = json.loads(
        someone.run("flickr", "list", "album:72157600000000002", "--json")[1].splitlines()[0]
    )
    assert row["id"] == PHOTO


def test_what_flickr_does_not_give_is_told(someone: Person) -> None:
    someone.sign_in("flickr")
    someone.demo.state.trouble.order("short")
    code, out, err = someone.run("flickr", "list", "me")
    assert code == 0
    assert len(out.splitlines()) == 12
    assert "Flickr counts 24 photos and gave 12." in err


def test_every_size_comes_home_as_label_and_id(someone: Person) -> None:
    code, out, err = someone.run("flickr", "download", PHOTO, "--to", "out")
    assert (code, err) == (0, "11 files fetched\n")
    names = {path.name for path in (someone.folder / "out").iterdir() if path.is_file()}
    assert {f"Large Square_{PHOTO}.jpg", f"Original_{PHOTO}.jpg", f"Medium_{PHOTO}.jpg"} <= names
    assert sorted(names) == sorted(Path(line).name for line in out.splitlines())
    fetched = len(someone.demo.state.calls)
    code, out, err = someone.run("flickr", "download", PHOTO, "--to", "out/")
    assert (code, err) == (0, "0 files fetched, 11 were there already\n")
    assert len(someone.demo.state.calls) == fetched + 1, "only the sizes were asked for"
    code, _, err = someone.run(
        "flickr", "download", PHOTO, "--to", "out/", "--size", "small", "--again"
    )
    assert err == "1 files fetched\n"


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--size", "large-square", "--size", "Thumbnail"], ["Large Square", "Thumbnail"]),
        (["--largest"], ["Original"]),
        (["--size", "small", "--largest"], ["Small", "Original"]),
    ],
)
def test_sizes_are_picked(someone: Person, options: list[str], names: list[str]) -> None:
    code, out, _ = someone.run("flickr", "download", PHOTO, *options)
    assert code == 0
    assert out.splitlines() == [f"flickr/{name}_{PHOTO}.jpg" for name in names]


@pytest.mark.parametrize(
    "what",
    [
        "https://flic.kr/p/2oKqRvt",
        "https://www.flickr.com/photos/someuser/53000000001/in/photostream/",
        "flickr.com/photos/someuser/53000000001",
    ],
)
def test_a_photo_is_named_by_its_page_or_its_short_url(someone: Person, what: str) -> None:
    code, out, _ = someone.run("flickr", "download", what, "--size", "square")
    assert (code, out) == (0, f"flickr/Square_{PHOTO}.jpg\n")


def test_lists_come_home_and_what_fails_is_told_beside_the_rest(someone: Person) -> None:
    someone.sign_in("flickr")
    someone.demo.state.account = Account(60)
    what = ("https://www.flickr.com/photos/someuser/albums/72157600000000002", "1", "53000000050")
    code, out, err = someone.run("flickr", "download", *what, "--largest", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 4
    assert [row["id"] for row in rows] == [
        *(f"5300000000{n}" for n in range(1, 6)),
        "1",
        "53000000050",
    ]
    assert "not found" in rows[5]["error"]
    assert rows[6]["file"] == "flickr/1080p_53000000050.mp4"
    suffixes = [row["file"].rpartition(".")[2] for row in rows[:5]]
    assert suffixes == ["jpg", "png", "jpg", "jpg", "jpg"]
    assert err == ""
    assert someone.run("flickr", "download", "1")[0] == 1, "nothing at all"


def test_it_comes_to_a_bucket(
    someone: Person, s3_environment: dict[str, str], s3_bucket: str
) -> None:
    for name, value in s3_environment.items():
        someone.monkeypatch.setenv(name, value)
    to = f"s3://{s3_bucket}/flickr"
    code, out, _ = someone.run("flickr", "download", PHOTO, "--to", to, "--largest")
    assert (code, out) == (0, f"{to}/Original_{PHOTO}.jpg\n")
    assert someone.run("get", f"{to}/Original_{PHOTO}.jpg", "here.jpg")[0] == 0
    assert (someone.folder / "here.jpg").read_bytes()[:3] == b"\xff\xd8\xff"


def test_an_album_is_a_source_like_any_other(someone: Person) -> None:
    album = "flickr:https://www.flickr.com/photos/someuser/albums/72157600000000002"
    code, out, err = someone.run("thumbnail", album, "--width", "100", "--to", "small/")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 4, "one of the five is private"
    someone.sign_in("flickr")
    code, out, err = someone.run("thumbnail", album, "--width", "100", "--to", "small/")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 5
    names = sorted(path.name for path in (someone.folder / "small").iterdir() if path.is_file())
    assert names[:2] == ["53000000001.jpg", "53000000002.png"]
    code, _, err = someone.run("thumbnail", "flickr:nonsense", "--width", "100")
    assert (code, err.count("\n")) == (2, 1)


def test_a_consent_that_is_taken_back_stops_with_a_sentence(someone: Person) -> None:
    someone.sign_in("flickr")
    someone.demo.state.revoke_all()
    code, out, err = someone.run("flickr", "download", "me", "--largest")
    assert (code, out) == (1, "")
    assert err == "tintype: Flickr refuses the call: token_revoked. Sign in: tintype flickr login\n"


def test_the_two_line_files_are_enough(someone: Person) -> None:
    token = someone.demo.token()
    for name in ("TINTYPE_FLICKR_KEY", "TINTYPE_FLICKR_SECRET"):
        someone.monkeypatch.delenv(name)
    code, _, err = someone.run("flickr", "whoami")
    assert "Nobody is signed in" in err
    key, secret = "0123456789abcdef" * 2, "fedcba9876543210"
    someone.demo.state.apps[key] = secret
    someone.demo.state.grants[token.key].app = key
    (someone.folder / "apikeys").write_text(f"{key}\n{secret}\n")
    (someone.folder / "token").write_text(f"{token.key}\n{token.secret}\n")
    code, out, _ = someone.run("flickr", "whoami")
    assert code == 0
    assert out.endswith("apikeys.\n")
    code, _, err = someone.run("flickr", "logout")
    assert "Keys of another origin stay where they are" in err


@pytest.mark.parametrize("what", ["nonsense", "https://example.org/photos/a/1", "album:"])
def test_what_is_no_photo_is_refused(someone: Person, what: str) -> None:
    for command in ("sizes", "list", "download"):
        code, out, err = someone.run("flickr", command, what)
        assert (code, out) == (2, "")
        assert "is no photo or list of Flickr's" in err
