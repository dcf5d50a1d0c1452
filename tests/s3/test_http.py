"""Connections against servers that misbehave: real sockets on loopback."""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator

import pytest
import trustme

from servers.raw import RawServer, Visit, serving
from tintype.errors import Interrupted
from tintype.s3.http import CutOff, Garbled, Origin, Response, Timeouts, tls_context
from tintype.s3.pool import Pool

FAST = Timeouts(connect=5.0, silence=0.4)


def pool_to(server: RawServer, timeouts: Timeouts = FAST) -> Pool:
    return Pool(Origin(False, "127.0.0.1", server.port), timeouts)


def ask(
    pool: Pool,
    method: str = "GET",
    pieces: Iterable[bytes] = (),
    stop: threading.Event | None = None,
    told: list[int] | None = None,
) -> Response:
    pieces = list(pieces)
    size = sum(map(len, pieces))
    head = f"{method} / HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n\r\n".encode()
    return pool.exchange(
        method,
        head,
        lambda: pieces,
        size,
        stop=stop,
        sent=(told if told is not None else []).append,
    )


def answering(text: bytes) -> Iterator[RawServer]:
    def handle(visit: Visit) -> None:
        visit.request()
        visit.socket.sendall(text)

    return serving(handle)


def test_a_connection_is_used_again_when_an_answer_was_read_to_its_end() -> None:
    def handle(visit: Visit) -> None:
        while True:
            _, _, body = visit.request()
            visit.answer(200, body)

    with serving(handle) as server:
        pool = pool_to(server)
        for n in range(3):
            assert ask(pool, "PUT", [b"%d" % n]).read() == b"%d" % n
        pool.close()
    assert server.visits == 1


def test_a_connection_is_not_used_again_when_an_answer_was_left_unread() -> None:
    def handle(visit: Visit) -> None:
        while True:
            visit.request()
            visit.answer(200, b"x" * 1000)

    with serving(handle) as server:
        pool = pool_to(server)
        ask(pool).close()
        assert ask(pool).read() == b"x" * 1000
        pool.close()
    assert server.visits == 2


def test_a_connection_that_was_dropped_while_idle_is_replaced() -> None:
    def handle(visit: Visit) -> None:
        visit.request()
        visit.answer(200, b"%d" % visit.number)

    with serving(handle) as server:
        pool = pool_to(server)
        assert ask(pool).read() == b"0"
        assert ask(pool).read() == b"1"
        pool.close()


def test_a_connection_that_is_dropped_instead_of_answering_is_replaced_once() -> None:
    def handle(visit: Visit) -> None:
        visit.request()
        if visit.number == 0:
            visit.answer()
            visit.request()  # and hang up
            return
        visit.answer(200, b"again")

    with serving(handle) as server:
        pool = pool_to(server)
        ask(pool).read()
        told: list[int] = []
        assert ask(pool, "PUT", [b"body"], told=told).read() == b"again"
        pool.close()
    assert sum(told) == 4
    assert server.visits == 2


def test_a_new_connection_that_is_dropped_is_an_error() -> None:
    with serving(lambda visit: visit.request()) as server, pytest.raises(CutOff):
        ask(pool_to(server))
    assert server.visits == 1


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
            b"3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
            b"hello",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n",
            b"hello",
        ),
        (b"HTTP/1.1 200 OK\r\n\r\nhello", b"hello"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", b"x"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n", b""),
    ],
)  # fmt: skip
def test_every_framing_of_a_body_is_read(answer: bytes, body: bytes) -> None:
    with answering(answer) as server:
        assert ask(pool_to(server)).read() == body


def test_an_answer_to_head_has_no_body_whatever_its_length_says() -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") as server:
        response = ask(pool_to(server), "HEAD")
        assert response.headers["content-length"] == "5"
        assert response.read() == b""


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"",
    ],
)
def test_an_answer_that_breaks_off_is_cut_off(answer: bytes) -> None:
    with answering(answer) as server, pytest.raises((CutOff, ConnectionResetError)):
        ask(pool_to(server)).read()


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabcde",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    ],
)
def test_an_answer_that_is_not_http_is_garbled(answer: bytes) -> None:
    with answering(answer) as server, pytest.raises((Garbled, ConnectionResetError)):
        ask(pool_to(server)).read()


