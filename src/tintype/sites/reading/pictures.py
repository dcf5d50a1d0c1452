"""Pictures of an article: other addresses in the place of those that the page gave them."""

from collections.abc import Callable, Mapping
from html import escape
from html.parser import HTMLParser

from tintype.sites.reading.sanitising import ATTRIBUTES

WIDTH = 1_100  # pixels: the column at two device pixels for each
Place = Callable[[str], str]  # an address; "": the picture is left out, its description stays
_EMPTY = ("img", "br", "hr", "wbr")


def addresses(html: str) -> list[str]:
    """The addresses of the pictures in clean HTML, each once."""
    found: dict[str, None] = {}
    _Pictures(lambda address: found.setdefault(address) or address).read(html)
    return list(found)


def placed(html: str, place: Place) -> str:
    """Clean HTML with the address that `place` gives each picture. What it gives is trusted."""
    return _Pictures(place).read(html)


class _Pictures(HTMLParser):
    """Copies clean HTML, all but the addresses of pictures."""

    def __init__(self, place: Place) -> None:
        super().__init__(convert_charrefs=False)
        self._place = place
        self._written: list[str] = []

    def read(self, html: str) -> str:
        self.feed(html)
        self.close()
        return "".join(self._written)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "img":
            self._written.append(self.get_starttag_text() or "")
            return
        given = {name: value or "" for name, value in attrs if name in ATTRIBUTES["img"]}
        address = self._place(given.pop("src", ""))
        if not address:
            description = given.get("alt", "")
            self._written.append(f"<em>[{escape(description)}]</em>" if description else "")
            return
        self._written.append(_img({"src": address, **given}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            self._written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._written.append(data)

    def handle_entityref(self, name: str) -> None:
        self._written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._written.append(f"&#{name};")


def _img(given: Mapping[str, str]) -> str:
    kept = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
    return f'<img{kept} loading="lazy" decoding="async">'
