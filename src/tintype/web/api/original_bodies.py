"""Originals as they are asked for and shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from tintype.addresses import original_address
from tintype.catalog.originals import (
    LONGEST_NAME,
    LONGEST_SOURCE,
    LONGEST_TAG,
    MOST_TAGS,
    clean_tags,
)
from tintype.catalog.tables import Original
from tintype.catalog.texts import mistake_in
from tintype.errors import InvalidRecord
from tintype.web.api import answers
from tintype.web.api.bodies import Taken
from tintype.web.api.times import Time
from tintype.web.api.user_bodies import CONTROLS

LARGEST = (1 << 63) - 1
_LINE = {"type": "string", "pattern": rf"^[^{CONTROLS}]*$"}
_TAG = {"type": "string", "maxLength": LONGEST_TAG, "pattern": rf"^[^\s{CONTROLS}]+$"}
Name = Annotated[str, WithJsonSchema(_LINE | {"maxLength": LONGEST_NAME})]
Tags = Annotated[list[str], WithJsonSchema({"type": "array", "items": _TAG, "maxItems": MOST_TAGS})]
Url = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": LONGEST_SOURCE}
    ),
]
UploadId = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{32}$"})]
DirectKey = Annotated[str, WithJsonSchema(_LINE | {"maxLength": 1024})]


def _mistakes(given: Mapping[str, Any]) -> dict[str, str]:
    """The catalog's rules for names and tags."""
    found: dict[str, str] = {}
    name, tags = given.get("name"), given.get("tags")
    if isinstance(name, str) and (phrase := mistake_in(name, LONGEST_NAME, may_be_blank=True)):
        found["name"] = phrase
    if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
        try:
            clean_tags(tags)
        except InvalidRecord as error:
            found |= error.mistakes
    return found


class NewOriginal(Taken):
    """An original to be: from a URL, from an upload that has arrived, or from what was sent to the
    bucket itself. Exactly one of the three.
    """

    takes_forms = False

    url: Url = ""
    upload: UploadId = ""
    key: DirectKey = ""
    name: Name = ""
    tags: Tags = Field(default_factory=list)

    @classmethod
    def mistakes_in(cls, given: Mapping[str, Any]) -> Mapping[str, str]:
        """Also: where it comes from is said once."""
        found = _mistakes(given)
        origins = [name for name in ("url", "upload", "key") if given.get(name)]
        if len(origins) != 1:
            found[origins[-1] if origins else "url"] = "give one of url, upload and key"
        url = given.get("url")
        if isinstance(url, str) and (phrase := mistake_in(url, LONGEST_SOURCE, may_be_blank=True)):
            found["url"] = phrase
        return found


class ChangedOriginal(Taken):
    """What to change of an original: its name, and all of its tags."""

    takes_forms = False

    name: Name = ""
    tags: Tags = Field(default_factory=list)

    @classmethod
    def mistakes_in(cls, given: Mapping[str, Any]) -> Mapping[str, str]:
        """The catalog's rules."""
        return _mistakes(given)


class OriginalQuery(BaseModel):
    """Which originals, and which page of them. All that is given must hold.

    `name`: words, or beginnings of words. `source`: a URL, a host, or `upload`. `color`: `#rrggbb`,
    which stands for its name, or that name. `since` and `until` are about when it was added.
    """

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=answers.MOST)
    cursor: str = Field(default="", max_length=200, pattern=r"^[A-Za-z0-9_-]*$")
    name: str = Field(default="", max_length=LONGEST_NAME)
    tag: list[str] = Field(default_factory=list, max_length=20)
    source: str = Field(default="", max_length=LONGEST_SOURCE)
    type: str = Field(default="", max_length=100)
    color: str = Field(default="", max_length=20)
    since: Time = None
    until: Time = None
    min_size: int = Field(default=0, ge=0, le=LARGEST)
    max_size: int = Field(default=LARGEST, ge=0, le=LARGEST)


class OriginalRecord(BaseModel):
    """An original as the API shows it. `width` and `height` are null for what is no picture, or
    cannot be read as one. `store` is `service`, or `own` for a store of the user's.
    """

    id: str
    name: str
    tags: list[str]
    source: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    sha256: str
    colors: list[str]
    facts: dict[str, Any]
    store: str
    content_url: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, original: Original) -> "OriginalRecord":
        """The record as it is shown."""
        same = ("id", "name", "tags", "source", "media_type", "size", "width", "height", "sha256")
        return cls(
            **{name: getattr(original, name) for name in same},
            colors=original.colours,
            facts=original.facts,
            store="own" if original.store_id else "service",
            content_url=f"{original_address(original.id)}/content",
            created_at=original.created_at,
            updated_at=original.updated_at,
        )


class OriginalPage(BaseModel):
    """Some originals, the newest first. `next_cursor` is for the following ones; null: there are no
    more. A page may be short, or empty, and not be the last.
    """

    items: list[OriginalRecord]
    next_cursor: str | None
