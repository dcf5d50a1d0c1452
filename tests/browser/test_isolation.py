"""What a page reaches: nothing that is not public, whichever of 28 ways it tries."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from browser.conftest import made
from browser.escapes import PUBLIC, REBINDING, Canary, canary, evil
from servers.web import serving
from tintype.browser import Capture, Captured, Wait, program
from tintype.browser.flags import LOCKED, Lock
from tintype.settings import BrowserSettings

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def attack(lock: Lock, namespace: str) -> Canary:
    """Open every evil page; the canary afterwards."""
    asked = {REBINDING: 0}

    def resolve(host: str, port: int) -> Sequence[str]:
        if host == REBINDING:
            asked[host] += 1
            return ["192.0.2.1"] if asked[host] == 1 else ["127.0.0.1"]
        return ["127.0.0.1"]

    browser = made(PUBLIC, resolve=resolve, lock=lock, namespace=namespace, idle=0)
    host = PUBLIC if lock.proxy else "127.0.0.1"  # without a proxy no name is known to it
    with canary() as bird:
        async with serving() as web:
            orders = [
                Capture(
                    url=web.url(path, host=host), timeout=20, wait=Wait(fixed=0.3), format="png"
                )
                for path in evil(web, bird)
            ]
            done = await asyncio.gather(*map(browser.capture, orders), return_exceptions=True)
            await browser.close()
    bird.shown = [each.answer.url for each in done if isinstance(each, Captured)]
    assert bird.shown, done
    return bird


async def test_nothing_gets_out_past_the_flags_alone() -> None:
    bird = await attack(LOCKED, "never")
    assert (bird.tcp_hits, bird.udp_hits) == ([], [])
    assert not [url for url in bird.shown if "127.0.0.1" in url]


async def test_in_an_empty_network_no_flag_is_needed() -> None:
    if not program.isolated(BrowserSettings()):
        pytest.skip("the kernel allows no network of one's own")
    bird = await attack(Lock(bypass="", flags=()), "always")
    assert (bird.tcp_hits, bird.udp_hits) == ([], [])
    assert not [url for url in bird.shown if "127.0.0.1" in url]


@pytest.mark.parametrize("without", ["proxy", "bypass", "webrtc"])
async def test_without_one_of_the_flags_the_canary_is_reached(without: str) -> None:
    flags = tuple(flag for flag in LOCKED.flags if without not in flag)
    lock = {
        "proxy": replace(LOCKED, proxy=False),
        "bypass": replace(LOCKED, bypass=""),
        "webrtc": replace(LOCKED, flags=flags),
    }[without]
    bird = await attack(lock, "never")
    if without == "proxy":  # the page does what it says
        assert len({hit.split()[1] for hit in bird.tcp_hits if " /" in hit}) >= 20, bird.tcp_hits
    assert bird.udp_hits if without == "webrtc" else bird.tcp_hits
