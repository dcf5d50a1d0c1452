"""Tokens: what a browser's cookie, or the URL of the first administrator, shows."""

import hashlib
import secrets


def new_token() -> str:
    """43 characters that nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
