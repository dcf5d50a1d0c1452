"""The protocol of Alexa Site Thumbnail (2005 to 2008), as its clients still speak it. Pure.

Requests are parameters of a query or a form (`request`), signed in one of two ways (`signatures`);
answers are XML, whose every byte some client's regular expression depends on (`answers`).
"""

from dataclasses import dataclass
from enum import Enum

MOST_URLS = 20  # of one request


class Size(Enum):
    """The two sizes, by the names that requests have for them."""

    SMALL = "Small"
    LARGE = "Large"


SIZES = {Size.SMALL: (111, 82), Size.LARGE: (201, 147)}  # pixels


class Action(Enum):
    """What is asked for: XML that tells where the pictures are, or the way to one of them."""

    THUMBNAIL = "Thumbnail"
    REDIRECT = "Redirect"


@dataclass(frozen=True, slots=True)
class Asked:
    """One picture that is asked for. The URL is as it was sent, which may make no sense."""

    url: str
    size: Size


@dataclass(frozen=True, slots=True)
class Given:
    """What is said of one picture: where it is to be had, or the default one instead of it."""

    url: str  # as it was asked for
    picture: str  # absolute
    exists: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AstRequest:
    """A request, read but not believed. `wanted` has one or more, in the order of the answer."""

    action: Action
    key_id: str
    timestamp: str  # as sent, which is how it was signed
    signature: str
    wanted: tuple[Asked, ...]
    names_service: bool = False  # it holds `Service=AlexaSiteThumbnail`
    default_image: str = ""  # of a redirect: http or https
