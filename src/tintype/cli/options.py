"""Options that several commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from tintype.errors import InvalidRequest
from tintype.stores import Attributes

F = TypeVar("F", bound=Callable[..., Any])

ACLS = (
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
)


def _stack(function: F, options: list[Callable[[Any], Any]]) -> F:
    for option in reversed(options):
        function = option(function)
    return function


def attribute_options(function: F) -> F:
    """What is stored beside the bytes; `attributes_of` reads them."""
    return _stack(
        function,
        [
            click.option(
                "--acl", type=click.Choice(ACLS), help="Access; none is sent unless asked."
            ),
            click.option("--content-type", help="Else guessed from the bytes and the name."),
            click.option("--cache-control", help="For example: public, max-age=31536000"),
            click.option("--content-disposition", help="For example: attachment"),
            click.option("--content-encoding", help="For example: gzip"),
            click.option(
                "--metadata",
                multiple=True,
                metavar="NAME=VALUE",
                help="May be given several times.",
            ),
            click.option("--storage-class", help="For example: STANDARD_IA"),
            click.option("--encryption", help="AES256, aws:kms, or aws:kms:KEY-ID"),
        ],
    )


ATTRIBUTE_NAMES = (
    "acl",
    "content_type",
    "cache_control",
    "content_disposition",
    "content_encoding",
    "storage_class",
    "encryption",
)


def attributes_of(options: dict[str, Any]) -> Attributes:
    """Take the attribute options out of a command's options."""
    metadata = {}
    for pair in options.pop("metadata"):
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise InvalidRequest(f"--metadata takes NAME=VALUE, not {pair!r}.")
        metadata[name] = value
    return Attributes(metadata=metadata, **{name: options.pop(name) for name in ATTRIBUTE_NAMES})


def json_option(function: F) -> F:
    """`--json`: a line of JSON for each result, for scripts."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, a line a result.")(
        function
    )
