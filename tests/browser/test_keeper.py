"""What a browser is started with: memory to share, and flags."""

import shutil

import pytest

from tintype.browser import keeper
from tintype.browser.flags import LOCKED, NETWORK_INSIDE, command_line


def test_a_small_place_to_share_memory_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert keeper.has_memory() == (shutil.disk_usage("/dev/shm").free >= keeper.LEAST_SHARED)
    monkeypatch.setattr(keeper, "LEAST_SHARED", 1 << 60)
    assert not keeper.has_memory()
    monkeypatch.setattr(keeper, "SHARED", "/no/such/place")
    assert not keeper.has_memory()


@pytest.mark.parametrize("sandbox", [True, False])
def test_with_a_sandbox_the_network_has_a_process_of_its_own(sandbox: bool) -> None:
    line = command_line("chromium", profile="p", proxy="http://a", lock=LOCKED, sandbox=sandbox)
    assert ("--no-sandbox" in line) == (NETWORK_INSIDE in line) == (not sandbox)
