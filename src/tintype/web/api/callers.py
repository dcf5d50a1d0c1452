"""Callers: on whose behalf a request is made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what they may do. `how`: session, key or signature; `key_id`: which key."""

    user_id: str
    scopes: frozenset[str]
    how: str
    key_id: str = ""
