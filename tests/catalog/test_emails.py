"""Addresses: which are some, and which are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.catalog.emails import email_key, mistake_in_email


@pytest.mark.parametrize(
    "email",
    [
        "ada@example.org",
        "ada+pictures@mail.example.org",
        "o'neill@example.org",
        "admin@localhost",
        "björn@bücher.example",
        "用户@例子.example",
        "a" * 64 + "@example.org",
    ],
)
def test_addresses_are_taken(email: str) -> None:
    assert mistake_in_email(email) == ""


@pytest.mark.parametrize(
    "email",
    [
        *("ada", "@example.org", "ada@", "ada@@example.org", "a b@example.org", "a,b@example.org"),
        *(
            "ada@example..org",
            "ada@.org",
            "ada@example.org.",
            "ada@-a.org",
            "ada@a-.org",
            "a@b_c/d",
        ),
        *('"a"@example.org', "ada@[127.0.0.1]", "<ada@example.org>", "a" * 65 + "@example.org"),
        "ada@" + "a" * 64 + ".org",
    ],
)
def test_what_is_no_address_is_refused(email: str) -> None:
    assert mistake_in_email(email) == "is not an email address"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada@Example.org", "aDA@eXAMPLE.ORG"),
        ("b\u00fccher@example.org", "bu\u0308cher@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@XN--BCHER-KVA.example"),
        ("STRASSE@example.org", "straße@example.org"),
    ],
)
def test_the_same_address_has_the_same_key(one: str, other: str) -> None:
    assert email_key(one) == email_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ada@example.org", "ad@example.org"), ("a.da@example.org", "ada@example.org")],
)
def test_another_address_has_another_key(one: str, other: str) -> None:
    assert email_key(one) != email_key(other)


# Letters whose case or composition is special: sharp s, dotted I, final sigma, dots to be combined.
LABELS = st.text("abXN-ßẞİıΣσςäA\u0308\u0307\u0345ﬁǰ李", min_size=1, max_size=8)


@given(LABELS, LABELS, LABELS)
def test_a_key_is_its_own_key(local: str, host: str, domain: str) -> None:
    key = email_key(f"{local}@{host}.{domain}")
    assert email_key(key) == key


@given(st.text(max_size=300))
def test_any_text_is_judged_and_the_key_of_a_good_one_fits(text: str) -> None:
    if not mistake_in_email(text):
        assert len(email_key(text)) <= 1000


@pytest.mark.parametrize("label", ["xn--", "xn--\u00fc", "xn--999999999", "xn--a-\x7f"])
def test_a_label_that_only_looks_encoded_stays_as_it_is(label: str) -> None:
    assert email_key(f"ada@{label}.org") == f"ada@{label}.org"
