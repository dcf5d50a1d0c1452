"""Both dialects, by vectors made with `openssl dgst -sha1 -hmac`."""

import pytest

from tintype.sites.ast import Action, Asked, AstRequest, Size
from tintype.sites.ast.refusals import AstRefused
from tintype.sites.ast.signatures import WINDOW, seconds_of, sign, verify

SECRET = "uV3F3YluFJax1cknvbcGwgjvx4QpvB+leU8dUj2o"
SERVICE = "AlexaSiteThumbnail"
VECTORS = [
    ("Thumbnail", "2005-01-31T23:59:59.183Z", "", "z8/1wIlUeXPio6599zXbPNBIj8g="),
    ("Thumbnail", "2005-01-31T23:59:59.183Z", SERVICE, "fsFQdjKAbE4LFpRVeh7+MvshY14="),
    ("Redirect", "2006-08-17T15:59:59Z", "", "0nQ1m81HV1NQkIfh7xepzP6Zj/M="),
    ("Redirect", "2006-08-17T15:59:59Z", SERVICE, "n6mS0edFC30jA9yl1loiuf78NuE="),
]


def request(action: str, timestamp: str, signature: str, *, names: bool = False) -> AstRequest:
    return AstRequest(
        action=Action(action),
        key_id="TTAKTEST",
        timestamp=timestamp,
        signature=signature,
        wanted=(Asked("example.org", Size.LARGE),),
        names_service=names,
    )


@pytest.mark.parametrize(("action", "timestamp", "service", "signature"), VECTORS)
def test_a_signature_is_that_of_openssl(
    action: str, timestamp: str, service: str, signature: str
) -> None:
    assert sign(SECRET, action, timestamp, service=service) == signature


@pytest.mark.parametrize(("action", "timestamp", "service", "signature"), VECTORS)
@pytest.mark.parametrize("names", [True, False])
def test_both_dialects_are_known_whatever_the_request_says_of_its_service(
    action: str, timestamp: str, service: str, signature: str, names: bool
) -> None:
    verify(request(action, timestamp, signature, names=names), SECRET, seconds_of(timestamp))


@pytest.mark.parametrize(
    ("action", "timestamp", "signature", "secret"),
    [
        ("Redirect", "2005-01-31T23:59:59.183Z", "z8/1wIlUeXPio6599zXbPNBIj8g=", SECRET),
        ("Thumbnail", "2005-01-31T23:59:59.184Z", "z8/1wIlUeXPio6599zXbPNBIj8g=", SECRET),
        ("Thumbnail", "2005-01-31T23:59:59.183Z", "z8/1wIlUeXPio6599zXbPNBIj8g=", SECRET[:-1]),
        ("Thumbnail", "2005-01-31T23:59:59.183Z", "z8/1wIlUeXPio6599zXbPNBIj8g="[:-1], SECRET),
        ("Thumbnail", "2005-01-31T23:59:59.183Z", "ü\udcff", SECRET),
    ],
    ids=["other action", "other time", "other secret", "cut", "no Base64"],
)
def test_a_signature_is_good_for_what_it_was_made_for(
    action: str, timestamp: str, signature: str, secret: str
) -> None:
    with pytest.raises(AstRefused) as caught:
        verify(request(action, timestamp, signature), secret, seconds_of(timestamp))
    assert (caught.value.word, caught.value.answered) == ("SignatureDoesNotMatch", 403)


@pytest.mark.parametrize("off", [-WINDOW, 0, WINDOW])
def test_fifteen_minutes_are_granted_either_way(off: int) -> None:
    moment = seconds_of("2005-01-31T23:59:59.183Z")
    verify(
        request("Thumbnail", "2005-01-31T23:59:59.183Z", "z8/1wIlUeXPio6599zXbPNBIj8g="),
        SECRET,
        moment + off,
    )


@pytest.mark.parametrize("off", [-WINDOW - 1, WINDOW + 1])
def test_a_second_more_is_too_much(off: int) -> None:
    moment = seconds_of("2005-01-31T23:59:59.183Z")
    with pytest.raises(AstRefused, match=r"Timestamp date is 2005-01-31T23:59:59.183Z") as caught:
        verify(
            request("Thumbnail", "2005-01-31T23:59:59.183Z", "z8/1wIlUeXPio6599zXbPNBIj8g="),
            SECRET,
            moment + off,
        )
    assert caught.value.word == "RequestExpired"


def test_an_old_request_with_a_wrong_signature_does_not_tell_that_it_is_old() -> None:
    with pytest.raises(AstRefused) as caught:
        verify(request("Thumbnail", "2005-01-31T23:59:59Z", "wrong"), SECRET, 0)
    assert caught.value.word == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:00:10Z", 10),
        ("1970-01-01T00:00:10", 10),
        ("1970-01-01T00:00:10.500Z", 10.5),
        ("1970-01-01T01:00:10+01:00", 10),
        ("2006-08-17T15:59:59.000Z", 1155830399),
    ],
)
def test_times_are_read_as_clients_write_them(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2006-08-17",
        "2006-13-17T15:59:59Z",
        "2006-08-17T15:59:59+99:99",
        "٢٠٠٦-08-17T15:59:59Z",
    ],
)
def test_what_is_no_time_is_said_to_be_none(text: str) -> None:
    with pytest.raises(AstRefused) as caught:
        seconds_of(text)
    assert caught.value.word == "InvalidParameterValue"
