"""API keys and access keys as they are asked for and shown."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from tintype.catalog.granted import LONGEST_NAME
from tintype.catalog.texts import mistake_in
from tintype.credentials.scopes import SCOPES
from tintype.web.api.bodies import Taken
from tintype.web.api.times import Time
from tintype.web.api.user_bodies import NAME


class NewKey(Taken):
    """A key to be. Without `expires_at` it lasts until it is revoked."""

    takes_forms = False

    name: Annotated[str, WithJsonSchema(NAME | {"maxLength": LONGEST_NAME})]
    scopes: list[Literal[tuple(SCOPES)]] = Field(min_length=1, max_length=len(SCOPES))  # type: ignore[valid-type]
    expires_at: Time = None

    @classmethod
    def mistakes_in(cls, given: Mapping[str, Any]) -> Mapping[str, str]:
        """The catalog's rule for names; and a key that is over from the beginning is none."""
        name = given.get("name")
        phrase = mistake_in(name, LONGEST_NAME) if isinstance(name, str) else ""
        return {"name": phrase} if phrase else {}

    def is_over(self) -> bool:
        """Whether it would have ended before it began."""
        return self.expires_at is not None and self.expires_at <= datetime.now(UTC)


class KeyRecord(BaseModel):
    """A key as it is shown, without what is secret."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiKeyRecord(KeyRecord):
    """An API key as it is shown: `last4` are the last characters of its secret part."""

    last4: str


class NewApiKey(ApiKeyRecord):
    """An API key with `key`, which is shown this once."""

    key: str


class NewAccessKey(KeyRecord):
    """An access key with its secret, which is shown this once."""

    secret: str


class ApiKeyList(BaseModel):
    """All API keys of a user."""

    items: list[ApiKeyRecord]


class AccessKeyList(BaseModel):
    """All access keys of a user."""

    items: list[KeyRecord]
