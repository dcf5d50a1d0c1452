"""The pages that browsers of the tests open: good ones, and every kind of bad one."""

import asyncio
import struct
import zlib
from collections.abc import Callable

from servers.web import Answer, Web, Writer, drip, head, plain, raw, redirect
from tintype.netguard import Allowed

Site = Web
HTML = "Content-Type: text/html; charset=utf-8"
START = "<!doctype html><meta charset=utf-8>"
STYLE = "<style>body{margin:0;font:16px sans-serif}</style>"


def on_loopback(entries: str) -> Allowed:
    return Allowed.parse(filter(None, entries.split(",")))


def page(body: str, *headers: str, status: str = "200 OK") -> Answer:
    """A page that says what it is, and no more."""
    return plain((START + body).encode(), status, HTML, *headers)


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


async def never(writer: Writer) -> None:
    """Say nothing, until the other side has had enough."""
    while not writer.is_closing():
        await asyncio.sleep(0.05)


def slow_body(text: str) -> Answer:
    """The head and the beginning of a page at once, and then a byte at a time."""
    return drip(head("200 OK", HTML) + (START + text).encode(), every=0.05)


HELLO = f"{STYLE}<title>Hello</title><h1 style='background:#c00;color:#fff'>Hello, page</h1>"

PAGES: dict[str, Answer | Callable[[], Answer]] = {
    "/": page(HELLO + "<p>Text."),
    "/favicon.ico": plain(b"", "404 Not Found"),
    "/green.png": plain(png(8, 8, (0, 160, 0)), "200 OK", "Content-Type: image/png"),
    "/picture.png": plain(png(320, 200, (0, 160, 0)), "200 OK", "Content-Type: image/png"),
    "/picture.tiff": plain(b"II*\0", "200 OK", "Content-Type: image/tiff"),
    "/attached.png": plain(
        png(320, 200, (0, 160, 0)),
        "200 OK",
        "Content-Type: image/png",
        "Content-Disposition: attachment",
    ),
    "/never": never,
    "/hanging-image": page(HELLO + "<img src=/never>"),
    "/hanging-script": page(HELLO + "<p>Above<script src=/never></script><p>Below"),
    "/hanging-font": page(
        HELLO + "<style>@font-face{font-family:x;src:url(/never)} h1{font-family:x,serif}</style>"
    ),
    "/hanging-style": page("<link rel=stylesheet href=/never>" + HELLO),
    "/trickle": slow_body(HELLO + "<p>" + "a" * 2000),
    "/trickle-bare": drip(
        head("200 OK", HTML) + b"<!doctype html><title>T</title><!--", every=0.05
    ),
    "/trickle-head": drip(b"HTTP/1.1 200 OK\r\nX-A: ", every=0.05),
    "/endless-before": page(HELLO + "<script>while(true){}</script>"),
    "/endless-alert": page(HELLO + "<script>while(true)alert(1)</script>"),
    "/endless-after": page(HELLO + "<script>onload=()=>setTimeout(()=>{while(true){}},0)</script>"),
    "/refresh": page("<meta http-equiv=refresh content='0'>" + HELLO),
    "/dialogs": page(
        HELLO + "<script>alert(1);confirm(2);prompt(3);print();window.close();"
        "onbeforeunload=e=>{e.preventDefault();return 'no'}</script>"
    ),
    "/popups": page(HELLO + "<script>for(let i=0;i<20;i++)open('/?'+i,'_blank')</script>"),
    "/memory": page(
        HELLO + "<script>let a=[];setTimeout(()=>{while(true)a.push(new Array(1e6).fill(1.5))},0)"
        "</script>"
    ),
    "/buffers": page(
        HELLO
        + "<script>let a=[];setTimeout(()=>{while(true)a.push(new Uint8Array(1e8).fill(7))},0)"
        "</script>"
    ),
    "/basic": page("no", 'WWW-Authenticate: Basic realm="x"', status="401 Unauthorized"),
    "/missing": page("<h1>Not here</h1>", status="404 Not Found"),
    "/broken": page("<h1>Broken</h1>", status="503 Unavailable"),
    "/download": plain(b"bytes", "200 OK", "Content-Disposition: attachment; filename=a.bin"),
    "/pdf": plain(b"%PDF-1.4\n%%EOF", "200 OK", "Content-Type: application/pdf"),
    "/nothing": plain(b"", "204 No Content"),
    "/circle": redirect("/circle"),
    "/cut": raw(b"HTTP/1.1 200 OK\r\nContent-Le", cut=True),
    "/xml": plain(b"<?xml version='1.0'?><a><b>text</b></a>", "200 OK", "Content-Type: text/xml"),
    "/json": plain(b'{"a": [1, 2, 3]}', "200 OK", "Content-Type: application/json"),
    "/text": plain("Grüße".encode(), "200 OK", "Content-Type: text/plain; charset=utf-8"),
    "/blank": page("<style>body{background:#fff}</style>"),
    "/blank-at-first": page(
        "<p style='display:none'>late</p><p>&nbsp;<script>setTimeout(()=>{document.body.innerHTML="
        "'<h1>Now</h1>'},900)</script><img width=1 height=1 style='opacity:0'>"
    ),
    "/tall": page(
        "<style>body{margin:0}div{height:100000px;background:linear-gradient(red,blue)}"
        "</style><div></div>"
    ),
    "/lazy": page(
        STYLE
        + "".join(
            f"<div style='height:1500px'>{n}</div><img loading=lazy src='/green.png?{n}' width=400"
            " height=200>"
            for n in range(4)
        )
    ),
    "/late": page(
        HELLO + "<script>onload=()=>fetch('/slow').then(r=>r.text()).then(t=>document.body"
        ".insertAdjacentHTML('beforeend','<h2 id=late>'+t+'</h2>'))</script>"
    ),
    "/many": page(
        HELLO + "<script>for(let i=0;i<10000;i++){let m=new Image();m.src='/green.png?'+i}</script>"
    ),
    "/sets-cookies": page(
        HELLO, "Set-Cookie: session=abc; HttpOnly; Path=/", "Set-Cookie: two=2; Path=/"
    ),
    "/dark": page(
        "<style>body{background:#fff}@media(prefers-color-scheme:dark){body{background:#000}}</style>"
    ),
    "/js": page(
        "<body style='background:#fff'><script>document.body.style.background='#000'</script>"
    ),
    "/drawing": page(
        "<body style='margin:0'><canvas id=a></canvas><canvas id=b></canvas><script>"
        "drawn=elsewhere=0;const draw='(function f(){n++;x.fillStyle=n<20?`red`:good;"
        "x.fillRect(0,0,300,150);told(n);requestAnimationFrame(f)})()';"
        "const worker=new Worker(URL.createObjectURL(new Blob(['let n=0,good=`#00a000`;"
        "let told=postMessage;onmessage=e=>{let x=e.data.getContext(`2d`);'+draw+'}'])));"
        "worker.onmessage=e=>elsewhere=e.data;const moved=a.transferControlToOffscreen();"
        "worker.postMessage(moved,[moved]);"
        "let n=0,good='#0000c8',told=n=>drawn=n,x=b.getContext('2d');eval(draw)</script>"
    ),
    "/leaves": page("<script>location='/'</script>"),
    "/leaves-after-load": page(HELLO + "<script>onload=()=>{location='/missing'}</script>"),
    "/blank-for-good": page("<img src=/green.png style='opacity:0'>"),
    "/to-private": redirect("http://192.168.0.1/admin"),
    "/to-file": redirect("file:///etc/passwd"),
    "/large": page(HELLO + "<img src=/noise.bin>"),
    "/noise.bin": plain(bytes(200_000), "200 OK", "Content-Type: image/png"),
    "/globals": page(HELLO + "<script>var secret = 42</script>"),
    "/strict": page(
        HELLO + "<p id=x>x",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'",
    ),
}


