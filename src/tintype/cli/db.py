"""tintype db"""

import json
from pathlib import Path

import click

from tintype.app import open_catalog
from tintype.catalog import Catalog, backups
from tintype.cli.opening import opened_catalog
from tintype.cli.options import json_option
from tintype.errors import InvalidRequest
from tintype.settings import Settings

EPILOG = """\b
Examples:
  tintype db check
  tintype db upgrade
  tintype db backup /backups/tintype-monday.db
"""
_FOR_POSTGRES = "Use pg_dump and pg_restore: see docs/database.md."


@click.group(epilog=EPILOG)
def command() -> None:
    """Look after the database: the one in TINTYPE_DATABASE_URL, else catalog.db in TINTYPE_DATA.

    A file of SQLite is upgraded when the service starts. PostgreSQL is upgraded by this command
    only, and the service does not start before it is.
    """


@command.command()
@json_option
def check(as_json: bool) -> int:
    """Tell whether the tables are those of this version. Exit code 1 when they are not."""
    with opened_catalog(prepared=False) as catalog:
        found = catalog.check()
    if as_json:
        kind = "sqlite" if catalog.is_embedded else "postgresql"
        facts = {"database": kind, "found": found.found, "wanted": found.wanted}
        print(json.dumps(facts | {"current": found.is_current}))
    else:
        print(f"{found.sentence} {found.remedy}".strip())
    return 0 if found.is_current else 1


@command.command()
def upgrade() -> None:
    """Bring the tables to this version's. Nothing happens when they are.

    It is one transaction: a failure leaves all as it was. Make a backup before.
    """
    with opened_catalog(prepared=False) as catalog:
        before = catalog.check()
        if before.is_newer:
            raise InvalidRequest(before.sentence, remedy=before.remedy)
        catalog.upgrade()
        print(catalog.check().sentence)


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Copy the database of SQLite to a new FILE, while the service runs.

    The copy is of one moment. Keys are sealed in it, and opened by sealing.key in the data folder:
    keep that, too, in another place. PostgreSQL has pg_dump.
    """
    size = backups.back_up(_file_of(open_catalog(Settings.from_env())), file)
    print(f"{file} ({size:,} bytes)")


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Even if that removes what is there now.")
def restore(file: Path, replace: bool) -> None:
    """Put a backup in the place of the database of SQLite, and upgrade it if it is old."""
    catalog = open_catalog(Settings.from_env())
    database = _file_of(catalog)
    if database.exists() and database.stat().st_size and not replace:
        raise InvalidRequest(
            f"There is a database in {database}, which would be lost.",
            remedy="Add --replace if that is meant.",
        )
    backups.restore(file, database)
    with opened_catalog() as restored:
        print(restored.check().sentence)


def _file_of(catalog: Catalog) -> Path:
    catalog.close()
    if catalog.file is None:
        raise InvalidRequest("The database is PostgreSQL, not SQLite.", remedy=_FOR_POSTGRES)
    return catalog.file
