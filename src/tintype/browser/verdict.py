"""Whether there is a page at all: what its answer, or the lack of one, means."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from tintype.browser import Answer
from tintype.browser.outlet import NoWay
from tintype.browser.tale import Document
from tintype.errors import PageNotCaptured, PageUnavailable
from tintype.netguard import normal_name

PageError = PageNotCaptured | PageUnavailable

# The browser's words for a failure: our word for it, what it means, and whether it may pass.
WORDS: tuple[tuple[str, str, str, bool], ...] = (
    ("ERR_NAME_", "dns", "its name is not known", False),
    ("ERR_TOO_MANY_REDIRECTS", "redirect-loop", "it redirects without end", False),
    ("ERR_CERT_", "certificate", "its certificate is not valid", False),
    ("ERR_SSL_", "tls", "it cannot be spoken to in private", False),
    ("ERR_BAD_SSL", "tls", "it cannot be spoken to in private", False),
    ("ERR_UNSAFE_PORT", "refused-address", "its port is none of the web", False),
    ("ERR_UNSAFE_REDIRECT", "refused-address", "it leads out of the web", False),
    ("ERR_DISALLOWED_URL_SCHEME", "refused-address", "it leads out of the web", False),
    ("ERR_UNKNOWN_URL_SCHEME", "refused-address", "it leads out of the web", False),
    ("ERR_INVALID_AUTH", "http-401", "it wants a user and a password", False),
    ("ERR_BLOCKED_BY", "refused", "it was refused", False),
    ("ERR_INVALID_", "bad-answer", "its answer makes no sense", False),
    ("ERR_RESPONSE_HEADERS", "bad-answer", "its answer makes no sense", False),
    ("ERR_CONTENT_", "bad-answer", "its answer makes no sense", True),
    ("ERR_TIMED_OUT", "timeout", "it does not answer", True),
    ("ERR_CONNECTION_TIMED_OUT", "timeout", "it does not answer", True),
    ("ERR_", "no-answer", "it does not answer", True),
)
PASSING = {408, 425, 429}
_REFUSED_BY_US = {"refused-address", "blocked", "too-large", "dns"}


def failed(document: Document, error: str, ways: Mapping[str, NoWay], url: str) -> PageError:
    """What to raise for a page that did not come. `ways` has what our proxy did not connect to."""
    shown = plain(document.url or url)
    answer = document.answer
    if way := ways.get(normal_name(urlsplit(document.url or url).hostname or "")):
        return _of_way(way, shown)
    if answer and answer.status in {204, 205}:
        return PageNotCaptured(f"{shown} answers without a page.", reason=f"http-{answer.status}")
    if "ERR_ABORTED" in error and answer is not None:
        if answer.media_type == "application/pdf":
            return PageNotCaptured(f"{shown} is a PDF, and no page.", reason="pdf")
        return PageNotCaptured(
            f"{shown} is a download ({answer.media_type or 'of no type'}), and no page.",
            reason="download",
        )
    for word, reason, sentence, passes in WORDS:
        if word in error:
            kind = PageUnavailable if passes else PageNotCaptured
            return kind(f"{shown}: {sentence} ({error.removeprefix('net::')}).", reason=reason)
    return PageUnavailable(f"{shown} does not answer.", reason="no-answer")


def of_answer(document: Document, ways: Mapping[str, NoWay]) -> PageError | None:
    """What to raise for the answer of a page that came; None for a page."""
    answer = document.answer
    if answer is None:
        return None
    status, shown = answer.status, plain(answer.url)
    if status >= 400:
        if way := ways.get(normal_name(urlsplit(answer.url).hostname or "")):
            return _of_way(way, shown)
        passes = status >= 500 or status in PASSING
        kind = PageUnavailable if passes else PageNotCaptured
        return kind(f"{shown} answers with status {status}.", reason=f"http-{status}")
    if answer.media_type == "application/pdf":
        return PageNotCaptured(f"{shown} is a PDF, and no page.", reason="pdf")
    return None


def late(url: str, seconds: float) -> PageUnavailable:
    """What to raise for a page that did not answer in time."""
    return PageUnavailable(
        f"{plain(url)} did not answer within {seconds:g} seconds.",
        remedy="Give it more time if it may take that long.",
        reason="timeout",
    )


def plain(url: str) -> str:
    """A URL for messages: without query and fragment, which may hold secrets."""
    bare = url.partition("#")[0].partition("?")[0]
    return bare if len(bare) <= 120 else bare[:119] + "…"


def _of_way(way: NoWay, shown: str) -> PageError:
    kind = PageNotCaptured if way.reason in _REFUSED_BY_US else PageUnavailable
    remedy = ""
    if way.reason == "refused-address":
        remedy = "If it is meant, name the host or its network in TINTYPE_ALLOWED_NETWORKS."
    return kind(f"{shown} cannot be opened. {way}", remedy=remedy, reason=way.reason)


def with_headers(answer: Answer, headers: Sequence[tuple[str, str]]) -> Answer:
    """The answer with its headers as they came."""
    return replace(answer, headers=headers)
