"""Connections that are kept: who signed in where, in a file for its owner only, its secrets sealed.

One file for each provider, in `connections` of the data folder.
"""

import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tintype.credentials.sealing import Sealing
from tintype.errors import InvalidSettings
from tintype.oauth1 import Consumer, Token

FOLDER = "connections"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Somebody's consent at a provider, and for which application it is. `about`: what the provider
    told with it, such as the user's name.
    """

    provider: str
    consumer: Consumer
    token: Token
    about: Mapping[str, str] = field(default_factory=dict)
    connected_at: str = ""

    @property
    def user(self) -> str:
        """The user's name there, as people know it."""
        names = ("username", "screen_name", "fullname", "user_nsid", "user_id")
        return next((self.about[name] for name in names if self.about.get(name)), "")


def secrets_of(connection: Connection) -> str:
    """What is sealed of a connection."""
    return json.dumps(
        {
            "consumer_secret": connection.consumer.secret,
            "private_key": connection.consumer.private_key,
            "token": connection.token.key,
            "token_secret": connection.token.secret,
        }
    )


def with_secrets(
    provider: str, consumer_key: str, opened: str, about: Mapping[str, str], connected_at: str
) -> Connection:
    """A connection out of what was sealed of it."""
    found = json.loads(opened)
    return Connection(
        provider=provider,
        consumer=Consumer(consumer_key, found["consumer_secret"], found.get("private_key", "")),
        token=Token(found["token"], found["token_secret"]),
        about=about,
        connected_at=connected_at,
    )


class KeptConnections:
    """The connections of the person at this machine. `sealing` may make the key, when needed."""

    def __init__(self, folder: Path, sealing: Callable[[], Sealing]) -> None:
        self._folder, self._sealing = folder, sealing

    def find(self, provider: str) -> Connection | None:
        """The connection to a provider, if there is one. Raises InvalidSettings for a file that
        cannot be read, is open to others, or was sealed with another key.
        """
        path = self._path(provider)
        try:
            with path.open("rb") as file:
                if os.fstat(file.fileno()).st_mode & 0o077:
                    raise InvalidSettings(
                        f"{path} can be read by others.", remedy=f"Run: chmod 600 {path}"
                    )
                kept = json.loads(file.read())
            return with_secrets(
                provider,
                kept["consumer_key"],
                self._sealing().open(kept["sealed"], _purpose(provider)),
                kept["about"],
                kept["connected_at"],
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise InvalidSettings(
                f"{path} cannot be read as a connection.",
                remedy=f"Sign in again: tintype {provider} login",
            ) from error

    def keep(self, connection: Connection) -> Path:
        """Keep a connection in the place of the one before; the file's path."""
        path = self._path(connection.provider)
        kept = {
            "provider": connection.provider,
            "consumer_key": connection.consumer.key,
            "about": dict(connection.about),
            "connected_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "sealed": self._sealing().seal(secrets_of(connection), _purpose(connection.provider)),
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(path, json.dumps(kept, indent=2) + "\n")
        except OSError as error:
            raise InvalidSettings(
                f"{path} cannot be written: {error.strerror}.",
                remedy="Set TINTYPE_DATA to a folder that may be written.",
            ) from error
        return path

    def forget(self, provider: str) -> bool:
        """Remove a connection; whether there was one."""
        try:
            self._path(provider).unlink()
        except FileNotFoundError:
            return False
        return True

    def _path(self, provider: str) -> Path:
        assert re.fullmatch(r"[a-z][a-z0-9_-]*", provider), provider
        return self._folder / FOLDER / f"{provider}.json"


def _purpose(provider: str) -> str:
    return f"connections:{provider}:of this machine"


def _write(path: Path, text: str) -> None:
    """All of it or nothing, and never readable by others, not even for a moment."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
