"""Making URLs of pictures: for templates, feeds, and whoever links to renditions."""

import re
from collections.abc import Callable
from typing import Unpack
from urllib.parse import quote

from tintype.errors import InvalidRequest, InvalidTransform
from tintype.formats import FORMATS, by_name
from tintype.look import Look, transform_of
from tintype.transform import Transform
from tintype.urls import ImageRequest
from tintype.urls.grammar import address
from tintype.urls.iiif_ids import signed_id
from tintype.urls.sign import Signer, check_keys
from tintype.urls.thumbor import compose, halves, parse

_PRESET = re.compile(r"(?:(?<=^)|(?<=/))preset(?::|%3[Aa])[^/]*/")
_NO_SIZE = re.compile(r"(-?)0x(-?)0")


class Urls:
    """Makes signed URLs of a service. No I/O: a page that lists a thousand pictures does not wait.

    `key` is the first of the service's TINTYPE_SECURITY_KEY, or empty for unsigned URLs, which the
    service answers when TINTYPE_ALLOW_UNSAFE is set. `base` is where it is reached. Raises
    InvalidSettings for a key that is short or a sample; with `allow_unsafe` it passes, as in a
    service that is set so.
    """

    def __init__(
        self, key: str, base: str = "", *, algorithm: str = "sha1", allow_unsafe: bool = False
    ) -> None:
        if key and not allow_unsafe:
            check_keys([key])
        self._signer = Signer([key], algorithm) if key else None
        self._iiif_id = _iiif_id(key)
        self._base = base.rstrip("/")

    def image(
        self, source: str, *, preset: str = "", meta: bool = False, **look: Unpack[Look]
    ) -> str:
        """The URL of a rendition of `source`: a web address, `store:KEY`, an upload's id.

        The keywords are those of `thumbnail`, so nothing is enlarged unless `upscale=True`. With a
        preset they change that and nothing else of it. `meta` asks for the facts instead. Raises
        InvalidTransform for keywords that make no sense; what filters say is not known here.
        """
        if not source:
            raise InvalidRequest("The URL names no picture.")
        _check_format(look.get("format"))
        if preset:
            changes = _changes(look)
            return self.path(f"{'meta/' * meta}preset:{preset}/{changes}{address(source)}")
        transform = transform_of(**look) if look else Transform(upscale=True)
        return self.path(compose(ImageRequest(image=source, transform=transform, meta=meta)))

    def info(self, source: str) -> str:
        """The URL of everything that is known about a picture, as JSON."""
        return self.info_path(address(source))

    def info_path(self, image: str) -> str:
        """The same for a picture's address that is encoded already; it is signed as it is."""
        signature = self._signer.sign(f"info/{image}") if self._signer else "unsafe"
        return f"{self._base}/info/{signature}/{image}"

    def iiif(self, source: str) -> str:
        """The base URL of a picture by IIIF; its id is signed, unless there is no key."""
        return f"{self._base}/iiif/3/{self._iiif_id(source)}"

    def path(self, path: str) -> str:
        """The URL of a path in thumbor's grammar, such as `300x200/smart/example.org/a.jpg`.

        It is signed as it is. Raises InvalidRequest for one that names no picture or is too long,
        and InvalidTransform for sizes out of range. What presets say is not known here.
        """
        path = path.removeprefix("/")
        parse(_without_presets(path))
        signature = self._signer.sign(path) if self._signer else "unsafe"
        return f"{self._base}/{signature}/{path}"


def _iiif_id(key: str) -> Callable[[str], str]:
    """A function, since a key in an attribute could show."""
    return lambda image: signed_id(image, key) if key else quote(image, safe=":")


def _check_format(name: str | None) -> None:
    found = by_name(name) if name else None
    if name and name != "auto" and not (found and found.writable):
        known = ", ".join(f.name for f in FORMATS if f.writable)
        raise InvalidTransform(f"Nothing is written as {name[:40]!r}.", remedy=f"Known: {known}.")


def _without_presets(path: str) -> str:
    asked, image = halves(path)
    return _PRESET.sub("", asked) + image


def _changes(look: Look) -> str:
    """What keywords change of a preset, as a path without picture."""
    if not look:
        return ""
    enlarges = look.get("upscale", look.get("fit") != "inside")
    changed: Look = {**look, "upscale": enlarges}
    asked, _ = halves(compose(ImageRequest(image="x", transform=transform_of(**changed))))
    head, filters, rest = asked.rstrip("/").partition("filters:")
    parts = [_NO_SIZE.sub(r"\1x\2", part) for part in head.split("/")]  # the preset's size stays
    return "".join(f"{part}/" for part in (*parts, filters + rest) if part not in ("x", ""))
