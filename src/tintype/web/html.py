"""Pages without scripts: one style for all, allowed by its hash, and nothing from other hosts."""

import base64
import hashlib
from html import escape

from tintype.web.answers import NO_STORE, NOSNIFF, Answer

STYLE = (
    ":root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#2563a8}"
    "@media(prefers-color-scheme:dark){:root{--accent:#7db4ee}}"
    "body{font:16px/1.55 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "a{color:var(--accent)}h1,h2{line-height:1.2}h2{margin-top:2.5rem}"
    "code,pre{font:.875em/1.5 ui-monospace,monospace}code{overflow-wrap:anywhere}"
    "pre{background:var(--soft);padding:.75rem;overflow-x:auto;border-radius:6px}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}"
    "td,th{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;"
    "border-top:1px solid var(--line)}"
    "details{border:1px solid var(--line);border-radius:6px;margin:.6rem 0;padding:0 1rem}"
    "summary{cursor:pointer;padding:.6rem 0}details[open]{padding-bottom:.8rem}"
    "summary small{display:block;margin-left:6rem;opacity:.75}"
    ".verb{display:inline-block;min-width:5rem;font-weight:700;color:var(--accent)}"
    "nav ul{columns:14rem;padding-left:1.2rem}"
    "label{display:block;margin:.9rem 0 .2rem;font-weight:600}"
    "input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border-radius:6px;"
    "border:1px solid #888}button{font:inherit;margin-top:1.2rem;padding:.5rem 1.2rem;border:0;"
    "border-radius:6px;background:#2563a8;color:#fff;cursor:pointer}"
    "textarea{font:.875em/1.5 ui-monospace,monospace;width:100%;box-sizing:border-box;"
    "padding:.6rem;border:1px solid #888;border-radius:6px}select{font:inherit;padding:.4rem}"
    ".drag{display:inline-block;padding:.5rem 1.2rem;border-radius:6px;background:#2563a8;"
    "color:#fff;text-decoration:none;cursor:grab}"
    ".wrong{color:#b3261e;margin:.2rem 0}@media(prefers-color-scheme:dark){.wrong{color:#ff8a80}}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)


def html_page(title: str, body: str, status: int = 200) -> Answer:
    """A page; `body` is HTML already. It is in no cache, and tells no other host where it was."""
    text = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        '</title><meta name="viewport" content="width=device-width">'
        f"<style>{STYLE}</style></head>\n<body>{body}</body></html>\n"
    )
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", _POLICY.encode()),
        (b"referrer-policy", b"same-origin"),
        NO_STORE,
        NOSNIFF,
    ]
    return Answer(status, headers, text.encode("utf-8", "replace"))


def error_page(status: int, sentence: str) -> Answer:
    """What went wrong, for a person."""
    hint = '<p>Sign in first: <a href="/docs#sign_in">how to</a>.</p>' if status == 401 else ""
    return html_page(
        "That did not work", f"<h1>That did not work</h1><p>{escape(sentence)}</p>{hint}", status
    )
