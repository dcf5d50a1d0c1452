"""What the HTTP loader does not connect to, whatever leads there; and how it connects elsewhere."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterable

import httpcore2
import pytest
import trustme

from servers.web import Web, plain, redirect, serving
from tintype.errors import (
    AddressRefused,
    InvalidSource,
    SourceError,
    SourceTimeout,
    SourceUnavailable,
)
from tintype.loaders.guarded_transport import _first
from tintype.loaders.http import HttpLoader
from tintype.settings import HttpSettings
from tintype.source import Source

GIF = b"GIF89a and so on"

REFUSED = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
    192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
    240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 2002:7f00:1::
    64:ff9b::127.0.0.1 64:ff9b:1:7f00:0:100:: 2001::80ff:fffe 2600::5efe:127.0.0.1
    2600::200:5efe:127.0.0.1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 100::1 2001:db8::1
    3fff::1
"""
SPELLINGS = """
    2130706433 0x7f000001 0x7f.1 0x7f.0.0.1 017700000001 127.1 127.0.1 0 0x0 localhost LOCALHOST
    127。0。0。1 [::] [::1] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1]
    [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] 2852039166 0xa9fea9fe
"""


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as web:
        web.on("/", plain(GIF))
        yield web


class Dns:
    """A resolver that gives its answers in turn, and the last one for ever."""

    def __init__(self, *answers: Iterable[str] | Exception) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, int]]()

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return list(answer)


async def load(url: str, resolve=None, tls: ssl.SSLContext | None = None, **settings):
    settings = {"total_timeout": 20.0, "retries": 0} | settings
    loader = HttpLoader(HttpSettings(**settings), resolve=resolve, tls=tls)
    try:
        return await loader.load(Source.parse(url))
    finally:
        await loader.aclose()


def bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


