"""A service that old clients take for Alexa's, as if /etc/hosts said so."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from servers import api
from servers.api import Api
from tintype.catalog import access_keys
from tintype.credentials.access_keys import new_access_key, purpose
from tintype.credentials.scopes import SCOPES
from tintype.credentials.sealing import Sealing
from tintype.signed_requests import AccessKey
from web.ast.wire import Wire

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000") + b"a picture of the tests" * 20
_numbers = itertools.count(1)


def key_of(api: Api, user_id: str, scopes: list[str] | None = None) -> AccessKey:
    """A new access key of a user's."""
    key = new_access_key()
    sealing = Sealing.of_settings((), api.service.data)
    sealed = sealing.seal(key.secret, purpose(key.id))
    api.catalog.run_now(
        lambda session: access_keys.add(
            session,
            user_id,
            "of a test",
            key_id=key.id,
            sealed_secret=sealed,
            scopes=list(SCOPES) if scopes is None else scopes,
        )
    )
    return key


@dataclass
class Alexa:
    """The service, an administrator's key for it, and the way there."""

    api: Api
    key: AccessKey
    wire: Wire

    def has(self, slug: str, prefix: str = "sites/") -> None:
        """Let the store have both pictures of a site."""
        folder = self.api.service.store / prefix
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{slug}.jpg").write_bytes(JPEG + b"L")
        (folder / f"{slug}SM.jpg").write_bytes(JPEG + b"S")


@pytest.fixture(scope="session")
def alexa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alexa]:
    with api.running(
        tmp_path_factory.mktemp("alexa"),
        ast_hosts="ast.amazonaws.com,awis.amazonaws.com,pthumbnails.alexa.com",
        ast_path=True,
        ast_rate=1_000_000,
        ast_unsigned_sites="example.org,*.example.com",
        ast_unsigned_pages="page.example",
        ast_unsigned_rate=1_000_000,
        jobs_embedded=False,
    ) as running:
        yield Alexa(running, key_of(running, running.admin.id), Wire(running.service.port))


@pytest.fixture
def host() -> str:
    """A host name that no other test asks for."""
    return f"host-{next(_numbers)}.example.org"
