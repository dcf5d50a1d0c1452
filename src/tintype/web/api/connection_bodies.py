"""Connections to providers as they are asked for and shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, WithJsonSchema

from tintype.catalog.tables import ProviderConnection
from tintype.providers import FLICKR, X
from tintype.web.api.bodies import Taken

PROVIDERS = (FLICKR, X)
ProviderName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(PROVIDERS)})]


class NewConnection(Taken):
    """Where somebody wants to sign in."""

    provider: ProviderName

    @classmethod
    def mistakes_in(cls, given: Mapping[str, Any]) -> Mapping[str, str]:
        """The provider is one that is known."""
        provider = given.get("provider")
        if isinstance(provider, str) and provider not in PROVIDERS:
            return {"provider": f"must be one of {', '.join(PROVIDERS)}"}
        return {}


class BegunConnection(BaseModel):
    """Where the user's browser is to be sent, which comes back by itself, before it is too late."""

    provider: str
    authorize_url: str
    expires_at: datetime


class ConnectionRecord(BaseModel):
    """A connection as it is shown: never with what requests are signed with."""

    provider: str
    user: str
    user_id: str
    connected_at: datetime

    @classmethod
    def of(cls, found: ProviderConnection) -> "ConnectionRecord":
        """The record as it is shown."""
        about = found.about
        return cls(
            provider=found.provider,
            user=about.get("name", ""),
            user_id=about.get("id", ""),
            connected_at=found.created_at,
        )


class ConnectionList(BaseModel):
    """All of them."""

    items: list[ConnectionRecord]
