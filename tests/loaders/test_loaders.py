from pathlib import Path

import pytest

from tintype.errors import InvalidSource
from tintype.loaders import Loaders
from tintype.loaders.file import FileLoader
from tintype.loaders.http import HttpLoader
from tintype.settings import HttpSettings
from tintype.source import Source


async def test_the_scheme_picks_the_loader(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"GIF89a")
    loaders = Loaders([FileLoader(1000), HttpLoader(HttpSettings())])
    assert (await loaders.load(Source.parse(str(tmp_path / "a")))).media_type == "image/gif"


async def test_an_unknown_scheme_is_refused_with_the_known_ones() -> None:
    loaders = Loaders([FileLoader(1000), HttpLoader(HttpSettings())])
    with pytest.raises(InvalidSource, match="No loader reads gopher: sources") as caught:
        await loaders.load(Source.parse("gopher:x"))
    assert "file, http, https, stdin" in str(caught.value)
    assert "./gopher:" in str(caught.value)
