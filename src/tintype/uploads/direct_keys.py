"""What a direct upload is called, and what is kept beside it. Pure.

We choose the key, and the user's id is in it: so whose an upload is can be read from it, and nobody
can be made to sign for the key of somebody else. The name that a client gives is kept as metadata.
"""

import json
import re
import unicodedata
import uuid
from collections.abc import Mapping

from tintype.errors import InvalidRequest, UploadNotFound
from tintype.keys import check_key
from tintype.stores import Attributes

PREFIX = "direct/"
RESULT = "tintype-result"  # the metadata that tells what became of an upload
MAX_METADATA = 2048  # bytes of names and values; S3's limit
LONGEST_NAME = 255  # characters
_LONGEST_IN_KEY = 400  # bytes of a name in a key, which has 1,024 at the most
# Before the name Uppy puts an id of its own; it is of no use to a person.
_OF_UPPY = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-", re.ASCII)
_META_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}", re.ASCII)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}", re.ASCII)
_USER = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
_KEY = re.compile(r"[0-9a-f]{32}(/[^/]+)?", re.ASCII)


def prefix_of(user_id: str) -> str:
    """Where all direct uploads of a user lie."""
    assert _USER.fullmatch(user_id), "ids are ours"
    return f"{PREFIX}{user_id}/"


def new_key(user_id: str, wanted: str = "") -> str:
    """A key that nobody can guess and that nothing has yet. Of the key that a client wants, the
    name at its end is kept at the end of ours.
    """
    key = f"{prefix_of(user_id)}{uuid.uuid4().hex}"
    name = clean_name(_OF_UPPY.sub("", clean_name(wanted)))
    name = name.encode()[:_LONGEST_IN_KEY].decode(errors="ignore")
    return f"{key}/{name}" if name.strip(".") else key  # clients leave out /.. of URLs


def own_key(user_id: str, told: str, store_prefix: str) -> str:
    """The store's own key for a key of its bucket, as a client tells it.

    Raises UploadNotFound for every key that is not of this user's direct uploads, whether or not
    there is anything: nobody learns what others have.
    """
    mine = store_prefix + prefix_of(user_id)
    if not told.startswith(mine) or not _KEY.fullmatch(told.removeprefix(mine)):
        raise UploadNotFound("There is no such upload.")
    return check_key(told.removeprefix(store_prefix))


def id_in(key: str) -> str:
    """The id in a key of the store's: who sends twice under it sends the same upload."""
    return key.split("/")[2]


def owner_in(key: str) -> str:
    """The user in a key of the store's."""
    return key.split("/")[1]


def name_in(key: str) -> str:
    """The name at the end of a key, put there by us or by a browser; empty where there is none."""
    return clean_name(key.removeprefix(PREFIX).partition("/")[2].partition("/")[2])


def clean_name(name: str) -> str:
    """A file's name without folders and without what cannot be shown; may be empty."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(c for c in unicodedata.normalize("NFC", last) if c.isprintable())
    return shown.strip()[:LONGEST_NAME]


def attributes_of(name: str, media_type: str, metadata: Mapping[str, object]) -> Attributes:
    """What is kept beside the bytes: a type that nobody believes, the name, what else was given.

    Raises InvalidRequest for names that S3 cannot keep, and for more than 2 KiB.
    """
    kept = {"name": clean_name(name)} if clean_name(name) else {}
    for key, value in metadata.items():
        if not _META_NAME.fullmatch(key.lower()) or key.lower() == RESULT:
            raise InvalidRequest(
                f"{key[:40]!r} cannot name metadata.",
                remedy="Use letters, digits, dots, hyphens and underscores.",
            )
        if value is not None and key.lower() != "name":
            kept[key.lower()] = _text(value)
    if sum(len(key) + len(value.encode()) for key, value in kept.items()) > MAX_METADATA:
        raise InvalidRequest(f"The metadata is longer than {MAX_METADATA:,} bytes.")
    return Attributes(content_type=checked_type(media_type), metadata=kept)


def checked_type(media_type: str) -> str | None:
    """A media type without parameters, None where none is told. InvalidRequest for other text."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain and not _TYPE.fullmatch(plain):
        raise InvalidRequest("That is no media type.", remedy="Write something like image/jpeg.")
    return plain or None


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(c for c in text if c.isprintable()).strip()
