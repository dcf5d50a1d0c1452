"""Whether a request is signed as it must be: by code of this provider's own, and by oauthlib's.

Each says no by itself. The own one comes first, since it can say why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from oauthlib.oauth1 import AccessTokenEndpoint, RequestTokenEndpoint, ResourceEndpoint
from oauthlib.oauth1.rfc5849.errors import OAuth1Error

from tintype.flickr.demo import signature
from tintype.flickr.demo.state import WINDOW, Grant, Request, State
from tintype.flickr.demo.validator import Validator

FORM = "application/x-www-form-urlencoded"
Stage = Literal["request", "access", "resource"]
_ALWAYS = ("consumer_key", "signature_method", "timestamp", "nonce", "signature")
_NEEDED: Mapping[Stage, tuple[str, ...]] = {
    "request": ("callback",),
    "access": ("token", "verifier"),
    "resource": ("token",),
}


class RefusedError(Exception):
    """A request that is not signed as it must be: a status, and a word of the protocol."""

    def __init__(self, status: int, word: str, **more: str) -> None:
        super().__init__(word)
        self.status, self.word, self.more = status, word, more

    @property
    def text(self) -> str:
        """As Flickr says it: the base string comes last, and as it is."""
        pairs = {"oauth_problem": self.word, **self.more}
        return "&".join(f"{name}={value}" for name, value in pairs.items())


@dataclass(frozen=True)
class Incoming:
    """A request as it came. `address`: scheme, host and path."""

    method: str
    address: str
    query: bytes
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def form(self) -> bytes:
        """The body, if it is a form."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return self.body if kind == FORM else b""

    @property
    def arguments(self) -> dict[str, str]:
        """What the call is about; of several of one name the last."""
        every = signature.pairs_of(self.query) + signature.pairs_of(self.form)
        return {name.decode(errors="replace"): v.decode(errors="replace") for name, v in every}

    @property
    def is_signed(self) -> bool:
        """Whether there is anything of OAuth in it."""
        return any(name.startswith(b"oauth_") for name, _ in self.pairs)

    @property
    def pairs(self) -> list[signature.Pair]:
        """All that takes part in a signature, and the signature."""
        header = signature.header_pairs(self.headers.get("authorization", ""))
        return [*header, *signature.pairs_of(self.query), *signature.pairs_of(self.form)]


def check_request(state: State, incoming: Incoming) -> tuple[str, str]:
    """The first leg: the application, and its callback."""
    given = _own(state, incoming, "request")
    endpoint = RequestTokenEndpoint(Validator(state))
    _oauthlibs(endpoint.validate_request_token_request, endpoint, incoming)
    return given["consumer_key"], given["callback"]


def check_access(state: State, incoming: Incoming) -> Request:
    """The third leg: the request token, which the user has consented to."""
    given = _own(state, incoming, "access")
    found = state.requests[given["token"]]
    if not found.verifier:
        raise RefusedError(401, "permission_unknown")
    if found.verifier != given["verifier"]:
        raise RefusedError(401, "verifier_invalid")
    endpoint = AccessTokenEndpoint(Validator(state))
    _oauthlibs(endpoint.validate_access_token_request, endpoint, incoming)
    return found


def check_resource(state: State, incoming: Incoming) -> Grant:
    """A signed call: the consent it is made with."""
    given = _own(state, incoming, "resource")
    _oauthlibs(None, ResourceEndpoint(Validator(state)), incoming)
    return state.grants[given["token"]]


def _own(state: State, incoming: Incoming, stage: Stage) -> dict[str, str]:
    pairs = incoming.pairs
    given = {
        name.decode()[6:]: value.decode(errors="replace")
        for name, value in pairs
        if name.startswith(b"oauth_")
    }
    absent = [f"oauth_{name}" for name in (*_ALWAYS, *_NEEDED[stage]) if not given.get(name)]
    if absent:
        raise RefusedError(400, "parameter_absent", oauth_parameters_absent="&".join(absent))
    if given["signature_method"] != "HMAC-SHA1":
        raise RefusedError(400, "signature_method_rejected")
    if given["consumer_key"] not in state.apps:
        raise RefusedError(401, "consumer_key_unknown")
    _check_token(state, given, stage)
    _check_time(state, given)
    secret = state.token_secret(given.get("token", "")) or ""
    plain = [pair for pair in pairs if pair[0] != b"oauth_signature"]
    base = signature.base_string(incoming.method, incoming.address, plain)
    if given["signature"] != signature.hmac_sha1(base, state.apps[given["consumer_key"]], secret):
        raise RefusedError(401, "signature_invalid", debug_sbs=base)
    state.bases.append(base)
    return given


def _check_token(state: State, given: Mapping[str, str], stage: Stage) -> None:
    if stage == "request":
        return
    known: Mapping[str, Request | Grant] = state.requests if stage == "access" else state.grants
    found = known.get(given["token"])
    if found is None or found.app != given["consumer_key"]:
        raise RefusedError(401, "token_rejected")
    if isinstance(found, Request) and found.is_used:
        raise RefusedError(401, "token_used")
    if isinstance(found, Grant) and found.is_revoked:
        raise RefusedError(401, "token_revoked")


def _check_time(state: State, given: Mapping[str, str]) -> None:
    stamp = given["timestamp"]
    if not stamp.isdigit() or abs(state.clock() - int(stamp)) > WINDOW:
        raise RefusedError(400, "timestamp_refused")
    if (given["consumer_key"], stamp, given["nonce"], given.get("token", "")) in state.nonces:
        raise RefusedError(401, "nonce_used")


def _oauthlibs(validate: object, endpoint: object, incoming: Incoming) -> None:
    """The second opinion."""
    uri = incoming.address + (f"?{incoming.query.decode('ascii')}" if incoming.query else "")
    headers = {"Authorization": incoming.headers.get("authorization", "")}
    body = incoming.form.decode() or None
    if body:
        headers["Content-Type"] = FORM
    try:
        if isinstance(endpoint, ResourceEndpoint):
            good, _ = endpoint.validate_protected_resource_request(
                uri, incoming.method, body, headers, realms=[]
            )
        else:
            request = endpoint._create_request(uri, incoming.method, body, headers)  # type: ignore[attr-defined]
            good = validate(request)[0]  # type: ignore[operator]
    except (OAuth1Error, ValueError) as error:
        raise RefusedError(400, "parameter_rejected") from error
    if not good:
        raise RefusedError(401, "signature_invalid", debug_sbs="")
