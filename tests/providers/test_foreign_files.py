"""Files of other programs that hold keys and tokens."""

from pathlib import Path

import pytest

from tintype.errors import InvalidSettings
from tintype.oauth1 import Consumer, Token
from tintype.providers.foreign_files import flickr_keys, flickr_token, x_connections

KEY, SECRET = "0123456789abcdef" * 2, "fedcba9876543210"
TOKEN = "72157720901211946-463449c73d8a9f2d"
TWURL = """
---
profiles:
  another:
    otherkey:
      {username: another, consumer_key: otherkey, consumer_secret: s, token: 1-a, secret: b}
  someuser:
    thekey:
      username: someuser
      consumer_key: thekey
      consumer_secret: 0123
      token: 1234-abc
      secret: 1_000
configuration:
  default_profile:
  - someuser
  - thekey
aliases: {h: /1.1/statuses/home_timeline.json}
bearer_tokens: {thekey: AAAA}
"""
XURL = """
apps:
  first:
    client_id: x
    oauth1_token:
      type: oauth1
      oauth1: {access_token: 1-a, token_secret: b, consumer_key: c, consumer_secret: d}
  chosen:
    default_user: someuser
    oauth2_tokens: {}
    oauth1_token:
      type: oauth1
      oauth1: {access_token: 9-z, token_secret: y, consumer_key: w, consumer_secret: v}
default_app: chosen
"""


def found(folder: Path, home: Path) -> list[tuple[str, Consumer, Token, str]]:
    return [(path.name, c.consumer, c.token, c.user) for path, c in x_connections(folder, home)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n", ""])
def test_the_two_line_files_of_flickr_are_read(tmp_path: Path, end: str) -> None:
    (tmp_path / "apikeys").write_bytes(f"{KEY}{end or chr(10)}{SECRET}{end}".encode())
    (tmp_path / "token").write_bytes(f"\ufeff{TOKEN}{end or chr(10)}{SECRET}{end}".encode())
    assert flickr_keys(tmp_path) == Consumer(KEY, SECRET)
    assert flickr_token(tmp_path) == Token(TOKEN, SECRET)


@pytest.mark.parametrize(
    "text", ["", KEY, f"{KEY}\n{SECRET}\nmore", f"{SECRET}\n{KEY}", "<html>\n</html>", "\0\n\0"]
)
def test_what_only_has_the_same_name_is_left_alone(tmp_path: Path, text: str) -> None:
    for name in ("apikeys", "token"):
        (tmp_path / name).write_text(text)
    assert flickr_keys(tmp_path) is flickr_token(tmp_path) is None
    assert flickr_keys(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    "text",
    [
        "[Keys]\nconsumer_key=c\nconsumer_secret=s\naccess_token=1-t\naccess_token_secret = u",
        "[keys]\nAPI_KEY: c\napi_secret: s\ntoken: 1-t\ntoken_secret: u",
        "[other]\nx=1\n[Keys]\nkey='c'\nsecret=\"s\"\naccess_token_key=1-t\naccess_secret=u",
    ],
)
def test_settings_cfg_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.cfg").write_text(text)
    assert found(tmp_path, tmp_path) == [
        ("settings.cfg", Consumer("c", "s"), Token("1-t", "u"), "")
    ]


@pytest.mark.parametrize(
    "text", ["", "[Keys]", "[Keys]\nkey=c", "no section = 1", "[Other]\nkey=c"]
)
def test_a_settings_cfg_without_all_of_it_is_another_programs(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.cfg").write_text(text)
    assert found(tmp_path, tmp_path) == []


def test_twurls_default_profile_is_read_with_digits_as_texts(tmp_path: Path) -> None:
    (tmp_path / ".twurlrc").write_text(TWURL)
    consumer, token = Consumer("thekey", "0123"), Token("1234-abc", "1_000")
    assert found(tmp_path / "x", tmp_path) == [(".twurlrc", consumer, token, "someuser")]


def test_without_a_default_twurls_first_profile_is_read(tmp_path: Path) -> None:
    (tmp_path / ".twurlrc").write_text(TWURL.partition("configuration")[0])
    assert [user for *_, user in found(tmp_path / "x", tmp_path)] == ["another"]


@pytest.mark.parametrize("name", [".xurl/auth.yml", ".xurl"])
def test_xurls_default_app_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(XURL)
    consumer, token = Consumer("w", "v"), Token("9-z", "y")
    assert found(tmp_path / "x", tmp_path) == [(path.name, consumer, token, "someuser")]


def test_the_file_of_the_folder_counts_before_those_of_the_home(tmp_path: Path) -> None:
    (tmp_path / ".twurlrc").write_text(TWURL)
    (tmp_path / ".xurl").write_text(XURL)
    (tmp_path / "settings.cfg").write_text("[Keys]\nkey=c\nsecret=s\ntoken=1-t\ntoken_secret=u")
    names = [name for name, *_ in found(tmp_path, tmp_path)]
    assert names == ["settings.cfg", ".twurlrc", ".xurl"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "7", "[]", "profiles: 7", "profiles: {a: 7}", "profiles: {a: {b: 7}}"),
        *("profiles: {a: {b: {token: 1}}}", "configuration: {default_profile: 7}"),
        "configuration: {default_profile: [[], {}]}\nprofiles: {a: {b: {}}}",
    ],
)
def test_a_twurlrc_of_another_shape_holds_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / ".twurlrc").write_text(text)
    assert found(tmp_path / "x", tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        *("a: [", "\t", "a: *b"),
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]",
        "!!python/object/apply:os.system ['true']: [",
    ],
)
def test_a_file_that_is_no_yaml_or_plays_tricks_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / ".twurlrc").write_text(text)
    with pytest.raises(InvalidSettings, match="twurlrc"):
        found(tmp_path / "x", tmp_path)


def test_tags_of_yaml_make_nothing(tmp_path: Path) -> None:
    (tmp_path / ".twurlrc").write_text("!!python/object/apply:os.system ['touch made']")
    assert found(tmp_path / "x", tmp_path) == []
    assert not Path("made").exists()
