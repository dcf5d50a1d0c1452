"""Presets: transforms with a name."""

import re
from collections.abc import Mapping

from tintype.errors import InvalidRequest, InvalidSettings
from tintype.transform import Transform
from tintype.urls.thumbor import Grammar, parse

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def read_presets(text: str) -> Mapping[str, str]:
    """Read `card=300x200/smart;hero=1600x0/filters:quality(80)` into paths by name.

    Raises InvalidSettings that names the first preset that makes no sense.
    """
    presets: dict[str, str] = {}
    for part in re.split(r"[;\n]", text):
        if not part.strip():
            continue
        name, _, path = (piece.strip() for piece in part.partition("="))
        if not _NAME.fullmatch(name) or not path:
            raise InvalidSettings(
                f"TINTYPE_PRESETS: {part.strip()[:60]!r} is no preset.",
                remedy="Write NAME=PATH;NAME=PATH, such as card=300x200/smart.",
            )
        presets[name] = path.strip("/")
        _check(name, presets)
    return presets


def transform_at(path: str, grammar: Grammar) -> Transform:
    """The transform that a path says, such as `300x200/smart/filters:quality(80)`; no picture.

    Raises InvalidRequest for a part that makes no sense where it stands, and what `parse` raises.
    """
    request = parse(f"{path.strip('/')}/x".removeprefix("/"), grammar)
    if bad := request.image.removesuffix("x").rstrip("/"):
        raise InvalidRequest(
            f"The part {bad[:60]!r} makes no sense where it stands.",
            remedy="They come in this order: TRIM/CROP/FIT/SIZE/ALIGN/smart/filters:….",
        )
    return request.transform


def _check(name: str, presets: Mapping[str, str]) -> None:
    try:
        transform_at(presets[name], Grammar())
        parse(f"preset:{name}/x", Grammar(presets))
    except InvalidRequest as error:
        raise InvalidSettings(f"TINTYPE_PRESETS: {name}: {error}") from error
