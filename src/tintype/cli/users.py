"""tintype users"""

import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from tintype.catalog import Catalog, Session, setup, usage, users
from tintype.catalog.tables import User
from tintype.catalog.users import UserDraft
from tintype.cli.opening import opened_catalog
from tintype.cli.options import json_option
from tintype.errors import InvalidRequest, LastAdministrator, RecordNotFound
from tintype.ids import is_id
from tintype.settings import Settings

EPILOG = """\b
Examples:
  tintype users add ada@example.org --first-name Ada --last-name Lovelace
  tintype users list --json
  tintype users show ada@example.org
  tintype users rm ada@example.org
"""
ADD_EPILOG = """\b
Examples:
  tintype users add ada@example.org --first-name Ada --last-name Lovelace
  tintype users add root@example.org --first-name R --last-name T --admin --password
"""
RM_EPILOG = """\b
Examples:
  tintype users rm ada@example.org
  tintype users rm ada@example.org --cascade --yes
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Add, list, show and remove users.

    They are those of the service with the same TINTYPE_DATABASE_URL or TINTYPE_DATA, which may be
    running.
    """


@command.command(epilog=ADD_EPILOG)
@click.argument("email")
@click.option("--first-name", required=True, help="First name.")
@click.option("--last-name", required=True, help="Last name.")
@click.option("--admin", is_flag=True, help="May administer: users, for example.")
@click.option("--quota", type=click.IntRange(0), help="Most bytes kept; the setting's otherwise.")
@click.option("--password", is_flag=True, help="Ask for one; else read from standard input.")
@json_option
def add(
    email: str,
    first_name: str,
    last_name: str,
    admin: bool,
    quota: int | None,
    password: bool,
    as_json: bool,
) -> None:
    """Add a user; print the id. Without a password there is no signing in by browser."""
    draft = UserDraft(
        first_name=first_name,
        last_name=last_name,
        email=email,
        is_admin=admin,
        quota_bytes=quota,
        password_hash=_password_hash() if password else None,
    )
    with opened_catalog() as catalog:
        user = catalog.run_now(lambda session: users.add(session, draft))
    print(json.dumps(_facts(user), ensure_ascii=False) if as_json else user.id)


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """List all users in the order in which they were added: id, address, name."""
    with opened_catalog() as catalog:
        for user in _all(catalog):
            print(json.dumps(_facts(user), ensure_ascii=False) if as_json else _line(user))


@command.command()
@click.argument("who", metavar="EMAIL|ID")
@json_option
def show(who: str, as_json: bool) -> None:
    """Show a user, and how much is kept."""
    with opened_catalog() as catalog:
        user, kept = catalog.read_now(lambda session: _with_usage(session, who))
    facts = _facts(user) | {"originals": kept.originals, "bytes": kept.size}
    if as_json:
        print(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        print(f"{name.replace('_', ' ')}: {'–' if value is None else value}")


@command.command(epilog=RM_EPILOG)
@click.argument("who", metavar="EMAIL|ID")
@click.option("--cascade", is_flag=True, help="With all originals, and what is published of them.")
@click.option("--yes", is_flag=True, help="Do not ask before originals are removed.")
@json_option
def rm(who: str, cascade: bool, yes: bool, as_json: bool) -> None:
    """Remove a user with all keys and sessions; print the id.

    Originals that are left are a conflict, unless with --cascade: then they are removed first,
    bytes and records, as DELETE /users/ID?cascade=true does. The last administrator stays.
    """
    with opened_catalog() as catalog:
        user, kept = catalog.read_now(lambda session: _with_usage(session, who))
        what = f"{kept.originals:,} originals, {kept.size:,} bytes"
        if cascade and kept.originals:
            catalog.read_now(lambda session: _check_not_last(session, user))
            if not yes:
                click.confirm(f"Remove {user.email} with {what}?", abort=True, err=True)
            asyncio.run(_remove_originals(catalog, user.id))
        catalog.run_now(lambda session: _remove(session, user))
    removed = {"id": user.id, "originals": kept.originals, "bytes": kept.size}
    print(json.dumps(removed) if as_json else user.id)
    if kept.originals and not as_json:
        print(f"Removed with it: {what}.", file=sys.stderr)


async def _remove_originals(catalog: Catalog, user_id: str) -> None:
    from tintype.app_users import remove_originals  # which loads what works on pictures

    await remove_originals(Settings.from_env(), catalog, user_id)


def _check_not_last(session: Session, user: User) -> None:
    """Before anything of theirs is removed."""
    if user.is_admin and not setup.has_other_admin(session, user.id):
        raise LastAdministrator("There must be an administrator.")


def _remove(session: Session, user: User) -> None:
    users.remove(session, user.id, version=None)
    if user.is_admin:
        setup.check_admins(session)


def _password_hash() -> str:
    from tintype.credentials.passwords import hash_password

    if sys.stdin.isatty():
        text: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        text = sys.stdin.readline().rstrip("\n")
    if not text:
        raise InvalidRequest("password: cannot be blank.")
    return hash_password(text)


def _all(catalog: Catalog) -> Iterator[User]:
    after: str | None = None
    while True:
        page = catalog.read_now(lambda session, a=after: users.page(session, after=a))  # type: ignore[misc]
        yield from page.items
        if page.after is None:
            return
        after = page.after


def _with_usage(session: Session, who: str) -> tuple[User, Any]:
    user = meant(session, who)
    return user, usage.of_user(session, user.id)


def meant(session: Session, who: str) -> User:
    """The user of an id or address. Raises RecordNotFound."""
    if is_id(who):
        return users.get(session, who)
    if user := users.find(session, who):
        return user
    raise RecordNotFound(f"There is no user {who!r}.", remedy="See: tintype users list")


def _facts(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "is_admin": user.is_admin,
        "quota_bytes": user.quota_bytes,
        "created_at": user.created_at.isoformat(),
        "updated_at": user.updated_at.isoformat(),
    }


def _line(user: User) -> str:
    mark = " (administrator)" if user.is_admin else ""
    return f"{user.id} {user.email} {user.first_name} {user.last_name}{mark}"
