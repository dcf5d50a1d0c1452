"""Forty pages to take screenshots of, drawn into a folder and served: python pages.py FOLDER

10 of text, 10 of a blog with 5 photos each, 10 front pages with 40 cards, 5 that scripts build with
a canvas, 5 of SVG and CSS filters. Prints the address, and serves until its input ends.
"""

import asyncio
import random
import sys
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).parent.parent))

WORDS = (  # noqa: SIM905 - a line of words is easier to read
    "the of light and shade upon hills where nobody walks in autumn a picture taken long ago from"
    " window tower river paper silver salt developer plate lens careful patient slow bright"
).split()
HEAD = "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{css}</style>"
CSS = (
    "body{font:17px/1.5 Georgia,serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}"
    "h1{font:700 40px/1.1 Helvetica,Arial,sans-serif}img{max-width:100%}"
    ".grid{display:grid;grid-template-columns:repeat(5,1fr);gap:14px}"
    ".card{border:1px solid #ddd;border-radius:8px;padding:10px;box-shadow:0 2px 6px #0002;"
    "font:14px/1.35 Helvetica,Arial,sans-serif}.card b{display:block;font-size:16px}"
)

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(count)).capitalize() + "."


def paragraphs(rng: random.Random, count: int) -> str:
    return "".join(f"<p>{words(rng, rng.randint(40, 120))}</p>" for _ in range(count))


def text(rng: random.Random) -> str:
    return f"<h1>{words(rng, 5)}</h1>" + paragraphs(rng, 30)


def blog(rng: random.Random) -> str:
    photos = [f"<p><img src=/photo{rng.randint(0, 9)}.jpg width=900 height=600>" for _ in range(5)]
    return f"<h1>{words(rng, 5)}</h1>" + "".join(paragraphs(rng, 2) + each for each in photos)


def news(rng: random.Random) -> str:
    cards = "".join(
        f"<div class=card><img src=/small{rng.randint(0, 39)}.jpg width=220 height=140>"
        f"<b>{words(rng, 6)}</b>{words(rng, 25)}</div>"
        for _ in range(40)
    )
    return f"<h1>{words(rng, 3)}</h1><div class=grid>{cards}</div>"


def scripted(rng: random.Random) -> str:
    seed = rng.randint(1, 10_000)
    return f"""<h1>Chart</h1><canvas id=c width=1200 height=500></canvas><ul id=l></ul><script>
let s={seed};const r=()=>(s=(s*16807)%2147483647)/2147483647;
const g=document.getElementById('c').getContext('2d');
for(let i=0;i<3000;i++){{g.fillStyle=`hsl(${{r()*360}} 70% 55%)`;g.beginPath();
g.arc(r()*1200,r()*500,r()*12,0,7);g.fill()}}
const l=document.getElementById('l');for(let i=0;i<200;i++){{const e=document.createElement('li');
e.textContent='Item '+i+' '+r().toFixed(6);l.append(e)}}</script>"""


def drawn(rng: random.Random) -> str:
    shapes = "".join(
        f"<circle cx={rng.randint(0, 1200)} cy={rng.randint(0, 700)} r={rng.randint(10, 90)}"
        f" fill='hsl({rng.randint(0, 360)} 80% 60%)' fill-opacity=.6 filter=url(#b) />"
        for _ in range(60)
    )
    return (
        "<svg width=1200 height=700><defs><filter id=b><feGaussianBlur stdDeviation=6 /></filter>"
        f"</defs>{shapes}</svg><div style='filter:saturate(2) drop-shadow(4px 4px 6px #0008)'>"
        f"{paragraphs(rng, 6)}</div>"
    )


KINDS = (("text", text, 10), ("blog", blog, 10), ("news", news, 10), ("js", scripted, 5))
KINDS = (*KINDS, ("svg", drawn, 5))


def names() -> list[str]:
    return [f"{kind}{number}.html" for kind, _, count in KINDS for number in range(count)]


def draw(folder: Path) -> None:
    from draw_pictures import hills  # beside the folder of this file

    for kind, make, count in KINDS:
        for number in range(count):
            body = make(random.Random(f"{kind}{number}"))
            page = HEAD.format(title=f"{kind} {number}", css=CSS) + body
            (folder / f"{kind}{number}.html").write_text(page, "utf-8")
    large = hills(1800, 1200)
    for number in range(10):
        part = large.crop(number * 90, number * 50, 900, 600)
        part.jpegsave(str(folder / f"photo{number}.jpg"), Q=82)
    for number in range(40):
        part = large.crop(number * 30, number * 20, 440, 280)
        part.resize(0.5).jpegsave(str(folder / f"small{number}.jpg"), Q=80)


class Pages(asyncio.Protocol):
    """Answers each request from memory, in one go, so that the server costs what it must only."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers, self._held = answers, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        *heads, self._held = (self._held + data).split(b"\r\n\r\n")
        for head in heads:
            self._transport.write(self._answers.get(head.split(b" ", 2)[1], NOT_FOUND))


def answers(folder: Path) -> dict[bytes, bytes]:
    """What is answered to each path."""
    made = {}
    for path in folder.iterdir():
        kind = {".html": "text/html", ".jpg": "image/jpeg"}[path.suffix]
        data = path.read_bytes()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
        made[f"/{path.name}".encode()] = head.encode() + data
    return made


async def serve(folder: Path) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    made = answers(folder)
    server = await loop.create_server(lambda: Pages(made), "127.0.0.1", 0, backlog=512)
    loop.add_reader(sys.stdin, ended.set)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", flush=True)
    await ended.wait()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "small39.jpg").exists():
        draw(folder)
    asyncio.run(serve(folder))


if __name__ == "__main__":
    main()
