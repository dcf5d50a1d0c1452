"""What X says when it does not do something."""

import json
from typing import Any

import httpx2
import pytest

from tintype.errors import (
    NotConnected,
    ProviderNotFound,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
    TintypeError,
)
from tintype.providers.calls import Answer
from tintype.x.failures import check, error_in


def answer(status: int, said: Any, **headers: str) -> Answer:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, httpx2.Headers(named), body)


def old(code: int, message: str) -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message}]}


def new(kind: str, detail: str) -> dict[str, Any]:
    return {"title": "T", "type": f"https://api.x.com/2/problems/{kind}", "detail": detail}


@pytest.mark.parametrize(
    ("said", "status", "error", "words"),
    [
        (old(32, "Could not authenticate you."), 401, NotConnected, "(code 32). Check the key"),
        (old(89, "Invalid or expired token."), 401, NotConnected, "(code 89). Sign in again"),
        (old(453, "You currently have access to…"), 403, ProviderRefused, "begins with /2/"),
        (old(88, "Rate limit exceeded"), 429, ProviderThrottled, "quarter of an hour"),
        (old(34, "No such page."), 404, ProviderNotFound, "(code 34)"),
        (new("client-not-enrolled", "When…"), 403, ProviderRefused, "Pay-per-use"),
        (new("unsupported-authentication", "No."), 403, ProviderRefused, "no OAuth 1.0a"),
        ({"reason": "client-not-enrolled", "title": "T"}, 403, ProviderRefused, "Pay-per-use"),
        ({"errors": [{"detail": "No user."}]}, 200, ProviderNotFound, "X: No user."),
        (b"<html>", 503, ProviderUnavailable, "status 503"),
        (b"<html>", 401, NotConnected, "status 401. Sign in again"),
        ([], 400, ProviderRefused, "status 400"),
        ({"errors": ["x"]}, 400, ProviderRefused, "status 400"),
        ({"detail": "\u001b[31mred\n"}, 400, ProviderRefused, "X: [31mred."),
    ],
)
def test_a_failure_is_told_in_its_words_with_what_to_do(
    said: Any, status: int, error: type[TintypeError], words: str
) -> None:
    with pytest.raises(error) as caught:
        check(answer(status, said))
    assert words in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_when_to_come_back_is_told() -> None:
    found = error_in(answer(429, {}, x_rate_limit_reset="1800000000"))
    assert "Try again at 08:00:00 UTC." in str(found)


@pytest.mark.parametrize(
    "said", [{"data": {}}, {"data": [], "errors": [{"detail": "one of many"}]}, [], {}, b"x"]
)
def test_what_has_data_is_no_failure(said: Any) -> None:
    assert error_in(answer(200, said)) is None
