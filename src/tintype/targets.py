"""Target: where results go, as a person writes it: a folder, a file, s3://bucket/… or store:…

store:photos/cat.jpg          in the store of the settings, as in sources
s3://bucket/thumbs/           under the source's own name
s3://bucket/thumbs/card.webp  under exactly this key
./out/{name}-{width}.{ext}    a template
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from tintype import formats
from tintype.errors import InvalidKey, InvalidRequest
from tintype.keys import check_key
from tintype.source import Source
from tintype.transform import Transform

CONFIGURED = "store:"  # the store of the settings; a file whose name begins so is "./store:…"
PLACEHOLDERS = ("name", "ext", "width", "height")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Target:
    """A store's address, and a template for the keys in it."""

    store: str  # "s3://bucket", a folder, or "store:" and perhaps a prefix in it
    template: str  # "" or ending in "/": the source's own name is put behind it

    @classmethod
    def parse(cls, text: str) -> "Target":
        """Read a target. A path that is a folder, or ends in `/`, is one; else it names a file."""
        if text.startswith("s3://"):
            bucket, _, key = text.removeprefix("s3://").partition("/")
            return cls(f"s3://{bucket}", key)
        if text.startswith(CONFIGURED):
            return cls(CONFIGURED, text.removeprefix(CONFIGURED))
        if re.match(r"[a-z][a-z0-9+.-]+:/", text):
            raise InvalidKey(
                f"There is no store of the kind {text[:40]!r}.",
                remedy="Give a folder, s3://… or store:…",
            )
        if "{" in text:
            fixed = text[: text.index("{")].rpartition("/")[0]
            return cls(
                fixed or ("/" if text.startswith("/") else "."), text[len(fixed) :].lstrip("/")
            )
        path = Path(text)
        if text.endswith(("/", "/.", "..")) or text == "." or path.is_dir():
            return cls(str(path), "")
        return cls(str(path.parent), path.name)

    @classmethod
    def folder(cls, text: str) -> "Target":
        """Read a target that is a folder, whether or not it ends in `/`."""
        return cls.parse(text if text.endswith(("/", ":")) else f"{text}/")

    @property
    def is_folder(self) -> bool:
        """Whether results get names of their own below this target."""
        return not self.template or self.template.endswith("/")

    def rooted(self) -> "Target":
        """The same folder as a store of its own, so that keys are names below it."""
        if not (self.template and self.is_folder):
            return self
        return Target(self.address(self.template), "")

    def address(self, key: str) -> str:
        """A key in this target's store, as a person writes it."""
        return f"{self.store}{'' if self.store.startswith(CONFIGURED) else '/'}{key}"

    @property
    def takes_many(self) -> bool:
        """Whether different sources get different names."""
        return self.is_folder or "{name}" in self.template

    @property
    def format(self) -> formats.Format | None:
        """The picture format that an exact name asks for by its suffix, if it has one.

        Raises InvalidKey for the suffix of a kind of picture that is not written.
        """
        suffix = Path(self.template).suffix
        if self.is_folder or not formats.guess_media_type(f"a{suffix}").startswith("image/"):
            return None
        found = formats.by_suffix(suffix)
        if found is None or not found.writable:
            raise InvalidKey(
                f"Pictures of the kind {suffix} are not written.",
                remedy="Use .jpg, .png, .webp, .avif, .gif or .tif.",
            )
        return found

    def applied(self, transform: Transform) -> Transform:
        """The transform with the format that an exact name such as card.webp asks for.

        Raises InvalidRequest where it asks for another itself, and what `format` raises.
        """
        wanted = self.format
        if wanted is None:
            return transform
        if transform.then is not None:
            return replace(transform, then=self.applied(transform.then))
        for call in transform.filters:
            if call.name == "format" and formats.by_name("".join(call.arguments)) != wanted:
                raise InvalidRequest(
                    f"{self.template!r} has the suffix of another format than {call}.",
                    remedy="Leave the format out, or change the name.",
                )
        return transform.with_filter("format", wanted.name)

    def key(self, source: Source, transform: Transform, suffix: str, *, several: bool) -> str:
        """The key of one result; `several` sizes of one picture get their size in the name.

        Raises InvalidKey for a template with an unknown placeholder, and for an exact name that
        several results would share.
        """
        stem = _stem(source)
        size = str(transform.width or "") or f"x{transform.height or ''}"
        if self.is_folder:
            return check_key(f"{self.template}{stem}{f'-{size}' if several else ''}{suffix}")
        if several and not _PLACEHOLDER.search(self.template):
            raise InvalidKey(
                f"Several sizes cannot share the one name {self.template!r}.",
                remedy="End the target with /, or put {width} in it.",
            )
        values = {
            "name": stem,
            "ext": suffix.removeprefix("."),
            "width": transform.width or 0,
            "height": transform.height or 0,
        }
        return check_key(
            _PLACEHOLDER.sub(lambda match: str(_value(values, match[1])), self.template)
        )


def _value(values: Mapping[str, object], name: str) -> object:
    if name not in values:
        raise InvalidKey(
            f"There is no placeholder {{{name}}}.",
            remedy="Known: " + ", ".join(f"{{{p}}}" for p in PLACEHOLDERS) + ".",
        )
    return values[name]


def _stem(source: Source) -> str:
    """The source's file name without its picture suffix, harmless as a file name."""
    if source.scheme == "stdin":
        return "picture"
    name = unquote(source.name) if source.scheme in {"http", "https"} else source.name
    name = re.sub(r"[\x00-\x1f\x7f/\\]", "_", name)
    stem = name[: -len(Path(name).suffix)] if formats.by_suffix(Path(name).suffix) else name
    return stem if stem.strip(". ") else "picture"
