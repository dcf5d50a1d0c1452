"""The real service with a database of its own, and people who have keys for it."""

import contextlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from servers import service
from servers.service import Service
from tintype.catalog import Catalog, api_keys, users
from tintype.catalog.users import UserDraft
from tintype.credentials.api_keys import new_api_key
from tintype.credentials.passwords import hash_password
from tintype.credentials.scopes import SCOPES

PASSWORD = "a password of the tests"
_numbers = itertools.count(1)
_hashes: list[str] = []


@dataclass(frozen=True)
class Person:
    """A user with an API key."""

    id: str
    email: str
    key: str


@dataclass
class Api:
    """A running service, and its catalog, which the tests write to directly."""

    service: Service
    catalog: Catalog
    admin: Person = field(init=False)

    def __post_init__(self) -> None:
        self.admin = self.person(is_admin=True)

    @property
    def url(self) -> str:
        return self.service.url

    def person(self, *, is_admin: bool = False, scopes: list[str] | None = None) -> Person:
        """Somebody new, with a key for all scopes unless told otherwise."""
        if not _hashes:
            _hashes.append(hash_password(PASSWORD))
        email = f"person-{next(_numbers)}@example.org"
        draft = UserDraft(
            first_name="Ada",
            last_name="Lovelace",
            email=email,
            password_hash=_hashes[0],
            is_admin=is_admin,
        )
        user = self.catalog.run_now(lambda session: users.add(session, draft))
        return Person(user.id, email, self.key(user.id, scopes))

    def key(self, user_id: str, scopes: list[str] | None = None) -> str:
        """A new API key of a user's."""
        key = new_api_key()
        self.catalog.run_now(
            lambda session: api_keys.add(
                session,
                user_id,
                "of a test",
                key_id=key.id,
                sha256=key.digest,
                last4=key.last4,
                scopes=list(SCOPES) if scopes is None else scopes,
            )
        )
        return key.text

    def everybody(self) -> list[Any]:
        """All users, of whatever test."""
        with self.client(self.admin) as client:
            page = client.get("/users", params={"limit": 200})
            users: list[Any] = page.json()
            while following := page.links.get("next"):
                page = client.get(following["url"])
                users += page.json()
        return users

    def client(self, person: Person | None = None) -> httpx2.Client:
        """A client that shows a person's key; without one, a stranger. A mistake of the service's
        (500) fails the test with what it logged.
        """
        headers = {"authorization": f"Bearer {person.key}"} if person else {}
        return httpx2.Client(
            base_url=self.url, headers=headers, timeout=30, event_hooks={"response": [self._judge]}
        )

    def _judge(self, answer: httpx2.Response) -> None:
        assert answer.status_code != 500, self.service.log[-6000:]


@contextmanager
def running(folder: Path, database_url: str = "", **settings: object) -> Iterator[Api]:
    """The service for the length of a block, with room for as many requests as a test likes."""
    given = {"api_rate": 1_000_000, "api_anonymous_rate": 1_000_000} | settings
    if database_url:
        given["database_url"] = database_url
    with service.running(folder, **given) as running_service:
        catalog = Catalog.open(database_url or f"sqlite:///{running_service.data}/catalog.db")
        with contextlib.closing(catalog):
            yield Api(running_service, catalog)
