"""One browser: recycled, restarted, and gone without a trace."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from browser.conftest import made
from browser.site import Site
from tintype.browser import Capture, Captured, keeper
from tintype.browser import program as programs
from tintype.browser.chromium import Chromium
from tintype.errors import BrowserMissing
from tintype.settings import BrowserSettings

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHILD = """
import asyncio, sys
from browser.conftest import made
from pathlib import Path
from tintype.browser import Capture

async def main():
    browser = made(folder=Path(sys.argv[2]))
    await browser.capture(Capture(url=sys.argv[1]))
    print(browser._current.process.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def family(group: int) -> list[int]:
    """The processes of a group, the dead that nobody has buried included."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            found.append(int(folder.name))
    return found


def wait_until(true) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def process_of(browser: Chromium):
    assert browser._current
    return browser._current.process


def shared(pid: str) -> list[str]:
    """What is mounted where processes share memory, as one of them sees it; the last one counts."""
    mounts = Path(f"/proc/{pid}/mounts").read_text().splitlines()
    return [line for line in mounts if line.split()[1] == "/dev/shm"]


@pytest.mark.skipif(not programs.isolated(BrowserSettings()), reason="no namespaces here")
async def test_the_memory_that_its_processes_share_is_its_own_and_bounded(site: Site) -> None:
    browser = made()
    await browser.capture(Capture(url=site.url("/")))
    process = process_of(browser)
    theirs = shared(str(process.pid))
    assert len(theirs) == len(shared("self")) + 1
    held = os.statvfs(f"/proc/{process.pid}/root/dev/shm")
    assert held.f_blocks * held.f_frsize <= keeper.MOST_SHARED
    assert "--disable-dev-shm-usage" not in Path(f"/proc/{process.pid}/cmdline").read_text()
    await browser.close()


@pytest.mark.skipif(sys.platform != "linux", reason="SCHED_BATCH is Linux's")
async def test_it_works_in_the_background_of_whoever_uses_it(site: Site) -> None:
    browser = made()
    await browser.capture(Capture(url=site.url("/")))
    found = set()
    for process in family(process_of(browser).pid):
        with suppress(OSError):  # threads come and go
            threads = Path(f"/proc/{process}/task").iterdir()
            found |= {os.sched_getscheduler(int(thread.name)) for thread in threads}
    assert found == {os.SCHED_BATCH}
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
    await browser.close()


async def test_nothing_is_left_of_a_browser(site: Site, tmp_path: Path) -> None:
    browser = made(folder=tmp_path)
    await browser.capture(Capture(url=site.url("/")))
    process = process_of(browser)
    assert family(process.pid)
    assert process.profile.parent == tmp_path
    assert process.memory() > 20 << 20
    await browser.close()
    assert (family(process.pid), list(tmp_path.iterdir())) == ([], [])
    assert process._keeper.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process._keeper.pid, 0)


async def test_a_browser_killed_in_mid_batch_is_replaced_and_nothing_is_lost(
    site: Site, tmp_path: Path
) -> None:
    browser = made(folder=tmp_path, slots=3)
    first = await browser.capture(Capture(url=site.url("/")))
    old = process_of(browser)
    tasks = [asyncio.create_task(browser.capture(Capture(url=site.url("/late")))) for _ in range(6)]
    await asyncio.sleep(0.4)
    os.killpg(old.pid, signal.SIGKILL)
    results = await asyncio.gather(*tasks)
    assert {each.title for each in (first, *results)} == {"Hello"}
    assert process_of(browser) is not old
    await browser.close()
    assert (family(old.pid), list(tmp_path.iterdir())) == ([], [])


async def test_another_browser_takes_over_before_the_old_one_ends(
    site: Site, tmp_path: Path
) -> None:
    browser = made(folder=tmp_path, captures=3, slots=2)
    processes = set()

    async def one() -> Captured:
        captured = await browser.capture(Capture(url=site.url("/")))
        processes.add(process_of(browser).pid)
        return captured

    for _ in range(5):
        assert all(each.title == "Hello" for each in await asyncio.gather(one(), one()))
    assert len(processes) >= 2
    await browser.close()
    assert not [pid for group in processes for pid in family(group)]
    assert list(tmp_path.iterdir()) == []


async def test_a_browser_that_holds_too_much_memory_is_replaced(site: Site) -> None:
    browser = made(memory=1 << 20)
    order = Capture(url=site.url("/"))
    await browser.capture(order)
    first = process_of(browser)
    for _ in range(30):  # it is looked at now and then
        await browser.capture(order)
        if process_of(browser) is not first:
            break
    assert process_of(browser) is not first
    await browser.close()


async def test_an_idle_browser_is_ended_and_started_again(site: Site) -> None:
    browser = made(idle=0.1)
    await browser.capture(Capture(url=site.url("/")))
    group = process_of(browser).pid
    while family(group):
        await asyncio.sleep(0.05)
    assert (await browser.capture(Capture(url=site.url("/")))).title == "Hello"
    await browser.close()


async def test_a_browser_ends_with_a_process_that_is_killed(site: Site, tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    command = [sys.executable, "-c", CHILD, site.url("/"), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as child:
        assert child.stdout
        group = int(await asyncio.to_thread(child.stdout.readline))
        assert family(group)
        child.kill()
    await asyncio.to_thread(wait_until, lambda: not family(group) and not list(tmp_path.iterdir()))


async def test_what_a_killed_process_has_left_is_swept_away(site: Site, tmp_path: Path) -> None:
    left = tmp_path / "tintype-chromium-left"
    left.mkdir()
    (left / "owner").touch()
    (left / "Default").mkdir()
    one, two = made(folder=tmp_path), made(folder=tmp_path)
    await one.capture(Capture(url=site.url("/")))
    assert not left.exists()
    await two.capture(Capture(url=site.url("/")))  # leaves alone what is in use
    assert (await one.capture(Capture(url=site.url("/")))).title == "Hello"
    assert len(list(tmp_path.iterdir())) == 2
    await asyncio.gather(one.close(), two.close())
    assert list(tmp_path.iterdir()) == []


async def test_without_chromium_there_is_one_sentence(tmp_path: Path) -> None:
    order = Capture(url="http://a.example/")
    for program, sentence in (("/absent", "no program /absent"), ("/bin/false", "does not answer")):
        browser = Chromium(BrowserSettings(chromium=program), folder=tmp_path)
        with pytest.raises(BrowserMissing, match=sentence) as caught:
            await browser.capture(order)
        assert caught.value.remedy
        await browser.close()
    assert list(tmp_path.iterdir()) == []


async def test_secrets_of_our_environment_are_none_of_chromium_s(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINTYPE_SECURITY_KEY", "s3cret")
    browser = made()
    await browser.capture(Capture(url=site.url("/")))
    pid = process_of(browser).pid
    assert b"s3cret" not in Path(f"/proc/{pid}/environ").read_bytes()
    await browser.close()
