"""Requests as clients of 2005 to 2008 have sent them, and what nobody should send."""

from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.sites.ast import Action, Asked, AstRequest, Size
from tintype.sites.ast.refusals import AstRefused
from tintype.sites.ast.request import parameters_of, read

SIGNED = {"AWSAccessKeyId": "TTAK1", "Timestamp": "2006-08-17T15:59:59Z", "Signature": "c2ln"}


def asked(**more: str) -> AstRequest:
    return read({"Action": "Thumbnail", **SIGNED, **more})


def refused(parameters: dict[str, str]) -> AstRefused:
    with pytest.raises(AstRefused) as caught:
        read(parameters)
    return caught.value


def test_a_single_picture_is_large_unless_told_otherwise() -> None:
    assert asked(Url="kelvinism.com").wanted == (Asked("kelvinism.com", Size.LARGE),)
    assert asked(Url="kelvinism.com", Size="Small").wanted[0].size is Size.SMALL


@pytest.mark.parametrize("spelling", ["Shared.Size", "Thumbnail.Shared.Size", "Size"])
def test_a_batch_shares_a_size_by_any_of_its_spellings(spelling: str) -> None:
    found = asked(
        **{
            "Thumbnail.2.Url": "b.example",
            "Thumbnail.10.Url": "c.example",
            "Thumbnail.1.Url": "a.example",
            "Thumbnail.10.Size": "Large",
            spelling: "Small",
        }
    )
    assert found.wanted == (
        Asked("a.example", Size.SMALL),
        Asked("b.example", Size.SMALL),
        Asked("c.example", Size.LARGE),
    )


def test_twenty_urls_are_taken_and_one_more_is_refused() -> None:
    urls = {f"Thumbnail.{n}.Url": f"{n}.example" for n in range(1, 21)}
    assert [each.url for each in asked(**urls).wanted] == list(urls.values())
    error = refused({"Action": "Thumbnail", **SIGNED, **urls, "Thumbnail.21.Url": "x.example"})
    assert error.word == "InvalidParameterValue"
    assert "at most 20" in str(error)


def test_a_blank_in_a_signature_is_a_plus_that_nobody_encoded() -> None:
    assert asked(Url="a.example", Signature="a b c=").signature == "a+b+c="


def test_the_older_dialect_names_its_service() -> None:
    assert asked(Url="a.example", Service="AlexaSiteThumbnail").names_service
    assert not asked(Url="a.example").names_service


WHOLE = {"Action": "Thumbnail", "Url": "a.example", **SIGNED}


@pytest.mark.parametrize(
    ("change", "word", "status"),
    [
        ({"Action": ""}, "MissingAction", 400),
        ({"Action": "thumbnail"}, "InvalidAction", 400),
        ({"Url": ""}, "MissingParameter", 400),
        ({"AWSAccessKeyId": ""}, "MissingClientTokenId", 403),
        ({"Timestamp": ""}, "MissingParameter", 400),
        ({"Signature": ""}, "MissingParameter", 400),
        ({"Size": "large"}, "InvalidParameterValue", 400),
        ({"Service": "AmazonEC2"}, "InvalidParameterValue", 400),
        ({"Url": "a" * 2001}, "InvalidParameterValue", 400),
        ({"Action": "Redirect", "Thumbnail.1.Url": "b.example"}, "InvalidParameterValue", 400),
        (
            {"Thumbnail.1.Url": "b.example", "Thumbnail.1.Size": "Huge"},
            "InvalidParameterValue",
            400,
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_wrong_is_said_in_the_words_of_the_time(
    change: dict[str, str], word: str, status: int
) -> None:
    error = refused(WHOLE | change)
    assert (error.word, error.answered) == (word, status)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:image/gif;base64,R0lGOD",
        "//evil.example/x.gif",
        "/x.gif",
        "http:",
        "http:///x.gif",
        "http://[::1/x.gif",
        "http://a.example/\r\nset-cookie:x",
        "http:\\\\a.example",
        "ftp://a.example/x.gif",
        "https://a.example/" + "x" * 2000,
    ],
    ids=lambda value: value[:24],
)
def test_a_redirect_leads_to_web_addresses_only(address: str) -> None:
    error = refused(WHOLE | {"Action": "Redirect", "DefaultImage": address})
    assert error.word == "InvalidParameterValue"


def test_a_redirect_may_have_a_default_picture_of_its_own() -> None:
    found = asked(Action="Redirect", Url="a.example", DefaultImage="https://a.example/x.gif?a=1")
    assert found.action is Action.REDIRECT
    assert found.default_image == "https://a.example/x.gif?a=1"


def test_parameters_come_in_the_query_in_the_body_or_in_both_and_the_first_counts() -> None:
    assert parameters_of(b"a=1&b=%C3%BC&a=2", b"a=3&c=4+5&d") == {
        "a": "1",
        "b": "ü",
        "c": "4 5",
        "d": "",
    }


def test_what_is_no_utf_8_is_read_all_the_same() -> None:
    told = parameters_of(b"Url=b%FCcher.example&Thumbnail.1.Url=b%C3%BCcher.example&a=\x81")
    assert told == {
        "Url": "bücher.example",  # a page in Latin-1
        "Thumbnail.1.Url": "bücher.example",
        "a": "\ufffd",
    }


def test_a_thousand_parameters_are_refused() -> None:
    with pytest.raises(AstRefused):
        parameters_of(b"&".join(b"a%d=1" % n for n in range(1000)))


texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)


@given(st.lists(st.tuples(texts, st.sampled_from(Size)), min_size=1, max_size=20))
def test_a_batch_is_read_as_it_was_written(wanted: list[tuple[str, Size]]) -> None:
    written = {"Action": "Thumbnail", **SIGNED}
    for number, (url, size) in enumerate(wanted, 1):
        written |= {f"Thumbnail.{number}.Url": url, f"Thumbnail.{number}.Size": size.value}
    found = read(parameters_of(urlencode(written).encode()))
    assert found.wanted == tuple(Asked(url, size) for url, size in wanted)


@given(st.binary(max_size=300))
def test_any_bytes_are_parameters_or_refused(text: bytes) -> None:
    with suppress(AstRefused):
        assert read(parameters_of(text)).wanted
