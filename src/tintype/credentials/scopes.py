"""Scopes: what a key may be used for, as `resource:verb`."""

from collections.abc import Iterable

SCOPES = {
    "users:read": "Read one's own record.",
    "users:write": "Change one's own record.",
    "users:admin": "Read, add, change and remove all users. Administrators only.",
    "keys:read": "List one's own API keys and access keys.",
    "keys:write": "Create and revoke one's own API keys and access keys.",
    "originals:read": "Read one's own originals and their renditions.",
    "originals:write": "Add, tag and remove one's own originals; make renditions.",
    "uploads:write": "Upload, and go on with uploads.",
    "jobs:read": "Read one's own jobs.",
    "jobs:write": "Start, cancel and retry one's own jobs.",
    "sites:read": "Read one's own sites, their pictures and their history.",
    "sites:write": "Add, change, capture and remove one's own sites.",
    "stores:read": "Read one's own stores, without their credentials.",
    "stores:write": "Add, change and remove one's own stores.",
    "connections:read": "Read where one has signed in, such as Flickr.",
    "connections:write": "Sign in at providers such as Flickr, and forget that.",
    "webhooks:read": "Read one's own webhooks.",
    "webhooks:write": "Add, change and remove one's own webhooks.",
}
ADMIN = "users:admin"


def scopes_of(is_admin: bool) -> frozenset[str]:
    """All that a user may do."""
    return frozenset(SCOPES) if is_admin else frozenset(SCOPES) - {ADMIN}


def remaining(asked: Iterable[str], is_admin: bool) -> frozenset[str]:
    """What remains of a key's scopes, given what its user may do now."""
    return frozenset(asked) & scopes_of(is_admin)
