"""A picture from anywhere, in the sizes and crops you need, in a store you own, with a URL.

    with tintype.open("s3://bucket/thumbs/") as pictures:
        url = pictures.thumbnail("https://example.org/high_res.jpg", width=400)

Everything is loaded at its first use: importing this package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tintype.blob import Blob
    from tintype.blocking import BlockingTintype, open
    from tintype.client import Client, SignedAuth
    from tintype.errors import TintypeError
    from tintype.facade import Published, Tintype
    from tintype.jobs.calls import JobHandle, enqueue
    from tintype.look import transform_of
    from tintype.settings import Settings
    from tintype.sites.calls import Screenshot, ascreenshots, screenshots
    from tintype.source import Source
    from tintype.stores import Attributes
    from tintype.transform import CropBox, FilterCall, Transform

__version__ = "0.1.0"

_HOMES = {
    "Attributes": "stores",
    "Blob": "blob",
    "BlockingTintype": "blocking",
    "Client": "client",
    "CropBox": "transform",
    "FilterCall": "transform",
    "JobHandle": "jobs.calls",
    "Published": "facade",
    "Screenshot": "sites.calls",
    "Settings": "settings",
    "SignedAuth": "client",
    "Source": "source",
    "Tintype": "facade",
    "TintypeError": "errors",
    "Transform": "transform",
    "ascreenshots": "sites.calls",
    "enqueue": "jobs.calls",
    "open": "blocking",
    "screenshots": "sites.calls",
    "transform_of": "look",
}

__all__ = [
    "Attributes",
    "Blob",
    "BlockingTintype",
    "Client",
    "CropBox",
    "FilterCall",
    "JobHandle",
    "Published",
    "Screenshot",
    "Settings",
    "SignedAuth",
    "Source",
    "Tintype",
    "TintypeError",
    "Transform",
    "ascreenshots",
    "enqueue",
    "open",
    "screenshots",
    "transform_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tintype' has no attribute {name!r}")
    value = getattr(import_module(f"tintype.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
