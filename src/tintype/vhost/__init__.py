"""Configurations of web servers that answer cached renditions from disk, and ask us for the rest.

What they look for is the layout of `renditions.front`. Where a request is in doubt (an odd path, a
query, an Accept header with weights), they ask: that is slower and never wrong. Pure: no I/O.
"""

import hashlib
import ipaddress
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tintype.errors import InvalidRequest, InvalidSettings
from tintype.negotiate import OFFERED
from tintype.negotiate import PLAIN as PLAIN_CLASS
from tintype.settings import Settings

FRONT = "front"  # in the renditions' folder
PRIVATE = ("metrics", "purge", "image")  # first parts of paths that are not for strangers
LOOPBACK = ("127.0.0.1", "::1")
EVERYBODY = "all"
SUFFIXES = {
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "avif": "image/avif",
    "png": "image/png",
    "gif": "image/gif",
    "tif": "image/tiff",
}

_SLASH = "(?:/|%2F)"
# A request line, whatever the case, that a file may answer: by its path alone, as it was sent. It
# has no part that begins with a dot or that is empty, but for those behind http: and https:. Read
# once from left to right (++), as every request is compared with it.
PLAIN = (
    rf"^(?:GET|HEAD) (?:{_SLASH}(?:https?(?::|%3A){_SLASH}{_SLASH})?"
    r"(?:[^/?%.\s]|%(?!2[EF]))(?:[^/?%\s]++|%(?!2F))*+)++(?:\s|$)"
)
# What most of these look like, found out in a fraction of the time.
USUAL = r"^(?:GET|HEAD) (?:/(?:https?://)?[^/.%?\s][^/%?\s]*+)++$"

