"""tintype keys."""

import json
from pathlib import Path

from cli.running import Run, assert_one_line
from tintype.catalog import Catalog, access_keys, api_keys
from tintype.credentials.access_keys import purpose
from tintype.credentials.api_keys import parse_api_key
from tintype.credentials.scopes import ADMIN, SCOPES
from tintype.credentials.sealing import Sealing

ADD = ["users", "add", "ada@example.org", "--first-name", "Ada", "--last-name", "Lovelace"]


def test_a_key_opens_what_its_user_may_until_it_is_revoked(run: Run, tmp_path: Path) -> None:
    user_id = run(*ADD).stdout.strip()
    added = run("keys", "add", "ADA@example.org", "--name", "laptop")
    assert (added.returncode, added.stderr) == (0, "")
    key = parse_api_key(added.stdout.strip())
    catalog = Catalog.in_file(tmp_path / "tintype-data" / "catalog.db")
    found = catalog.read_now(lambda session: api_keys.find(session, key.digest))
    assert found
    assert (found[1].id, set(found[0].scopes)) == (user_id, set(SCOPES) - {ADMIN})
    listed = run("keys", "list", user_id)
    assert listed.stdout.startswith(f"{key.id} …{key.last4} laptop: ")
    assert key.text not in listed.stdout
    assert run("keys", "rm", user_id, key.id).stdout == f"{key.id}\n"
    assert run("keys", "list", user_id).stdout == ""
    assert catalog.read_now(lambda session: api_keys.find(session, key.digest)) is None
    catalog.close()


def test_a_key_with_some_scopes_and_an_end(run: Run) -> None:
    run(*ADD, "--admin")
    options = ["--scope", "users:read", "--scope", "users:admin", "--days", "1", "--json"]
    made = json.loads(run("keys", "add", ADD[2], "--name", "x", *options).stdout)
    assert made["scopes"] == ["users:admin", "users:read"]
    assert made["expires_at"] > made["created_at"]
    (listed,) = run("keys", "list", ADD[2], "--json").stdout.splitlines()
    assert json.loads(listed) == {name: value for name, value in made.items() if name != "key"}


def test_what_cannot_be_is_told(run: Run) -> None:
    run(*ADD)
    options = ["--name", "x", "--scope"]
    refused = run("keys", "add", ADD[2], *options, "users:admin")
    assert_one_line(refused, 2, "scope: users:admin is for administrators only")
    assert run("keys", "add", ADD[2], *options, "users:everything").returncode == 2
    assert_one_line(run("keys", "add", "nobody@x.org", "--name", "x"), 1, "There is no user")
    assert_one_line(run("keys", "add", ADD[2], "--name", " "), 2, "name: cannot be blank")
    assert_one_line(run("keys", "rm", ADD[2], "x"), 1, "There is no such key")


def test_a_key_that_signs_is_shown_once_listed_and_revoked(run: Run, tmp_path: Path) -> None:
    run(*ADD)
    options = ["--name", "old", "--signing", "--scope", "sites:write"]
    key_id, secret = run("keys", "add", ADD[2], *options).stdout.split()
    catalog = Catalog.in_file(tmp_path / "tintype-data" / "catalog.db")
    found = catalog.read_now(lambda session: access_keys.find(session, key_id))
    assert found
    sealing = Sealing.of_settings((), tmp_path / "tintype-data")
    assert sealing.open(found[0].sealed_secret, purpose(key_id)) == secret
    listed = run("keys", "list", ADD[2]).stdout
    assert listed == f"{key_id} signing old: sites:write\n"
    as_json = json.loads(run("keys", "list", ADD[2], "--json").stdout)
    assert as_json["signing"] is True
    assert run("keys", "rm", ADD[2], key_id).stdout == f"{key_id}\n"
    assert run("keys", "list", ADD[2]).stdout == ""
    catalog.close()
