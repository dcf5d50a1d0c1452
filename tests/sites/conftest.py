"""A service's parts that capture sites, on both kinds of database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sites.drawn import Bench, bench, settings_at
from tintype.catalog import Catalog


@pytest.fixture
async def drawn(catalog: Catalog, tmp_path: Path) -> AsyncIterator[Bench]:
    made = bench(settings_at(tmp_path), catalog)
    yield made
    await made.close()
