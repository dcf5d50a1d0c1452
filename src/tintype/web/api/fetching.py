"""Fetching originals from the web: what a user may name, and how failures are told."""

from urllib.parse import urlsplit

from tintype.blob import Blob
from tintype.errors import (
    InvalidRecord,
    InvalidSource,
    SourceError,
    SourceForbidden,
    TooLarge,
)
from tintype.settings_web import UrlSettings
from tintype.source import Source
from tintype.web.api.works import Works
from tintype.web.errors import Refusal, Trouble, trouble_of

WEB = ("http", "https")


async def fetched(
    works: Works, user_id: str, url: str, settings: UrlSettings
) -> tuple[Blob, Source]:
    """The bytes of a URL, and the URL as a source. Nothing but the web is read: not our own stores,
    where others have theirs.

    Raises InvalidRecord for what is no such URL, and Overloaded; a failure of the other side is a
    Refusal.
    """
    source = _source(url)
    try:
        works.rules.check(source)
        with works.fetches.place(user_id):
            return await works.web.load(source), source
    except InvalidSource:
        raise InvalidRecord.of({"url": "is not the address of something on the web"}) from None
    except SourceError as error:
        raise Refusal(_told(error, settings)) from error


def _source(url: str) -> Source:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in WEB and bool(parts.hostname) and parts.port != 0
        source = Source.parse(url)
    except (ValueError, InvalidSource):
        fits = False
    if not fits or source.scheme not in WEB:
        raise InvalidRecord.of({"url": "must be an address that begins with http:// or https://"})
    if parts.username is not None or parts.password is not None:
        raise InvalidRecord.of({"url": "cannot hold a user name or a password"})
    return source


def _told(error: SourceError, settings: UrlSettings) -> Trouble:
    """422: what was asked for cannot be done with that address. Retry-After says where it may be
    later.
    """
    trouble = trouble_of(error, settings)
    sentence = trouble.sentence
    if isinstance(error, SourceForbidden):
        sentence = "The other side does not let us read that, or it may not be read from here."
    status = 413 if isinstance(error, TooLarge) else 422
    return Trouble(status, trouble.code, sentence, trouble.headers)
