"""Problems: what the API itself finds wrong, beside the errors of `tintype.errors`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tintype.errors import TintypeError
from tintype.web.answers import Headers
from tintype.web.errors import NO_SUCH_PAGE, Refusal, Trouble, wrong_method

MAX_BODY = 64 << 10  # bytes
MOST_KEYS = 200  # of one kind and user that are not revoked
MOST_WEBHOOKS = 20  # of one user
BODY_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
)

BODY_TOO_LARGE = Trouble(413, "body-too-large", f"The body is longer than {MAX_BODY:,} bytes.")
UNSUPPORTED = Trouble(
    415,
    "unsupported-media-type",
    "The body must be application/json, or a form.",
    ((b"accept", ", ".join(BODY_TYPES).encode()),),
)
NO_FORM = Trouble(
    UNSUPPORTED.status,
    UNSUPPORTED.code,
    "The body must be application/json: this takes no form.",
    ((b"accept", BODY_TYPES[0].encode()),),
)
IF_MATCH_REQUIRED = Trouble(
    428,
    "if-match-required",
    "Send the record's ETag as If-Match, so that nobody else's change is lost.",
)
NO_ENTITY_TAG = Trouble(
    412,
    "no-entity-tag",
    "If-Match is no entity tag. Send the record's ETag as it is, with its quotes.",
)
OTHER_REQUEST = Trouble(
    422, "idempotency-key-reused", "This Idempotency-Key belongs to another request."
)
RUNNING = Trouble(
    409, "request-running", "The same request is still running.", ((b"retry-after", b"1"),)
)
OWN_ADMINISTRATION = Trouble(
    409,
    "own-administration",
    "An administrator is removed, or made an ordinary user, by another administrator.",
)
TOO_MANY_KEYS = Trouble(
    409, "too-many-keys", f"There are {MOST_KEYS} keys already. Revoke some first."
)
TOO_MANY_WEBHOOKS = Trouble(
    409, "too-many-webhooks", f"There are {MOST_WEBHOOKS} webhooks already. Remove some first."
)
PROVIDER_NOT_SET_UP = Trouble(
    409, "provider-not-set-up", "This service has no key of an application at this provider."
)
SIGN_IN_AGAIN = Trouble(
    403, "sign-in-again", "You signed in too long ago for this. Sign in again, and come back."
)
FIRST_PASSWORD = Trouble(
    403, "first-password", "The first password of a user is given by an administrator."
)
FOREIGN_PAGE = Trouble(403, "foreign-page", "A page of another host may not ask for that.")
SCOPE_MISSING = Trouble(403, "scope-missing", "This takes a scope that the caller has not.")
TOO_MANY_REQUESTS = Trouble(429, "too-many-requests", "Too many requests. Come again later.")


def body_too_large(most: int) -> Trouble:
    """`BODY_TOO_LARGE` where another number of bytes is taken."""
    return replace(BODY_TOO_LARGE, sentence=f"The body is longer than {most:,} bytes.")


def scope_missing(scope: str) -> Refusal:
    """403, with the scope."""
    return Refusal(Trouble(403, SCOPE_MISSING.code, f"This takes the scope {scope}."))


def too_many_requests(seconds: int, headers: Headers) -> Refusal:
    """429, with the time to wait."""
    return Refusal(
        Trouble(
            429,
            TOO_MANY_REQUESTS.code,
            f"Too many requests. Come again in {seconds} seconds.",
            ((b"retry-after", str(seconds).encode()), *headers),
        )
    )


def known() -> dict[str, tuple[int, str]]:
    """The status and the meaning of every code that a problem may have."""
    found = {cls.code: (cls.status, cls.public) for cls in _tree([TintypeError])}
    ours = [
        each for each in globals().values() if isinstance(each, Trouble) and each is not NO_FORM
    ]
    found |= {
        each.code: (each.status, each.sentence) for each in [*ours, NO_SUCH_PAGE, wrong_method()]
    }
    return dict(sorted(found.items()))


def _tree(classes: Sequence[type[TintypeError]]) -> Iterator[type[TintypeError]]:
    for cls in classes:
        if cls.__module__ == TintypeError.__module__:
            yield cls
            yield from _tree(cls.__subclasses__())
