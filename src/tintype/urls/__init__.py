"""URLs of pictures: what they ask for, and who signed them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tintype.transform import Transform

if TYPE_CHECKING:
    from tintype.urls.make import Urls as Urls

__all__ = ["ImageRequest", "Urls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """What the URL of a picture asks for.

    `image` is the picture's own address as the URL has it, decoded: a web address, a key of the
    store, an upload's id (`urls.images` makes a source of it). `signature` is empty for an unsafe
    URL; `message` is the text that a signature covers; `key` says which key made it, from 1, and
    is 0 for none.
    """

    image: str
    transform: Transform
    meta: bool = False
    signature: str = ""
    message: str = ""
    key: int = 0


def __getattr__(name: str) -> Any:
    if name != "Urls":
        raise AttributeError(f"module 'tintype.urls' has no attribute {name!r}")
    from tintype.urls.make import Urls  # it needs ImageRequest

    return Urls
