"""tintype keys"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from tintype.catalog import Session, access_keys, api_keys, granted
from tintype.catalog.tables import AccessKey, ApiKey
from tintype.cli.opening import opened_catalog
from tintype.cli.options import json_option
from tintype.cli.users import meant
from tintype.credentials.access_keys import new_access_key, purpose
from tintype.credentials.api_keys import new_api_key
from tintype.credentials.scopes import SCOPES, scopes_of
from tintype.credentials.sealing import Sealing
from tintype.errors import InvalidRecord
from tintype.settings import Settings

EPILOG = """\b
Examples:
  tintype keys add ada@example.org --name laptop
  tintype keys add ada@example.org --name backup --scope originals:read --days 90
  tintype keys add ada@example.org --name "old website" --signing --scope sites:write
  tintype keys list ada@example.org
  tintype keys rm ada@example.org 6Tq0vGkXw2mB9dRz
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Add, list and revoke keys of users: API keys, and access keys, which sign requests.

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
@click.option("--signing", is_flag=True, help="An access key, whose secret signs requests, also"
              " those of old clients of Alexa; its id and its secret are printed.")  # fmt: skip
@json_option
def add(
    who: str,
    name: str,
    scopes: tuple[str, ...],
    days: int | None,
    signing: bool,
    as_json: bool,
) -> None:
    """Add a key; print it, this once."""
    until = datetime.now(UTC) + timedelta(days=days) if days else None
    make = _add_access_key if signing else _add_api_key
    key, secrets = make(who, name, scopes, until)
    print(json.dumps(_facts(key) | secrets) if as_json else " ".join(secrets.values()))


def _add_api_key(
    who: str, name: str, scopes: tuple[str, ...], until: datetime | None
) -> tuple[ApiKey, dict[str, str]]:
    made = new_api_key()

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
        return catalog.run_now(work), {"key": made.text}


def _add_access_key(
    who: str, name: str, scopes: tuple[str, ...], until: datetime | None
) -> tuple[AccessKey, dict[str, str]]:
    settings = Settings.from_env()
    made = new_access_key()
    sealing = Sealing.of_settings(settings.api.sealing_key, settings.data)

    def work(session: Session) -> AccessKey:
        user = meant(session, who)
        return access_keys.add(
            session,
            user.id,
            name,
            key_id=made.id,
            sealed_secret=sealing.seal(made.secret, purpose(made.id)),
            scopes=_granted(scopes, scopes_of(user.is_admin)),
            expires_at=until,
        )

    with opened_catalog() as catalog:
        return catalog.run_now(work), {"id": made.id, "secret": made.secret}


@command.command(name="list")
@click.argument("who", metavar="EMAIL|ID")
@json_option
def list_(who: str, as_json: bool) -> None:
    """List a user's keys that are not revoked: id, last characters (access keys have none that may
    be shown), name, scopes.
    """

    def work(session: Session) -> list[ApiKey | AccessKey]:
        user_id = meant(session, who).id
        of_api = granted.of_user(session, ApiKey, user_id)
        return [*of_api, *granted.of_user(session, AccessKey, user_id)]

    with opened_catalog() as catalog:
        found = catalog.read_now(work)
    for key in found:
        if key.revoked_at is None:
            print(json.dumps(_facts(key), ensure_ascii=False) if as_json else _line(key))


@command.command()
@click.argument("who", metavar="EMAIL|ID")
@click.argument("key_id", metavar="KEY-ID")
def rm(who: str, key_id: str) -> None:
    """Revoke a key of a user: from now on it opens nothing."""

    def work(session: Session) -> ApiKey | AccessKey:
        user_id = meant(session, who).id
        if any(key.id == key_id for key in granted.of_user(session, AccessKey, user_id)):
            return granted.revoke(session, AccessKey, user_id, key_id)
        return granted.revoke(session, ApiKey, user_id, key_id)

    with opened_catalog() as catalog:
        key = catalog.run_now(work)
    print(key.id)


def _granted(asked: tuple[str, ...], may: frozenset[str]) -> list[str]:
    """The scopes of a key to be. Nobody is granted what he has not."""
    if not asked or "all" in asked:
        return sorted(may)
    if missing := sorted(set(asked) - may):
        raise InvalidRecord.of({"scope": f"{missing[0]} is for administrators only"})
    return sorted(set(asked))


def _facts(key: ApiKey | AccessKey) -> dict[str, Any]:
    times = {name: getattr(key, name) for name in ("created_at", "expires_at", "last_used_at")}
    return {
        "id": key.id,
        "name": key.name,
        **({"last4": key.last4} if isinstance(key, ApiKey) else {"signing": True}),
        "scopes": key.scopes,
        **{name: time and time.isoformat() for name, time in times.items()},
    }


def _line(key: ApiKey | AccessKey) -> str:
    last = f"…{key.last4}" if isinstance(key, ApiKey) else "signing"
    end = f" (until {key.expires_at:%Y-%m-%d})" if key.expires_at else ""
    return f"{key.id} {last} {key.name}{end}: {' '.join(key.scopes)}"
