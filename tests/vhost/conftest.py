"""Both web servers, started where a test needs them."""

import functools
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from servers import front, raw
from vhost.sites import KINDS, NAME, Site, Sites, need, printed, tell


@pytest.fixture(scope="session")
def sites() -> Iterator[Sites]:
    """Web servers by kind and settings; each runs to the end of the tests."""
    with ExitStack() as stack:

        @functools.cache
        def site(kind: str, *arguments: str, before: str = "", **environment: str) -> Site:
            module = need(kind)
            folder = stack.enter_context(front.readable_folder())
            seen: list[tuple[str, dict[str, str]]] = []
            told = stack.enter_context(raw.serving(functools.partial(tell, seen)))
            port = front.free_port()
            listen = f"127.0.0.1:{port}"
            text = printed(
                kind, "--server-name", NAME, "--listen", listen,
                "--upstream", f"127.0.0.1:{told.port}", *arguments, data=folder, **environment,
            )  # fmt: skip
            before = before.replace("PORT", str(port))
            stack.enter_context(module.running(folder / kind, text, port, before))
            return Site(kind, port, folder / "renditions", seen)

        yield site


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def site(kind: str, sites: Sites) -> Site:
    """A web server with default settings."""
    return sites(kind)
