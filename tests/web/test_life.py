"""The life of the service: its beginning, its workers, clients that leave, and its end."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx2
import pytest

from servers import service
from servers.web import drip, plain, serving
from tintype.web.connection import HEAD_SECONDS
from web.raw import connect, get

HILLS = Path(__file__).parent.parent.parent / "src" / "tintype" / "pictures" / "hills.jpg"


def until(true: Callable[[], object], patience: float = 20) -> None:
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not become true"
        time.sleep(0.05)


def workers_of(process: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True)
    return [int(line) for line in found.stdout.split()]


def test_it_prints_its_address_and_urls_that_work(tmp_path: Path) -> None:
    with service.running(tmp_path, security_key="", allow_unsafe="") as running:
        until(lambda: len(running.lines) > 5)
        urls = [line.strip() for line in running.lines if line.startswith("  http://")]
        assert len(urls) >= 4
        for url in urls:
            assert "/unsafe/" not in url
            answer = httpx2.get(url)
            assert answer.status_code == 200, (url, answer.text)
        unsigned = httpx2.get(f"{running.url}/unsafe/100x100/sample:hills.jpg")
        assert unsigned.status_code == 403
        assert unsigned.text.startswith("Unsigned URLs are not answered here")
        assert httpx2.get(f"{running.url}/favicon.ico").status_code == 204
        key = (running.data / "security.key").read_text().strip()
        assert key not in "".join(running.lines)
        page = httpx2.get(running.url)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "script" not in page.headers["content-security-policy"]
        for path in re.findall(r'(?:<img src|<a href)="([^"]+)"', page.text):
            assert httpx2.get(running.url + path).status_code == 200


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (["--host", "0.0.0.0"], {"security_key": "", "allow_unsafe": ""}, "TINTYPE_SECURITY_KEY"),
        (["--host", "192.0.2.1"], {}, "no administrator yet"),
        (["--host", "no.such.host.invalid"], {}, "no administrator yet"),
        ([], {"security_key": "secret", "allow_unsafe": ""}, "TINTYPE_SECURITY_KEY"),
        ([], {"admin_key": "short"}, "TINTYPE_ADMIN_KEY"),
        ([], {"presets": "card=nonsense(;"}, "TINTYPE_PRESETS"),
        ([], {"presets": "card=300x200/smrt"}, "'smrt'"),
        ([], {"presets": "card=300x200/filters:blurr(3)"}, "card: There is no filter 'blurr'"),
        ([], {"presets": "card=300x200/filters:blur(x)"}, "radius"),
        ([], {"auto_formats": "avif,wepb"}, "TINTYPE_AUTO_FORMATS"),
        ([], {"allowed_networks": "300.0.0.0/8"}, "TINTYPE_ALLOWED_NETWORKS"),
        (["--workers", "2"], {"allowed_networks": "300.0.0.0/8"}, "TINTYPE_ALLOWED_NETWORKS"),
        ([], {"trusted_proxies": "10.0.0.0/33"}, "TINTYPE_TRUSTED_PROXIES"),
        ([], {"sealing_key": "short"}, "TINTYPE_SEALING_KEY"),
        ([], {"database_url": "mysql://x"}, "TINTYPE_DATABASE_URL"),
        ([], {"store": __file__}, "TINTYPE_STORE"),
        ([], {"data": __file__}, "TINTYPE_DATA"),
        ([], {"security_key": "the-key-of-thumbor.conf", "allow_unsafe": ""}, "is a sample"),
        ([], {"key_sources": "x"}, "TINTYPE_KEY_SOURCES"),
        ([], {"imgproxy_key": "zz", "imgproxy_salt": "00"}, "TINTYPE_IMGPROXY_KEY"),
        ([], {"placeholder": "/no/such/file.png"}, "TINTYPE_PLACEHOLDER"),
    ],
)
def test_what_is_set_wrongly_is_a_sentence_and_not_a_service(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], words: str
) -> None:
    running = service.start(tmp_path, *arguments, **settings)
    assert running.end() == 2
    assert words in running.log
    assert running.log.count("\n") == 1, running.log
    assert "answers at" not in "".join(running.lines)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_that_this_machine_has_not_is_named(tmp_path: Path, host: str) -> None:
    add = ["users", "add", "a@example.org", "--first-name", "A", "--last-name", "B", "--admin"]
    command = [sys.executable, "-m", "tintype", *add]
    subprocess.run(command, env=service.environment(tmp_path), check=True, capture_output=True)
    running = service.start(tmp_path, "--host", host)
    assert running.end() == 2
    assert "TINTYPE_HOST" in running.log


def test_a_name_that_is_no_setting_is_named(tmp_path: Path) -> None:
    with service.running(tmp_path, max_agee=3) as running:
        assert httpx2.get(f"{running.url}/healthz").status_code == 200
        until(lambda: "TINTYPE_MAX_AGEE" in running.log)


def test_workers_that_fail_one_after_another_end_the_service(tmp_path: Path) -> None:
    code = """
