"""A page that tries 28 ways to reach a canary on this machine, and the canary."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from browser.site import HTML, START
from servers.web import Web, plain, redirect

PUBLIC = "evil.example"  # what may be reached: it stands for a site of the web
REBINDING = "rebinding.example"  # the first answer of its DNS is harmless, every other is not
SCRIPTS = """
const at = '127.0.0.1:%(port)d';
const quietly = f => { try { f() } catch (e) {} };
fetch(`http://${at}/fetch-no-cors`, {mode: 'no-cors'}).catch(() => {});
fetch(`http://${at}/fetch`).catch(() => {});
fetch('http://rebinding.example:%(port)d/rebinding').catch(() => {});
quietly(() => new EventSource(`http://${at}/event-source`));
quietly(() => navigator.sendBeacon(`http://${at}/beacon`, 'x'));
quietly(() => new WebSocket(`ws://${at}/web-socket`));
quietly(() => open(`http://${at}/popup`, '_blank'));
quietly(() => new Worker(URL.createObjectURL(new Blob([
  `fetch('http://${at}/worker', {mode: 'no-cors'}).catch(() => {})`]))));
const peer = servers => {
  const pc = new RTCPeerConnection({iceServers: servers});
  pc.createDataChannel('x');
  pc.createOffer().then(offer => pc.setLocalDescription(offer));
};
quietly(() => peer([{urls: `stun:127.0.0.1:%(udp)d`}]));
quietly(() => peer([{urls: `turn:${at}?transport=tcp`, username: 'a', credential: 'b'}]));
quietly(() => new WebTransport(`https://127.0.0.1:%(udp)d/web-transport`).ready.catch(() => {}));
setTimeout(() => { const f = document.createElement('iframe');
  f.src = '/to/frame-redirect'; document.body.append(f) }, 50);
"""


def markup(port: int) -> str:
    at = f"http://127.0.0.1:{port}"
    return (
        f"<link rel=stylesheet href={at}/css><link rel=prefetch href={at}/prefetch>"
        f"<link rel=preload as=image href={at}/preload><img src={at}/img><img src=/to/img-redirect>"
        f"<iframe src={at}/iframe></iframe><object data={at}/object></object>"
        f"<video src={at}/video></video><script src={at}/script></script>"
        f"<div style='background:url({at}/background);height:9px'>x</div>"
        f"<img src=http://[::ffff:127.0.0.1]:{port}/mapped><img src=http://2130706433:{port}/decimal>"
        f"<img src=http://localhost:{port}/localhost><img src=http://0.0.0.0:{port}/zero>"
    )


@dataclass
class Canary:
    """Who listens on loopback, and what reached it."""

    port: int
    udp: int
    tcp_hits: list[str] = field(default_factory=list)
    udp_hits: list[int] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)  # the addresses of the pages that were captured


@contextmanager
def canary() -> Iterator[Canary]:
    listener = socket.create_server(("127.0.0.1", 0))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", 0))
    bird = Canary(listener.getsockname()[1], datagrams.getsockname()[1])

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.settimeout(0.5)
                with connection, contextlib.suppress(OSError):
                    first = connection.recv(4096).split(b"\r\n")[0]
                    bird.tcp_hits.append(first.decode("latin-1"))
                    body = (
                        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret"
                    )
                    connection.sendall(body)

    def receive() -> None:
        with contextlib.suppress(OSError):
            while True:
                data, _ = datagrams.recvfrom(4096)
                if not data:
                    return
                bird.udp_hits.append(len(data))

    threads = [threading.Thread(target=each) for each in (accept, receive)]
    for thread in threads:
        thread.start()
    try:
        yield bird
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", bird.udp))
        for thread in threads:
            thread.join()
        datagrams.close()


SEEDS = ("all", "redirect", "meta", "navigation")  # what leads away must be a page of its own


def evil(web: Web, bird: Canary) -> list[str]:
    """The pages, on a server that stands for the public web; their paths."""
    at = f"http://127.0.0.1:{bird.port}"
    values = {"port": bird.port, "udp": bird.udp}
    page = f"{START}<h1>Evil</h1>{markup(bird.port)}<script>{SCRIPTS % values}</script>"
    web.on("/all", plain(page.encode(), "200 OK", HTML))
    web.on("/redirect", redirect(f"{at}/302"))
    meta = f"{START}<meta http-equiv=refresh content='0;url={at}/meta'>x"
    web.on("/meta", plain(meta.encode(), "200 OK", HTML))
    navigation = f"{START}<script>location = '{at}/navigation'</script>x"
    web.on("/navigation", plain(navigation.encode(), "200 OK", HTML))
    for name in ("img-redirect", "frame-redirect"):
        web.on(f"/to/{name}", redirect(f"{at}/{name}"))
    web.on("/favicon.ico", plain(b"", "404 Not Found"))
    return [f"/{name}" for name in SEEDS]
