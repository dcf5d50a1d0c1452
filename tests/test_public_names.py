"""What the world may import; a change here is a change for users."""

import tomllib
from pathlib import Path

import tintype

PUBLIC = [
    "Attributes",
    "Blob",
    "BlockingTintype",
    "Client",
    "CropBox",
    "FilterCall",
    "JobHandle",
    "Published",
    "Screenshot",
    "Settings",
    "SignedAuth",
    "Source",
    "Tintype",
    "TintypeError",
    "Transform",
    "ascreenshots",
    "enqueue",
    "open",
    "screenshots",
    "transform_of",
]


def test_the_public_names_are_these() -> None:
    assert tintype.__all__ == PUBLIC == sorted(PUBLIC)
    assert all(getattr(tintype, name).__doc__ for name in PUBLIC)
    assert dir(tintype) == sorted([*PUBLIC, "__version__"])


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())
    assert tintype.__version__ == project["project"]["version"]
