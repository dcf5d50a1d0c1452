"""OAuth 1.0a (RFC 5849): the values that requests are signed with, and what a signature is.

    signing = Signing(Consumer("key", "secret"), Token("token", "its secret"))
    signing.sign("GET", "https://api.example.org/1/photos?page=2").header

The signing itself is oauthlib's. Everything around it is here, since it is what goes wrong: which
bodies take part, which characters a query may hold, and that every attempt is signed anew. Secrets
are in no `repr`, and in no message.
"""

from dataclasses import dataclass, field, replace

HMAC, RSA, PLAINTEXT = "HMAC-SHA1", "RSA-SHA1", "PLAINTEXT"
METHODS = (HMAC, RSA, PLAINTEXT)


@dataclass(frozen=True, slots=True)
class Consumer:
    """An application, by what its provider gave it. `private_key`: PEM, for RSA-SHA1."""

    key: str
    secret: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """What a user's consent, or the request for it, is known by."""

    key: str
    secret: str = field(default="", repr=False)

    def __repr__(self) -> str:
        return f"Token({masked(self.key)})"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature: the Authorization header, and the text that it is over ("" for PLAINTEXT)."""

    header: str = field(repr=False)
    base_string: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What only some requests carry; nonce and timestamp are made anew where they are ""."""

    callback: str = ""
    verifier: str = ""
    nonce: str = ""
    timestamp: str = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """How requests are signed: for whom, with whose consent, and by which method.

    `sends_version`: oauth_version=1.0, which a provider may do without.
    """

    consumer: Consumer
    token: Token | None = None
    method: str = HMAC
    realm: str = ""
    sends_version: bool = True

    def with_token(self, token: Token | None) -> "Signing":
        """The same with another consent."""
        return replace(self, token=token)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must be shown nowhere."""
        token = (self.token.secret, self.token.key) if self.token else ()
        return tuple(each for each in (self.consumer.secret, *token) if each)

    def sign(
        self, method: str, url: str, *, form: str = "", extras: Extras | None = None
    ) -> Signed:
        """Sign a request. `form`: the body, if it is a form; no other takes part.

        Raises InvalidRequest for what cannot be signed.
        """
        from tintype.oauth1.signing import sign

        return sign(self, method, url, form, extras or Extras())


def masked(secret: str) -> str:
    """A secret for people: enough to tell two apart."""
    return f"{secret[:4]}…" if len(secret) >= 12 else "…"
