"""Providers in a file: any that speaks OAuth 1.0a.

[tumblr]
api = "https://api.tumblr.com"
consumer_key = "…"
consumer_secret = "…"
request_token = "https://www.tumblr.com/oauth/request_token"
authorize = "https://www.tumblr.com/oauth/authorize"
access_token = "https://www.tumblr.com/oauth/access_token"
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tintype.errors import InvalidSettings
from tintype.oauth1 import HMAC, METHODS, RSA, Consumer, Token
from tintype.oauth1.login import Endpoints
from tintype.providers import BUILT_IN, Provider

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_LEGS = ("request_token", "authorize", "access_token")
_TEXTS = (
    *("api", *_LEGS, "whoami", "signature_method", "realm"),
    *("consumer_key", "consumer_secret", "private_key_file", "token", "token_secret"),
)


@dataclass(frozen=True, slots=True)
class Configured:
    """A provider of a file, with what the file has of keys."""

    provider: Provider
    consumer: Consumer | None
    token: Token | None


def read_providers(path: Path) -> Mapping[str, Configured]:
    """The providers of a file, by name; none where there is no file. Raises InvalidSettings with
    the first mistake, which never has the text of a secret in it.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InvalidSettings(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidSettings(f"{path} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings(f"{path} is not valid TOML.") from error
    return {name: _read(name, table, path) for name, table in tables.items()}


def _read(name: str, table: Any, path: Path) -> Configured:
    texts = {k: v for k, v in table.items() if k in _TEXTS} if isinstance(table, dict) else {}
    if mistake := _mistake_in_table(name, table) or _mistake_in_texts(texts):
        raise InvalidSettings(
            f"{path}: [{name[:40]}] {mistake}.", remedy="See docs/signed-calls.md."
        )
    return Configured(_provider(name, table), _consumer(texts, path), _token(texts))


def _mistake_in_table(name: str, table: Any) -> str:
    if not NAME.fullmatch(name) or name in BUILT_IN:
        return "cannot be the name of a provider"
    if not isinstance(table, dict):
        return "must be a table"
    if unknown := sorted(table.keys() - {*_TEXTS, "sends_version"}):
        return f"has no setting {unknown[0][:40]}"
    if not all(isinstance(text, str) for name, text in table.items() if name in _TEXTS):
        return "must have texts in quotes"
    return ""


def _mistake_in_texts(texts: Mapping[str, str]) -> str:
    for field in ("api", *_LEGS):
        if (url := texts.get(field, "")) and not re.fullmatch(r"https?://[^\s/?#@]+(/\S*)?", url):
            return f"{field} must be a URL"
    if not texts.get("api"):
        return "lacks its api"
    if texts.get("signature_method", HMAC) not in METHODS:
        return f"signature_method must be one of {', '.join(METHODS)}"
    if len({bool(texts.get(leg)) for leg in _LEGS}) > 1:
        return f"must have all of {', '.join(_LEGS)}, or none"
    return ""


def _provider(name: str, table: Mapping[str, Any]) -> Provider:
    legs = {leg: table.get(leg, "") for leg in _LEGS}
    return Provider(
        name=name,
        title=name,
        api=table["api"].rstrip("/"),
        endpoints=Endpoints(**legs) if all(legs.values()) else None,
        whoami=table.get("whoami", ""),
        method=table.get("signature_method", HMAC),
        realm=table.get("realm", ""),
        sends_version=table.get("sends_version", True) is not False,
    )


def _consumer(texts: Mapping[str, str], path: Path) -> Consumer | None:
    if not texts.get("consumer_key"):
        return None
    private = ""
    if texts.get("signature_method") == RSA and (name := texts.get("private_key_file")):
        file = path.parent / Path(name).expanduser()
        try:
            private = file.read_text("ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidSettings(f"The private key {file} cannot be read.") from error
    return Consumer(texts["consumer_key"], texts.get("consumer_secret", ""), private)


def _token(texts: Mapping[str, str]) -> Token | None:
    return Token(texts["token"], texts.get("token_secret", "")) if texts.get("token") else None
