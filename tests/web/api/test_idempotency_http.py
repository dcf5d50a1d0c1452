"""Idempotency-Key: a request is done once, however often it is sent."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select, update

from servers import api as api_server
from servers.api import Api
from tintype.catalog import Session, idempotency
from tintype.catalog.columns import now
from tintype.catalog.tables import RememberedAnswer

ADA = {"first_name": "Ada", "last_name": "Lovelace"}


def test_the_same_request_gets_the_same_answer(admin: httpx2.Client, person: object) -> None:
    key = {"idempotency-key": "once"}
    body = ADA | {"email": "once@example.org"}
    first, again = (admin.post("/users", json=body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    for name in ("location", "etag", "content-type", "cache-control"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    without = admin.post("/users", json=body)
    assert without.json()["code"] == "email-taken"


def test_another_request_under_the_key_is_refused(served: Api, admin: httpx2.Client) -> None:
    key = {"idempotency-key": "mine"}
    body = ADA | {"email": "mine@example.org"}
    assert admin.post("/users", json=body, headers=key).status_code == 201
    for path, other in (("/users", body | {"first_name": "X"}), ("/api/v1/users", body)):
        answer = admin.post(path, json=other, headers=key)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    with served.client(served.person(is_admin=True)) as somebody_else:
        theirs = body | {"email": "theirs@example.org"}
        assert somebody_else.post("/users", json=theirs, headers=key).status_code == 201


def test_a_request_that_failed_may_be_sent_again(admin: httpx2.Client) -> None:
    key = {"idempotency-key": "failed"}
    taken, free = ({"email": f"{name}@example.org"} for name in ("taken", "free"))
    admin.post("/users", json=ADA | taken)
    assert admin.post("/users", json=ADA | taken, headers=key).status_code == 409
    assert admin.post("/users", json=ADA | free, headers=key).status_code == 201


def test_while_it_runs_the_same_request_is_refused(served: Api, admin: httpx2.Client) -> None:
    barrier = threading.Barrier(8)
    body = ADA | {"email": "racing@example.org", "password": "a long enough password"}

    def send(_: int) -> httpx2.Response:
        with served.client(served.admin) as client:
            barrier.wait()
            return client.post("/users", json=body, headers={"idempotency-key": "racing"})

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(8)))
    made = {answer.headers["location"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1
    others = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert others <= {"request-running"}


def test_a_request_that_is_noted_as_running_is_refused(served: Api, admin: httpx2.Client) -> None:
    import hashlib

    body = b'{"first_name": "A"}'
    sha256 = hashlib.sha256(b"\n".join((b"POST", b"/users", body))).hexdigest()
    served.catalog.run_now(
        lambda session: idempotency.begin(session, served.admin.id, "runs", sha256)
    )
    full = ADA | {"email": "runs@example.org"}
    other = admin.post("/users", json=full, headers={"idempotency-key": "runs"})
    assert other.status_code == 422


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ü"])
def test_a_key_that_cannot_be_kept_is_refused(admin: httpx2.Client, key: str) -> None:
    answer = admin.post(
        "/users",
        json=ADA | {"email": "badkey@example.org"},
        headers={"idempotency-key": key.encode()},
    )
    assert answer.status_code == 400


def test_what_is_too_old_is_forgotten(tmp_path: Path) -> None:
    def age(session: Session) -> None:
        idempotency.begin(session, "somebody", "old", "")
        then = now() - idempotency.KEPT - timedelta(seconds=1)
        session.execute(update(RememberedAnswer).values(begun_at=then))

    def keys(session: Session) -> Sequence[str]:
        return session.scalars(select(RememberedAnswer.key)).all()

    with api_server.running(tmp_path) as running:
        running.catalog.run_now(age)
        with running.client(running.admin) as client:
            body = ADA | {"email": "new@example.org"}
            answer = client.post("/users", json=body, headers={"idempotency-key": "new"})
            assert answer.status_code == 201
        assert running.catalog.read_now(keys) == ["new"]