@pytest.mark.parametrize("address", REFUSED.split())
async def test_a_refused_address_is_not_connected_to_as_a_literal(address: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        await load(f"http://{bracketed(address)}/")
    assert "TINTYPE_ALLOWED_NETWORKS" in str(caught.value)


@pytest.mark.parametrize("host", SPELLINGS.split())
async def test_a_refused_address_is_not_connected_to_in_any_spelling(web: Web, host: str) -> None:
    with pytest.raises(AddressRefused):
        await load(web.url(host=host), allowed_ports=(web.port,))
    assert not web.heads


@pytest.mark.parametrize("host", ["localhost.", "127.0.0.1.", "localhost%2e", "127.0.0.1%00"])
async def test_a_dot_too_many_leads_nowhere(web: Web, host: str) -> None:
    with pytest.raises(SourceError):  # some systems know these names, and some do not
        await load(web.url(host=host), allowed_ports=(web.port,))
    assert not web.heads


@pytest.mark.parametrize("address", REFUSED.split())
async def test_a_refused_address_is_not_connected_to_by_name(address: str) -> None:
    dns = Dns([address])
    with pytest.raises(AddressRefused):
        await load("http://pictures.example/", dns)
    assert dns.asked == [("pictures.example", 80)]


@pytest.mark.parametrize("address", REFUSED.split())
async def test_a_refused_address_is_not_connected_to_by_redirect(web: Web, address: str) -> None:
    web.on("/", redirect(f"http://{bracketed(address)}:{web.port}/private"))
    with pytest.raises(AddressRefused):
        await load(
            web.url(host="open.example"),
            lambda host, _: ["127.0.0.1"] if host == "open.example" else [host],
            allowed_networks=("open.example",),
        )
    assert web.paths == ["/"]


async def test_a_chain_of_redirects_is_judged_at_each_hop(web: Web) -> None:
    names = {"one.example": "127.0.0.1", "two.example": "127.0.0.1", "evil.example": "10.0.0.1"}
    web.on("/", redirect(f"http://two.example:{web.port}/2"))
    web.on("/2", redirect(f"http://evil.example:{web.port}/3"))
    dns = Dns()
    dns.answers = [[names[n]] for n in ("one.example", "two.example", "evil.example")]
    with pytest.raises(AddressRefused, match=r"evil\.example"):
        await load(
            web.url(host="one.example"), dns, allowed_networks=("one.example", "two.example")
        )
    assert [host for host, _ in dns.asked] == ["one.example", "two.example", "evil.example"]


async def test_a_name_is_looked_up_once_and_that_answer_is_connected_to(web: Web) -> None:
    # 127.0.0.2 plays the public address, 127.0.0.1 the private one behind the same name.
    async with serving("127.0.0.2", web.port) as public:
        public.on("/", plain(b"public"))
        web.on("/", plain(b"private"))
        dns = Dns(["127.0.0.2"], ["127.0.0.1"])
        loader = HttpLoader(HttpSettings(allowed_networks=("127.0.0.2/32",)), resolve=dns)
        source = Source.parse(web.url(host="rebinding.example"))
        assert (await loader.load(source)).read() == b"public"
        assert len(dns.asked) == 1
        await loader.aclose()
        with pytest.raises(AddressRefused):
            await loader.load(source)
        await loader.aclose()
    assert len(dns.asked) == 2
    assert not web.heads


async def test_of_a_mixed_answer_only_what_passes_is_connected_to(web: Web) -> None:
    async with serving("127.0.0.2", web.port) as public:
        public.on("/", plain(b"public"))
        dns = Dns(["10.0.0.1", "127.0.0.1", "::1", "127.0.0.2", "169.254.169.254"])
        url = web.url(host="mixed.example")
        blob = await load(url, dns, allowed_networks=("127.0.0.2/32",), connect_timeout=2.0)
    assert blob.read() == b"public"
    assert not web.heads


@pytest.mark.parametrize("answer", [[], ["not an address"], ["localhost"], ["10.0.0.1", "::1"]])
async def test_an_answer_without_a_usable_address_is_refused(answer: list[str]) -> None:
    with pytest.raises(AddressRefused):
        await load("http://pictures.example/", Dns(answer))


async def test_the_next_address_is_tried_when_one_fails(web: Web) -> None:
    dns = Dns(["127.0.0.9", "127.0.0.8", "127.0.0.1"])
    url = web.url(host="pictures.example")
    assert (await load(url, dns, allowed_networks=("127.0.0.0/8",))).read() == GIF
    assert f"Host: pictures.example:{web.port}" in web.heads[0]


class Connection(httpcore2.AsyncNetworkStream):
    """A connection that tells whether it was closed."""

    def __init__(self, address: str) -> None:
        self.address, self.closed = address, False

    async def aclose(self) -> None:
        self.closed = True


async def test_an_address_that_swallows_packets_does_not_hold_up_the_next() -> None:
    cancelled: list[str] = []

    async def connect(address: str) -> httpcore2.AsyncNetworkStream:
        if address == "answers":
            return Connection(address)
        try:
            return await asyncio.Event().wait()  # type: ignore[return-value]
        finally:
            cancelled.append(address)

    connection = await _first(connect, ["silent", "silent too", "answers", "never tried"])
    assert isinstance(connection, Connection)
    assert connection.address == "answers"
    assert not connection.closed
    assert sorted(cancelled) == ["silent", "silent too"]


async def test_of_two_connections_at_once_one_is_closed() -> None:
    made: list[Connection] = []
    go = asyncio.Event()

    async def connect(address: str) -> httpcore2.AsyncNetworkStream:
        made.append(Connection(address))
        if len(made) == 2:
            go.set()
        await go.wait()
        return made[-1 if address == "two" else 0]

    connection = await _first(connect, ["one", "two"])
    await asyncio.sleep(0)
    assert [c.closed for c in made if c is not connection] == [True]
    assert isinstance(connection, Connection)
    assert not connection.closed


async def test_when_every_address_fails_the_last_failure_is_told() -> None:
    async def connect(address: str) -> httpcore2.AsyncNetworkStream:
        raise httpcore2.ConnectError(address)

    with pytest.raises(httpcore2.ConnectError, match="two"):
        await _first(connect, ["one", "two"])
    with pytest.raises(httpcore2.ConnectError):
        await _first(connect, [])


# Names and ports


async def test_an_allowed_name_is_reached_on_any_port(web: Web) -> None:
    dns = Dns(["127.0.0.1"])
    for allowed, host in [("images.internal", "images.internal"), ("*.internal", "a.internal.")]:
        blob = await load(web.url(host=host), dns, allowed_networks=(allowed,))
        assert blob.read() == GIF
    with pytest.raises(AddressRefused):
        await load(web.url(host="other.example"), dns, allowed_networks=("images.internal",))


async def test_localhost_is_reached_when_one_of_its_addresses_is_allowed(web: Web) -> None:
    blob = await load(web.url(host="localhost"), allowed_networks=("127.0.0.0/8",))
    assert blob.read() == GIF


@pytest.mark.parametrize("port", [22, 25, 6379, 8080, 65535])
async def test_a_port_of_another_service_is_refused_on_public_addresses(port: int) -> None:
    with pytest.raises(AddressRefused, match="TINTYPE_ALLOWED_PORTS"):
        await load(f"http://pictures.example:{port}/", Dns(["8.8.8.8"]))


async def test_a_redirect_to_another_port_is_refused(web: Web) -> None:
    web.on("/", redirect("http://8.8.8.8:6379/"))
    with pytest.raises(AddressRefused, match="6379"):
        await load(web.url(), allowed_networks=("127.0.0.0/8",))


async def test_an_international_name_is_looked_up_in_ascii(web: Web) -> None:
    dns = Dns(["127.0.0.1"])
    url = web.url(host="bücher.example")
    blob = await load(url, dns, allowed_networks=("xn--bcher-kva.example",))
    assert blob.read() == GIF
    assert dns.asked == [("xn--bcher-kva.example", web.port)]
    assert f"Host: xn--bcher-kva.example:{web.port}" in web.heads[0]


async def test_a_name_that_does_not_exist_is_not_tried_again() -> None:
    dns = Dns(socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    with pytest.raises(SourceError, match="no host") as caught:
        await load("http://absent.example/", dns, retries=2)
    assert not caught.value.retryable
    assert len(dns.asked) == 1


@pytest.mark.parametrize(
    "error", [socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), OSError(5, "I/O"), OSError()]
)
async def test_a_name_server_that_fails_is_asked_again(web: Web, error: OSError) -> None:
    dns = Dns(error, ["127.0.0.1"])
    url = web.url(host="open.example")
    assert (await load(url, dns, retries=1, allowed_networks=("open.example",))).read() == GIF
    with pytest.raises(SourceUnavailable):
        await load(url, Dns(error))


async def test_a_name_server_that_is_silent_ends_at_the_connect_time_out() -> None:
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def silent(_: str, __: int) -> list[str]:
        asyncio.run_coroutine_threadsafe(done.wait(), loop).result()
        return ["8.8.8.8"]

    with pytest.raises(SourceTimeout):
        await load("http://slow.example/", silent, connect_timeout=0.1)
    done.set()
    await asyncio.sleep(0.05)  # lets the late answer come, which nobody waits for


async def test_a_refused_address_looks_to_strangers_like_an_unreachable_one() -> None:
    async with serving() as gone:
        unreachable = gone.url()
    with pytest.raises(SourceUnavailable) as unavailable:
        await load(unreachable, allowed_networks=("127.0.0.0/8",))
    with pytest.raises(AddressRefused) as refused:
        await load("http://10.0.0.1/")
    with pytest.raises(SourceError) as unknown:
        await load("http://a.example/", Dns(socket.gaierror(socket.EAI_NONAME, "no")))
    assert refused.value.public == unavailable.value.public == unknown.value.public


# Redirects


@pytest.mark.parametrize("status", ["301 x", "302 x", "303 x", "307 x", "308 x"])
async def test_redirects_are_followed(web: Web, status: str) -> None:
    web.on("/a/b", redirect("../c?d=e#f", status))
    web.on("/c", plain(GIF))
    blob = await load(web.url("/a/b"), allowed_networks=("127.0.0.0/8",))
    assert blob.read() == GIF
    assert web.paths == ["/a/b", "/c?d=e"]


async def test_only_so_many_redirects_are_followed(web: Web) -> None:
    for number in range(10):
        web.on(f"/{number}", redirect(f"/{number + 1}"))
    web.on("/3", plain(GIF))
    options = {"allowed_networks": ("127.0.0.0/8",), "max_redirects": 3}
    assert (await load(web.url("/0"), **options)).read() == GIF
    web.on("/3", redirect("/4"))
    web.heads.clear()
    with pytest.raises(SourceError, match="more than 3 redirects"):
        await load(web.url("/0"), retries=2, **options)
    assert web.paths == ["/0", "/1", "/2", "/3"]


async def test_a_redirect_to_itself_ends(web: Web) -> None:
    with pytest.raises(SourceError, match="redirects"):
        await load(web.on("/", redirect("/")), allowed_networks=("127.0.0.0/8",))
    assert len(web.heads) == 6


async def test_no_redirects_at_all_may_be_asked_for(web: Web) -> None:
    web.on("/", redirect("/a"))
    with pytest.raises(SourceError, match="more than 0"):
        await load(web.url(), allowed_networks=("127.0.0.0/8",), max_redirects=0)


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:6379/_x",
        "data:image/gif;base64,R0lGODlh",
        "javascript:alert(1)",
        "http://user:pass@127.0.0.1/",
        "http://[::1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/" + "x" * 10_240,
        "http://127.0.0.1/" + "x" * 70_000,
    ],
)
async def test_a_redirect_to_what_is_no_url_of_the_web_is_the_servers_fault(web, target) -> None:
    web.on("/", redirect(target))
    with pytest.raises(SourceError, match="redirects in vain") as caught:
        await load(web.url(), allowed_networks=("127.0.0.0/8",))
    assert not isinstance(caught.value, InvalidSource)
    assert "pass" not in str(caught.value).replace("passwd", "").replace("password", "")
    assert len(web.heads) == 1


