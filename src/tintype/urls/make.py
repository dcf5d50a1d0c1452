"""Making URLs of pictures: for templates, feeds, and whoever links to renditions."""

import re
from typing import Unpack

from tintype.errors import InvalidRequest
from tintype.look import Look, transform_of
from tintype.urls import ImageRequest
from tintype.urls.grammar import address
from tintype.urls.sign import Signer
from tintype.urls.thumbor import compose, halves, parse

_PRESET = re.compile(r"(?:(?<=^)|(?<=/))preset(?::|%3[Aa])[^/]*/")
_NO_SIZE = re.compile(r"(-?)0x(-?)0")


class Urls:
    """Makes signed URLs of a service. No I/O: a page that lists a thousand pictures does not wait.

    `key` is the first of the service's TINTYPE_SECURITY_KEY, or empty for unsigned URLs, which the
    service answers when TINTYPE_ALLOW_UNSAFE is set. `base` is where it is reached.
    """

    def __init__(self, key: str, base: str = "", *, algorithm: str = "sha1") -> None:
        self._signer = Signer([key], algorithm) if key else None
        self._base = base.rstrip("/")

    def image(
        self, source: str, *, preset: str = "", meta: bool = False, **look: Unpack[Look]
    ) -> str:
        """The URL of a rendition of `source`: a web address, `store:KEY`, an upload's id.

        The keywords are those of `thumbnail`, so nothing is enlarged unless `upscale=True`. With a
        preset they change that and nothing else of it. `meta` asks for the facts instead. Raises
        InvalidTransform for keywords that make no sense.
        """
        if not source:
            raise InvalidRequest("The URL names no picture.")
        if preset:
            changes = _changes(look)
            return self.path(f"{'meta/' * meta}preset:{preset}/{changes}{address(source)}")
        request = ImageRequest(image=source, transform=transform_of(**look), meta=meta)
        return self.path(compose(request))

    def info(self, source: str) -> str:
        """The URL of everything that is known about a picture, as JSON."""
        signature = self._signer.sign(f"info/{address(source)}") if self._signer else "unsafe"
        return f"{self._base}/info/{signature}/{address(source)}"

    def path(self, path: str) -> str:
        """The URL of a path in thumbor's grammar, such as `300x200/smart/example.org/a.jpg`.

        It is signed as it is. Raises InvalidRequest for one that names no picture or is too long,
        and InvalidTransform for sizes out of range. What presets say is not known here.
        """
        path = path.removeprefix("/")
        parse(_without_presets(path))
        signature = self._signer.sign(path) if self._signer else "unsafe"
        return f"{self._base}/{signature}/{path}"


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
