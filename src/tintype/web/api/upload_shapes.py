"""Bodies of uploads, as the OpenAPI document has them. Nothing is read with these: the protocols of
others grow, and members that nobody knows are left alone. Names are those of Companion and Uppy.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, RootModel


class UploadForm(BaseModel):
    """A form with one file or several, of any field's name; fields before a file are metadata."""

    model_config = ConfigDict(extra="allow")


class UploadedFile(BaseModel):
    """A file that has become an original, whose address is `url`."""

    id: str
    url: str
    name: str
    size: int


class UploadedFiles(UploadedFile):
    """The first file's members, and all in `files` where there were several."""

    files: list[UploadedFile] = []


class TicketWish(BaseModel):
    """How many seconds a ticket is to be good for."""

    expires_in: int = 3600


class UploadTicket(BaseModel):
    """A ticket; `expires` in seconds since 1970."""

    ticket: str
    expires: int
    companion_path: str


class MultipartWish(BaseModel):
    """The file that is to be sent; `size` in bytes, if it is known."""

    filename: str = ""
    type: str = ""
    size: int | None = None
    metadata: dict[str, Any] = {}


class FormWish(MultipartWish):
    """The file that is to be sent, if it is known; where the browser goes then; for how long."""

    expiresIn: int | None = None  # noqa: N815 - Uppy's name
    redirect: str = ""


class DirectForm(BaseModel):
    """A form: its fields come before the file."""

    method: str
    url: str
    fields: dict[str, str]


class SigningWish(BaseModel):
    """The request that is to be signed; `size` of the file in bytes, if it is known."""

    method: str
    key: str
    size: int | None = None
    uploadId: str = ""  # noqa: N815 - Uppy's name
    partNumber: int | None = None  # noqa: N815 - Uppy's name
    expiresIn: int | None = None  # noqa: N815 - Uppy's name


class SignedKey(BaseModel):
    """The signed URL, and the key in the bucket that it is for."""

    url: str
    key: str


class Arrived(BaseModel):
    """The key of what was sent to the bucket."""

    key: str


class RegisteredOriginal(BaseModel):
    """The address of the original."""

    url: str


class BegunMultipart(BaseModel):
    """An upload in parts."""

    key: str
    uploadId: str  # noqa: N815 - Companion's name
    bucket: str


class SignedPart(BaseModel):
    """Where a part is PUT, and for how many seconds."""

    url: str
    expires: int


class SignedParts(BaseModel):
    """Where parts are PUT, by their numbers."""

    presignedUrls: dict[str, str]  # noqa: N815 - Companion's name


class NewPart(BaseModel):
    """A part by its number."""

    PartNumber: int
    ETag: str


class KeptPart(NewPart):
    """A part that is there."""

    Size: int


class PartList(RootModel[list[KeptPart]]):
    """The parts that are there."""


class PartsWish(BaseModel):
    """The parts to make an object of."""

    parts: list[NewPart]


class CompletedMultipart(BaseModel):
    """The object in the bucket."""

    location: str
    key: str
    bucket: str


class Nothing(BaseModel):
    """An empty object."""
