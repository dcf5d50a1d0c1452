"""The reader of OPML: of what is well-formed by a parser of XML, of everything else by `sloppy`."""

import codecs
import re
from typing import cast
from xml.etree.ElementTree import ParseError

from tintype.errors import InvalidRequest
from tintype.sites.opml import MOST_BYTES, FeedList, sloppy
from tintype.sites.opml.collecting import Collector

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']?([A-Za-z][\w.:-]{0,40})""", re.ASCII
)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,400}\?>", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\b", re.IGNORECASE)
_NOT_TEXT = {"base64", "hex", "bz2", "zlib", "rot13", "uu", "quopri", "idna", "punycode"}


def read_opml(content: bytes) -> FeedList:
    """The feeds of a document of any version and most degrees of disorder, each once.

    Raises InvalidRequest for one that is too large, too deep, declares entities, or is no OPML.
    """
    if len(content) > MOST_BYTES:
        raise InvalidRequest(
            f"The OPML has more than {MOST_BYTES >> 20} MiB.", remedy="Split it into several files."
        )
    text = decoded(content)
    if _ENTITY.search(text):
        raise InvalidRequest(
            "The OPML declares entities, which no list of feeds needs and some bombs are made of.",
            remedy="Remove its <!DOCTYPE …>.",
        )
    try:
        return _parsed(text)
    except ParseError:
        return sloppy.read(text)


def _parsed(text: str) -> FeedList:
    """By a parser of XML, into the collector: no tree is built, however deep the document is."""
    from defusedxml.ElementTree import XMLParser

    parser = XMLParser(target=Collector())
    parser.feed(text)
    return cast(FeedList, parser.close())


def decoded(content: bytes) -> str:
    """The text of a document by its byte order mark, its declaration, or UTF-8; what is neither is
    read as Windows-1252, which has a character for nearly every byte. Without its declaration.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _bare(content[len(mark) :].decode(encoding, "replace"))
    declared = _DECLARED.match(content[:1_000])
    names = [declared[1].decode()] if declared else []
    if content.startswith(b"<\0"):
        names.insert(0, "utf-16-le")
    elif content.startswith(b"\0<"):
        names.insert(0, "utf-16-be")
    for name in (*names, "utf-8"):
        try:
            return _bare(_decoded_by(content, name))
        except (LookupError, ValueError):
            continue
    return _bare(content.decode("cp1252", "replace"))


def _decoded_by(content: bytes, name: str) -> str:
    found = codecs.lookup(name)
    if found.name in _NOT_TEXT:
        raise LookupError(name)
    # A page that calls itself Latin-1 has been Windows-1252 ever since browsers agreed on that.
    name = "cp1252" if found.name in ("iso8859-1", "ascii") else found.name
    return content.decode(name)


def _bare(text: str) -> str:
    text = text.removeprefix("\ufeff")
    return _DECLARATION.sub("", text, count=1) if _DECLARATION.match(text) else text.lstrip()
