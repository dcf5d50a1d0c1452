"""What the provider knows of applications, tokens and nonces. All of it in memory."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tintype.flickr.demo.account import Account
from tintype.flickr.demo.trouble import Trouble

WINDOW = 600  # seconds that a timestamp may be off
APP_KEY, APP_SECRET = "de30" + "0" * 28, "de30de30de30de30"  # 32 and 16 digits, as Flickr's


@dataclass
class Request:
    """A request token: begun, perhaps allowed, used once."""

    key: str
    secret: str
    app: str
    callback: str
    verifier: str = ""
    permission: str = "read"
    is_used: bool = False
    is_x: bool = False


@dataclass
class Grant:
    """An access token."""

    key: str
    secret: str
    app: str
    permission: str
    is_revoked: bool = False


@dataclass
class State:
    """The provider. `clock` tells the time that timestamps are judged by."""

    account: Account = field(default_factory=Account)
    trouble: Trouble = field(default_factory=Trouble)
    apps: dict[str, str] = field(default_factory=lambda: {APP_KEY: APP_SECRET})
    requests: dict[str, Request] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    nonces: set[tuple[str, str, str, str]] = field(default_factory=set)
    clock: Callable[[], float] = time.time
    is_old_app: bool = True  # of X: one that v1.1 still answers
    calls: list[str] = field(default_factory=list)  # what was asked for, in its order
    bases: list[str] = field(default_factory=list)  # base strings of signatures that were good
    rate: dict[str, int] = field(default_factory=dict)  # X: calls in the window, by route
    window: float = 900.0  # X: seconds
    window_ends: float = 0.0
    is_enrolled: bool = True  # X: the application is in a package that may read
    x_fields: str = "tweet"  # X: what a post is called in the names of parameters
    x_posts: int = 40
    x_reads: int = 0  # posts that were given out, which X would charge

    def begin(self, app: str, callback: str, *, is_x: bool = False) -> Request:
        """A new request token."""
        made = Request(_token(), secrets.token_hex(8), app, callback, is_x=is_x)
        self.requests[made.key] = made
        return made

    def allow(self, request: Request) -> None:
        """The user says yes; an application without a callback gets a code to type."""
        number = f"{secrets.randbelow(10**9):09}"
        pin = number[:7] if request.is_x else f"{number[:3]}-{number[3:6]}-{number[6:]}"
        request.verifier = pin if request.callback == "oob" else secrets.token_hex(8)

    def grant(self, request: Request) -> Grant:
        """The access token for a request token, which is used up by it."""
        request.is_used = True
        return self.grant_directly(request.app, request.permission)

    def grant_directly(self, app: str = APP_KEY, permission: str = "read") -> Grant:
        """An access token without the three legs."""
        made = Grant(_token(), secrets.token_hex(8), app, permission)
        self.grants[made.key] = made
        return made

    def token_secret(self, key: str) -> str | None:
        """The secret of a token that is good now."""
        if (grant := self.grants.get(key)) and not grant.is_revoked:
            return grant.secret
        if (request := self.requests.get(key)) and not request.is_used:
            return request.secret
        return None

    def revoke_all(self) -> None:
        """The user takes back all consent."""
        for grant in self.grants.values():
            grant.is_revoked = True


def _token() -> str:
    return f"72157{secrets.randbelow(10**12):012}-{secrets.token_hex(8)}"
