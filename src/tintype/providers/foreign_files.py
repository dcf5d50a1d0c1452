"""Files of other programs that hold keys and tokens: read where they lie, and never changed.

* Flickr: `apikeys` and `token`, two lines each, of the working folder.
* X: `settings.cfg` of the working folder with `[Keys]`; twurl's ~/.twurlrc; xurl's
  ~/.xurl/auth.yml.
"""

import configparser
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tintype.errors import InvalidSettings
from tintype.oauth1 import Consumer, Token
from tintype.providers.kept import Connection

LONGEST = 1 << 20  # bytes of a file that is read
_FLICKR_KEYS = (r"[0-9a-f]{32}", r"[0-9a-f]{16}")
_FLICKR_TOKEN = (r"[0-9]{5,20}-[0-9a-f]{16}", r"[0-9a-f]{16}")
# What the four are called, in settings.cfg files that are about.
_NAMES = (
    ("consumer_key", "api_key", "app_key", "key", "consumerkey", "apikey"),
    ("consumer_secret", "api_secret", "api_key_secret", "app_secret", "secret", "consumersecret"),
    ("access_token", "access_token_key", "token", "oauth_token", "access_key", "accesstoken"),
    ("access_token_secret", "access_secret", "token_secret", "oauth_token_secret"),
)


def flickr_keys(folder: Path) -> Consumer | None:
    """The application in the file `apikeys` of a folder; None where there is no such file, or it
    is something else.
    """
    pair = two_lines(folder / "apikeys", _FLICKR_KEYS)
    return Consumer(*pair) if pair else None


def mistake_in_keys(folder: Path) -> str:
    """What is wrong with a file `apikeys` that is there and has no keys; "": nothing."""
    path = folder / "apikeys"
    if not path.is_file() or flickr_keys(folder):
        return ""
    digits = "32 hexadecimal digits, and the secret, 16"
    return f"{path} is not used: it must have two lines, the key of {digits}."


def flickr_token(folder: Path) -> Token | None:
    """The token in the file `token` of a folder."""
    pair = two_lines(folder / "token", _FLICKR_TOKEN)
    return Token(*pair) if pair else None


def two_lines(path: Path, forms: tuple[str, str]) -> tuple[str, str] | None:
    """The two lines of a file, if it has two and they look like what is wanted."""
    lines = [line.strip() for line in (_text(path) or "").split("\n") if line.strip()]
    if len(lines) != 2 or not all(map(re.fullmatch, forms, lines)):
        return None
    return lines[0], lines[1]


def x_connections(folder: Path, home: Path) -> Iterator[tuple[Path, Connection]]:
    """What is found for X, in the order in which it counts; each with the file it is from."""
    for path, read in (
        (folder / "settings.cfg", _of_config),
        (home / ".twurlrc", _of_twurl),
        (home / ".xurl" / "auth.yml", _of_xurl),
        (home / ".xurl", _of_xurl),  # of older versions
    ):
        text = _text(path)
        if text is not None and (found := read(text, path)):
            yield path, found


def _text(path: Path) -> str | None:
    """The text of a file; None where there is none. Raises InvalidSettings for one that is there
    and cannot be read.
    """
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(LONGEST).decode("utf-8-sig")
    except OSError as error:
        raise InvalidSettings(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        return None


def _connection(found: tuple[str, str, str, str], user: str = "") -> Connection | None:
    key, secret, token, token_secret = found
    if not all(found):
        return None
    return Connection(
        provider="x",
        consumer=Consumer(key, secret),
        token=Token(token, token_secret),
        about={"screen_name": user} if user else {},
    )


def _of_config(text: str, path: Path) -> Connection | None:  # noqa: ARG001
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    section = next((name for name in parser.sections() if name.lower() == "keys"), None)
    if section is None:
        return None
    given = {name.replace("-", "_"): v.strip().strip("'\"") for name, v in parser.items(section)}
    texts = [next((given[n] for n in names if given.get(n)), "") for names in _NAMES]
    return _connection((texts[0], texts[1], texts[2], texts[3]))


def _of_twurl(text: str, path: Path) -> Connection | None:
    found = _yaml(text, path)
    profiles = _table(found.get("profiles"))
    chosen = _table(found.get("configuration")).get("default_profile")
    user, key = (*chosen, "", "")[:2] if isinstance(chosen, list) else ("", "")
    if not isinstance(user, str) or user not in profiles:
        user = next(iter(profiles), "")
    keys = _table(profiles.get(user))
    profile = _table(_chosen(keys, key))
    names = ("consumer_key", "consumer_secret", "token", "secret")
    first, second, third, fourth = (_word(profile.get(name)) for name in names)
    return _connection((first, second, third, fourth), str(user))


def _of_xurl(text: str, path: Path) -> Connection | None:
    found = _yaml(text, path)
    apps = _table(found.get("apps"))
    app = _table(_chosen(apps, found.get("default_app")))
    oauth = _table(_table((app or found).get("oauth1_token")).get("oauth1"))
    names = ("consumer_key", "consumer_secret", "access_token", "token_secret")
    first, second, third, fourth = (_word(oauth.get(name)) for name in names)
    return _connection((first, second, third, fourth), _word(app.get("default_user")))


def _chosen(table: Mapping[Any, Any], name: Any) -> Any:
    """What a name stands for; the first of all where it stands for nothing."""
    if isinstance(name, str) and name in table:
        return table[name]
    return next(iter(table.values()), None)


def _yaml(text: str, path: Path) -> Mapping[Any, Any]:
    import yaml

    try:
        return _table(yaml.load(text, Loader=_Texts.of(yaml)))  # noqa: S506 - of texts only
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise InvalidSettings(
            f"{path} is no YAML that can be read.", remedy="Mend it, or move it away."
        ) from error


class _Texts:
    """A loader for which everything is a text: a token of digits is no number. No aliases, which
    can make a small file enormous.
    """

    @staticmethod
    def of(yaml: Any) -> Any:
        class Loader(yaml.BaseLoader):  # type: ignore[misc]
            def compose_node(self, parent: Any, index: Any) -> Any:
                if self.check_event(yaml.events.AliasEvent):
                    raise yaml.YAMLError("aliases are not read")
                return super().compose_node(parent, index)

        return Loader


def _table(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    return text if re.fullmatch(r"[\x21-\x7e]{1,500}", text) else ""
