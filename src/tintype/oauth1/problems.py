"""What a provider says of a request that it does not take (the Problem Reporting extension)."""

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

LONGEST = 16 << 10  # characters that are looked at

_REMEDIES = {
    "signature_invalid": "Check the secrets of the application and of the token.",
    "consumer_key_unknown": "Check the key of the application.",
    "consumer_key_rejected": "Check the key of the application.",
    "token_rejected": "Sign in again.",
    "token_revoked": "Sign in again.",
    "token_expired": "Sign in again.",
    "token_used": "Sign in again.",
    "verifier_invalid": "Sign in again, and type the code as the page shows it.",
    "timestamp_refused": "Set the clock of this machine.",
    "nonce_used": "Try again.",
    "permission_denied": "Sign in again, and allow reading.",
    "permission_unknown": "Allow the access on the provider's page first.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A word of the protocol ("" if there is none), and the base string that the server has."""

    word: str
    base_string: str = ""


def problem_in(text: str) -> Problem:
    """The problem in an answer: pairs, or X's JSON.

    `debug_sbs` comes with a raw `&` in it, so that it is all that follows, and no pair.
    """
    head, found, tail = text[:LONGEST].partition("&debug_sbs=")
    said = dict(parse_qsl(head.strip()))
    word = re.sub(r"[^a-z_]", "", said.get("oauth_problem", "").lower())[:60]
    return Problem(word or _of_json(text), tail.strip() if found else "")


def remedy_for(word: str) -> str:
    """What to do about it."""
    return _REMEDIES.get(word, "Check the key and the secrets, and sign in again.")


def _of_json(text: str) -> str:
    """`{"errors":[{"code":32,"message":"Could not authenticate you."}]}`."""
    try:
        first = json.loads(text)["errors"][0]
        said = f"{first['message']}".strip().rstrip(".")
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return re.sub(r"[^\x20-\x7e]", "", said)[:200]