def test_a_small_answer_that_does_not_end_is_garbled() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n" + b"x" * 3000
    with answering(answer) as server, pytest.raises(Garbled):
        ask(pool_to(server)).read(limit=1000)


def test_silence_beyond_the_limit_is_a_time_out() -> None:
    def handle(visit: Visit) -> None:
        visit.request()
        visit.request()

    with serving(handle) as server, pytest.raises(TimeoutError, match=r"0\.4 seconds"):
        ask(pool_to(server))


def test_a_slow_answer_is_no_time_out_while_bytes_come() -> None:
    def handle(visit: Visit) -> None:
        visit.request()
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow":
            visit.socket.sendall(bytes([byte]))
            time.sleep(0.02)

    with serving(handle) as server:
        assert ask(pool_to(server, Timeouts(silence=0.5))).read() == b"slow"


def test_a_server_that_takes_no_bytes_is_a_time_out() -> None:
    full = threading.Event()

    def handle(visit: Visit) -> None:
        visit.head()
        full.wait(30)

    with serving(handle) as server:
        with pytest.raises(TimeoutError):
            ask(pool_to(server), "PUT", [bytes(1 << 20)] * 32)
        full.set()


def test_a_stop_event_ends_the_sending_and_the_waiting() -> None:
    stop, full = threading.Event(), threading.Event()

    def handle(visit: Visit) -> None:
        visit.head()
        stop.set()
        full.wait(30)

    with serving(handle) as server:
        for pieces in ([bytes(1 << 20)] * 32, [b"x"]):
            stop.clear()
            told: list[int] = []
            with pytest.raises(Interrupted):
                ask(pool_to(server, Timeouts(silence=60)), "PUT", pieces, stop, told)
            assert sum(told) == 0
        full.set()


def test_a_refusal_ends_the_sending_of_a_large_body() -> None:
    def handle(visit: Visit) -> None:
        visit.head()
        visit.answer(403, b"no", connection="close")
        while visit.socket.recv(65536):
            pass

    with serving(handle) as server:
        told: list[int] = []
        pieces = (bytes(1 << 18) for _ in range(400))
        response = ask(pool_to(server), "PUT", pieces, told=told)
        assert (response.status, response.read()) == (403, b"no")
    assert sum(told) < 400 << 18


def test_a_refusal_is_read_although_the_server_has_closed() -> None:
    def handle(visit: Visit) -> None:
        visit.head()
        visit.answer(413, b"too large", connection="close")
        visit.socket.shutdown(socket.SHUT_WR)

    with serving(handle) as server:
        response = ask(pool_to(server), "PUT", [bytes(1 << 20)] * 64)
        assert response.status == 413


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_server(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def tls_pool(server: RawServer, ca_file: str) -> Pool:
    return Pool(Origin(True, "127.0.0.1", server.port), FAST, tls_context(ca_file))


def test_tls_keeps_connections_and_carries_large_bodies(
    authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ca_file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))

    def handle(visit: Visit) -> None:
        while True:
            _, _, body = visit.request()
            visit.answer(200, body)

    with serving(handle, tls_server(authority)) as server:
        pool = tls_pool(server, str(ca_file))
        for body in (b"small", bytes(range(256)) * 8000, b""):
            assert ask(pool, "PUT", [body]).read() == body
        pool.close()
    assert server.visits == 1


def test_tls_refuses_a_certificate_of_another_authority_or_name(
    authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ca_file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    for context in (tls_server(trustme.CA()), tls_server(authority, "elsewhere.example")):
        with (
            serving(lambda visit: visit.request(), context) as server,
            pytest.raises(ssl.SSLCertVerificationError),
        ):
            ask(tls_pool(server, str(ca_file)))


def test_names_under_localhost_are_this_machine() -> None:
    with answering(b"HTTP/1.1 204 No Content\r\n\r\n") as server:
        pool = Pool(Origin(False, "bucket.s3.localhost", server.port), FAST)
        assert ask(pool).status == 204
        pool.close()
