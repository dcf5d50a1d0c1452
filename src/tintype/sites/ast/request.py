"""Requests: parameters of a query and of a form, read.

Names and values are case-sensitive, as the guide of 2006-05-15 has it ("Action=thumbnail produces
an error"). Of a parameter that comes twice the first counts; unknown ones are let pass.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

from tintype.sites.ast import MOST_URLS, Action, Asked, AstRequest, Size, refusals

SERVICE = "AlexaSiteThumbnail"
MOST_PARAMETERS = 100
LONGEST_URL = 2_000  # characters
_NUMBERED = re.compile(r"Thumbnail\.(\d{1,4})\.Url", re.ASCII)
_SHARED = ("Thumbnail.Shared.Size", "Shared.Size", "Size")  # the guide's spelling is the second


def parameters_of(*texts: bytes) -> dict[str, str]:
    """The parameters of a query, and of the body of a form behind it.

    Raises AstRefused for more than any client sends.
    """
    found: dict[str, str] = {}
    for text in texts:
        for name, value in _pairs(text):
            found.setdefault(name, value)
    return found


def _pairs(text: bytes) -> Sequence[tuple[str, str]]:
    try:
        pairs = parse_qsl(
            text.decode("latin-1"),
            keep_blank_values=True,
            encoding="latin-1",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:
        raise refusals.AstRefused(
            f"The request has more than {MOST_PARAMETERS} parameters."
        ) from None
    return [(_text(name), _text(value)) for name, value in pairs]


def _text(of_bytes: str) -> str:
    """Text of bytes that stand as characters. Pages of these years were seldom in UTF-8."""
    sent = of_bytes.encode("latin-1")
    try:
        return sent.decode()
    except UnicodeDecodeError:
        return sent.decode("windows-1252", "replace")


def read(parameters: Mapping[str, str]) -> AstRequest:
    """What the parameters ask for, whoever sent them. Raises AstRefused."""
    action = _action(parameters)
    wanted = _wanted(parameters)
    if action is Action.REDIRECT and len(wanted) > 1:
        raise refusals.invalid("Action", action.value, "a redirect leads to one picture")
    return AstRequest(
        action=action,
        key_id=_required(parameters, "AWSAccessKeyId"),
        timestamp=_required(parameters, "Timestamp"),
        # A client that forgot to encode its Base64 has sent pluses, which are blanks in a form.
        signature=_required(parameters, "Signature").replace(" ", "+"),
        wanted=wanted,
        names_service=_names_service(parameters),
        default_image=_default_image(parameters),
    )


def size_of(text: str, parameter: str = "Size") -> Size:
    """A size by its name; Large where none is given. Raises AstRefused."""
    if not text:
        return Size.LARGE
    try:
        return Size(text)
    except ValueError:
        raise refusals.invalid(parameter, text, "it must be Small or Large") from None


def _action(parameters: Mapping[str, str]) -> Action:
    given = parameters.get("Action", "")
    if not given:
        raise refusals.missing_action()
    try:
        return Action(given)
    except ValueError:
        raise refusals.invalid_action(given) from None


def _names_service(parameters: Mapping[str, str]) -> bool:
    given = parameters.get("Service", "")
    if given and given != SERVICE:
        raise refusals.invalid("Service", given, f"this is {SERVICE}")
    return bool(given)


def _required(parameters: Mapping[str, str], name: str) -> str:
    if given := parameters.get(name, ""):
        return given
    raise refusals.missing_key() if name == "AWSAccessKeyId" else refusals.missing(name)


def _wanted(parameters: Mapping[str, str]) -> tuple[Asked, ...]:
    shared = next((name for name in _SHARED if parameters.get(name)), "Size")
    size = size_of(parameters.get(shared, ""), shared)
    found = [Asked(parameters["Url"], size)] if parameters.get("Url") else []
    for number in _numbers(parameters):
        own = f"Thumbnail.{number}.Size"
        its = size_of(parameters[own], own) if parameters.get(own) else size
        found.append(Asked(parameters[f"Thumbnail.{number}.Url"], its))
    if not found:
        raise refusals.missing("Url")
    if len(found) > MOST_URLS:
        name = f"Thumbnail.{len(found)}.Url"
        raise refusals.invalid(name, found[-1].url, f"a request has at most {MOST_URLS} URLs")
    for each in found:
        if len(each.url) > LONGEST_URL:
            raise refusals.invalid("Url", each.url, f"it is longer than {LONGEST_URL} characters")
    return tuple(found)


def _numbers(parameters: Iterable[str]) -> list[str]:
    """The numbers of a batch as they are written, in their order, which is that of the answer."""
    found = [match[1] for match in map(_NUMBERED.fullmatch, parameters) if match]
    return sorted(found, key=lambda text: (int(text), text))


def _default_image(parameters: Mapping[str, str]) -> str:
    """Where a redirect leads without a picture. Only http and https: no script, no data."""
    given = parameters.get("DefaultImage", "")
    if not given:
        return ""
    if len(given) > LONGEST_URL or not _is_web_address(given):
        raise refusals.invalid("DefaultImage", given, "it must be an http or https URL")
    return given


def _is_web_address(text: str) -> bool:
    if not all("!" <= c <= "~" for c in text) or "\\" in text:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
