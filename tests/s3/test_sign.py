"""The signers, on the examples that AWS publishes and on hostile keys."""

import base64
import calendar
import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.s3.sign import (
    EMPTY_SHA256,
    V2,
    V4,
    Credentials,
    Request,
    encode_key,
    encode_query,
)

EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
SUITE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


def at(stamp: str) -> float:
    return calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))


# https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
S3_EXAMPLES = {
    "GET object": (
        Request("GET", "", "/test.txt", headers={"range": "bytes=0-9"}),
        EMPTY_SHA256,
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
    "PUT object": (
        Request(
            "PUT",
            "",
            f"/{encode_key('test$file.text')}",
            headers={
                "date": "Fri, 24 May 2013 00:00:00 GMT",
                "x-amz-storage-class": "REDUCED_REDUNDANCY",
            },
        ),
        "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
    "GET bucket lifecycle": (
        Request("GET", "", "/", query=(("lifecycle", ""),)),
        EMPTY_SHA256,
        "host;x-amz-content-sha256;x-amz-date",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ),
    "list objects": (
        Request("GET", "", "/", query=(("prefix", "J"), ("max-keys", "2"))),
        EMPTY_SHA256,
        "host;x-amz-content-sha256;x-amz-date",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
}


@pytest.mark.parametrize("name", S3_EXAMPLES)
def test_version_4_signs_the_examples_of_s3s_reference(name: str) -> None:
    request, payload, signed, signature = S3_EXAMPLES[name]
    request.host = "examplebucket.s3.amazonaws.com"
    headers = V4("us-east-1").headers(request, payload, EXAMPLE, at("20130524T000000Z"))
    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        f"SignedHeaders={signed}, Signature={signature}"
    )
    assert headers["x-amz-content-sha256"] == payload


def test_version_4_presigns_the_example_of_s3s_reference() -> None:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    request = Request("GET", "examplebucket.s3.amazonaws.com", "/test.txt")
    assert V4("us-east-1").query(request, 86400, EXAMPLE, at("20130524T000000Z")) == (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


# The cases of aws-sig-v4-test-suite that hold for S3 too (it neither normalises nor encodes twice).
@pytest.mark.parametrize(
    ("method", "query", "signature"),
    [
        ("GET", (), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", (), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            (("Param2", "value2"), ("Param1", "value1")),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
    ],
)
def test_version_4_signs_the_cases_of_the_test_suite(
    method: str, query: tuple[tuple[str, str], ...], signature: str
) -> None:
    request = Request(method, "example.amazonaws.com", "/", query)
    headers = V4("us-east-1", "service").headers(
        request, EMPTY_SHA256, SUITE, at("20150830T123600Z")
    )
    assert headers["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}"
    )


# https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
POST_POLICY = "\r\n".join(
    [
        '{ "expiration": "2015-12-30T12:00:00.000Z",',
        '  "conditions": [',
        '    {"bucket": "sigv4examplebucket"},',
        '    ["starts-with", "$key", "user/user1/"],',
        '    {"acl": "public-read"},',
        '    {"success_action_redirect": '
        '"http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
        '    ["starts-with", "$Content-Type", "image/"],',
        '    {"x-amz-meta-uuid": "14365123651274"},',
        '    {"x-amz-server-side-encryption": "AES256"},',
        '    ["starts-with", "$x-amz-meta-tag", ""],',
        "",
        '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
        '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
        '    {"x-amz-date": "20151229T000000Z" }',
        "  ]",
        "}",
    ]
)


def test_version_4_signs_the_post_policy_of_s3s_reference() -> None:
    policy = base64.b64encode(POST_POLICY.encode()).decode()
    signature = V4("us-east-1").sign_policy(policy, EXAMPLE, at("20151229T000000Z"))
    assert signature == "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"


def test_a_post_form_binds_its_own_fields_into_the_policy() -> None:
    now = at("20151229T000000Z")
    token = Credentials("AKID", "secret", "token")
    expires = datetime(2015, 12, 30, 12, tzinfo=UTC)
    conditions: list[object] = [{"key": "a"}, ["content-length-range", 1, 10]]
    fields = V4("us-east-1").form(conditions, expires, token, now)
    policy = json.loads(base64.b64decode(fields["policy"]))
    assert policy["expiration"] == "2015-12-30T12:00:00.000Z"
    assert policy["conditions"] == [
        *conditions,
        {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
        {"x-amz-credential": "AKID/20151229/us-east-1/s3/aws4_request"},
        {"x-amz-date": "20151229T000000Z"},
        {"x-amz-security-token": "token"},
    ]
    assert fields["x-amz-signature"] == V4("us-east-1").sign_policy(fields["policy"], token, now)


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
V2_EXAMPLES = {
    "object GET": (
        Request("GET", "", "", resource="/awsexamplebucket1/photos/puppy.jpg"),
        "Tue, 27 Mar 2007 19:36:42 +0000",
        "qgk2+6Sv9/oM7G3qLEjTH1a1l1g=",
    ),
    "object PUT": (
        Request(
            "PUT",
            "",
            "",
            headers={"content-type": "image/jpeg"},
            resource="/awsexamplebucket1/photos/puppy.jpg",
        ),
        "Tue, 27 Mar 2007 21:15:45 +0000",
        "iqRzw+ileNPu1fhspnRs8nOjjIA=",
    ),
    "list": (
        Request(
            "GET",
            "",
            "",
            query=(("prefix", "photos"), ("max-keys", "50"), ("marker", "puppy")),
            resource="/awsexamplebucket1/",
        ),
        "Tue, 27 Mar 2007 19:42:41 +0000",
        "m0WP8eCtspQl5Ahe6L1SozdX9YA=",
    ),
    "subresource": (
        Request("GET", "", "", query=(("acl", ""),), resource="/awsexamplebucket1/"),
        "Tue, 27 Mar 2007 19:44:46 +0000",
        "82ZHiFIjc+WbcwFKGUVEQspPn+0=",
    ),
    "upload with metadata": (
        Request(
            "PUT",
            "",
            "",
            headers={
                "content-md5": "4gJE4saaMU4BqNR0kLY+lw==",
                "content-type": "application/x-download",
                "content-encoding": "gzip",
                "x-amz-acl": "public-read",
                "x-amz-meta-checksumalgorithm": "crc32",
                "x-amz-meta-filechecksum": "0x02661779",
                "x-amz-meta-reviewedby": "joe@johnsmith.net,jane@johnsmith.net",
            },
            resource="/static.johnsmith.net/db-backup.dat.gz",
        ),
        "Tue, 27 Mar 2007 21:06:08 +0000",
        "ilyl83RwaSoYIEdixDQcA4OnAnc=",
    ),
    "unicode keys": (
        Request("GET", "", "", resource="/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re"),
        "Wed, 28 Mar 2007 01:49:49 +0000",
        "DNEZGsoieTZ92F3bUfSPQcbGmlM=",
    ),
}


@pytest.mark.parametrize("name", V2_EXAMPLES)
def test_version_2_signs_the_examples_of_s3s_guide(name: str) -> None:
    request, date, signature = V2_EXAMPLES[name]
    request.headers = {**request.headers, "date": date}
    headers = V2().headers(request, "", EXAMPLE, 0)
    assert headers["authorization"] == f"AWS AKIAIOSFODNN7EXAMPLE:{signature}"


def test_version_2_presigns_the_example_of_s3s_guide() -> None:
    request = Request("GET", "", "", resource="/johnsmith/photos/puppy.jpg")
    query = dict(parse_qsl(V2().query(request, 20, EXAMPLE, 1175139600)))
    assert query == {
        "AWSAccessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "Expires": "1175139620",
        "Signature": "NpgCjnDzrM+WFzoENXmpNDUsSn8=",
    }


def test_version_2_sends_the_date_that_it_signs() -> None:
    headers = V2().headers(Request("GET", "h", "/", resource="/b/"), "", EXAMPLE, 1175139620)
    assert parsedate_to_datetime(headers["date"]).timestamp() == 1175139620


@pytest.mark.parametrize("signer", [V4("eu-west-1"), V2()])
def test_a_session_token_is_sent_and_signed(signer: V4 | V2) -> None:
    request = Request("GET", "h", "/k", resource="/b/k")
    plain = signer.headers(request, EMPTY_SHA256, EXAMPLE, 1e9)
    token = Credentials(EXAMPLE.access_key_id, EXAMPLE.secret_access_key, "the-token")
    temporary = signer.headers(request, EMPTY_SHA256, token, 1e9)
    assert temporary["x-amz-security-token"] == "the-token"
    assert temporary["authorization"] != plain["authorization"]
    assert "the-token" in signer.query(request, 60, token, 1e9)


def test_a_new_day_and_another_region_derive_another_key() -> None:
    signatures = {
        V4(region).sign_policy("p", EXAMPLE, now)
        for region in ("us-east-1", "eu-west-1")
        for now in (at("20130524T235959Z"), at("20130525T000000Z"))
    }
    assert len(signatures) == 4


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("a b", "a%20b"),
        ("a+b", "a%2Bb"),
        ("a%20b", "a%2520b"),
        ("a//b", "a//b"),
        ("../b/./c", "../b/./c"),
        ("a?b#c", "a%3Fb%23c"),
        ("~-._", "~-._"),
        ("ä€😀", "%C3%A4%E2%82%AC%F0%9F%98%80"),
        ("a\\b:c@d", "a%5Cb%3Ac%40d"),
        ("/lead/", "/lead/"),
    ],
)
def test_a_key_is_encoded_once_and_its_path_is_not_normalised(key: str, path: str) -> None:
    assert encode_key(key) == path


@given(st.text())
def test_an_encoded_key_is_decoded_to_itself_and_needs_no_more_than_ascii(key: str) -> None:
    key = key.encode("utf-8", "replace").decode()
    encoded = encode_key(key)
    assert unquote(encoded) == key
    assert encoded.isascii()
    assert not set(encoded) & set(' ?#\\"<>')


texts = st.text(st.characters(codec="utf-8"))


@given(st.lists(st.tuples(texts, texts)))
def test_a_query_is_sorted_and_decoded_to_itself(pairs: list[tuple[str, str]]) -> None:
    encoded = encode_query(pairs)
    parts = [tuple(part.split("=")) for part in encoded.split("&")] if encoded else []
    assert parts == sorted(parts)
    decoded = [tuple(map(unquote, part)) for part in parts]
    assert sorted(decoded) == sorted(pairs)


def test_a_query_is_sorted_by_name_before_value() -> None:
    assert encode_query((("a-b", "1"), ("a", "2"), ("a", ""))) == "a=&a=2&a-b=1"


def test_no_secret_is_in_the_repr_of_credentials() -> None:
    shown = repr(Credentials("AKID", "the-secret", "the-token"))
    assert "AKID" in shown
    assert "the-" not in shown
