"""The settings of the old thumbnail service (Alexa Site Thumbnail), whose clients still ask."""

from dataclasses import dataclass

from tintype.settings_reader import setting

_NAMES = (
    r"(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*",
    "must be host names in lower case without scheme and port, or *.example.org",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AstSettings:
    """Alexa Site Thumbnail: off unless its host names, or the path, are set."""

    hosts: tuple[str, ...] = setting(
        (),
        "TINTYPE_AST_HOSTS",
        "Host names at which clients of Alexa Site Thumbnail are answered, by comma:"
        " ast.amazonaws.com,awis.amazonaws.com,pthumbnails.alexa.com",
        form=_NAMES,
    )
    path: bool = setting(
        False, "TINTYPE_AST_PATH", "Answer them below /ast of every host name, too."
    )
    url: str = setting(
        "",
        "TINTYPE_AST_URL",
        "Where whoever is shown these pictures reaches the service: https://img.example.org; empty:"
        " at the host name that was asked. A public store is reached by itself.",
        form=(
            r"(?:https?://[A-Za-z0-9.\[\]:_-]+(?:/[^\s?#]*)?)?",
            "must begin with http:// or https:// and hold no query",
        ),
    )
    expires: int = setting(
        3_600,
        "TINTYPE_AST_EXPIRES",
        "How long the URL of a picture works, in seconds; a public store's works for ever.",
        least=10,
        most=7 * 86_400,
        duration=True,
    )
    rate: int = setting(600, "TINTYPE_AST_RATE", "Requests a minute with one access key.", least=1)
    unsigned_sites: tuple[str, ...] = setting(
        (),
        "TINTYPE_AST_UNSIGNED_SITES",
        "Sites whose pictures image_server.cgi gives without a signature, by comma: example.org,"
        " *.example.org, or * for all.",
        form=(rf"\*|{_NAMES[0]}", _NAMES[1]),
    )
    unsigned_pages: tuple[str, ...] = setting(
        (),
        "TINTYPE_AST_UNSIGNED_PAGES",
        "Sites whose pages may show any of its pictures, by what the browser says of the page.",
        form=_NAMES,
    )
    unsigned_rate: int = setting(
        60,
        "TINTYPE_AST_UNSIGNED_RATE",
        "Pictures a minute that it gives to one address.",
        least=1,
    )
