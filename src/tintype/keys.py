"""Keys: the names of objects in a store. Deterministic, and deletable by prefix.

One rule holds for every store: a key is 1 to 1,024 bytes of UTF-8 without control characters (below
U+0020, and U+007F), which neither a header nor a listing in XML can carry. All else is legal and
means itself, as it does on S3: `//`, a leading `/`, `..`, `?`, `#`, `%`, blanks. A folder escapes
what a file system could not keep (`stores/local/names.py`).
"""

import hashlib
import re
from dataclasses import replace
from urllib.parse import quote

from tintype.errors import InvalidKey
from tintype.source import Source
from tintype.transform import Transform

_HANDING_OUT = {"expire", "max_age", "attachment"}  # filters that change no byte
_UNFIT = re.compile("[\x00-\x1f\x7f\ufffe\uffff]")
MAX_KEY_BYTES = 1024  # S3's limit
_TAG_BYTES = 200  # of a tag in a key, percent-encoded; a longer one is there by its digest


def check_key(key: str) -> str:
    """Return the key, or raise InvalidKey with the rule that it breaks."""
    try:
        length = len(key.encode())
    except UnicodeEncodeError:
        raise InvalidKey("The key is not valid Unicode text.", remedy="Rename the file.") from None
    if not key:
        raise InvalidKey("A key has at least one character.", remedy="Give the object a name.")
    if length > MAX_KEY_BYTES:
        raise InvalidKey(
            f"A key has at most {MAX_KEY_BYTES:,} bytes in UTF-8; {key[:60]!r}… has {length:,}.",
            remedy="Choose a shorter name.",
        )
    if _UNFIT.search(key):
        raise InvalidKey(f"The key {key!r} holds a control character.", remedy="Rename the file.")
    return key


def original_key(sha256: str) -> str:
    """Where an original lies: by its content."""
    return f"originals/{sha256[:2]}/{sha256}"


def renditions_prefix(source: Source) -> str:
    """Where every rendition of a source lies, to delete them together."""
    digest = _digest(str(source))
    return f"renditions/{digest[:2]}/{digest}/"


def rendition_key(source: Source, transform: Transform) -> str:
    """Where one rendition lies: by its source and the canonical path of its transform.

    How it is handed out makes no difference: each hour's `expire` would be another rendition.
    """
    return renditions_prefix(source) + _digest(_content(transform).path())


def _content(transform: Transform) -> Transform:
    filters = tuple(call for call in transform.filters if call.name not in _HANDING_OUT)
    return replace(transform, filters=filters, then=transform.then and _content(transform.then))


def source_digest(source: Source) -> str:
    """What stands for a source in keys: 40 hexadecimal digits."""
    return _digest(str(source))


def kept_source_key(source: Source) -> str:
    """Where the bytes of a source from the web are kept for a while."""
    digest = source_digest(source)
    return f"sources/{digest[:2]}/{digest}"


def master_key(source: Source) -> str:
    """Where the smaller copy of a large source lies, from which small renditions are made."""
    digest = source_digest(source)
    return f"masters/{digest[:2]}/{digest}"


def pyramid_key(source: Source) -> str:
    """Where the tiles of a very large source lie, from which windows are cut."""
    digest = source_digest(source)
    return f"pyramids/{digest[:2]}/{digest}"


def tag_prefix(tag: str) -> str:
    """Where the index of a tag lies: below it, the keys of the renditions that have the tag."""
    name = quote(tag, safe="", errors="surrogatepass")
    return f"tags/{name if 0 < len(name) <= _TAG_BYTES else '=' + _digest(tag)}/"


def _digest(text: str) -> str:
    # A file's name need not be UTF-8; Python keeps its bytes as lone surrogates.
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:40]
