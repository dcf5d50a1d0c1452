"""What `tintype call` sends, out of what was typed: in the manner of curl, twurl and xurl."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from tintype.errors import InvalidRequest
from tintype.oauth1 import Signing
from tintype.oauth1.signing import pairs_of
from tintype.providers import FLICKR, Provider
from tintype.providers.calls import Message

_METHOD = re.compile(r"[A-Z]{2,20}")
_HEADER = re.compile(r"([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*([^\x00-\x08\x0a-\x1f\x7f]*)")
_FLICKR = re.compile(r"flickr\.[A-Za-z.]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What stands beside the path. `data`: forms; `literal`: pairs that are not decoded."""

    method: str = ""
    pairs: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    literal: tuple[str, ...] = ()
    json: str | None = None
    files: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()


NOTHING = Given()


@contextmanager
def message_of(provider: Provider, where: str, given: Given, signing: Signing) -> Iterator[Message]:
    """The message; its files are open for the block. Raises InvalidRequest."""
    query = [_pair(each) for each in given.pairs]
    url = _url(provider, where)
    if provider.name == FLICKR and url == provider.api:
        query = [("method", where), *query, ("format", "json"), ("nojsoncallback", "1")]
        if signing.token is None:
            query.append(("api_key", signing.consumer.key))
    headers = [_header(each) for each in given.headers]
    content = None
    if given.json is not None:
        content = _json(given.json)
        headers.insert(0, ("content-type", "application/json"))
    form = [pair for text in given.data for pair in _form(text)] + list(map(_pair, given.literal))
    with ExitStack() as stack:
        files, fields = _files(given.files, stack)
        _check(given, has_form=bool(form), has_files=bool(files))
        yield Message(
            method=_method(given),
            url=url,
            query=query,
            headers=headers,
            form=[*form, *fields],
            content=content,
            files=files,
        )


def _check(given: Given, *, has_form: bool, has_files: bool) -> None:
    if given.json is not None and (has_form or has_files or given.files):
        raise InvalidRequest("A body is JSON or a form, and not both.", remedy="Leave one out.")


def _method(given: Given) -> str:
    has_body = given.data or given.literal or given.files or given.json is not None
    method = given.method or ("POST" if has_body else "GET")
    if not _METHOD.fullmatch(method.upper()):
        raise InvalidRequest(f"{method[:20]!r} is no method of HTTP.", remedy="Such as GET, POST.")
    return method.upper()


def _url(provider: Provider, where: str) -> str:
    """Where the call goes; signed calls go to hosts of the provider only."""
    if where.startswith("/"):
        return (
            f"{provider.api.rstrip('/')}{where}"
            if provider.name != FLICKR
            else _root(provider, where)
        )
    if re.match(r"https?://", where):
        try:
            host = urlsplit(where).hostname
        except ValueError:
            host = None
        if host not in provider.hosts:
            raise InvalidRequest(
                f"{where[:80]!r} is not on a host of {provider.title}, and gets no signed call.",
                remedy=f"Its hosts are {', '.join(sorted(provider.hosts))}.",
            )
        return where
    if provider.name == FLICKR and _FLICKR.fullmatch(where):
        return provider.api
    raise InvalidRequest(
        f"{where[:80]!r} is neither a path nor a URL.",
        remedy="Give a path such as /2/users/me; of Flickr a method such as flickr.test.login.",
    )


def _root(provider: Provider, path: str) -> str:
    parts = urlsplit(provider.api)
    return f"{parts.scheme}://{parts.netloc}{path}"


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise InvalidRequest(f"{text[:60]!r} is not NAME=VALUE.")
    return name, value


def _form(text: str) -> list[tuple[str, str]]:
    """The pairs of a form as curl takes it: `&` divides, `+` and `%20` are blanks; @FILE reads."""
    if text.startswith("@"):
        text = _read(text[1:]).decode("utf-8", "replace").replace("\r", "").replace("\n", "")
    if text.lstrip().startswith(("{", "[")) and _is_json(text):
        raise InvalidRequest("That form is JSON.", remedy="Send it by --json.")
    return pairs_of(text)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _json(text: str) -> bytes:
    """The body as it stands, if it is JSON."""
    content = _read(text[1:]) if text.startswith("@") else text.encode(errors="surrogateescape")
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        raise InvalidRequest("The body is no JSON.", remedy="Check its quotes.") from None
    return content


def _header(text: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(text)
    if not found:
        raise InvalidRequest(f"{text.partition(':')[0][:40]!r} is no header.", remedy="NAME: VALUE")
    if found[1].lower() in ("authorization", "host", "content-length"):
        raise InvalidRequest(
            f"The header {found[1]} is made by the signing.", remedy="Leave it out."
        )
    return found[1], found[2]


def _files(
    texts: tuple[str, ...], stack: ExitStack
) -> tuple[list[tuple[str, tuple[str, BinaryIO]]], list[tuple[str, str]]]:
    files: list[tuple[str, tuple[str, BinaryIO]]] = []
    fields: list[tuple[str, str]] = []
    for text in texts:
        name, value = _pair(text)
        if not value.startswith("@"):
            fields.append((name, value))
            continue
        path = Path(value[1:])
        try:
            file = stack.enter_context(path.open("rb"))
        except OSError as error:
            raise InvalidRequest(f"{path} cannot be read: {error.strerror}.") from error
        files.append((name, (path.name, file)))
    return files, fields


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{name} cannot be read: {error.strerror}.") from error
