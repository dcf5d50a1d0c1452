"""Signed requests: vectors, and what holds for all of them."""

import json
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.errors import CredentialsRefused
from tintype.signed_requests import (
    EMPTY_SHA256,
    WINDOW,
    AccessKey,
    SignedRequest,
    canonical_path,
    canonical_query,
    claim_of,
    is_signed,
    sign,
    signature_of,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "signed_requests.json").read_text())
KEY = AccessKey(VECTORS["access_key_id"], VECTORS["secret"])
NOW = 1_796_040_000.0

PATHS = st.binary(max_size=40).map(lambda b: b"/" + b.replace(b"?", b"").replace(b"#", b""))
QUERIES = st.binary(max_size=40).map(lambda b: b.replace(b"#", b""))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_vectors(case: dict[str, str | int]) -> None:
    request = SignedRequest(
        str(case["method"]),
        str(case["path"]).encode(),
        str(case["query"]).encode(),
        int(case["date"]),
        str(case["nonce"]),
        str(case["body_sha256"]),
    )
    assert request.text() == case["text"]
    assert signature_of(request, KEY.secret) == case["signature"]


def headers(**changed: str) -> dict[bytes, bytes]:
    signed = sign(KEY, "get", b"/api/v1/users", b"limit=2", EMPTY_SHA256, NOW) | changed
    return {name.replace("_", "-").encode(): value.encode() for name, value in signed.items()}


def test_a_signed_request_is_good_now_and_for_a_quarter_of_an_hour() -> None:
    given_headers = headers()
    assert is_signed(given_headers)
    claim = claim_of("GET", b"/api/v1/users", b"limit=2", given_headers)
    assert claim.key_id == KEY.id
    for now in (NOW, NOW + WINDOW, NOW - WINDOW):
        claim.verify(KEY.secret, now)
    for now in (NOW + WINDOW + 1, NOW - WINDOW - 1):
        with pytest.raises(CredentialsRefused, match="15 minutes"):
            claim.verify(KEY.secret, now)


def test_no_two_requests_have_the_same_signature() -> None:
    assert len({headers()[b"authorization"] for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("method", "path", "query", "changed", "secret"),
    [
        ("POST", b"/api/v1/users", b"limit=2", {}, KEY.secret),
        ("GET", b"/api/v1/user", b"limit=2", {}, KEY.secret),
        ("GET", b"/api/v1%2Fusers", b"limit=2", {}, KEY.secret),
        ("GET", b"/api/v1/users", b"limit=3", {}, KEY.secret),
        ("GET", b"/api/v1/users", b"", {}, KEY.secret),
        ("GET", b"/api/v1/users", b"limit=2", {"x_tintype_date": "20261201T120001Z"}, KEY.secret),
        ("GET", b"/api/v1/users", b"limit=2", {"x_tintype_content_sha256": "0" * 64}, KEY.secret),
        ("GET", b"/api/v1/users", b"limit=2", {}, KEY.secret + "x"),
    ],
)
def test_a_request_that_was_changed_is_refused(
    method: str, path: bytes, query: bytes, changed: dict[str, str], secret: str
) -> None:
    given_headers = headers()
    claim_of("GET", b"/api/v1/users", b"limit=2", given_headers).verify(KEY.secret, NOW)
    given_headers |= {k.replace("_", "-").encode(): v.encode() for k, v in changed.items()}
    claim = claim_of(method, path, query, given_headers)
    with pytest.raises(CredentialsRefused, match="signature"):
        claim.verify(secret, NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"authorization": ""},
        {"authorization": "Bearer x"},
        {"authorization": "TINTYPE-HMAC-SHA256 Credential=A, Nonce=b, Signature=c"},
        {"x_tintype_date": ""},
        {"x_tintype_date": "20261301T120000Z"},
        {"x_tintype_date": "00000000T000000Z"},
        {"x_tintype_date": "٢٠٢٦١٢٠١T120000Z"},
        {"x_tintype_content_sha256": "A" * 64},
        {"x_tintype_content_sha256": ""},
    ],
)
def test_headers_that_cannot_be_right_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(CredentialsRefused, match=r"docs/authentication\.md"):
        claim_of("GET", b"/", b"", headers(**changed))


@given(PATHS, QUERIES, st.sampled_from(["GET", "PUT", "DELETE"]))
def test_what_was_signed_verifies_whatever_it_is(path: bytes, query: bytes, method: str) -> None:
    signed = sign(KEY, method, path, query, EMPTY_SHA256, NOW)
    given_headers = {name.encode(): value.encode() for name, value in signed.items()}
    claim_of(method, path, query, given_headers).verify(KEY.secret, NOW)


@given(PATHS, PATHS)
def test_paths_with_one_canonical_form_mean_the_same(one: bytes, other: bytes) -> None:
    def meaning(path: bytes) -> list[bytes]:
        return [unquote_to_bytes(part) for part in path.split(b"/")]

    assert (canonical_path(one) == canonical_path(other)) == (meaning(one) == meaning(other))
    assert canonical_path(canonical_path(one).encode()) == canonical_path(one)


def pairs_of(query: bytes) -> list[tuple[bytes, bytes]]:
    parts = [part.replace(b"+", b" ").partition(b"=") for part in query.split(b"&") if part]
    return [(unquote_to_bytes(name), unquote_to_bytes(value)) for name, _, value in parts]


def by_name(query: bytes) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for name, value in pairs_of(query):
        found.setdefault(name, []).append(value)
    return found


SMALL_QUERIES = st.text("ab=&+% 20", max_size=12).map(str.encode)


@given(QUERIES | SMALL_QUERIES, QUERIES | SMALL_QUERIES)
def test_queries_with_one_canonical_form_mean_the_same(one: bytes, other: bytes) -> None:
    is_same = by_name(one) == by_name(other)
    assert (canonical_query(one) == canonical_query(other)) == is_same
    assert canonical_query(canonical_query(one).encode()) == canonical_query(one)


@given(QUERIES, PATHS)
def test_no_line_of_the_canonical_form_holds_another(query: bytes, path: bytes) -> None:
    text = SignedRequest("GET", path, query, int(NOW), "n" * 16, EMPTY_SHA256).text()
    assert len(text.split("\n")) == 7
    assert text.isascii()


@given(st.dictionaries(st.sampled_from([b"authorization", b"x-tintype-date"]), st.binary()))
def test_any_headers_are_read_or_refused(given_headers: dict[bytes, bytes]) -> None:
    with pytest.raises(CredentialsRefused):
        claim_of("GET", b"/", b"", given_headers)
