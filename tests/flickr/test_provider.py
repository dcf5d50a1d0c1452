"""The provider on this machine is strict: whatever is not signed as it must be is refused."""

import json
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from servers.demo import CONSUMER, Demo
from tintype.flickr.demo import checking, signature
from tintype.flickr.demo.account import Account
from tintype.oauth1 import Consumer, Extras, Signing, Token
from tintype.oauth1.auth import OAuth1

LOGIN = {"method": "flickr.test.login", "format": "json", "nojsoncallback": "1"}


def rest(demo: Demo, signing: Signing, extras: Extras | None = None, **more: str) -> str:
    url = f"{demo.base}/services/rest/"
    return httpx2.get(url, params=LOGIN | more, auth=OAuth1(signing, extras=extras)).text


def first_leg(demo: Demo, signing: Signing, extras: Extras) -> httpx2.Response:
    url = f"{demo.base}/services/oauth/request_token"
    return httpx2.post(url, auth=OAuth1(signing, extras=extras))


def last_leg(demo: Demo, signing: Signing, verifier: str) -> httpx2.Response:
    url = f"{demo.base}/services/oauth/access_token"
    return httpx2.post(url, auth=OAuth1(signing, extras=Extras(verifier=verifier)))


def begun(demo: Demo) -> Signing:
    """Signing with a request token."""
    answer = first_leg(demo, Signing(CONSUMER), Extras(callback="oob"))
    said = dict(httpx2.QueryParams(answer.text))
    return Signing(CONSUMER, Token(said["oauth_token"], said["oauth_token_secret"]))


def test_a_good_signature_is_good_and_its_base_string_is_kept(demo: Demo) -> None:
    assert json.loads(rest(demo, demo.signing()))["stat"] == "ok"
    assert demo.state.bases[-1].startswith("GET&http%3A%2F%2F127.0.0.1%3A")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda s: Signing(Consumer(s.consumer.key, "x"), s.token), "signature_invalid&debug_sbs="),
        (lambda s: Signing(s.consumer, Token(s.token.key, "x")), "signature_invalid"),
        (lambda s: Signing(Consumer("unknown", "x"), s.token), "consumer_key_unknown"),
        (lambda s: Signing(s.consumer, Token("unknown", "x")), "token_rejected"),
        (lambda s: Signing(s.consumer), "parameter_absent&oauth_parameters_absent=oauth_token"),
        (lambda s: Signing(s.consumer, s.token, "PLAINTEXT"), "signature_method_rejected"),
    ],
)
def test_what_is_wrong_is_refused_with_its_word(
    demo: Demo, change: Callable[[Any], Signing], word: str
) -> None:
    assert rest(demo, change(demo.signing())).startswith(f"oauth_problem={word}")


@pytest.mark.parametrize(
    ("shift", "good"), [(-590, True), (590, True), (-620, False), (620, False)]
)
def test_a_clock_may_be_off_by_ten_minutes(demo: Demo, shift: int, good: bool) -> None:
    said = rest(demo, demo.signing(), Extras(timestamp=str(int(time.time()) + shift)))
    assert said.startswith('{"user"' if good else "oauth_problem=timestamp_refused")


def test_a_nonce_is_good_once_for_a_token(demo: Demo) -> None:
    signing, stamp = demo.signing(), str(int(time.time()))
    extras = Extras(nonce="the same", timestamp=stamp)
    assert rest(demo, signing, extras).startswith("{")
    assert rest(demo, signing, extras) == "oauth_problem=nonce_used"
    assert rest(demo, demo.signing(), extras).startswith("{"), "another token"


