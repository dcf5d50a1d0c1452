"""Uploads in the OpenAPI document. Their code knows no FastAPI, so this table says what it does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from tintype.web.api import upload_shapes as shapes

TAG = "uploads"
DESCRIPTION = (
    "Files, in one request or in many: see docs/uploads.md, docs/direct-uploads.md. All of these"
    " take an upload ticket, too, as a bearer's token; those below /api/v1/uploads/s3 also in the"
    " path, as /api/v1/uploads/ticket/{ticket}/s3."
)
V1, SHORT = "/api/v1/uploads", "/upload"
TUS, ONE = f"{V1}/tus", f"{V1}/tus/{{upload_id}}"
S3, MULTIPART = f"{V1}/s3", f"{V1}/s3/multipart/{{uploadId}}"
BYTES, CHUNK = "application/octet-stream", "application/offset+octet-stream"
JSON, FORM = "application/json", "multipart/form-data"
Shape = type[BaseModel] | None  # None: bytes

_VERSION = {"name": "Tus-Resumable", "in": "header", "required": True, "schema": {"const": "1.0.0"}}
_KEY = {"name": "key", "in": "query", "required": True, "schema": {"type": "string"}}
_OF_BUCKET = 400, 401, 403, 404, 413, 415, 501, 502
_OF_TUS = 400, 401, 403, 404, 409, 412, 413, 415, 423, 507


def _header(name: str, kind: str = "string", *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": {"type": kind}}


def _query(name: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address. `takes`: bodies by their type; `status` with what it `answers`."""

    method: str
    path: str
    name: str
    text: str
    takes: Mapping[str, Shape] | None = None
    status: int = 200
    answers: Shape = None
    errors: Sequence[int] = _OF_BUCKET
    parameters: Sequence[Mapping[str, Any]] = ()


def _tus(method: str, path: str, name: str, text: str, status: int, **more: Any) -> Operation:
    more["parameters"] = (_VERSION, *more.get("parameters", ()))
    return Operation(method, path, name, text, status=status, errors=_OF_TUS, **more)


def _in_one_request() -> Iterator[Operation]:
    for base, word in ((V1, ""), (SHORT, "_shortly")):
        for method, path, name, text in (
            ("post", base, "upload", "Upload a form with files, or one as the body."),
            ("put", base + "/{name}", "upload_named", "Upload a file as the body, with its name."),
        ):
            yield Operation(
                method,
                path,
                name + word,
                text,
                takes={FORM: shapes.UploadForm, BYTES: None},
                status=201,
                answers=shapes.UploadedFiles,
                errors=(401, 403, 413, 415, 507),
                parameters=(_query("name"), _header("Slug")) if method == "post" else (),
            )


OPERATIONS = (
    *_in_one_request(),
    _tus(
        "post",
        TUS,
        "create_tus_upload",
        "Begin an upload of tus 1.0. Location is where.",
        201,
        takes={CHUNK: None},
        parameters=[
            _header("Upload-Length", "integer"),
            _header("Upload-Defer-Length", "integer"),
            _header("Upload-Metadata"),
            _header("Upload-Concat"),
            _header("Upload-Checksum"),
        ],
    ),
    _tus("head", ONE, "read_tus_offset", "Read how far an upload is: Upload-Offset.", 200),
    _tus(
        "patch",
        ONE,
        "continue_tus_upload",
        "Send the next bytes of an upload.",
        204,
        takes={CHUNK: None},
        parameters=[_header("Upload-Offset", "integer", required=True), _header("Upload-Checksum")],
    ),
    _tus("delete", ONE, "end_tus_upload", "End an upload; the original it became stays.", 204),
    Operation(
        "get",
        ONE,
        "find_tus_original",
        "Find the original that an upload has become: Location is its address.",
        status=303,
        errors=(401, 403, 404),
    ),
    Operation(
        "post",
        f"{V1}/tickets",
        "create_upload_ticket",
        "Get a ticket for a page, by which uploads are the caller's, and nothing else is.",
        takes={JSON: shapes.TicketWish},
        status=201,
        answers=shapes.UploadTicket,
        errors=(401, 403, 413, 415, 422),
    ),
    Operation(
        "get",
        f"{S3}/params",
        "read_direct_params",
        "Companion: a form that sends one file to the bucket.",
        answers=shapes.DirectForm,
        parameters=(_query("filename"), _query("type"), _query("size")),
    ),
    Operation(
        "post",
        f"{S3}/form",
        "create_direct_form",
        "Get a form that sends a file to the bucket, for pages without JavaScript.",
        takes={JSON: shapes.FormWish},
        answers=shapes.DirectForm,
    ),
    Operation(
        "post",
        f"{S3}/sign",
        "sign_direct_request",
        "Sign one request of an upload to the bucket, as Uppy 6 asks.",
        takes={JSON: shapes.SigningWish},
        answers=shapes.SignedKey,
    ),
    Operation(
        "post",
        f"{S3}/register",
        "register_direct_upload",
        "Make an original of what was sent to the bucket.",
        takes={JSON: shapes.Arrived},
        status=201,
        answers=shapes.RegisteredOriginal,
    ),
    Operation(
        "post",
        f"{S3}/multipart",
        "begin_direct_multipart",
        "Companion: begin an upload in parts.",
        takes={JSON: shapes.MultipartWish},
        answers=shapes.BegunMultipart,
    ),
    Operation(
        "get",
        MULTIPART,
        "list_direct_parts",
        "Companion: list the parts that are there.",
        answers=shapes.PartList,
        parameters=(_KEY,),
    ),
    Operation(
        "delete",
        MULTIPART,
        "abort_direct_multipart",
        "Companion: drop an upload in parts.",
        answers=shapes.Nothing,
        parameters=(_KEY,),
    ),
    Operation(
        "get",
        MULTIPART + "/batch",
        "sign_direct_parts",
        "Companion: get the URLs that several parts are PUT to.",
        answers=shapes.SignedParts,
        parameters=(_KEY, _query("partNumbers", required=True)),
    ),
    Operation(
        "get",
        MULTIPART + "/{partNumber}",
        "sign_direct_part",
        "Companion: get the URL that a part is PUT to.",
        answers=shapes.SignedPart,
        parameters=(_KEY,),
    ),
    Operation(
        "post",
        MULTIPART + "/complete",
        "complete_direct_multipart",
        "Companion: make the object of its parts.",
        takes={JSON: shapes.PartsWish},
        answers=shapes.CompletedMultipart,
        parameters=(_KEY,),
    ),
)


def schema_of(shape: Shape) -> dict[str, Any]:
    """The schema of a body."""
    if shape is None:
        return {"type": "string", "format": "binary"}
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def used_shapes() -> list[type[BaseModel]]:
    """All bodies of the table, which have a name each."""
    shown = [each.answers for each in OPERATIONS]
    taken = [shape for each in OPERATIONS for shape in (each.takes or {}).values()]
    return sorted({shape for shape in (*shown, *taken) if shape}, key=lambda cls: cls.__name__)
