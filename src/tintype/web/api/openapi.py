"""OpenAPI 3.1: what FastAPI says of the routes, with the answers and bodies that it cannot know."""

import json
import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

import tintype
from tintype.web.api import upload_operations as uploads
from tintype.web.api.bodies import Taken

PROBLEM = "application/problem+json"
_DESCRIPTIONS = {
    304: "Not modified: the client has this version already.",
    400: "The request cannot be read.",
    401: "Nobody knows who asks.",
    403: "The caller lacks the scope, or has signed in too long ago.",
    404: "There is no such record, or it is not the caller's.",
    405: "The address has no such method.",
    409: "It is in conflict with another record, or with the same request under way.",
    412: "The record has changed in the meantime.",
    413: "The body is too large, or there is no room for what was brought.",
    415: "The body, or what was brought, is of another type.",
    416: "The range lies beyond the end.",
    422: "Some fields are not valid; `errors` names each.",
    423: "Another request has the upload, and does not let go.",
    428: "If-Match is missing.",
    429: "Too many requests; Retry-After says when to come again.",
    500: "Something went wrong; the log has it under `request_id`.",
    501: "The service has no bucket.",
    502: "Another server did not do its part: the one fetched from, or the store.",
    503: "The database is away; Retry-After says when to come again.",
    504: "Another server was too slow.",
    507: "The store is full.",
}
_DONE = {
    "200": "What was asked for.",
    "201": "It is made; Location says where it is.",
    "204": "It is done.",
}
ALWAYS = (400, 429, 500, 503)
NOBODY: dict[str, Any] = {"security": []}  # the `openapi_extra` of what takes no credentials
SECURITY = {
    "key": {"type": "http", "scheme": "bearer", "bearerFormat": "tintype_live_…"},
    "session": {"type": "apiKey", "in": "cookie", "name": "tintype_session"},
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "TINTYPE-HMAC-SHA256: see docs/authentication.md.",
    },
}


class Mistake(BaseModel):
    """What is wrong with one field."""

    loc: list[str | int]
    msg: str
    type: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it. `errors` is there when fields were wrong."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[Mistake] | None = None


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint: those that all have, and these."""
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found: dict[int | str, dict[str, Any]] = {}
    for status in sorted({*statuses, *ALWAYS}):
        found[status] = {"description": _DESCRIPTIONS[status]}
        if status != 304:
            found[status]["content"] = content
    return found


def content(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of an endpoint that answers with bytes, as they are or a part of them."""
    some = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    return {
        200: {"description": "All of it.", "content": some},
        206: {"description": "The range that was asked for.", "content": some},
        **problems(304, *statuses),
    }


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once."""
    if not app.openapi_schema:
        app.openapi_schema = _document(app)
    return app.openapi_schema


def as_text(app: FastAPI) -> str:
    """The document as it is served, and kept in the repository."""
    return json.dumps(document(app), indent=2, ensure_ascii=False) + "\n"


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(
        title="Tintype",
        version=tintype.__version__,
        description="Users, keys and pictures. See docs/rest-api.md.",
        routes=app.routes,
    )
    for each in uploads.OPERATIONS:
        made["paths"].setdefault(each.path, {})[each.method] = _described(each)
    made["tags"] = [{"name": uploads.TAG, "description": uploads.DESCRIPTION}]
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    models: list[type[BaseModel]] = [*_used(made), *uploads.used_shapes(), Problem]
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    made["components"]["securitySchemes"] = SECURITY
    for operations in made["paths"].values():
        for operation in operations.values():
            _put_right(operation)
    return made


def _described(operation: uploads.Operation) -> dict[str, Any]:
    """An upload's operation, of which FastAPI knows nothing."""
    named = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    done: dict[str, Any] = {"description": "It is elsewhere: Location says where."}
    if operation.answers:
        done["content"] = {"application/json": {"schema": uploads.schema_of(operation.answers)}}
    made: dict[str, Any] = {
        "tags": [uploads.TAG],
        "operationId": operation.name,
        "summary": operation.name.replace("_", " ").capitalize(),
        "description": operation.text,
        "parameters": [*named, *operation.parameters],
        "responses": {
            str(status): answer
            for status, answer in {operation.status: done, **problems(*operation.errors)}.items()
        },
    }
    if operation.takes:
        kinds = {kind: {"schema": uploads.schema_of(s)} for kind, s in operation.takes.items()}
        made["requestBody"] = {"required": operation.name != "create_tus_upload", "content": kinds}
    return made


def _put_right(operation: dict[str, Any]) -> None:
    """Every operation takes credentials, unless it says that it does not."""
    operation.setdefault("security", [{name: []} for name in SECURITY])
    for status, answer in operation["responses"].items():
        answer["description"] = _DONE.get(status, answer["description"])
    if "428" in operation["responses"]:
        next(each for each in operation["parameters"] if each["name"] == "if-match")["required"] = (
            True
        )
    answer = operation["responses"].get("422")
    if answer and "application/json" in answer.get("content", {}):
        operation["responses"]["422"] = problems(422)[422]


def _used(made: dict[str, Any]) -> list[type[Taken]]:
    """The bodies that the document names, which FastAPI knows nothing of."""
    text = json.dumps(made["paths"])
    named = [cls for cls in _all_below(Taken) if f'/{cls.__name__}"' in text]
    return sorted(named, key=lambda cls: cls.__name__)


def _all_below(cls: type[Taken]) -> list[type[Taken]]:
    return [each for sub in cls.__subclasses__() for each in (sub, *_all_below(sub))]