def test_oauthlib_says_no_by_itself(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the own check switched off, a wrong signature is refused all the same."""

    def own(state: object, incoming: checking.Incoming, stage: object) -> dict[str, str]:
        header = signature.header_pairs(incoming.headers["authorization"])
        return {name.decode()[6:]: value.decode() for name, value in header}

    monkeypatch.setattr(checking, "_own", own)
    good = demo.signing()
    assert rest(demo, good).startswith('{"user"')
    assert good.token
    bad = Signing(CONSUMER, Token(good.token.key, "x"))
    assert rest(demo, bad).startswith("oauth_problem=signature_invalid")


def test_the_own_check_says_no_by_itself(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_oauthlibs", lambda *_: None)
    good = demo.signing()
    assert rest(demo, good).startswith('{"user"')
    assert good.token
    bad = Signing(CONSUMER, Token(good.token.key, "x"))
    assert rest(demo, bad).startswith("oauth_problem=signature_invalid")


def test_three_legs_for_a_code_and_for_a_callback(demo: Demo) -> None:
    signing = begun(demo)
    assert signing.token
    page = f"{demo.base}/services/oauth/authorize"
    shown = httpx2.get(page, params={"oauth_token": signing.token.key, "perms": "read"}).text
    assert "not Flickr" in shown
    pin = demo.pin(f"{page}?oauth_token={signing.token.key}")
    answer = last_leg(demo, signing, pin)
    assert answer.headers["content-type"] == "text/plain;charset=UTF-8"
    assert answer.text.startswith("fullname=First%20Last&oauth_token=72157")
    assert "user_nsid=12345678%40N00" in answer.text
    there = "http://127.0.0.1:9/back?a=1"
    first = first_leg(demo, Signing(CONSUMER), Extras(callback=there))
    token = dict(httpx2.QueryParams(first.text))["oauth_token"]
    sent = httpx2.post(page, data={"oauth_token": token, "say": "yes"})
    assert sent.headers["location"].startswith(f"{there}&oauth_token={token}&oauth_verifier=")
    no = httpx2.post(page, data={"oauth_token": token, "say": "no"})
    assert no.headers["location"] == f"{there}&denied={token}"


def test_a_request_token_is_refused_without_its_consent_or_verifier_and_twice(demo: Demo) -> None:
    signing = begun(demo)
    assert signing.token
    page = f"{demo.base}/services/oauth/authorize?oauth_token={signing.token.key}"
    assert last_leg(demo, signing, "123-456-789").text == "oauth_problem=permission_unknown"
    pin = demo.pin(page)
    assert last_leg(demo, signing, "000").text == "oauth_problem=verifier_invalid"
    assert "oauth_parameters_absent=oauth_verifier" in last_leg(demo, signing, "").text
    demo.state.apps["another"] = "secret"
    other = Signing(Consumer("another", "secret"), signing.token)
    assert last_leg(demo, other, pin).text == "oauth_problem=token_rejected"
    assert last_leg(demo, signing, pin).status_code == 200
    assert last_leg(demo, signing, pin).text == "oauth_problem=token_used"
    assert rest(demo, signing) == "oauth_problem=token_rejected", "it is no access token"


def test_a_callback_is_demanded(demo: Demo) -> None:
    answer = first_leg(demo, Signing(CONSUMER), Extras())
    assert answer.text == "oauth_problem=parameter_absent&oauth_parameters_absent=oauth_callback"


def test_who_asks_decides_what_is_seen(demo: Demo) -> None:
    assert demo.call("flickr.test.login").json()["code"] == 99
    assert demo.call("flickr.people.getPhotos", user_id="me").json()["code"] == 99
    assert demo.call("flickr.photos.getInfo", photo_id="53000000004").json()["code"] == 1
    public = demo.call("flickr.people.getPhotos", user_id="12345678@N00").json()
    owner = json.loads(rest(demo, demo.signing(), method="flickr.people.getPhotos", user_id="me"))
    assert int(public["photos"]["total"]) < int(owner["photos"]["total"]) == 24
    seen = json.loads(
        rest(demo, demo.signing(), method="flickr.photos.getInfo", photo_id="53000000004")
    )
    assert seen["photo"]["permissions"] == {"permcomment": 2, "permaddmeta": 2}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"method": "flickr.nope"}, 112),
        ({"format": "xml"}, 111),
        ({"api_key": "nonsense"}, 100),
        ({"method": "flickr.photos.getSizes", "photo_id": "1"}, 1),
        ({"method": "flickr.people.getPhotos", "user_id": "nobody"}, 2),
    ],
)
def test_calls_fail_with_flickrs_codes(demo: Demo, arguments: dict[str, str], code: int) -> None:
    given = {"method": "flickr.photos.licenses.getInfo"} | arguments
    answer = demo.call(given.pop("method"), **given)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["stat"], said["code"]) == ("fail", code)


def test_without_nojsoncallback_it_is_a_script_and_slashes_are_escaped(demo: Demo) -> None:
    answer = demo.call("flickr.photos.getSizes", photo_id="53000000001", nojsoncallback="")
    assert answer.text.startswith("jsonFlickrApi({")
    assert answer.text.endswith("})")
    assert r"http:\/\/" in answer.text


def test_an_account_has_what_real_ones_have(demo: Demo) -> None:
    demo.state.account = Account(200)
    sizes = demo.call("flickr.photos.getSizes", photo_id="53000000050").json()["sizes"]["size"]
    assert [s["label"] for s in sizes][-4:] == ["Original", "360p", "720p", "1080p"]
    assert sizes[-1]["width"] == ""
    moved = httpx2.get(sizes[-1]["source"])
    assert moved.status_code == 302
    video = httpx2.get(moved.headers["location"])
    assert video.headers["content-type"] == "video/mp4"
    demo.state.clock = lambda: time.time() + 200
    assert httpx2.get(moved.headers["location"]).status_code == 403, "good for three minutes"
    demo.state.account = Account(200, is_free=True)
    free = demo.call("flickr.photos.getSizes", photo_id="53000000001").json()["sizes"]
    assert free["candownload"] == 0
    assert max(int(s["width"]) for s in free["size"]) == 1024
    assert demo.call("flickr.photos.getExif", photo_id="53000000005").json()["code"] == 2


def test_x_has_its_own_shapes_and_tells_its_rates(demo: Demo) -> None:
    auth = OAuth1(demo.signing())
    me = httpx2.get(f"{demo.base}/2/users/me", auth=auth)
    assert me.json()["data"]["username"] == "someuser"
    assert me.headers["x-rate-limit-limit"] == "75"
    assert me.headers["x-rate-limit-remaining"] == "74"
    assert int(me.headers["x-rate-limit-reset"]) > time.time()
    demo.state.is_old_app = False
    closed = httpx2.get(f"{demo.base}/1.1/statuses/user_timeline.json", auth=auth)
    assert (closed.status_code, closed.json()["errors"][0]["code"]) == (403, 453)
    unsigned = httpx2.get(f"{demo.base}/2/users/me")
    assert unsigned.status_code == 401
    assert unsigned.json()["type"].startswith("https://api.x.com/2/problems/")
    demo.state.rate["limit"] = 2
    statuses = [httpx2.get(f"{demo.base}/2/users/me", auth=auth).status_code for _ in range(2)]
    assert statuses == [200, 429]
    page = httpx2.get(
        f"{demo.base}/2/users/2244994945/tweets", params={"max_results": "5"}, auth=auth
    ).json()
    keys = {m["media_key"] for m in page["includes"]["media"]}
    attached = {k for p in page["data"] for k in p.get("attachments", {}).get("media_keys", [])}
    assert keys == attached
    assert page["meta"]["next_token"]


def test_trouble_can_be_ordered_over_http(demo: Demo) -> None:
    url = f"{demo.base}/demo/trouble"
    assert httpx2.post(url, params={"kind": "429", "times": "1"}).json()["orders"]
    assert demo.call("flickr.test.echo").status_code == 429
    assert demo.call("flickr.test.echo").status_code == 200
    assert httpx2.post(url, params={"kind": "nonsense"}).status_code == 400
    assert httpx2.post(url).json()["orders"] == []


def test_a_query_that_cannot_be_decoded_is_refused_and_no_error(demo: Demo) -> None:
    header = demo.signing().sign("GET", f"{demo.base}/services/rest/").header
    for query in ("a=%ff", "a=%zz", "[]={}", "a=%00"):
        answer = httpx2.get(
            httpx2.URL(f"{demo.base}/services/rest/").copy_with(query=query.encode()),
            headers={"authorization": header},
        )
        assert answer.text.startswith("oauth_problem=signature_invalid"), query
