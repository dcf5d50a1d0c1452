"""Jobs and webhooks as they are sent and shown."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from tintype.catalog.job_notes import Progress
from tintype.catalog.tables import Job
from tintype.web.api.bodies import Taken

EVENTS = (
    "*",
    "job.cancelled",
    "job.done",
    "job.failed",
    "job.partly",
    "original.added",
    "original.failed",
    "rendition.failed",
    "rendition.published",
    "site.captured",
    "site.failed",
)
URL = {"type": "string", "format": "uri", "maxLength": 2048, "pattern": "^https?://"}


class ProgressRecord(BaseModel):
    """How far a job is. Times in seconds, `size` in bytes; `total` null: not known yet."""

    state: str
    total: int | None
    done: int
    failed: int
    skipped: int
    size: int
    seconds: float
    rate: float
    left: float | None


class JobRecord(BaseModel):
    """A job. `code` and `reason` say why it has failed."""

    id: str
    task: str
    queue: str
    state: str
    priority: int
    args: dict[str, Any]
    result: dict[str, Any] | None
    code: str
    reason: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: ProgressRecord

    @classmethod
    def of(cls, job: Job, progress: Progress) -> "JobRecord":
        """A job as it is shown."""
        names = set(cls.model_fields) - {"progress"}
        shown = {name: getattr(job, name) for name in names}
        return cls(progress=ProgressRecord(**asdict(progress)), **shown)


class JobPage(BaseModel):
    """Some jobs, newest first."""

    items: list[JobRecord]
    next_cursor: str | None


class ItemRecord(BaseModel):
    """An item of a batch."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    args: dict[str, Any]
    state: str
    tries: int
    size: int
    code: str
    reason: str
    result: dict[str, Any] | None


class ItemPage(BaseModel):
    """Some items, in their order."""

    items: list[ItemRecord]
    next_cursor: str | None


class NewJob(Taken):
    """A job to be: docs/jobs.md has the tasks and their arguments. With `items` it is a batch."""

    takes_forms = False

    task: Literal["publish", "render", "import", "capture"]
    args: dict[str, Any] = Field(default_factory=dict)
    items: list[dict[str, Any]] | None = Field(default=None, max_length=5_000)
    key: str = Field(default="", max_length=255)
    priority: int = Field(default=5, ge=0, le=9)


class NewWebhook(Taken):
    """An address that is told of events. `*` stands for all of them."""

    takes_forms = False

    url: Annotated[str, WithJsonSchema(URL)]
    events: list[Literal[EVENTS]] = Field(min_length=1, max_length=len(EVENTS))  # type: ignore[valid-type]

    @classmethod
    def mistakes_in(cls, given: Mapping[str, Any]) -> Mapping[str, str]:
        """A URL of the web, without user and password."""
        url = given.get("url")
        if isinstance(url, str) and not _is_url(url):
            return {"url": "must be a URL of the web, without user and password"}
        return {}


def _is_url(text: str) -> bool:
    from tintype.errors import TintypeError
    from tintype.source import Source

    try:
        source = Source.parse(text)
    except TintypeError:
        return False
    host = source.locator.removeprefix("//").partition("/")[0]
    is_plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= 2048
    return source.scheme in {"http", "https"} and bool(host) and "@" not in host and is_plain


class WebhookRecord(BaseModel):
    """A webhook as it is shown, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    url: str
    events: list[str]
    is_active: bool
    created_at: datetime
    updated_at: datetime


class MadeWebhook(WebhookRecord):
    """A webhook with `secret`, which is shown this once: messages are signed with it."""

    secret: str


class WebhookList(BaseModel):
    """All webhooks of a user."""

    items: list[WebhookRecord]


class DeliveryRecord(BaseModel):
    """A message, and what came of the last try: a status, or the code of an error."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    event: str
    payload: dict[str, Any]
    tries: int
    answer: str
    created_at: datetime
    delivered_at: datetime | None


class DeliveryPage(BaseModel):
    """Some messages, newest first."""

    items: list[DeliveryRecord]
    next_cursor: str | None
