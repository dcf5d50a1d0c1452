"""Signatures, by everything that was ever published of them."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tintype.errors import InvalidRequest, InvalidSettings
from tintype.oauth1 import PLAINTEXT, RSA, Consumer, Extras, Signing, Token
from tintype.oauth1.signing import _Client

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "oauth1.json").read_text())
SIGNING = Signing(Consumer("key", "its secret"), Token("token", "secret of the token"))
FIXED = Extras(nonce="abc", timestamp="1400000000")


def fields(header: str) -> dict[str, str]:
    """The parameters of an Authorization header."""
    scheme, _, rest = header.partition(" ")
    assert scheme == "OAuth"
    pairs = (part.strip().split("=", 1) for part in rest.split(","))
    return {name: unquote(value.strip('"')) for name, value in pairs}


def named(kind: str) -> list[Any]:
    return [pytest.param(each, id=each["name"]) for each in VECTORS[kind]]


@pytest.mark.parametrize("vector", named("vectors"))
def test_a_published_signature_is_reproduced(vector: dict[str, Any]) -> None:
    token = Token(vector["token"] or "", vector["token_secret"])
    signing = Signing(
        Consumer(vector["consumer_key"], vector["consumer_secret"]),
        token,
        sends_version=vector["has_version"],
    )
    extras = Extras(
        callback=vector["callback"] or "",
        verifier=vector["verifier"] or "",
        nonce=vector["nonce"],
        timestamp=vector["timestamp"],
    )
    signed = signing.sign(vector["method"], vector["url"], form=vector["body"] or "", extras=extras)
    sent = fields(signed.header)
    assert sent["oauth_signature"] == vector["signature"]
    assert ("oauth_version" in sent) == vector["has_version"]
    assert sent.get("oauth_token") == vector["token"]
    assert sent.get("oauth_callback") == vector["callback"]
    assert sent.get("oauth_verifier") == vector["verifier"]


@pytest.mark.parametrize("vector", named("base_strings"))
def test_the_base_string_is_the_one_that_flickr_has(vector: dict[str, Any]) -> None:
    given = vector["parameters"]
    form = {name: text for name, text in given.items() if not name.startswith("oauth_")}
    signing = Signing(Consumer(given["oauth_consumer_key"], "x"), Token(given["oauth_token"], "y"))
    extras = Extras(nonce=given["oauth_nonce"], timestamp=given["oauth_timestamp"])
    signed = signing.sign(vector["method"], vector["url"], form=urlencode(form), extras=extras)
    assert signed.base_string == vector["base_string"]


@pytest.mark.parametrize("vector", VECTORS["hmac"], ids=lambda each: each["key"])
def test_the_keys_of_the_hmac_are_joined_as_published(vector: dict[str, str]) -> None:
    consumer_secret, token_secret = vector["key"].split("&")
    client = _Client("k", client_secret=consumer_secret, resource_owner_secret=token_secret)
    method = _Client.SIGNATURE_METHODS["HMAC-SHA1"]
    assert method(vector["text"], client) == vector["signature"]


@pytest.mark.parametrize("vector", VECTORS["percent_encoding"], ids=lambda each: each["encoded"])
def test_characters_are_encoded_as_published(vector: dict[str, str]) -> None:
    signed = SIGNING.sign("GET", f"https://x/?{urlencode({'a': vector['text']})}", extras=FIXED)
    normal = unquote(signed.base_string.split("&")[2])
    assert f"a={vector['encoded']}" == normal.split("&")[0]


@pytest.mark.parametrize("vector", VECTORS["normalisation"], ids=lambda each: each["parameters"])
def test_parameters_are_put_in_order_as_published(vector: dict[str, str]) -> None:
    signed = SIGNING.sign("GET", f"https://x/?{vector['parameters']}", extras=FIXED)
    ours = [p for p in unquote(signed.base_string.split("&")[2]).split("&") if "oauth_" not in p]
    assert "&".join(ours) == vector["normalised"]


@pytest.mark.parametrize(
    ("raw", "same"),
    [
        ("a[]=1&b={x|y}", "a%5B%5D=1&b=%7Bx%7Cy%7D"),
        ("q=ä ö&r=日本", "q=%C3%A4%20%C3%B6&r=%E6%97%A5%E6%9C%AC"),
        ("e=%f0%9f%93%b7", "e=%F0%9F%93%B7"),
        ("plus=a+b", "plus=a%20b"),
        ("d=2&d=1&d=2", "d=1&d=2&d=2"),
        ("empty=&none", "none=&empty="),
    ],
)
def test_a_query_is_signed_by_what_it_means_however_it_is_written(raw: str, same: str) -> None:
    first = SIGNING.sign("GET", f"https://x.org/p?{raw}", extras=FIXED)
    assert first == SIGNING.sign("GET", f"https://x.org/p?{same}", extras=FIXED)
    assert first == SIGNING.sign("GET", f"https://X.ORG:443/p?{raw}", extras=FIXED)
    assert first != SIGNING.sign("GET", f"https://x.org/p/?{raw}", extras=FIXED)
    # A form means the same, too.
    url = "https://x.org/p"
    form = SIGNING.sign("POST", url, form=raw, extras=FIXED)
    assert form == SIGNING.sign("POST", f"{url}?{same}", extras=FIXED)


def test_every_signature_has_a_nonce_of_its_own() -> None:
    sent = [fields(SIGNING.sign("GET", "https://x/").header) for _ in range(20)]
    assert len({each["oauth_nonce"] for each in sent}) == 20
    assert all(each["oauth_timestamp"].isdigit() for each in sent)


def test_plaintext_is_the_secrets_and_goes_by_https_only() -> None:
    signing = Signing(Consumer("k", "a&b"), Token("t", "ü"), PLAINTEXT)
    signed = signing.sign("GET", "https://x/")
    assert fields(signed.header)["oauth_signature"] == "a%26b&%C3%BC"
    assert signed.base_string == ""
    assert signing.sign("GET", "http://127.0.0.1:1/")
    with pytest.raises(InvalidRequest, match="https only"):
        signing.sign("GET", "http://x/")


def test_rsa_is_verified_by_the_public_key() -> None:
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    signing = Signing(Consumer("k", private_key=pem), Token("t"), RSA)
    signed = signing.sign("POST", "https://x/y?z=1", form="a=b")
    made = b64decode(fields(signed.header)["oauth_signature"])
    private.public_key().verify(
        made, signed.base_string.encode(), padding.PKCS1v15(), hashes.SHA1()
    )
    assert "PRIVATE" not in repr(signing)
    with pytest.raises(InvalidSettings, match="PEM"):
        Signing(Consumer("k", private_key="nonsense"), None, RSA).sign("GET", "https://x/")


@pytest.mark.parametrize(
    ("url", "form", "words"),
    [
        ("https://x/?oauth_token=1", "", "protocol"),
        ("https://x/", "oauth_token=1", "protocol"),
        ("https://x/?a=%ff", "", "UTF-8"),
    ],
)
def test_what_cannot_be_signed_is_refused(url: str, form: str, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        SIGNING.sign("POST", url, form=form)


def test_a_form_does_not_go_with_get() -> None:
    with pytest.raises(InvalidRequest, match="takes no form"):
        SIGNING.sign("GET", "https://x/", form="a=b")


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(InvalidSettings, match="HMAC-SHA1"):
        Signing(Consumer("k"), method="MD5").sign("GET", "https://x/")


def test_no_secret_is_in_what_is_shown() -> None:
    signing = Signing(Consumer("the-key", "consumer-secret"), Token("token-of-somebody", "of it"))
    shown = repr([signing, signing.sign("GET", "https://x/"), signing.consumer, signing.token])
    for secret in ("consumer-secret", "of it", "token-of-somebody", "oauth_signature"):
        assert secret not in shown
    assert "the-key" in shown


def test_a_realm_is_in_the_header_and_not_in_the_signature() -> None:
    plain = SIGNING.sign("GET", "https://x/", extras=FIXED)
    signing = Signing(SIGNING.consumer, SIGNING.token, realm="photos")
    with_it = signing.sign("GET", "https://x/", extras=FIXED)
    assert with_it.base_string == plain.base_string
    assert 'realm="photos"' in with_it.header


def test_the_signature_is_what_the_base_string_gives() -> None:
    """By the standard library alone: nothing of oauthlib's is believed."""
    signed = SIGNING.sign("POST", "https://x/y?a=1", form="b=2&c=ä", extras=FIXED)
    key = b"its%20secret&secret%20of%20the%20token"
    made = hmac.new(key, signed.base_string.encode(), hashlib.sha1).digest()
    assert fields(signed.header)["oauth_signature"] == b64encode(made).decode()
    assert parse_qsl(unquote(signed.base_string.split("&")[2]))[0] == ("a", "1")
