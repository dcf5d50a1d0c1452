"""What Flickr says when it does not do something: three layers, three shapes, our errors.

OAuth answers with pairs and a status, whatever format was asked for; the API with status 200 and
`stat: fail`; the servers in front with pages of HTML. See docs/flickr.md for the codes.
"""

import re
from collections.abc import Mapping
from typing import Any

from tintype.errors import (
    NotConnected,
    ProviderError,
    ProviderNotFound,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
)
from tintype.oauth1.problems import problem_in, remedy_for
from tintype.providers.calls import Answer

AWAY = frozenset({0, 105, 106, 201})  # "not currently available": documented or not
SIGN_IN = "Sign in: tintype flickr login"
_NOT_FOUND_WORDS = re.compile(r"not found|unknown user|deleted|invalid id", re.IGNORECASE)
_PASSING = frozenset({"nonce_used"})
_NEEDS_TOKEN = frozenset(
    {"token_rejected", "token_revoked", "token_expired", "token_used", "permission_denied"}
)


def of_status(answer: Answer, ours: str) -> ProviderError | None:
    """The error that an answer is by its status, or by being a page; None: it may be read.

    `ours`: the base string that the request was signed by, to be compared with Flickr's.
    """
    problem = problem_in(answer.text)
    if problem.word and "oauth_problem=" in answer.text[:200]:
        return _of_problem(answer.status, problem.word, problem.base_string, ours)
    if answer.status == 429:
        return ProviderThrottled("Flickr is asked too much.", remedy="Try again in an hour.")
    if answer.status >= 500 or answer.status == 408:
        return ProviderUnavailable(
            f"Flickr answers with status {answer.status}.", remedy="Try again later."
        )
    if 300 <= answer.status < 400:
        return ProviderRefused(
            "Flickr sends the call to another address, where no signed call goes.",
            answered=answer.status,
        )
    if answer.is_html:
        return ProviderUnavailable(
            "Flickr answers with a page where an answer should be.", remedy="Try again later."
        )
    if answer.status >= 400:
        return ProviderRefused(
            f"Flickr answers with status {answer.status}.", answered=answer.status
        )
    return None


def of_fail(said: Mapping[str, Any], method: str) -> ProviderError:
    """The error that a `stat: fail` is. Its message is Flickr's own, with the code."""
    code, message = _code(said), cleaned(said.get("message", ""))
    words = f"{message.rstrip('.') or 'It failed'} (code {code} of {method})"
    if code in AWAY:
        return ProviderUnavailable(f"Flickr: {words}.", remedy="Try again later.")
    if code in (98, 99):
        return NotConnected(f"Flickr: {words}.", remedy=SIGN_IN)
    if code == 100:
        return _refused(code, words, "Check TINTYPE_FLICKR_KEY.")
    if code in (96, 97):
        return _refused(code, words, "Check TINTYPE_FLICKR_SECRET.")
    # Code 1 is "not found" for some methods and "an argument is missing" for others.
    if code < 95 and _NOT_FOUND_WORDS.search(message):
        return ProviderNotFound(f"Flickr: {words}.", remedy=_of_private(method))
    return _refused(code, words, "")


def _of_private(method: str) -> str:
    """What is not for the eyes of who asks is called not found; users and groups are not hidden."""
    if method.partition(".")[2].partition(".")[0] in ("urls", "people", "groups"):
        return "Check the spelling."
    return "It may be private: sign in as somebody who may see it, by tintype flickr login."


def cleaned(text: Any) -> str:
    """A text of Flickr's for a line of ours."""
    return re.sub(r"[^\x20-\x7e\xa0-\U0010ffff]", "", str(text)).strip()[:300]


def _refused(code: int, words: str, remedy: str) -> ProviderRefused:
    return ProviderRefused(f"Flickr: {words}.", remedy=remedy, answered=200, reason=code)


def _code(said: Mapping[str, Any]) -> int:
    try:
        return int(said.get("code", -1))
    except (TypeError, ValueError):
        return -1


def _of_problem(status: int, word: str, theirs: str, ours: str) -> ProviderError:
    if word in _PASSING:
        return ProviderUnavailable(f"Flickr refuses the call: {word}.", remedy="Try again.")
    if word in _NEEDS_TOKEN:
        return NotConnected(f"Flickr refuses the call: {word}.", remedy=SIGN_IN)
    more = ""
    if word == "signature_invalid" and theirs:
        more = " Its base string is ours, so a secret is wrong."
        if theirs != ours:
            shown = re.sub(r"(oauth_token%3D)[^%&]*", r"\1…", theirs)
            more = f" Its base string differs from ours: {cleaned(shown)}"
    return ProviderRefused(
        f"Flickr refuses the call: {word}.{more}", remedy=remedy_for(word), answered=status
    )
