"""Signing in by three legs, with no network at all: what is asked for, and what is made of it."""

from dataclasses import replace

import pytest

from tintype.errors import ProviderSignInFailed, ProviderUnavailable
from tintype.oauth1 import Consumer, Extras, Signing, Token
from tintype.oauth1.login import Access, Answered, Call, Endpoints, Visit, three_legs, verifier_of

ENDPOINTS = Endpoints(
    request_token="https://p.example/request_token",
    authorize="https://p.example/authorize",
    access_token="https://p.example/access_token",
    permission=("perms", "read"),
    has_dashed_pin=True,
)
SIGNING = Signing(Consumer("k", "s"), Token("an old one", "of before"))
FIRST = Answered(200, "oauth_callback_confirmed=true&oauth_token=72-aa&oauth_token_secret=bb")
LAST = Answered(
    200,
    "fullname=First%20Last&oauth_token=72-cc&oauth_token_secret=dd"
    "&user_nsid=12345678%40N00&username=someuser",
)


def test_three_legs_ask_for_what_they_need_in_turn() -> None:
    steps = three_legs(ENDPOINTS, SIGNING, "http://127.0.0.1:1/back")
    first = next(steps)
    assert first == Call(
        "https://p.example/request_token",
        SIGNING.with_token(None),
        Extras(callback="http://127.0.0.1:1/back"),
    )
    page = steps.send(FIRST)
    assert isinstance(page, Visit)
    assert page.url == "https://p.example/authorize?oauth_token=72-aa&perms=read"
    last = steps.send("http://127.0.0.1:1/back?oauth_token=72-aa&oauth_verifier=0123abcd")
    assert last == Call(
        "https://p.example/access_token",
        SIGNING.with_token(Token("72-aa", "bb")),
        Extras(verifier="0123abcd"),
    )
    with pytest.raises(StopIteration) as done:
        steps.send(LAST)
    about = {"fullname": "First Last", "user_nsid": "12345678@N00", "username": "someuser"}
    assert done.value.value == Access(Token("72-cc", "dd"), about)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("123-456-789", "123-456-789"),
        ("123456789", "123-456-789"),
        (" 123 456 789\n", "123-456-789"),
        ("123–456–789", "123-456-789"),
        ("1234567", "1234567"),
        ("oauth_token=72-aa&oauth_verifier=v", "v"),
        ("https://h/?x=1&oauth_verifier=v%20w&oauth_token=72-aa", "v w"),
    ],
)
def test_a_code_is_taken_however_it_is_typed(typed: str, read: str) -> None:
    assert verifier_of(typed, Token("72-aa"), ENDPOINTS) == read


def test_a_code_without_dashes_stays_one_where_a_provider_has_none() -> None:
    plain = replace(ENDPOINTS, has_dashed_pin=False)
    assert verifier_of("123456789", Token("t"), plain) == "123456789"


@pytest.mark.parametrize(
    ("came", "words"),
    [
        ("https://h/?oauth_token=another&oauth_verifier=v", "another sign-in"),
        ("https://h/?oauth_verifier=v", "another sign-in"),
        ("https://h/?oauth_token=72-aa&oauth_verifier=", "another sign-in"),
        ("https://h/?denied=72-aa", "denied"),
        ("", "no code"),
        ("12", "no code"),
        ("<script>", "no code"),
        ("9" * 200, "no code"),
    ],
)
def test_what_is_no_consent_to_this_sign_in_is_refused(came: str, words: str) -> None:
    with pytest.raises(ProviderSignInFailed, match=words):
        verifier_of(came, Token("72-aa"), ENDPOINTS)


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        (Answered(401, "oauth_problem=signature_invalid&debug_sbs=GET&http%3A"), "Check the secr"),
        (
            Answered(400, "oauth_problem=parameter_absent&oauth_parameters_absent=x"),
            "parameter_abs",
        ),
        (Answered(200, "oauth_problem=consumer_key_unknown"), "key of the application"),
        (
            Answered(401, '{"errors":[{"code":32,"message":"Could not authenticate you."}]}'),
            "Could",
        ),
        (Answered(401, "<html>"), "status 401"),
        (Answered(200, "<html>a page</html>"), "does not confirm"),
        (Answered(200, "oauth_token=a&oauth_token_secret=b"), "does not confirm"),
        (Answered(200, "oauth_callback_confirmed=true&oauth_token=a"), "no token"),
    ],
)
def test_a_refusal_has_the_providers_word_and_what_to_do(answered: Answered, words: str) -> None:
    steps = three_legs(ENDPOINTS, SIGNING)
    next(steps)
    with pytest.raises(ProviderSignInFailed, match=words):
        steps.send(answered)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_provider_that_is_away_is_no_refusal(status: int) -> None:
    steps = three_legs(ENDPOINTS, SIGNING)
    next(steps)
    with pytest.raises(ProviderUnavailable):
        steps.send(Answered(status, "<html>"))