async def test_a_redirect_that_leads_nowhere_is_an_error(web: Web) -> None:
    web.on("/", plain(GIF, "302 Found"))
    with pytest.raises(SourceError, match="302"):
        await load(web.url(), allowed_networks=("127.0.0.0/8",))


async def test_nothing_of_one_answer_is_sent_with_the_next_request(web: Web) -> None:
    web.on("/", redirect("/a", "302 Found", "Set-Cookie: a=b; Path=/", "WWW-Authenticate: Basic"))
    web.on("/a", plain(GIF))
    await load(web.url(), allowed_networks=("127.0.0.0/8",))
    first, second = (head.partition("\r\n")[2].lower() for head in web.heads)
    assert first == second
    assert not {"cookie", "authorization", "referer"} & {
        line.partition(":")[0] for line in second.splitlines()
    }


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def secure(authority: trustme.CA) -> AsyncIterator[Web]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("pictures.example", "127.0.0.1").configure_cert(context)
    async with serving(tls=context) as web:
        web.on("/", plain(GIF))
        yield web


@pytest.fixture
def trust(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.mark.parametrize("host", ["pictures.example", "PICTURES.example", "pictures.example."])
async def test_tls_verifies_the_name_while_the_address_is_connected_to(secure, trust, host) -> None:
    url = secure.url(host=host, scheme="https")
    dns = Dns(["127.0.0.1"])
    blob = await load(url, dns, trust, allowed_networks=("127.0.0.0/8",))
    assert blob.read() == GIF
    assert secure.server_names == ["pictures.example"]
    assert f"Host: {host.lower()}:{secure.port}" in secure.heads[0]
    assert len(dns.asked) == 1


async def test_tls_verifies_an_address_too(secure: Web, trust) -> None:
    url = secure.url(scheme="https")
    assert (await load(url, tls=trust, allowed_networks=("127.0.0.0/8",))).read() == GIF


async def test_a_certificate_of_another_name_is_an_error_that_stays(secure: Web, trust) -> None:
    url = secure.url(host="other.example", scheme="https")
    dns = Dns(["127.0.0.1"])
    with pytest.raises(SourceError, match="certificate is not valid") as caught:
        await load(url, dns, trust, allowed_networks=("127.0.0.0/8",), retries=2)
    assert not caught.value.retryable
    assert len(dns.asked) == 1
    assert not secure.heads


async def test_a_certificate_that_nobody_vouches_for_is_an_error(secure: Web) -> None:
    with pytest.raises(SourceError, match="certificate is not valid"):
        await load(secure.url(scheme="https"), allowed_networks=("127.0.0.0/8",))


async def test_certificates_named_in_the_environment_are_trusted(
    secure: Web, authority: trustme.CA, monkeypatch
) -> None:
    with authority.cert_pem.tempfile() as path:
        monkeypatch.setenv("SSL_CERT_FILE", path)
        blob = await load(secure.url(scheme="https"), allowed_networks=("127.0.0.0/8",))
    assert blob.read() == GIF


async def test_a_server_without_tls_is_unavailable_by_https() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(SourceUnavailable, match="connection failed"):
            await load(f"https://127.0.0.1:{port}/", allowed_networks=("127.0.0.0/8",))


async def test_a_redirect_may_lead_from_https_to_http(secure: Web, web: Web, trust) -> None:
    secure.on("/", redirect(web.url()))
    url = secure.url(scheme="https")
    assert (await load(url, tls=trust, allowed_networks=("127.0.0.0/8",))).read() == GIF
