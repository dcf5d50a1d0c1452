"""The picture that <img> gets in place of one that cannot be had."""

from pathlib import Path

from tintype.blob import Blob
from tintype.errors import InvalidSettings
from tintype.formats import by_media_type
from tintype.web.answers import Answer

LARGEST = 1 << 20  # bytes


def read_placeholder(path: str) -> Answer | None:
    """Read the file that TINTYPE_PLACEHOLDER names; None without one.

    Raises InvalidSettings for what is no picture, too large or cannot be read.
    """
    if not path:
        return None
    try:
        blob = Blob.from_path(Path(path).expanduser())
        if blob.size > LARGEST or by_media_type(blob.media_type) is None:
            raise InvalidSettings(f"TINTYPE_PLACEHOLDER {path} is no picture of up to 1 MiB.")
        return Answer(200, [(b"content-type", blob.media_type.encode())], blob.read())
    except OSError as error:
        raise InvalidSettings(
            f"TINTYPE_PLACEHOLDER {path} cannot be read: {error.strerror}."
        ) from error
