"""tintype keys"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from tintype.catalog import Session, api_keys, granted
from tintype.catalog.tables import ApiKey
from tintype.cli.opening import opened_catalog
from tintype.cli.options import json_option
from tintype.cli.users import meant
from tintype.credentials.api_keys import new_api_key
from tintype.credentials.scopes import SCOPES, scopes_of
from tintype.errors import InvalidRecord

EPILOG = """\b
Examples:
  tintype keys add ada@example.org --name laptop
  tintype keys add ada@example.org --name backup --scope originals:read --days 90
  tintype keys list ada@example.org
  tintype keys rm ada@example.org 6Tq0vGkXw2mB9dRz
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Add, list and revoke API keys of users.

    They are those of the service with the same TINTYPE_DATABASE_URL or TINTYPE_DATA, which may be
    running.
    """


@command.command()
@click.argument("who", metavar="EMAIL|ID")
@click.option("--name", required=True, help="What it is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(["all", *SCOPES]),
    help="What it may be used for; several times for several. None, or all: all the user may do.",
)
@click.option("--days", type=click.IntRange(1, 36_500), help="When it ends; never otherwise.")
@json_option
def add(who: str, name: str, scopes: tuple[str, ...], days: int | None, as_json: bool) -> None:
    """Add an API key; print it, this once."""
    made = new_api_key()
    until = datetime.now(UTC) + timedelta(days=days) if days else None

    def work(session: Session) -> ApiKey:
        user = meant(session, who)
        return api_keys.add(
            session,
            user.id,
            name,
            key_id=made.id,
            sha256=made.digest,
            last4=made.last4,
            scopes=_granted(scopes, scopes_of(user.is_admin)),
            expires_at=until,
        )

    with opened_catalog() as catalog:
        key = catalog.run_now(work)
    print(json.dumps(_facts(key) | {"key": made.text}) if as_json else made.text)


@command.command(name="list")
@click.argument("who", metavar="EMAIL|ID")
@json_option
def list_(who: str, as_json: bool) -> None:
    """List a user's API keys that are not revoked: id, last characters, name, scopes."""
    with opened_catalog() as catalog:
        found = catalog.read_now(
            lambda session: granted.of_user(session, ApiKey, meant(session, who).id)
        )
    for key in found:
        if key.revoked_at is None:
            print(json.dumps(_facts(key), ensure_ascii=False) if as_json else _line(key))


@command.command()
@click.argument("who", metavar="EMAIL|ID")
@click.argument("key_id", metavar="KEY-ID")
def rm(who: str, key_id: str) -> None:
    """Revoke an API key of a user: from now on it opens nothing."""
    with opened_catalog() as catalog:
        key = catalog.run_now(
            lambda session: granted.revoke(session, ApiKey, meant(session, who).id, key_id)
        )
    print(key.id)


def _granted(asked: tuple[str, ...], may: frozenset[str]) -> list[str]:
    """The scopes of a key to be. Nobody is granted what he has not."""
    if not asked or "all" in asked:
        return sorted(may)
    if missing := sorted(set(asked) - may):
        raise InvalidRecord.of({"scope": f"{missing[0]} is for administrators only"})
    return sorted(set(asked))


def _facts(key: ApiKey) -> dict[str, Any]:
    times = {name: getattr(key, name) for name in ("created_at", "expires_at", "last_used_at")}
    return {
        "id": key.id,
        "name": key.name,
        "last4": key.last4,
        "scopes": key.scopes,
        **{name: time and time.isoformat() for name, time in times.items()},
    }


def _line(key: ApiKey) -> str:
    end = f" (until {key.expires_at:%Y-%m-%d})" if key.expires_at else ""
    return f"{key.id} …{key.last4} {key.name}{end}: {' '.join(key.scopes)}"
