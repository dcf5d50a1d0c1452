"""Stores of users' own as they are asked for and shown."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, WithJsonSchema

from tintype.catalog.tables import UserStore
from tintype.catalog.texts import mistake_in
from tintype.originals.places import BucketAccess
from tintype.web.api.bodies import Taken
from tintype.web.api.user_bodies import CONTROLS

_LINE = {"type": "string", "pattern": rf"^[^{CONTROLS}]*$"}
_URL = {"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": 500}
_BUCKET = {"type": "string", "pattern": r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"}
_REGION = {"type": "string", "pattern": r"^[a-z0-9-]{0,40}$"}
_SECRET = {"type": "string", "pattern": r"^[\x21-\x7e]{1,500}$"}
# What a text must be, by its pattern and in words.
_TEXTS = {
    "bucket": (_BUCKET, "must be 3 to 63 small letters, digits, dots and hyphens"),
    "region": (_REGION, "must be a region such as eu-central-1"),
    "access_key_id": (_SECRET, "must be 1 to 500 characters of ASCII, without blanks"),
    "secret_access_key": (_SECRET, "must be 1 to 500 characters of ASCII, without blanks"),
}
Bucket = Annotated[str, WithJsonSchema(_BUCKET)]
Region = Annotated[str, WithJsonSchema(_REGION)]
Secret = Annotated[str, WithJsonSchema(_SECRET | {"writeOnly": True})]
Prefix = Annotated[str, WithJsonSchema(_LINE | {"maxLength": 400})]
Url = Annotated[str, WithJsonSchema(_URL)]


class NewStore(Taken):
    """A bucket of one's own, on S3 or what speaks it. `endpoint` "": Amazon's, by region.
    `public_url`: where its keys are public.
    """

    takes_forms = False

    bucket: Bucket
    prefix: Prefix = ""
    endpoint: Url = ""
    region: Region = ""
    path_style: bool | None = None
    public_url: Url = ""
    access_key_id: Secret
    secret_access_key: Secret

    @classmethod
    def mistakes_in(cls, given: Mapping[str, Any]) -> Mapping[str, str]:
        """Names are such as S3 has, URLs are URLs, and a prefix is one that a URL can have."""
        found = {
            name: phrase
            for name, (schema, phrase) in _TEXTS.items()
            if isinstance(text := given.get(name), str)
            and not re.fullmatch(schema["pattern"].rstrip("$"), text)
        }
        prefix = given.get("prefix")
        if isinstance(prefix, str) and (phrase := _mistake_in_prefix(prefix)):
            found["prefix"] = phrase
        for name in ("endpoint", "public_url"):
            url = given.get(name)
            if isinstance(url, str) and url and not _is_url(url):
                found[name] = "must be a URL such as https://s3.example.org"
        return found

    def access(self) -> BucketAccess:
        """How the bucket is reached."""
        prefix = self.prefix.strip("/")
        return BucketAccess(
            address=f"s3://{self.bucket}/{prefix}".rstrip("/"),
            endpoint=self.endpoint.rstrip("/"),
            region=self.region,
            path_style=self.path_style,
            public_url=self.public_url.rstrip("/"),
            access_key_id=self.access_key_id,
            secret_access_key=self.secret_access_key,
        )


class StoreRecord(BaseModel):
    """A store as it is shown: never with what opens it."""

    bucket: str
    prefix: str
    endpoint: str
    region: str
    path_style: bool | None
    public_url: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, store: UserStore) -> "StoreRecord":
        """The record as it is shown."""
        bucket, _, prefix = store.address.removeprefix("s3://").partition("/")
        return cls(
            bucket=bucket,
            prefix=prefix,
            **store.options,
            created_at=store.created_at,
            updated_at=store.updated_at,
        )


def _mistake_in_prefix(prefix: str) -> str:
    if phrase := mistake_in(prefix, 400, may_be_blank=True):
        return phrase
    parts = prefix.strip("/").split("/")
    bad = prefix.strip("/") and any(part in ("", ".", "..") for part in parts)
    return "cannot have empty parts, . or .. between its slashes" if bad else ""


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    return fits and plain and url.isascii() and url.isprintable() and len(url) <= 500