import sys
from tintype.web.workers import Workers
sys.exit(Workers(lambda number, parent: 3, 2, patience=5).run())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "so the service ends" in done.stderr


async def test_no_picture_is_modified_after_it_was_sent(tmp_path: Path) -> None:
    with service.running(tmp_path) as running:
        for width in range(40, 60):
            answer = httpx2.get(f"{running.url}/unsafe/{width}x/sample:hills.jpg")
            sent, modified = (
                parsedate_to_datetime(answer.headers[name]) for name in ("date", "last-modified")
            )
            assert modified <= sent
            time.sleep(0.05)


@pytest.mark.parametrize("place", ["/proc/uploads", "{}/file", "{}/file/below"])
def test_a_place_for_uploads_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("no folder")
    running = service.start(tmp_path, uploads=place.format(tmp_path))
    assert running.end() == 2
    assert "TINTYPE_UPLOADS is no folder that can be written" in running.log


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for workers in ("1", "2"):
            running = service.start(tmp_path, "--port", port, "--workers", workers)
            assert running.end() == 2
            assert f"Port {port} on 127.0.0.1 is taken" in running.log


async def test_sigterm_finishes_what_is_open_and_says_so(tmp_path: Path) -> None:
    content, asked = HILLS.read_bytes(), asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await asyncio.sleep(2)
        await plain(content)(writer)

    running = service.start(tmp_path)
    async with serving() as web, httpx2.AsyncClient(base_url=running.url, timeout=30) as client:
        open_request = asyncio.create_task(client.get(f"/unsafe/60x60/{web.on('/a', slowly)}"))
        await asked.wait()
        assert (await client.get("/readyz")).status_code == 200
        running.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.text) == (503, "no: ending\n")
        assert ready.headers["connection"] == "close"
        other = await client.get("/unsafe/61x61/sample:hills.jpg")
        assert other.status_code == 200, "new requests are answered while it drains"
        answer = await open_request
        assert answer.status_code == 200
        assert await asyncio.to_thread(running.process.wait, 20) == 0
    assert running.end() == 0
    assert running.log == ""


def test_a_service_that_can_take_no_uploads_is_not_ready(tmp_path: Path) -> None:
    place = tmp_path / "uploads"
    with service.running(tmp_path, uploads=place) as running:
        place.rmdir()
        place.write_bytes(b"no folder")
        ready = httpx2.get(f"{running.url}/readyz")
        assert ready.status_code == 503
        assert ready.text.startswith("no: the place for uploads cannot be written (")


