"""What clients send: JSON or a form, small, strict, each mistake named."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from tintype.errors import InvalidRequest, SigningRefused
from tintype.signed_requests import UNSIGNED
from tintype.web.api.parts import ExchangeNow, PartsNow
from tintype.web.api.problems import BODY_TYPES, MAX_BODY, NO_FORM, UNSUPPORTED, body_too_large
from tintype.web.bodies import chunks_of
from tintype.web.errors import Refusal, Trouble, mistake
from tintype.web.exchange import Exchange

DISCARDED = 8 << 20  # bytes beyond that are read on, so that the client hears why
JSON, *FORMS = BODY_TYPES
# {…}: what the rule of the error has under that name.
PHRASES = {
    "missing": "cannot be blank",
    "extra_forbidden": "is no field of this",
    "string_type": "must be a text",
    "string_unicode": "is not valid Unicode",
    "bool_type": "must be true or false",
    "datetime_type": "must be a time such as 2027-01-31T12:00:00Z",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "greater_than": "must be more than {gt}",
    "less_than": "must be less than {lt}",
    "string_too_long": "cannot be longer than {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "string_pattern_mismatch": "is of another form",
    "too_long": "cannot be more than {max_length}",
    "too_short": "must be at least {min_length}",
    "literal_error": "must be {expected}",
}


class Taken(BaseModel):
    """A body. Fields that it does not have are refused, and so are values of other types."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)
    takes_forms: ClassVar[bool] = True

    @classmethod
    def mistakes_in(cls, given: Mapping[str, Any]) -> Mapping[str, str]:  # noqa: ARG003 - of subclasses
        """What is wrong beyond types, as a phrase for each field."""
        return {}


def _whole(value: Any) -> Any:
    """In JSON 3.0 is a whole number, too (JSON Schema 2020-12, 6.1.1)."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]
M = TypeVar("M", bound=Taken)


def takes(model: type[Taken]) -> dict[str, Any]:
    """The `openapi_extra` of an endpoint that takes such a body."""
    schema = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
    kinds = BODY_TYPES if model.takes_forms else (JSON,)
    return {"requestBody": {"required": True, "content": dict.fromkeys(kinds, schema)}}


def body(model: type[M]) -> Callable[..., Awaitable[M]]:
    """The dependency that reads a body."""

    async def read(request: Request, exchange: ExchangeNow, parts: PartsNow) -> M:
        patience = parts.settings.http.read_timeout
        data, is_form = await data_of(request, exchange, patience, forms=model.takes_forms)
        return validated(model, data, strict=not is_form)

    return read


def validated(model: type[M], data: Any, *, strict: bool = True) -> M:
    """The model of some data; raises 422 that names every mistake."""
    value: M | None = None
    errors: list[Any] = []
    try:
        value = model.model_validate(data, strict=strict)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    found = [mistake_of(each, "body") for each in errors]
    if isinstance(data, Mapping):
        named = {each["loc"][0] for each in errors if each["loc"]}
        more = model.mistakes_in({k: v for k, v in data.items() if k not in named})
        found += [mistake(("body", name), phrase) for name, phrase in more.items()]
    if found or value is None:
        raise Refusal(invalid(found))
    return value


def invalid(mistakes: list[Mapping[str, object]]) -> Trouble:
    """The trouble of a request whose form is right and whose content is not."""
    sentence = "; ".join(str(each["msg"]) for each in mistakes[:20])
    return Trouble(422, "invalid-record", f"{sentence}.", mistakes=tuple(mistakes))


def mistake_of(error: Any, *place: str) -> Mapping[str, object]:
    """One of the validation's errors in our words; `place` is what its own place lies in."""
    inner = [part[:100] if isinstance(part, str) else part for part in error["loc"]]
    phrase = PHRASES.get(error["type"], error["msg"][:1].lower() + error["msg"][1:])
    phrase = phrase.format_map(error.get("ctx") or {}) if error["type"] in PHRASES else phrase
    if error["type"] == "string_type" and error.get("input") is None:
        phrase = PHRASES["missing"]
    return mistake([*place, *inner], phrase, error["type"])


async def data_of(
    request: Request, exchange: Exchange, patience: float, *, forms: bool = True
) -> tuple[Any, bool]:
    """What a request brings, and whether it is a form. Nothing at all is an empty object.

    Raises Refusal (415) for other types, and for a form unless `forms` are taken.
    """
    kind, options = parse_options_header(exchange.headers.get(b"content-type", b""))
    text = kind.decode("latin-1")
    is_form = forms and text in FORMS
    if text and not (is_form or text == JSON or text.endswith("+json")):
        raise Refusal(UNSUPPORTED if forms else NO_FORM)
    if text == FORMS[1] and not options.get(b"boundary"):
        raise InvalidRequest("The form has no boundary.")
    content = await read_body(exchange, patience)
    if not content:
        return {}, False
    if is_form:
        return await _form(request, content), True
    return parse_json(content), False


async def read_body(exchange: Exchange, patience: float, most: int = MAX_BODY) -> bytes:
    """The whole body, of `most` bytes or less; checked against the signature of a signed request.

    Raises Refusal (413), InvalidRequest, SigningRefused, ClientGone.
    """
    if exchange.body is None:
        exchange.body = await _read(exchange, patience, most)
    if exchange.signed_sha256:
        check_signed(exchange, hashlib.sha256(exchange.body).hexdigest())
    return exchange.body


def check_signed(exchange: Exchange, sha256: str) -> None:
    """Raise SigningRefused where a request was signed with another body, or without its body."""
    signed = exchange.signed_sha256
    if signed == UNSIGNED:
        raise SigningRefused("The body of this request must be signed, too.")
    if signed and not hmac.compare_digest(sha256, signed):
        raise SigningRefused("The body is not the one that was signed.")


async def _read(exchange: Exchange, patience: float, most: int) -> bytes:
    content, size = bytearray(), 0
    length = exchange.headers.get(b"content-length", b"0")
    too_large = Refusal(body_too_large(most))
    if length.isdigit() and int(length) > most + DISCARDED:
        raise too_large
    async for chunk in chunks_of(exchange, patience):
        size += len(chunk)
        if size > most + DISCARDED:
            break
        if size <= most:
            content += chunk
    if size > most:
        raise too_large
    return bytes(content)


def parse_json(content: bytes) -> Any:
    """Strict JSON: UTF-8, no name twice in an object, no NaN. Raises InvalidRequest."""
    try:
        return json.loads(
            content.decode(), object_pairs_hook=_unique, parse_constant=_no_such_number
        )
    except UnicodeDecodeError:
        raise InvalidRequest("The body is not valid UTF-8.") from None
    except (ValueError, RecursionError):
        raise InvalidRequest("The body is not valid JSON.") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidRequest("The body has a member twice.")
    return found


def _no_such_number(name: str) -> Any:
    raise ValueError(name)


async def _form(request: Request, content: bytes) -> dict[str, Any]:
    try:
        content.decode()
    except UnicodeDecodeError:
        raise InvalidRequest("The form is not valid UTF-8.") from None
    request._body = content  # what has been read is not read again
    try:
        form: FormData = await request.form(max_files=0, max_fields=100, max_part_size=MAX_BODY)
    except HTTPException:
        raise InvalidRequest("The form is broken, or holds files.") from None
    found: dict[str, Any] = {}
    for name, value in form.multi_items():
        if name in found:
            raise InvalidRequest("The form has a field twice.")
        found[name] = value
    return found
