"""The page at `/`: what this is, and the pictures that come with it, in some renditions."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from html import escape

from tintype.web.answers import NO_STORE, NOSNIFF, Answer

# Path, and what it shows.
EXAMPLES: Sequence[tuple[str, str]] = (
    ("300x200/smart/sample:hills.jpg", "A box of 300 × 200, cut where something is to be seen"),
    ("fit-in/300x300/sample:plate.png", "All of it, within 300 × 300"),
    ("300x0/filters:format(webp):quality(60)/sample:hills.jpg", "300 wide, as WebP"),
    ("200x200/filters:grayscale():blur(2)/sample:hills.jpg", "Grey and out of focus"),
)
IIIF_EXAMPLE = "/iiif/3/sample:hills.jpg/full/,200/0/default.jpg"
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;"
    "color:#222;background:#fff}figure{display:inline-block;margin:0 1rem 1.5rem 0;"
    "vertical-align:bottom;max-width:300px}figcaption{font-size:.85rem}"
    "code{word-break:break-all;font-size:.85em}img{max-width:100%}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; img-src 'self'; style-src 'sha256-{_HASH}'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)


def front_page(sign: Callable[[str], str]) -> Answer:
    """The page; `sign` makes the URL path of a transform with its picture."""
    figures = "".join(_figure(sign(path), text) for path, text in EXAMPLES)
    info = escape(info_example(sign), quote=True)
    body = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tintype</title>
<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>
<body><h1>Tintype</h1>
<p>Pictures in the sizes and crops you need, made while you wait. A URL says what is wanted and
which picture, and is signed by whoever has the key:</p>
<p><code>tintype sign 300x200/smart/example.org/photo.jpg</code></p>
{figures}<p>All that is known about a picture: <a href="{info}">{info}</a></p>
<p>Users, keys, originals and uploads: <a href="/docs">the REST API</a>.</p></body></html>
"""
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", _POLICY.encode()),
        (b"referrer-policy", b"no-referrer"),
        NO_STORE,
        NOSNIFF,
    ]
    return Answer(200, headers, body.encode())


def info_example(sign: Callable[[str], str]) -> str:
    """The URL of what is known about a picture: signed is all behind the signature, and `info/`."""
    signature = sign("info/sample:hills.jpg").split("/")[1]
    return f"/info/{signature}/sample:hills.jpg"


def _figure(url: str, text: str) -> str:
    link = escape(url, quote=True)
    return (
        f'<figure><a href="{link}"><img src="{link}" alt="{escape(text)}"></a>'
        f"<figcaption>{escape(text)}<br><code>{link}</code></figcaption></figure>\n"
    )