_LONGEST_WORD = 20  # characters
_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]"
_LISTEN = re.compile(rf"(?:(?:{_HOST}|\*):)?(\d{{1,5}})", re.ASCII)
_UPSTREAM = re.compile(rf"(?:{_HOST}):(\d{{1,5}})", re.ASCII)
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[A-Za-z0-9.\[\]:-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a virtual host is found, and the folder that it shows: `root` is absolute."""

    names: tuple[str, ...]
    listen: tuple[str, ...]
    root: Path

    def __post_init__(self) -> None:
        for name in self.names:
            _check(_NAME.fullmatch(name), name, "a host name", "Write it in ASCII: xn--….")
        for text in self.listen:
            match = _LISTEN.fullmatch(text)
            _check(match and _is_port(match[1]), text, "to listen on", "Give 80, or 127.0.0.1:80.")
        _check(str(self.root).isprintable(), str(self.root), "a folder for a web server", "")

    @property
    def title(self) -> str:
        """The first name, also that of a link or a file."""
        return self.names[0] if self.names else "tintype"

    @property
    def slug(self) -> str:
        """A word for names inside a configuration, another for each title, and not too long."""
        word = re.sub(r"\W", "_", self.title.lower(), flags=re.ASCII)
        if "-" in self.title or len(word) > _LONGEST_WORD:
            digest = hashlib.sha256(self.title.lower().encode()).hexdigest()[:6]
            word = f"{word[:_LONGEST_WORD]}_{digest}"
        return f"tintype_{word}" if self.names else word


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures(Place):
    """A virtual host for the service: `root` is the folder of links.

    `cache_control` is the header's value; `formats` are those that browsers may be given in place
    of others, and `is_negotiated` says that most URLs leave the choice; `networks` reach the
    private paths; `timeout` is in seconds, `body` in bytes.
    """

    upstream: str
    cache_control: str
    formats: tuple[str, ...]
    is_negotiated: bool
    origins: tuple[str, ...]
    resource_policy: str
    private: tuple[str, ...]
    networks: tuple[str, ...]
    timeout: int
    body: int

    def __post_init__(self) -> None:
        # Not super(): a dataclass with slots is another class than the one its methods know.
        Place.__post_init__(self)
        match = _UPSTREAM.fullmatch(self.upstream)
        _check(match and _is_port(match[1]), self.upstream, "HOST:PORT", "Give 127.0.0.1:8888.")
        for origin in self.origins:
            fits = origin == "*" or _ORIGIN.fullmatch(origin)
            _check(fits, origin, "an origin", "Set TINTYPE_CORS_ORIGINS to https://example.org.")

    @property
    def accept_rules(self) -> list[tuple[str, str]]:
        """Regular expressions for an Accept header, and their accept classes; the first counts.

        What fits none is plain. The class is empty where weights are to be understood, which is
        for us. Never more generous than `negotiate.negotiated`: a plain picture suits everybody.
        """
        rules = [(r"image/(?:avif|webp)\s*;", "")]
        avif, webp = (rf"(?:^|,)\s*image/{name}\s*(?:,|$)" for name in OFFERED)
        if set(OFFERED) <= set(self.formats):
            # What browsers send, first: it is one look at the beginning, and one at the rest.
            browsers = r"^image/(?:avif,image/webp|webp,image/avif),(?!.*image/(?:avif|webp))"
            both = f"^(?=.*{avif})(?=.*{webp})"
            return [(browsers, "avif"), *rules, (both, "avif"), (webp, "webp")]
        return rules + [
            (regex, name)
            for name, regex in zip(OFFERED, (avif, webp), strict=True)
            if name in self.formats
        ]

    @property
    def first_suffixes(self) -> dict[str, str]:
        """The likeliest suffix of each class of browsers."""
        return {name: name for name in OFFERED if name in self.formats} | {PLAIN_CLASS: "jpg"}

    @property
    def files(self) -> list[tuple[bool, str]]:
        """In the order of looking: whether it is one of the browser's class, and the suffix, which
        is empty for the likeliest.
        """
        usual, rare = ("jpg", "webp", "png"), ("avif", "gif", "tif")
        first, own = [(True, "")], [(True, suffix) for suffix in SUFFIXES]
        some, others = ([(False, suffix) for suffix in each] for each in (usual, rare))
        return (
            [*first, *some, *own, *others] if self.is_negotiated else [*some, *first, *others, *own]
        )


def pictures(
    settings: Settings,
    *,
    names: Sequence[str] = (),
    listen: Sequence[str] = ("80",),
    root: Path | None = None,
    upstream: str = "",
    cache_seconds: int | None = None,
    networks: Sequence[str] = (),
    exposed: Sequence[str] = (),
) -> Pictures:
    """The virtual host for a service with these settings; what is given wins over them.

    `root` is the folder of renditions. Raises InvalidSettings where there are no links to serve.
    """
    server = settings.server
    host = server.host if server.host not in ("0.0.0.0", "::", "") else "127.0.0.1"  # noqa: S104
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    folder = root or _folder_of(settings)
    seconds = settings.renditions.max_age if cache_seconds is None else cache_seconds
    return Pictures(
        names=tuple(names),
        listen=tuple(listen),
        root=folder.expanduser().absolute() / FRONT,
        upstream=upstream or f"{host}:{server.port or 8888}",
        cache_control=cache_control(seconds, settings.renditions.stale_age),
        formats=settings.urls.auto_formats or OFFERED,
        is_negotiated=bool(settings.urls.auto_formats),
        origins=server.cors_origins,
        resource_policy=server.resource_policy,
        private=tuple(part for part in PRIVATE if part not in exposed),
        networks=tuple(map(_network, networks)) or LOOPBACK,
        timeout=_timeout(settings),
        body=settings.http.max_bytes,
    )


def cache_control(seconds: int, stale: int) -> str:
    """The header as the service itself sends it."""
    if seconds <= 0:
        return "no-cache"
    return f"public, max-age={seconds}" + (f", stale-while-revalidate={stale}" if stale else "")


def _folder_of(settings: Settings) -> Path:
    kept = settings.renditions
    if "://" in kept.store or kept.store == "memory:":
        raise InvalidSettings(
            "The renditions are in no folder, and a web server cannot read them there.",
            remedy="Set TINTYPE_RENDITION_STORE to a folder.",
        )
    reasons = {
        "TINTYPE_FRONT is off": not kept.front,
        "TINTYPE_RENDITION_AGE is 0": not kept.age,
        "TINTYPE_CLIENT_HINTS is on": settings.urls.client_hints,
    }
    for reason, holds in reasons.items():
        if holds:
            raise InvalidSettings(
                f"A web server would find no rendition by its URL: {reason}.",
                remedy="Change that, or put the web server in front as for any other service.",
            )
    return Path(kept.store) if kept.store else settings.data / "renditions"


def _timeout(settings: Settings) -> int:
    """Longer than the service takes for anything, so that it is the one that says what is wrong."""
    server = settings.server
    return math.ceil(server.queue_timeout + server.render_timeout + settings.http.total_timeout) + 5


def _network(text: str) -> str:
    if text == EVERYBODY:
        return text
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise InvalidRequest(
            f"{text[:60]!r} is not a network.", remedy="Give 10.0.0.0/8, an address, or all."
        ) from None


def _check(fits: object, text: str, what: str, remedy: str) -> None:
    if not fits:
        raise InvalidRequest(f"{text[:60]!r} is not {what}.", remedy=remedy)


def _is_port(text: str) -> bool:
    return 0 < int(text) < 1 << 16
