"""Keys: the names of objects in a store. Deterministic, and deletable by prefix.

One rule holds for every store: a key is 1 to 1,024 bytes of UTF-8 without control characters (below
U+0020, and U+007F), which neither a header nor a listing in XML can carry. All else is legal and
means itself, as it does on S3: `//`, a leading `/`, `..`, `?`, `#`, `%`, blanks. A folder escapes
what a file system could not keep (`stores/local/names.py`).
"""

import hashlib

from tintype.errors import InvalidKey
from tintype.source import Source
from tintype.transform import Transform

MAX_KEY_BYTES = 1024  # S3's limit


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
    if any(ord(c) < 0x20 or c in "\x7f\ufffe\uffff" for c in key):
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
    """Where one rendition lies: by its source and the canonical path of its transform."""
    return renditions_prefix(source) + _digest(transform.path())


def _digest(text: str) -> str:
    # A file's name need not be UTF-8; Python keeps its bytes as lone surrogates.
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:40]