async def test_a_request_that_does_not_end_holds_nobody_longer_than_allowed(
    tmp_path: Path,
) -> None:
    async def never(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    running = service.start(tmp_path, drain_timeout=1, total_timeout=60, read_timeout=60)
    async with serving() as web, httpx2.AsyncClient(base_url=running.url) as client:
        url = f"/unsafe/60x60/{web.on('/a', never)}"
        task = asyncio.create_task(client.get(url, timeout=60))
        while not web.heads:
            await asyncio.sleep(0.05)
        running.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(running.process.wait, 15) == 0
        with pytest.raises(httpx2.HTTPError):
            (await task).raise_for_status()
    running.end()


async def test_a_client_that_goes_away_takes_its_request_with_it(tmp_path: Path) -> None:
    begun, left = asyncio.Event(), asyncio.Event()

    async def never(writer: asyncio.StreamWriter) -> None:
        begun.set()
        try:
            await drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")(writer)
        finally:
            left.set()

    with service.running(tmp_path, total_timeout=60, read_timeout=60) as running:
        async with serving() as web, httpx2.AsyncClient(base_url=running.url) as client:
            url = f"/unsafe/60x60/{web.on('/a', never)}"
            task = asyncio.create_task(client.get(url, timeout=60))
            await asyncio.wait_for(begun.wait(), 20)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(left.wait(), 20)

            async def text() -> str:
                return (await client.get("/metrics")).text

            while "tintype_disconnects_total 1.0" not in await text():
                await asyncio.sleep(0.1)
            figures = await text()
            assert "tintype_open_requests 1.0" in figures, "this one"
            assert 'status="499"' in figures


async def test_a_queue_that_is_full_is_told_and_when_to_come_again(tmp_path: Path) -> None:
    with service.running(tmp_path, slots=1, queue=1, workers=1) as running:
        async with httpx2.AsyncClient(base_url=running.url, timeout=60) as client:
            urls = [f"/unsafe/{800 + n}x600/filters:blur(40)/sample:hills.jpg" for n in range(20)]
            answers = await asyncio.gather(*map(client.get, urls))
            statuses = {answer.status_code for answer in answers}
            assert statuses == {200, 503}
            refused = next(answer for answer in answers if answer.status_code == 503)
            assert int(refused.headers["retry-after"]) >= 1
            figures = (await client.get("/metrics")).text
            assert 'tintype_errors_total{code="overloaded"}' in figures


async def test_workers_share_one_port_one_end_and_their_figures(tmp_path: Path) -> None:
    with service.running(tmp_path, "--workers", "2") as running:
        until(lambda: len(workers_of(running.process.pid)) == 2)

        async def figures() -> str:
            async with httpx2.AsyncClient(base_url=running.url) as client:
                return (await client.get("/metrics")).text

        ids = set()
        for _ in range(12):
            async with httpx2.AsyncClient(base_url=running.url) as client:
                answer = await client.get("/unsafe/70x70/sample:hills.jpg")
                assert answer.status_code == 200
                ids.add(answer.headers["x-request-id"])
        assert len(ids) == 12
        counted = 'tintype_requests_total{route="picture",status="200"} 12.0'
        async with asyncio.timeout(20):
            while (text := await figures()).count(counted) != 1:
                await asyncio.sleep(0.2)
        assert "tintype_workers 2.0" in text
        assert 'tintype_renditions_total{found="made"} 1.0' in text, "made once, by either"

        await asyncio.sleep(1.5)  # until each has laid down its figures for the other
        killed, other = workers_of(running.process.pid)
        os.kill(killed, signal.SIGKILL)
        until(lambda: len(set(workers_of(running.process.pid)) - {killed}) == 2)
        assert other in workers_of(running.process.pid)
        async with asyncio.timeout(20):
            while counted not in await figures() or "tintype_workers 2.0" not in await figures():
                await asyncio.sleep(0.2)
        assert "ended with -9 and is replaced" in running.log
        last = workers_of(running.process.pid)
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in last))


def test_workers_end_when_whoever_looks_after_them_was_killed(tmp_path: Path) -> None:
    running = service.start(tmp_path, "--workers", "2")
    until(lambda: len(workers_of(running.process.pid)) == 2)
    workers = workers_of(running.process.pid)
    time.sleep(1)
    running.process.kill()
    until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    running.end()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_one_ctrl_c_ends_all(tmp_path: Path, workers: str) -> None:
    running = service.start(tmp_path, "--workers", workers)
    until(lambda: get(running, "/healthz")[0] == 200)
    assert running.end(signal.SIGINT) == 0
    assert "Traceback" not in running.log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_ends_it_as_soon_as_it_has_said_where_it_is_meets_no_traceback(
    tmp_path: Path, number: signal.Signals
) -> None:
    for passed in range(0, 20, 3):
        running = service.start(tmp_path)
        time.sleep(passed / 1000)
        assert (running.end(number), running.log) == (0, ""), f"after {passed} ms"


