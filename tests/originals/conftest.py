"""What keeps originals, wired as in the service, on both kinds of database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tintype.app import App, build
from tintype.app_users import keeping_parts, open_places
from tintype.catalog import Catalog, users
from tintype.catalog.users import UserDraft
from tintype.originals.keeping import Keeping
from tintype.originals.places import Places
from tintype.originals.publishing import Publishing
from tintype.settings import Settings


@dataclass
class Kept:
    """All of it, and a user."""

    settings: Settings
    app: App
    places: Places
    keeping: Keeping
    publishing: Publishing
    user_id: str

    @property
    def store(self) -> Path:
        return self.settings.data / "store"

    def files(self) -> list[str]:
        """The keys in the service's store."""
        found = [path for path in self.store.rglob("*") if path.is_file()]
        return sorted(
            str(path.relative_to(self.store)) for path in found if ".tintype" not in path.parts
        )


@pytest.fixture
async def kept(catalog: Catalog, tmp_path: Path) -> AsyncIterator[Kept]:
    settings = Settings(data=tmp_path / "data")
    places = open_places(settings, catalog)
    app = build(settings, places=places)
    parts = keeping_parts(app, catalog, places)
    draft = UserDraft(first_name="Ada", last_name="Lovelace", email="ada@example.org")
    user = catalog.run_now(lambda session: users.add(session, draft))
    yield Kept(settings, app, places, Keeping(parts), Publishing(parts), user.id)
    await app.close()
    await places.close()
