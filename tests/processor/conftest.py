import pytest

from tintype.processor.libvips import VipsProcessor
from tintype.settings import ImageSettings


@pytest.fixture(scope="session")
def processor() -> VipsProcessor:
    return VipsProcessor(ImageSettings())
