"""The XML that S3 speaks. Entities and external references are refused, by defusedxml."""

from collections.abc import Iterable, Iterator
from html import escape
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from tintype.errors import StoreUnavailable

_LONGEST_NUMBER = 19  # digits


class NotXml(ValueError):
    """The answer is not XML, or XML that attacks its reader."""


def parse(body: bytes) -> Element:
    """The root of an answer, its names without name spaces. Raises NotXml."""
    try:
        root = _root(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NotXml("the answer is not the XML that was expected") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _root(body: bytes) -> Element:
    """By defusedxml, unless nothing in it can be a declaration: of those no parser is afraid, and
    the one written in C reads a listing in a third of the time. (A NUL: it may be UTF-16.)
    """
    if b"<!" in body or b"\0" in body:
        root: Element = fromstring(body)
        return root
    return ElementTree.fromstring(body)  # noqa: S314 - nothing is declared in it


def texts(element: Element, *names: str) -> Iterator[str]:
    """The texts of some children, empty where one is absent."""
    for name in names:
        yield (element.findtext(name) or "").strip()


def number(text: str) -> int:
    """A whole number in an answer; none is 0. Raises StoreUnavailable for anything else."""
    if not text:
        return 0
    if not text.isdecimal() or len(text) > _LONGEST_NUMBER:
        raise StoreUnavailable("The server's answer has a word where a number belongs.")
    return int(text)


def delete_body(keys: Iterable[str]) -> bytes:
    """The body of DeleteObjects."""
    objects = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in keys)
    return f'<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>{objects}</Delete>'.encode()


def complete_body(parts: Iterable[tuple[int, str, str]]) -> bytes:
    """The body of CompleteMultipartUpload: number, ETag and CRC-32 (or empty) of each part."""
    items = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>&quot;{escape(etag)}&quot;</ETag>"
        + (f"<ChecksumCRC32>{crc32}</ChecksumCRC32>" if crc32 else "")
        + "</Part>"
        for number, etag, crc32 in parts
    )
    return (
        '<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"{items}</CompleteMultipartUpload>"
    ).encode()
