"""What `tintype call` prints: JSON, indented and in its order; what was sent, without secrets."""

import json
import re
import sys
from typing import Any
from urllib.parse import quote, urlencode

from tintype.oauth1 import Signed, Signing, masked
from tintype.providers.calls import Answer, Message

_CONTROLS = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SHOWN = re.compile(r"x-|content-type|date|retry-after|www-authenticate|location", re.IGNORECASE)


class Printed:
    """Prints one call. Whatever goes to standard error has the secrets masked."""

    def __init__(self, signing: Signing, *, verbose: bool, include: bool) -> None:
        self._verbose, self._include = verbose, include
        self._secrets = sorted(
            {form for each in signing.secrets for form in _forms(each)}, key=len, reverse=True
        )

    def show(self, message: Message, signed: Signed | None, answer: Answer) -> None:
        """What was sent, and the head of what came."""
        if self._verbose:
            query = f"?{urlencode(message.query)}" if message.query else ""
            self._say(f"> {message.method} {message.url}{query}")
            if signed:
                self._say(f"> base string: {signed.base_string or 'none: PLAINTEXT'}")
                self._say(f"> Authorization: {_without_signature(signed.header)}")
            for name, value in message.headers:
                self._say(f"> {name}: {value}")
        if self._verbose or self._include:
            self._say(f"< {answer.status}")
            for name, value in answer.headers.items():
                if self._include or _SHOWN.match(name):
                    self._say(f"< {name}: {value}")

    def body(self, answer: Answer) -> None:
        """The body: JSON indented, other text as it is, bytes as they are."""
        try:
            text = pretty(answer.json()) + "\n"
        except ValueError:
            if answer.headers.get("content-type", "").startswith(("text/", "application/xml")):
                text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "?", answer.text).rstrip() + "\n"
            else:
                sys.stdout.flush()
                sys.stdout.buffer.write(answer.body)
                sys.stdout.buffer.flush()
                return
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()

    def complain(self, sentence: str) -> None:
        """A hint beside what came."""
        self._say(f"tintype: {' '.join(sentence.split())}")

    def _say(self, line: str) -> None:
        for secret in self._secrets:
            line = line.replace(secret, masked(secret))
        line = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "?", line)
        print(line, file=sys.stderr, flush=True)


def pretty(said: Any) -> str:
    """JSON for people: indented, names in their order, letters as letters; nothing in it can speak
    to a terminal.
    """
    text = json.dumps(said, indent=2, ensure_ascii=False)
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def exit_code(status: int) -> int:
    """0 for 2xx, else 10 and the first digit."""
    return 0 if 200 <= status < 300 else 10 + status // 100


def _forms(secret: str) -> set[str]:
    """A secret as it is, and as addresses, headers and base strings have it."""
    once = quote(secret, safe="~")
    return {secret, once, quote(once, safe="~")}


def _without_signature(header: str) -> str:
    return re.sub(r'(oauth_signature=")[^"]*"', r'\1…"', header)
