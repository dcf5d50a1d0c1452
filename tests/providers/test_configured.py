"""Providers of a file."""

from pathlib import Path

import pytest

from tintype.errors import InvalidSettings
from tintype.oauth1 import Consumer, Token
from tintype.providers.configured import read_providers

GOOD = """
[tumblr]
api = "https://api.tumblr.com/"
consumer_key = "key"
consumer_secret = "a secret"
token = "token"
token_secret = "its secret"
request_token = "https://www.tumblr.com/oauth/request_token"
authorize = "https://www.tumblr.com/oauth/authorize"
access_token = "https://www.tumblr.com/oauth/access_token"
whoami = "/v2/user/info"
realm = "photos"
sends_version = false

[plain]
api = "https://plain.example"
signature_method = "PLAINTEXT"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "providers.toml"


def test_a_provider_is_all_that_its_table_says(path: Path) -> None:
    path.write_text(GOOD)
    found = read_providers(path)
    tumblr = found["tumblr"]
    assert tumblr.consumer == Consumer("key", "a secret")
    assert tumblr.token == Token("token", "its secret")
    assert tumblr.provider.api == "https://api.tumblr.com"
    assert tumblr.provider.endpoints
    assert tumblr.provider.hosts == {"api.tumblr.com", "www.tumblr.com"}
    assert not tumblr.provider.sends_version
    assert found["plain"].provider.method == "PLAINTEXT"
    assert found["plain"].provider.endpoints is found["plain"].consumer is None
    assert "secret" not in repr(found).replace("token_secret", "")


def test_without_a_file_there_is_none(path: Path) -> None:
    assert read_providers(path) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[flickr]\napi='https://x'", "cannot be the name"),
        ("['a b']\napi='https://x'", "cannot be the name"),
        ("y = 1", "must be a table"),
        ("[a]\n", "lacks its api"),
        ("[a]\napi='ftp://x'", "api must be a URL"),
        ("[a]\napi='https://x'\nnope='y'", "no setting nope"),
        ("[a]\napi='https://x'\nrealm=1", "texts in quotes"),
        ("[a]\napi='https://x'\nsignature_method='MD5'", "must be one of HMAC-SHA1"),
        ("[a]\napi='https://x'\nauthorize='https://x/a'", "must have all of"),
        ("[a", "not valid TOML"),
        ("[a]\napi='https://x'\nsignature_method='RSA-SHA1'\nconsumer_key='k'\n"
         "private_key_file='absent.pem'", "private key"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(path: Path, text: str, words: str) -> None:
    path.write_text(text)
    with pytest.raises(InvalidSettings, match=words):
        read_providers(path)


def test_a_mistake_never_shows_a_secret(path: Path) -> None:
    path.write_text("[a]\nconsumer_secret = 'hush'\napi = 7")
    with pytest.raises(InvalidSettings) as caught:
        read_providers(path)
    assert "hush" not in str(caught.value)
    path.write_text("consumer_secret = 'hush' nonsense")
    with pytest.raises(InvalidSettings) as caught:
        read_providers(path)
    assert "hush" not in str(caught.value)


def test_a_private_key_lies_beside_the_file(path: Path) -> None:
    path.with_name("key.pem").write_text("-----BEGIN PRIVATE KEY-----")
    path.write_text(
        "[a]\napi='https://x'\nsignature_method='RSA-SHA1'\nconsumer_key='k'\n"
        "private_key_file='key.pem'"
    )
    found = read_providers(path)["a"].consumer
    assert found
    assert found.private_key.startswith("-----BEGIN")
