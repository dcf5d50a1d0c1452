"""The database goes away: 503 with Retry-After, and the pictures' part goes on; then well again."""

from pathlib import Path

import httpx2

from servers import api, postgres, service

ADA = {"first_name": "Ada", "last_name": "Lovelace"}


def test_a_database_that_is_away_is_a_503_and_nothing_that_was_accepted_is_lost(
    tmp_path: Path,
) -> None:
    with postgres.running() as server:
        server.execute("CREATE DATABASE tintype")
        url = server.url("tintype")
        _upgrade(tmp_path, url)
        with api.running(tmp_path, url) as served, served.client(served.admin) as client:
            accepted = [add(client, number) for number in range(3)]
            server.stop()
            for answer in (
                client.get("/users"),
                client.post("/users", json=ADA | {"email": "lost@example.org"}),
                client.post("/api/v1/session", json={"email": "a@b.c", "password": "x"}),
                client.get("/setup/x"),
            ):
                assert answer.status_code == 503
                assert answer.json()["code"] == "catalog-unavailable"
                assert int(answer.headers["retry-after"]) >= 1
                assert "postgres" not in answer.text.lower()
            assert client.get("/healthz").status_code == 200
            assert client.get("/unsafe/30x20/sample:hills.jpg").status_code == 200
            server.start()
            accepted += [add(client, number) for number in range(3, 6)]
            seen = {user["id"] for user in client.get("/users").json()}
            assert set(accepted) < seen
            assert len(seen) == 7
        assert postgres.PASSWORD not in served.service.log


def add(client: httpx2.Client, number: int) -> str:
    answer = client.post("/users", json=ADA | {"email": f"{number}@example.org"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _upgrade(folder: Path, url: str) -> None:
    """Before it has tables the service refuses to start, and says what to do."""
    refused = service.start(folder, database_url=url)
    assert refused.end() == 2
    assert "tintype db upgrade" in refused.log
    assert postgres.PASSWORD not in refused.log
    from tintype.catalog import Catalog

    catalog = Catalog.open(url)
    catalog.upgrade()
    catalog.close()


def test_without_a_database_the_service_does_not_begin(tmp_path: Path) -> None:
    url = "postgresql://nobody:secret-word@127.0.0.1:1/nothing"
    refused = service.start(tmp_path, database_url=url)
    assert refused.end() == 1
    assert "TINTYPE_DATABASE_URL" in refused.log
    assert "secret-word" not in refused.log
    assert refused.log.count("\n") == 1
