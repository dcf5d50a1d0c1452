"""Users as they are sent and shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from tintype.catalog import users
from tintype.credentials.passwords import LONGEST, SHORTEST, mistake_in
from tintype.web.api.bodies import Taken, Whole

CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
# What the catalog asks for, told to clients; it is the catalog that checks.
NAME = {
    "type": "string",
    "minLength": 1,
    "maxLength": users.LONGEST_NAME,
    "pattern": rf"^[^\s{CONTROLS}]([^{CONTROLS}]*[^\s{CONTROLS}])?$",
}
EMAIL = {"type": "string", "format": "email", "maxLength": 254}
PASSWORD = {
    "type": "string",
    "format": "password",
    "minLength": SHORTEST,
    "maxLength": LONGEST,
    "writeOnly": True,
}
GIVEN = {"type": "string", "format": "password", "writeOnly": True}  # right or wrong
Name = Annotated[str, WithJsonSchema(NAME)]
Email = Annotated[str, WithJsonSchema(EMAIL)]
Password = Annotated[str, WithJsonSchema(PASSWORD)]
GivenPassword = Annotated[str, WithJsonSchema(GIVEN)]

Quota = Annotated[Whole | None, Field(ge=0, le=1 << 53)]  # of administrators only


class UserRecord(BaseModel):
    """A user as the API shows it. `quota_bytes` null: the setting's."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    first_name: str
    last_name: str
    email: str
    is_admin: bool
    quota_bytes: int | None
    created_at: datetime
    updated_at: datetime


class UserPage(BaseModel):
    """Some users. `next_cursor` is for the following ones; null: there are no more."""

    items: list[UserRecord]
    next_cursor: str | None


class UserFields(Taken):
    """Fields of a user, of whichever body."""

    @classmethod
    def mistakes_in(cls, given: Mapping[str, Any]) -> Mapping[str, str]:
        """The catalog's own rules, and that for passwords."""
        texts = {name: value.strip() for name, value in given.items() if isinstance(value, str)}
        found = users.mistakes_in(texts)
        if isinstance(password := given.get("password"), str) and (phrase := mistake_in(password)):
            found["password"] = phrase
        return found


class NewUser(UserFields):
    """A user to be. Without a password nobody can sign in; keys work."""

    model_config = ConfigDict(json_schema_extra=lambda schema: _without_defaults(schema))

    first_name: Name
    last_name: Name
    email: Email
    password: Password = ""
    is_admin: bool = False
    quota_bytes: Quota = None


class ChangedUser(UserFields):
    """What to change of a user. A new password of one's own takes the current one beside it."""

    model_config = ConfigDict(json_schema_extra=lambda schema: _without_defaults(schema))

    first_name: Name = ""
    last_name: Name = ""
    email: Email = ""
    password: Password = ""
    current_password: GivenPassword = ""
    is_admin: bool = False
    quota_bytes: Quota = None


def _without_defaults(schema: dict[str, Any]) -> None:
    """A field that is left out is not changed: what stands in for it here is of no interest."""
    for each in schema["properties"].values():
        each.pop("default", None)
