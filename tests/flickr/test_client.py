"""Calls of Flickr's API, and everything that it and the network do to them."""

import pytest

from servers.demo import CONSUMER, Demo
from tintype.errors import (
    NotConnected,
    ProviderError,
    ProviderNotFound,
    ProviderRefused,
    ProviderThrottled,
    ProviderUnavailable,
)
from tintype.flickr.client import TRIES
from tintype.oauth1 import Consumer, Signing, Token
from tintype.providers.calls import Waits

LOGIN = "flickr.test.login"


async def test_a_call_is_signed_and_its_answer_is_json(demo: Demo) -> None:
    opened = demo.opened()
    said = await opened.api.call(LOGIN)
    assert said["user"]["username"]["_content"] == "some user"
    assert opened.slept == []


async def test_arguments_of_all_kinds_arrive(demo: Demo) -> None:
    opened = demo.opened()
    said = await opened.api.call("flickr.test.echo", **{"a[]": "x|{y}", "ü": "日本 +&=%", "n": 7})
    assert said["a[]"]["_content"] == "x|{y}"
    assert said["ü"]["_content"] == "日本 +&=%"
    assert said["n"]["_content"] == "7"


async def test_without_a_token_the_key_is_sent_and_what_is_public_comes(demo: Demo) -> None:
    opened = demo.opened(Signing(CONSUMER))
    said = await opened.api.call("flickr.test.echo")
    assert said["api_key"]["_content"] == CONSUMER.key
    assert not [name for name in said if name.startswith("oauth_")]
    with pytest.raises(NotConnected, match="tintype flickr login"):
        await opened.api.call(LOGIN)
    assert demo.state.bases == []


@pytest.mark.parametrize("kind", ["500", "503", "html", "105", "201", "0", "not-json", "cut"])
async def test_what_may_pass_is_tried_again_each_time_signed_anew(demo: Demo, kind: str) -> None:
    demo.state.trouble.order(kind, times=2)
    opened = demo.opened()
    assert (await opened.api.call(LOGIN))["stat"] == "ok"
    assert len(opened.slept) == 2
    assert 1.05 <= opened.slept[0] <= 1.95
    assert 1.57 <= opened.slept[1] <= 2.93
    assert len(demo.state.nonces) == len(demo.state.bases)


async def test_after_too_many_calls_everything_pauses(demo: Demo) -> None:
    demo.state.trouble.order("429", times=1)
    opened = demo.opened()
    assert (await opened.api.call(LOGIN))["stat"] == "ok"
    assert opened.slept[0] == 30


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("429", ProviderThrottled),
        ("503", ProviderUnavailable),
        ("html", ProviderUnavailable),
        ("105", ProviderUnavailable),
        ("not-json", ProviderUnavailable),
        ("cut", ProviderUnavailable),
    ],
)
async def test_what_does_not_pass_ends(
    demo: Demo, kind: str, error: type[ProviderUnavailable]
) -> None:
    demo.state.trouble.order(kind)
    opened = demo.opened()
    with pytest.raises(error):
        await opened.api.call(LOGIN)
    assert len([pause for pause in opened.slept if pause != 30]) == TRIES - 1


async def test_an_answer_byte_by_byte_does_not_hold_everything_up(demo: Demo) -> None:
    demo.state.trouble.order("slow", times=1)
    opened = demo.opened(waits=Waits(connect=5, read=5, total=0.3))
    assert (await opened.api.call(LOGIN))["stat"] == "ok", "the next one is fast"
    assert len(opened.slept) == 1


async def test_a_wrong_content_type_is_read_all_the_same_but_a_page_is_not(demo: Demo) -> None:
    """JSON under text/html cannot be told from an error page before it is read: it is retried."""
    demo.state.trouble.order("wrong-type", times=1)
    opened = demo.opened()
    assert (await opened.api.call(LOGIN))["stat"] == "ok"


async def test_numbers_and_texts_may_be_mixed_up(demo: Demo) -> None:
    demo.state.trouble.order("mixed")
    opened = demo.opened()
    sizes = await opened.tools.sizes("53000000003")
    assert [(s.label, s.width) for s in sizes][:2] == [("Square", 75), ("Large Square", 150)]


async def test_a_token_that_is_taken_back_asks_to_sign_in_again(demo: Demo) -> None:
    demo.state.trouble.order("revoked", times=1)
    opened = demo.opened()
    with pytest.raises(NotConnected, match="token_revoked"):
        await opened.api.call(LOGIN)
    assert opened.slept == [], "trying again would not help"


async def test_no_redirect_is_followed(demo: Demo) -> None:
    demo.state.trouble.order("redirect")
    opened = demo.opened()
    with pytest.raises(ProviderRefused, match="another address"):
        await opened.api.call(LOGIN)
    assert demo.state.calls == []


@pytest.mark.parametrize(
    ("consumer", "words"),
    [
        (Consumer(CONSUMER.key, "wrong"), "base string is ours, so a secret is wrong"),
        (Consumer("unknown", "x"), "Check the key of the application"),
    ],
)
async def test_a_wrong_key_or_secret_is_told_from_each_other(
    demo: Demo, consumer: Consumer, words: str
) -> None:
    opened = demo.opened(Signing(consumer, demo.token()))
    with pytest.raises(ProviderRefused, match=words) as caught:
        await opened.api.call(LOGIN)
    assert "wrong" not in str(caught.value).replace("is wrong", "")


async def test_a_clock_that_is_off_is_told(demo: Demo) -> None:
    demo.state.clock = lambda: 1_000_000.0
    opened = demo.opened()
    with pytest.raises(ProviderRefused, match="Set the clock"):
        await opened.api.call(LOGIN)


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("flickr.photos.getSizes", {"photo_id": "1"}, ProviderNotFound),
        ("flickr.photosets.getPhotos", {"photoset_id": "1", "user_id": "me"}, ProviderNotFound),
        ("flickr.people.getPhotos", {"user_id": "nobody"}, ProviderNotFound),
        ("flickr.photos.recentlyUpdated", {}, ProviderRefused),
        ("flickr.photos.search", {}, ProviderRefused),
        ("flickr.nope", {}, ProviderRefused),
        ("flickr.photos.getExif", {"photo_id": "53000000005"}, ProviderRefused),
    ],
)
async def test_a_failure_has_flickrs_code_and_message(
    demo: Demo, method: str, arguments: dict[str, str], error: type[ProviderError]
) -> None:
    opened = demo.opened()
    with pytest.raises(error, match=rf"\(code \d+ of {method}\)"):
        await opened.api.call(method, **arguments)
    assert opened.slept == []


async def test_a_token_of_another_user_is_no_token(demo: Demo) -> None:
    opened = demo.opened(Signing(CONSUMER, Token("nobodys", "secret-of-it")))
    with pytest.raises(NotConnected) as caught:
        await opened.api.call(LOGIN)
    assert "secret-of-it" not in str(caught.value)


async def test_a_provider_that_is_away_is_told(demo: Demo) -> None:
    opened = demo.opened()
    opened.api._api = "http://127.0.0.1:9/"
    with pytest.raises(ProviderUnavailable, match="connection failed"):
        await opened.api.call(LOGIN)
