"""Signing a request with oauthlib, kept from what it stumbles over.

The signature is over decoded pairs (RFC 5849, section 3.4.1.3), so that oauthlib is handed those,
encoded as it likes it, whatever characters the query that is sent holds.
"""

import base64
import logging
from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from oauthlib.oauth1 import Client
from oauthlib.oauth1.rfc5849 import signature

from tintype.errors import InvalidRequest, InvalidSettings
from tintype.oauth1 import METHODS, PLAINTEXT, RSA, Extras, Signed, Signing

# At DEBUG it logs tokens and signatures.
logging.getLogger("oauthlib").setLevel(logging.WARNING)

FORM = "application/x-www-form-urlencoded"
Pairs = list[tuple[str, str]]


def sign(signing: Signing, method: str, url: str, form: str, extras: Extras) -> Signed:
    """`Signing.sign`."""
    parts = urlsplit(url)
    _check(signing, method, parts, form)
    query, body = pairs_of(parts.query), pairs_of(form)
    _check_names([*query, *body])
    client = _client(signing, extras)
    plain = parts._replace(query=_encoded(query), fragment="").geturl()
    headers = {"Content-Type": FORM} if body else {}
    # As text: of a list of pairs oauthlib keeps the last of each name only.
    _, signed, _ = client.sign(
        plain, method, body=_encoded(body) or None, headers=headers, realm=signing.realm or None
    )
    return Signed(signed["Authorization"], client.base_string)


def pairs_of(text: str) -> Pairs:
    """The pairs of a query or of a form. Raises InvalidRequest for bytes that are no UTF-8."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise InvalidRequest(
            "A parameter is not UTF-8 text, which cannot be signed.",
            remedy="Send it in a file, or encode it as UTF-8.",
        ) from None


def _encoded(pairs: Pairs) -> str:
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)


def _check(signing: Signing, method: str, parts: SplitResult, form: str) -> None:
    if signing.method not in METHODS:
        raise InvalidSettings(
            f"There is no signature method {signing.method[:40]!r}.",
            remedy=f"Known: {', '.join(METHODS)}.",
        )
    is_local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if signing.method == PLAINTEXT and parts.scheme != "https" and not is_local:
        raise InvalidRequest(
            "PLAINTEXT sends the secrets themselves, which goes by https only.",
            remedy="Use an https address, or HMAC-SHA1.",
        )
    if form and method.upper() in {"GET", "HEAD"}:
        raise InvalidRequest(
            f"{method.upper()} takes no form.",
            remedy="Put the parameters in the query, or use POST.",
        )


def _check_names(pairs: Pairs) -> None:
    for name, _ in pairs:
        if name.startswith("oauth_"):
            raise InvalidRequest(
                f"{name[:40]!r} is a name of the protocol's own, which a call cannot use.",
                remedy="Leave it out; flickr.test.login tells whether a token is good.",
            )


class _Client(Client):  # type: ignore[misc]
    """oauthlib's client, which tells its base string, may leave the version out, and signs with
    RSA without a further library.
    """

    SIGNATURE_METHODS: ClassVar[dict[str, Callable[[str, Any], str]]] = {
        **Client.SIGNATURE_METHODS,
        RSA: lambda text, client: _rsa_sha1(text, client.rsa_key),
    }
    sends_version = True
    base_string = ""

    def get_oauth_params(self, request: Any) -> list[tuple[str, str]]:
        params: list[tuple[str, str]] = super().get_oauth_params(request)
        return [p for p in params if self.sends_version or p[0] != "oauth_version"]

    def get_oauth_signature(self, request: Any) -> str:
        if self.signature_method != PLAINTEXT:
            uri, headers, body = self._render(request)
            collected: Sequence[tuple[str, str]] = signature.collect_parameters(
                uri_query=urlsplit(uri).query, body=body, headers=headers
            )
            self.base_string = signature.signature_base_string(
                request.http_method,
                signature.base_string_uri(uri, None),
                signature.normalize_parameters(collected),
            )
        return str(super().get_oauth_signature(request))


def _client(signing: Signing, extras: Extras) -> _Client:
    consumer, token = signing.consumer, signing.token
    client = _Client(
        consumer.key,
        client_secret=consumer.secret,
        resource_owner_key=(token.key if token else "") or None,
        resource_owner_secret=token.secret if token else "",
        callback_uri=extras.callback or None,
        verifier=extras.verifier or None,
        signature_method=signing.method,
        rsa_key=consumer.private_key or None,
        nonce=extras.nonce or None,
        timestamp=extras.timestamp or None,
    )
    client.sends_version = signing.sends_version
    return client


def _rsa_sha1(text: str, private_key: str | None) -> str:
    """RFC 5849, section 3.4.3: RSASSA-PKCS1-v1_5 over SHA-1."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key((private_key or "").encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise InvalidSettings(
            "RSA-SHA1 needs a private RSA key in PEM, without a password.",
            remedy="Name its file as private_key_file of the provider.",
        )
    return base64.b64encode(key.sign(text.encode(), PKCS1v15(), SHA1())).decode()  # noqa: S303
