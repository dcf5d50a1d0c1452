"""The composition root of URLs: how texts are read with the settings."""

import re
from collections.abc import Callable

from tintype.settings import Settings
from tintype.source import Source
from tintype.transform import Transform

# `unsafe`, or a signature by SHA-1, SHA-256 or SHA-512.
_SIGNED = re.compile(r"/?(?:(?:unsafe|[\w-]{27}=|[\w-]{43}=|[\w-]{86}==)/)?")


def source_reader(settings: Settings) -> Callable[[str], Source]:
    """How a text in a URL becomes a source: `urls.images.source_of` with the settings."""
    from tintype.urls.images import source_of

    return lambda text: source_of(text, settings.urls.bare_images)


def rendition_reader(settings: Settings) -> Callable[[str], tuple[Source, list[Transform]]]:
    """How the path of a picture's URL, signed or not, becomes the renditions that browsers get.

    For who may do everything: no signature is checked.
    """
    from tintype.negotiate import OFFERED, negotiated
    from tintype.urls.presets import read_presets
    from tintype.urls.thumbor import Grammar, parse

    grammar = Grammar(presets=read_presets(settings.urls.presets))
    offered, source_of = settings.urls.auto_formats, source_reader(settings)
    browsers = ["", *(f"image/{name}" for name in OFFERED), ",".join(f"image/{n}" for n in OFFERED)]

    def read(path: str) -> tuple[Source, list[Transform]]:
        request = parse(_SIGNED.sub("", path, count=1), grammar)
        found = {negotiated(request.transform, accept, offered).transform for accept in browsers}
        return source_of(request.image), list(found)

    return read
