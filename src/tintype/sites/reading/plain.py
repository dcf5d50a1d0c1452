"""An article as plain text: a paragraph a line, an empty line between two."""

from html.parser import HTMLParser

_PARAGRAPHS = frozenset(
    (
        *("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre", "hr", "div"),
        *("figure", "figcaption", "details", "summary", "table", "caption"),
    )
)
_LINES = frozenset(["li", "dt", "dd", "tr"])


def as_text(html: str) -> str:
    """Clean HTML as text. Lists keep their marks, code its lines, pictures their descriptions."""
    text = _Text()
    text.feed(html)
    text.close()
    return text.finished()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[list[str]] = [[""]]  # of lines
        self._lists: list[int] = []  # the next number; 0 in a list without
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _PARAGRAPHS:
            self._paragraph(tag)
        elif tag in _LINES or tag == "br":
            self._line()
        elif tag in ("td", "th") and self._blocks[-1][-1].strip():
            self._blocks[-1][-1] += "\t"
        elif tag == "img":
            self._blocks[-1][-1] += f"[{dict(attrs)['alt']}]" if dict(attrs).get("alt") else ""
        if tag in ("ul", "ol"):
            start = dict(attrs).get("start") or "1"
            self._lists.append(
                int(start) if tag == "ol" and start.isdecimal() else int(tag == "ol")
            )
        elif tag == "li":
            self._mark()
        elif tag == "pre":
            self._pre += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._pre = max(self._pre - 1, 0)
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        if tag in _PARAGRAPHS:
            self._paragraph(tag)
        elif tag in _LINES:
            self._line()

    def handle_data(self, data: str) -> None:
        lines = self._blocks[-1]
        if self._pre:
            first, *rest = data.split("\n")
            lines[-1] += first
            lines.extend(rest)
            return
        words = " ".join(data.split())
        if not words:
            words = " " if data else ""
        elif data[:1].isspace():
            words = f" {words}"
        if words.strip() and data[-1:].isspace():
            words += " "
        if not lines[-1] or lines[-1].endswith((" ", "\t")):
            words = words.lstrip()
        lines[-1] += words

    def _mark(self) -> None:
        number = self._lists[-1] if self._lists else 0
        indent = "  " * (len(self._lists) - 1)
        self._blocks[-1][-1] = f"{indent}{f'{number}.' if number else '•'} "
        if number:
            self._lists[-1] += 1

    def _line(self) -> None:
        if self._blocks[-1][-1].strip():
            self._blocks[-1].append("")

    def _paragraph(self, tag: str) -> None:
        """Begin another; within a list its items stay together."""
        last = self._blocks[-1][-1]
        if self._lists and tag in ("p", "div", "ul", "ol"):
            if last.strip() and last.strip() != "•" and not last.strip().rstrip(".").isdecimal():
                self._line()
        elif any(line.strip() for line in self._blocks[-1]):
            self._blocks.append([""])

    def finished(self) -> str:
        blocks = ("\n".join(line.rstrip() for line in lines).strip("\n") for lines in self._blocks)
        return "\n\n".join(block for block in blocks if block.strip())
