"""Sites as they are asked for and shown."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from tintype.addresses import site_address
from tintype.catalog.originals import clean_tags
from tintype.catalog.sites import LONGEST_SLUG, LONGEST_TITLE, LONGEST_URL, state_of
from tintype.catalog.tables import Site, SiteCapture
from tintype.catalog.texts import mistake_in
from tintype.errors import InvalidRecord, TintypeError
from tintype.sites.options import check_options
from tintype.sites.slugs import check_slug, normal_url
from tintype.web.api import answers
from tintype.web.api.bodies import Taken
from tintype.web.api.original_bodies import Tags
from tintype.web.api.user_bodies import CONTROLS

_LINE = {"type": "string", "pattern": rf"^[^{CONTROLS}]*$"}
_URL = {"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": LONGEST_URL}
Url = Annotated[str, WithJsonSchema(_URL)]
Title = Annotated[str, WithJsonSchema(_LINE | {"maxLength": LONGEST_TITLE})]
Slug = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[A-Za-z0-9_][A-Za-z0-9._@~+-]*$",
            "maxLength": LONGEST_SLUG,
        }
    ),
]
Options = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "description": "How the page is captured: docs/sites.md has the names.",
        }
    ),
]


def _mistakes(given: Mapping[str, Any]) -> dict[str, str]:
    """The rules for what a site is made of."""
    found: dict[str, str] = {}
    title, tags = given.get("title"), given.get("tags")
    if isinstance(title, str) and (phrase := mistake_in(title, LONGEST_TITLE, may_be_blank=True)):
        found["title"] = phrase
    if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
        found |= _said(lambda: clean_tags(tags))
    if isinstance(given.get("options"), dict):
        found |= _said(lambda: check_options(given["options"]))
    if isinstance(given.get("url"), str):
        found |= _said(lambda: normal_url(given["url"]), "url")
    if isinstance(given.get("slug"), str) and given["slug"]:
        found |= _said(lambda: check_slug(given["slug"]), "slug")
    return found


def page_url(text: str) -> str:
    """The address of a page, or InvalidRecord that says what is wrong with `url`."""
    if found := _said(lambda: normal_url(text), "url"):
        raise InvalidRecord.of(found)
    return normal_url(text)


def site_slug(slug: str, suffixes: Collection[str]) -> str:
    """The slug of a site, or InvalidRecord that says what is wrong with `slug`."""
    if found := _said(lambda: check_slug(slug, suffixes), "slug"):
        raise InvalidRecord.of(found)
    return slug


def _said(check: Any, name: str = "") -> dict[str, str]:
    try:
        check()
    except InvalidRecord as error:
        return dict(error.mistakes)
    except TintypeError as error:
        return {name: f"{str(error)[:1].lower()}{str(error)[1:].rstrip('.')}"}
    return {}


class NewSite(Taken):
    """A site to be. Without a slug one is made of the URL. It is captured at once, unless `capture`
    is false.
    """

    takes_forms = False

    url: Url
    slug: Slug = ""
    title: Title = ""
    tags: Tags = Field(default_factory=list)
    options: Options = Field(default_factory=dict)
    capture: bool = True

    @classmethod
    def mistakes_in(cls, given: Mapping[str, Any]) -> Mapping[str, str]:
        """The rules for what a site is made of."""
        return _mistakes(given)


class ChangedSite(Taken):
    """What to change of a site. Its slug stays."""

    takes_forms = False

    url: Url = ""
    title: Title = ""
    tags: Tags = Field(default_factory=list)
    options: Options = Field(default_factory=dict)

    @classmethod
    def mistakes_in(cls, given: Mapping[str, Any]) -> Mapping[str, str]:
        """The rules for what a site is made of."""
        return _mistakes(given)


class SiteQuery(BaseModel):
    """Which sites, and which page of them. All that is given must hold.

    `q` is looked for in slugs, URLs and titles.
    """

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=answers.MOST)
    cursor: str = Field(default="", max_length=200, pattern=r"^[A-Za-z0-9_-]*$")
    q: str = Field(default="", max_length=200)
    tag: str = Field(default="", max_length=100)
    state: str = Field(default="", pattern="^(new|captured|failed)?$")


class PictureRecord(BaseModel):
    """A picture of a site: what stands behind its slug, and its URL, which is for everybody."""

    suffix: str
    url: str


class SiteRecord(BaseModel):
    """A site. `state` is new, captured or failed; of one that has failed there may be pictures of
    before all the same: `captured_at` says of when. `code` and `reason` say why it has failed, and
    until `retry_at` it is not tried again unless somebody asks for it. `queued`: it waits to be
    captured, or is being captured.
    """

    id: str
    slug: str
    url: str
    title: str
    tags: list[str]
    options: dict[str, Any]
    facts: dict[str, Any]
    state: str
    queued: bool
    job_id: str | None
    pictures: list[PictureRecord]
    size: int
    captured_at: datetime | None
    failures: int
    failed_at: datetime | None
    retry_at: datetime | None
    code: str
    reason: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, site: Site, pictures: Mapping[str, str], *, is_queued: bool) -> "SiteRecord":
        """The record as it is shown."""
        shown = [PictureRecord(suffix=suffix, url=url) for suffix, url in pictures.items()]
        names = cls.model_fields.keys() - {"state", "queued", "pictures", "job_id"}
        return cls(
            **{name: getattr(site, name) for name in names},
            state=state_of(site),
            queued=is_queued,
            job_id=site.job_id if is_queued else None,
            pictures=shown if site.captured_at else [],
        )


class SitePage(BaseModel):
    """Some sites, the newest first. `next_cursor` is for the following ones; null: no more."""

    items: list[SiteRecord]
    next_cursor: str | None


class SiteCounts(BaseModel):
    """How many sites are in which state, and how many have failed for which reason."""

    states: dict[str, int]
    failures: dict[str, int]


class CaptureRecord(BaseModel):
    """A capture of a site. `address` is that of the page after redirects. `distance` is the share
    of the picture that differs from the one before, from 0 to 1. `picture_url` null: its picture is
    not kept any more.
    """

    id: str
    url: str
    address: str
    status: int
    title: str
    width: int
    height: int
    size: int
    seconds: float
    timed_out: bool
    notes: list[str]
    distance: float | None
    picture_url: str | None
    created_at: datetime

    @classmethod
    def of(cls, site: Site, capture: SiteCapture) -> "CaptureRecord":
        """The record as it is shown."""
        names = cls.model_fields.keys() - {"picture_url"}
        url = f"{site_address(site.id)}/captures/{capture.id}/picture" if capture.key else None
        return cls(**{name: getattr(capture, name) for name in names}, picture_url=url)


class CaptureList(BaseModel):
    """The captures of a site that are remembered, the newest first."""

    items: list[CaptureRecord]


class DifferenceRecord(BaseModel):
    """How two captures differ: `share` of the picture, from 0 to 1, so that one sees it at a
    glance; `mean` is the mean distance of all pixels in CIEDE2000. `picture_url` shows where.
    """

    before: str
    after: str
    share: float
    mean: float
    picture_url: str
