"""Callers: who asks. A browser's session, an API key, or a signature; never a mixture.

Whoever answers requests outside of FastAPI (uploads) calls `Callers.identify` before the first byte
of the body is read; who reads the body of a signed request compares it with
`Exchange.signed_sha256`.
"""

from dataclasses import dataclass
from typing import Literal

How = Literal["session", "key", "signature"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, and what he may do. `key_id` is that of the key, of the access key or session."""

    user_id: str
    scopes: frozenset[str]
    how: How
    key_id: str