OF_OTHERS = {
    "/banner": (
        STYLE + "<h1>Content</h1><div id=onetrust-consent-sdk style='position:fixed;inset:0;"
        "background:#c00'>We value</div><script src=http://ads.doubleclick.net:{port}/ad.js></script>"
    ),
    "/foreign": (
        HELLO + "<link rel=stylesheet href=/own.css><link rel=stylesheet"
        " href=http://other.example:{port}/foreign.css><link rel=stylesheet href=/away.css>"
    ),
}


def for_people(web: Web) -> Answer:
    """A page that is refused to who calls himself a robot."""

    async def answer(writer: Writer) -> None:
        robot = any(word in web.heads[-1] for word in ("Headless", "bot", "python"))
        await (page("no", status="403 Forbidden") if robot else page(HELLO))(writer)

    return answer


def gate(web: Web, user: str) -> Answer:
    """A page for who has the password, told by the request's own head."""

    async def answer(writer: Writer) -> None:
        asked = web.heads[-1]
        allowed = f"Authorization: Basic {user}" in asked
        reply = page(HELLO) if allowed else PAGES["/basic"]
        await reply(writer)  # type: ignore[operator]

    return answer


async def slow(writer: Writer) -> None:
    await asyncio.sleep(1.0)
    writer.write(head("200 OK", "Content-Length: 4") + b"Late")


def site_of(web: Web) -> Site:
    """The pages on a server."""
    for path, answer in PAGES.items():
        web.on(path, answer)
    for path, body in OF_OTHERS.items():
        web.on(path, page(body.replace("{port}", str(web.port))))
    for path in ("/own.css", "/foreign.css", "/foreign-redirected.css"):
        web.on(path, plain(b"p{color:red}", "200 OK", "Content-Type: text/css"))
    web.on("/away.css", redirect(f"http://other.example:{web.port}/foreign-redirected.css"))
    web.on("/ad.js", plain(b"", "200 OK", "Content-Type: text/javascript"))
    web.on("/slow", slow)
    web.on("/people", for_people(web))
    web.on("/private", gate(web, "bWU6c2VjcmV0"))
    return web
