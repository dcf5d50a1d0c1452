"""Addresses of email: which are taken, and which are the same."""

import re

from tintype.catalog.texts import folded, mistake_in

LONGEST = 254  # RFC 5321, 4.5.3.1.3
_LONGEST_LOCAL = 64
_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\\\]]+")
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_PUNYCODE = "xn--"


def mistake_in_email(text: str) -> str:
    """What is wrong with an address, as a phrase; "" if nothing is.

    Quoted local parts and literal addresses are refused; nobody has one.
    """
    if phrase := mistake_in(text, LONGEST):
        return phrase
    local, _, domain = text.rpartition("@")
    if not _LOCAL.fullmatch(local) or len(local) > _LONGEST_LOCAL:
        return "is not an email address"
    if not all(_LABEL.fullmatch(label) for label in domain.split(".")):
        return "is not an email address"
    return ""


def email_key(text: str) -> str:
    """The form in which addresses are compared: case-folded, composed, the domain in Unicode."""
    local, _, domain = text.rpartition("@")
    labels = (_decoded(label) for label in folded(domain).split("."))
    return f"{folded(local)}@{'.'.join(labels)}"


def _decoded(label: str) -> str:
    if not label.startswith(_PUNYCODE):
        return label
    try:
        return folded(label.removeprefix(_PUNYCODE).encode("ascii").decode("punycode")) or label
    except UnicodeError:
        return label