HANGS = """
import asyncio, socket, time
from tintype.web.server import Server

async def app(scope, receive, send):
    while (kind := (await receive())["type"]) == "lifespan.startup":
        asyncio.get_running_loop().run_in_executor(None, time.sleep, 60)
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})

listener = socket.create_server(("127.0.0.1", 0))
server = Server(app, drain_timeout=60, on_drain=lambda: print("draining", flush=True))
print("begins", flush=True)
server.run(sockets=[listener])
"""


def test_a_third_ctrl_c_waits_for_no_thread() -> None:
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", HANGS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "begins\n"
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "draining\n"
        while process.poll() is None:
            assert time.monotonic() - began < 30
            time.sleep(0.6)  # what comes sooner is the first one's echo
            process.send_signal(signal.SIGINT)
        assert (process.returncode, process.stderr.read()) == (0, "")


def test_a_client_that_sends_its_head_too_slowly_is_dropped(tmp_path: Path) -> None:
    with service.running(tmp_path) as running, connect(running) as slow:
        slow.settimeout(HEAD_SECONDS + 20)
        slow.sendall(b"GET / HTTP/1.1\r\nX: ")
        assert slow.recv(1000) == b""


def test_the_log_is_lines_of_json_when_asked_for(tmp_path: Path) -> None:
    with service.running(tmp_path, log_format="json") as running:
        for _ in range(3):
            status, _ = get(running, "/unsafe/50x50/sample:hills.jpg", "X-Request-ID: my-own-id")
            assert status == 200
        get(running, '/unsafe/50x50/"quoted".jpg')
    entries = [json.loads(line) for line in running.lines if line.startswith("{")]
    assert [entry["status"] for entry in entries] == [200, 200, 200, 404]
    assert {entry["request_id"] for entry in entries[:3]} == {"my-own-id"}
    assert entries[0]["method"] == "GET"
    assert entries[0]["bytes"] > 0
    assert entries[-1]["target"] == '/unsafe/50x50/"quoted".jpg'


def test_a_proxy_on_this_machine_is_believed_about_who_asks(tmp_path: Path) -> None:
    with service.running(tmp_path) as running:
        get(running, "/healthz", "X-Forwarded-For: 10.9.9.9, 203.0.113.7")
        get(running, "/healthz", "X-Forwarded-For: <script>")
    lines = [line for line in running.lines if "/healthz" in line]
    assert lines[0].startswith("203.0.113.7 ")
    assert lines[1].startswith("127.0.0.1 ")


def test_a_placeholder_is_for_img_only_and_keeps_the_status(tmp_path: Path) -> None:
    placeholder = HILLS.with_name("plate.png")
    with service.running(tmp_path, placeholder=placeholder) as running:
        url = f"{running.url}/unsafe/50x50/sample:nothing"
        for headers in ({"accept": "image/avif,image/webp,*/*"}, {"sec-fetch-dest": "image"}):
            answer = httpx2.get(url, headers=headers)
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "image/png"
            assert answer.content == placeholder.read_bytes()
        assert httpx2.get(url).headers["content-type"].startswith("text/plain")
        page = {"accept": "text/html,image/avif,*/*", "sec-fetch-dest": "document"}
        assert httpx2.get(url, headers=page).headers["content-type"].startswith("text/plain")


LOSES_A_SIGNAL = """
import signal, sys, weakref
import tintype.web.run as run
from tintype.cli import main

check = run.check

def losing(settings):
    check(settings)
    thing = set()
    ref = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGTERM))
    del thing

run.check = losing
main(["serve", *sys.argv[1:]])
"""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_who_is_told_to_end_while_nobody_can_hear_ends_all_the_same(
    tmp_path: Path, workers: str
) -> None:
    program = [sys.executable, "-c", LOSES_A_SIGNAL, "--port", "0", "--workers", workers]
    done = subprocess.run(
        program,
        env=service.environment(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Exception ignored" in done.stderr
    assert done.returncode == 0


def test_who_is_told_to_end_before_the_start_ends_well(tmp_path: Path) -> None:
    running = service.start(tmp_path)
    assert running.end(signal.SIGTERM) == 0
