"""Where keys are found, and which count."""

from pathlib import Path

import pytest

from tintype.credentials.sealing import Sealing
from tintype.errors import InvalidSettings
from tintype.oauth1 import Consumer, Token
from tintype.providers.found import Found, find
from tintype.providers.kept import Connection, KeptConnections
from tintype.settings import Settings
from tintype.settings_providers import ProviderSettings

KEY, SECRET = "0123456789abcdef" * 2, "fedcba9876543210"
TOKEN = "72157720901211946-463449c73d8a9f2d"
SET = ProviderSettings(flickr_key="set", flickr_secret="s", x_key="set", x_secret="s")


@pytest.fixture
def kept(tmp_path: Path) -> KeptConnections:
    return KeptConnections(tmp_path, lambda: Sealing(["k" * 40]))


def found(
    name: str, tmp_path: Path, kept: KeptConnections, providers: ProviderSettings = SET
) -> Found:
    return find(name, Settings(data=tmp_path, providers=providers), kept, tmp_path, tmp_path)


@pytest.mark.parametrize("name", ["flickr", "x", "twitter"])
def test_nothing_at_all_is_told_with_what_to_do(
    tmp_path: Path, kept: KeptConnections, name: str
) -> None:
    nothing = found(name, tmp_path, kept, ProviderSettings())
    assert nothing.token is None
    with pytest.raises(InvalidSettings, match=r"TINTYPE_(FLICKR|X)_KEY"):
        _ = nothing.signing


def test_what_login_has_kept_counts_first_and_x_has_two_names(
    tmp_path: Path, kept: KeptConnections
) -> None:
    for name in ("flickr", "x"):
        connection = Connection(
            provider=name, consumer=Consumer("kept", "s"), token=Token("t", "u")
        )
        kept.keep(connection)
    for name in ("flickr", "x", "twitter"):
        each = found(name, tmp_path, kept)
        assert each.signing.consumer.key == "kept"
        assert each.signing.token == Token("t", "u")
        assert each.origin.endswith("login")
    assert found("x", tmp_path, kept).provider.api == "https://api.x.com"
    assert found("twitter", tmp_path, kept).provider.api == "https://api.twitter.com"


def test_a_token_belongs_to_the_application_of_its_file(
    tmp_path: Path, kept: KeptConnections
) -> None:
    (tmp_path / "apikeys").write_text(f"{KEY}\n{SECRET}\n")
    (tmp_path / "token").write_text(f"{TOKEN}\n{SECRET}\n")
    nothing_set = found("flickr", tmp_path, kept, ProviderSettings())
    assert nothing_set.signing.consumer == Consumer(KEY, SECRET)
    assert nothing_set.signing.token == Token(TOKEN, SECRET)
    assert nothing_set.origin.endswith("apikeys")
    another_set = found("flickr", tmp_path, kept)
    assert another_set.signing.consumer.key == "set"
    assert another_set.signing.token is None
    same = ProviderSettings(flickr_key=KEY, flickr_secret=SECRET)
    assert found("flickr", tmp_path, kept, same).token


def test_a_file_of_keys_that_is_none_is_told(tmp_path: Path, kept: KeptConnections) -> None:
    (tmp_path / "apikeys").write_text(f"export TINTYPE_FLICKR_KEY={KEY}\n{SECRET}\n")
    with pytest.raises(InvalidSettings, match=r"apikeys is not used: it must have two lines") as e:
        _ = found("flickr", tmp_path, kept, ProviderSettings()).app
    assert SECRET not in str(e.value)
    (tmp_path / "apikeys").unlink()
    with pytest.raises(InvalidSettings, match=r"at Flickr\. Make one"):
        _ = found("flickr", tmp_path, kept, ProviderSettings()).app


def test_a_file_of_x_counts_where_no_other_application_is_set(
    tmp_path: Path, kept: KeptConnections
) -> None:
    text = "[Keys]\nkey=c\nsecret=s\ntoken=1-t\ntoken_secret=u"
    (tmp_path / "settings.cfg").write_text(text)
    assert found("x", tmp_path, kept).token is None
    assert found("twitter", tmp_path, kept, ProviderSettings()).token == Token("1-t", "u")


def test_a_provider_of_the_file_is_found_by_its_name(tmp_path: Path, kept: KeptConnections) -> None:
    (tmp_path / "providers.toml").write_text(
        "[a]\napi='https://a.example'\nconsumer_key='k'\ntoken='t'\nrealm='r'\n"
        "signature_method='PLAINTEXT'\nsends_version=false\n[b]\napi='https://b.example'"
    )
    signing = found("a", tmp_path, kept).signing
    assert (signing.method, signing.realm, signing.sends_version) == ("PLAINTEXT", "r", False)
    assert signing.token == Token("t", "")
    with pytest.raises(InvalidSettings, match="consumer_key"):
        _ = found("b", tmp_path, kept).signing
    with pytest.raises(InvalidSettings, match="Known: flickr, x, twitter, a, b"):
        found("c", tmp_path, kept)
    other = tmp_path / "other.toml"
    other.write_text("[c]\napi='https://c.example'")
    elsewhere = ProviderSettings(providers=str(other))
    assert found("c", tmp_path, kept, elsewhere).provider.api == "https://c.example"


def test_hosts_of_the_settings_take_the_place_of_the_real_ones(
    tmp_path: Path, kept: KeptConnections
) -> None:
    set_ = ProviderSettings(flickr_api="http://127.0.0.1:1/", x_api="http://127.0.0.1:2")
    flickr = found("flickr", tmp_path, kept, set_).provider
    assert flickr.api == "http://127.0.0.1:1/services/rest/"
    assert flickr.endpoints
    assert flickr.endpoints.authorize == "http://127.0.0.1:1/services/oauth/authorize"
    for name in ("x", "twitter"):
        provider = found(name, tmp_path, kept, set_).provider
        assert provider.api == "http://127.0.0.1:2"
        assert "127.0.0.1" in provider.hosts
    real = found("flickr", tmp_path, kept).provider
    assert real.api == "https://api.flickr.com/services/rest/"
    assert real.endpoints
    assert real.endpoints.access_token == "https://www.flickr.com/services/oauth/access_token"
