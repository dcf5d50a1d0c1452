"""XMP: the record of a photo as other programs read it (ISO 16684-1), beside the file or in a copy.

Dates are written as precisely as they are known, positions as EXIF for XMP has them: degrees,
minutes with decimals, and a letter (Adobe, "XMP Specification Part 2").
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = "http://www.w3.org/XML/1998/namespace"
_META = "adobe:ns:meta/"
NAMESPACES = {
    "x": _META,
    "rdf": RDF,
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLOCKS = frozenset({"br", "p", "div", "li", "blockquote"})
for _prefix, _uri in NAMESPACES.items():
    ET.register_namespace(_prefix, _uri)


def packet(record: Mapping[str, Any]) -> bytes:
    """The XMP of a record, as a document of its own."""
    root = ET.Element(f"{{{_META}}}xmpmeta")
    holder = ET.SubElement(root, _name("rdf:RDF"))
    about = ET.SubElement(holder, _name("rdf:Description"), {_name("rdf:about"): ""})
    about.extend(properties(record))
    return packed(root)


def packed(root: ET.Element) -> bytes:
    """A packet of a document."""
    ET.indent(root, " ")
    body: str = ET.tostring(root, encoding="unicode")
    begin = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    return f'{begin}\n{body}\n<?xpacket end="w"?>\n'.encode()


def properties(record: Mapping[str, Any]) -> Iterator[ET.Element]:
    """What XMP has words for."""
    yield from _texts(record)
    if tags := record["tags"]:
        yield _list("dc:subject", "Bag", tags)
    if name := record["owner"]["name"]:
        yield _list("dc:creator", "Seq", [name])
    if people := [person["name"] for person in record["people"] if person["name"]]:
        yield _list("Iptc4xmpExt:PersonInImage", "Bag", people)
    if when := record["taken"]:
        yield _simple("photoshop:DateCreated", when)
        yield _simple("exif:DateTimeOriginal", when)
    if came := record["uploaded"]:
        yield _simple("xmp:MetadataDate", record["updated"] or came)
    yield from _geo(record["geo"])


def plain(html: str) -> str:
    """The text of a description, which is HTML."""
    reader = _Texts()
    reader.feed(html)
    reader.close()
    text = re.sub(r"[ \t]+", " ", "".join(reader.parts))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def clean(text: str) -> str:
    """Without what XML cannot hold, however it is escaped."""
    return _NOT_XML.sub("", text)


def _texts(record: Mapping[str, Any]) -> Iterator[ET.Element]:
    licence = record["licence"]
    if record["title"]:
        yield _list("dc:title", "Alt", [record["title"]])
    if record["description"]:
        yield _list("dc:description", "Alt", [plain(record["description"])])
    if licence["name"]:
        yield _list("dc:rights", "Alt", [licence["name"]])
    if licence["url"]:
        yield _simple("xmpRights:WebStatement", licence["url"])
    yield _simple("dc:identifier", f"flickr:{record['id']}")
    yield _simple("dc:source", record["page"])


def _geo(geo: Mapping[str, Any] | None) -> Iterator[ET.Element]:
    if geo is None:
        return
    yield _simple("exif:GPSLatitude", _degrees(geo["latitude"], "NS"))
    yield _simple("exif:GPSLongitude", _degrees(geo["longitude"], "EW"))
    if geo["place"]:
        yield _simple("photoshop:City", geo["place"].partition(",")[0])


def _degrees(value: float, letters: str) -> str:
    degrees, minutes = divmod(round(abs(value) * 60, 6), 60)
    return f"{int(degrees)},{minutes:.6f}{letters[value < 0]}"


def _simple(name: str, text: str) -> ET.Element:
    element = ET.Element(_name(name))
    element.text = clean(text)
    return element


def _list(name: str, kind: str, texts: Sequence[str]) -> ET.Element:
    element = ET.Element(_name(name))
    holder = ET.SubElement(element, _name(f"rdf:{kind}"))
    for text in texts:
        more = {f"{{{_XML}}}lang": "x-default"} if kind == "Alt" else {}
        ET.SubElement(holder, _name("rdf:li"), more).text = clean(text)
    return element


def _name(name: str) -> str:
    prefix, _, rest = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{rest}"


class _Texts(HTMLParser):
    """The texts of a piece of HTML, with a line break where it has one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._is_hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._is_hidden = tag in ("script", "style")
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._is_hidden = False

    def handle_data(self, data: str) -> None:
        if not self._is_hidden:
            self.parts.append(data)
