"""XMP: RDF in XML (ISO 16684-1), as a dict of `prefix:name` to texts, lists and dicts.

It is read by defusedxml, which refuses entities and document types, and cut: size, depth, number
and length. Alternatives by language become the default one.
"""

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from tintype.processor.texts import MOST_ITEMS, tidy
from tintype.traces import release

_MOST_BYTES = 256 << 10
_MOST_NAMES = 300
_DEEPEST = 6
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_LISTS = (_RDF + "Bag", _RDF + "Seq", _RDF + "Alt")
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/mm/": "xmpMM",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/xap/1.0/sType/ResourceRef#": "stRef",
    "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#": "stEvt",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/camera-raw-settings/1.0/": "crs",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://ns.adobe.com/hdr-gain-map/1.0/": "hdrgm",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    "http://creativecommons.org/ns#": "cc",
    "http://www.metadataworkinggroup.com/schemas/regions/": "mwg-rs",
    "http://ns.google.com/photos/1.0/camera/": "GCamera",
    "http://ns.google.com/photos/1.0/container/": "Container",
}


def read_xmp(block: bytes, *, gps: bool) -> dict[str, Any]:
    """What the block says; nothing for XML that is hostile, broken or too large.

    Without `gps` whatever has GPS in its name is left out.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if len(block) > _MOST_BYTES:
        return {}
    try:
        root: Element = fromstring(block.strip(b"\0 \r\n\t"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        release(error)  # ElementTree's is in its own trace, and would keep our callers' picture
        return {}
    found: dict[str, Any] = {}
    for description in list(root.iter(_RDF + "Description"))[:MOST_ITEMS]:
        if len(found) < _MOST_NAMES:
            for name, value in _properties(description, 0).items():
                found.setdefault(name, value)
    names = [name for name in found if gps or "GPS" not in name]
    return {name: found[name] for name in names[:_MOST_NAMES]}


def _properties(element: Element, depth: int) -> dict[str, Any]:
    """Properties may be attributes or elements."""
    found = {_name(key): tidy(value) for key, value in element.attrib.items() if _is_told(key)}
    for child in list(element)[:_MOST_NAMES]:
        if _is_told(child.tag):
            found.setdefault(_name(child.tag), _value(child, depth + 1))
    return {name: value for name, value in found.items() if name and value}


def _value(element: Element, depth: int) -> Any:
    if depth > _DEEPEST:
        return None
    inner = element[0] if len(element) else None
    if inner is not None and inner.tag in _LISTS:
        return _items(inner, depth)
    if inner is not None and inner.tag == _RDF + "Description":
        return _properties(inner, depth)
    if len(element) or any(_is_told(key) for key in element.attrib):
        return _properties(element, depth)
    return tidy(element.get(_RDF + "resource") or element.text or "")


def _items(container: Element, depth: int) -> Any:
    values = [
        (item.get(_LANGUAGE), _value(item, depth + 1)) for item in list(container)[:MOST_ITEMS]
    ]
    if container.tag == _RDF + "Alt":
        values.sort(key=lambda pair: pair[0] != "x-default")
        return values[0][1] if values else None
    return [value for _, value in values if value is not None]


def _is_told(name: object) -> bool:
    return isinstance(name, str) and not name.startswith((_RDF, "{http://www.w3.org/XML/"))


def _name(tag: str) -> str:
    """`dc:title`; the name alone where the namespace is nobody's we know."""
    namespace, _, name = tag.removeprefix("{").rpartition("}")
    prefix = _PREFIXES.get(namespace)
    return tidy(f"{prefix}:{name}" if prefix else name) or ""
