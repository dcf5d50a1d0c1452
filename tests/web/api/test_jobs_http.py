"""Jobs and webhooks over HTTP, with the service that works them off."""

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest

from servers.api import Api
from tintype.catalog import schedules, users
from tintype.errors import CredentialsRefused
from tintype.jobs.cron import following
from tintype.signed_messages import verify

PATH = "/api/v1/jobs"
ITEMS = [{"source": "sample:hills.jpg", "key": f"of-{{}}/{n}.jpg"} for n in (1, 2)]


def items_of(person_id: str) -> list[dict[str, str]]:
    return [{**item, "key": item["key"].format(person_id)} for item in ITEMS]


def finished(client: httpx2.Client, job_id: str) -> dict[str, Any]:
    end = time.monotonic() + 30
    while True:
        job: dict[str, Any] = client.get(f"{PATH}/{job_id}").json()
        if job["finished_at"]:
            return job
        assert time.monotonic() < end, job
        time.sleep(0.05)


def start(client: httpx2.Client, **job: Any) -> dict[str, Any]:
    answer = client.post(PATH, json=job)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"{PATH}/{answer.json()['id']}"
    found: dict[str, Any] = answer.json()
    return found


def test_a_batch_is_published_seen_and_watched(
    own: httpx2.Client, person: Any, served: Api
) -> None:
    job = start(
        own,
        task="publish",
        args={"look": {"width": 50}},
        items=[*items_of(person.id), {"source": "sample:absent.jpg", "key": f"{person.id}/3.jpg"}],
    )
    lines = []
    far = {"last-event-id": "9" * 20}  # more than any database counts to
    with own.stream("GET", f"{PATH}/{job['id']}/events", headers=far) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            lines.append(line)
            if line == "event: finished":
                break
    assert "event: progress" in lines
    done = finished(own, job["id"])
    assert (done["state"], done["progress"]["done"], done["progress"]["failed"]) == ("partly", 2, 1)
    failed = own.get(f"{PATH}/{job['id']}/items", params={"state": "failed"}).json()["items"]
    assert [(item["number"], item["code"]) for item in failed] == [(2, "source-not-found")]
    written = served.service.store / "files" / person.id / f"of-{person.id}" / "1.jpg"
    assert written.read_bytes()[:2] == b"\xff\xd8"
    assert [j["id"] for j in own.get(PATH).json()["items"]] == [job["id"]]
    again = own.post(f"{PATH}/{job['id']}/retry").json()
    assert again["state"] == "running"
    assert finished(own, job["id"])["progress"]["failed"] == 1
    assert own.post(f"{PATH}/{job['id']}/cancel").json()["state"] == "partly"


def test_a_job_keeps_to_the_quota_of_its_user(own: httpx2.Client, person: Any, served: Api) -> None:
    change = {"quota_bytes": 20_000_000}
    served.catalog.run_now(lambda session: users.change(session, person.id, change, version=None))
    job = start(own, task="publish", items=items_of(person.id)[:1])
    assert finished(own, job["id"])["state"] == "done"
    (item,) = own.get(f"{PATH}/{job['id']}/items").json()["items"]
    assert own.get(item["result"]["url"]).headers["content-type"] == "image/jpeg"
    change = {"quota_bytes": own.get("/api/v1/me").json()["usage"]["used_bytes"] + 10}
    served.catalog.run_now(lambda session: users.change(session, person.id, change, version=None))
    for task in ("publish", "import"):
        job = start(own, task=task, items=[{"source": "sample:plate.png", "key": "plate.png"}])
        assert finished(own, job["id"])["state"] == "failed"
        (item,) = own.get(f"{PATH}/{job['id']}/items").json()["items"]
        assert item["code"] == "quota-exceeded"


def test_a_job_that_is_sent_again_is_done_once(own: httpx2.Client, person: Any) -> None:
    body = {"task": "import", "items": [{"source": "sample:hills.jpg"}]}
    headers = {"idempotency-key": f"job-{person.id}"}
    first, second = (own.post(PATH, json=body, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("job", "field"),
    [
        ({"task": "purge", "args": {"all": True}}, "task"),
        ({"task": "publish", "args": {"to": "/etc"}}, "to"),
        ({"task": "publish", "args": {"look": {"colour": 1}}}, "colour"),
        ({"task": "publish", "items": [{"source": "sample:hills.jpg"}]}, "items.0"),
        ({"task": "publish", "items": [{"source": "sample:hills.jpg", "key": "a b"}]}, "items.0"),
        (
            {"task": "publish", "items": [{"source": "sample:a.jpg", "key": "a/../b"}]},
            "items.0",
        ),
        ({"task": "import", "items": [{"source": "/etc/passwd"}]}, "items.0"),
        ({"task": "import", "items": [{"source": "store:secret.jpg"}]}, "items.0"),
        ({"task": "import", "args": {"folder": "/etc"}}, "folder"),
        ({"task": "import", "args": {"list": "file:/etc/passwd"}}, ""),
        ({"task": "import", "priority": 11}, "priority"),
        ({"task": "import", "args": {"source": "/etc/passwd"}}, ""),
        ({"task": "publish", "args": {"source": "sample:hills.jpg"}}, "key"),
        ({"task": "publish"}, "items"),
        ({"task": "import", "args": {"list": "https://a.example/"}, "items": []}, "list"),
    ],
)
def test_what_a_user_may_not_have_done_is_refused(
    own: httpx2.Client, job: dict[str, Any], field: str
) -> None:
    answer = own.post(PATH, json=job)
    assert answer.status_code in (403, 422), answer.text
    assert field in answer.text
    assert own.get(PATH).json()["items"] == [] or field.startswith("items")


def test_a_job_begins_when_it_is_told_to(own: httpx2.Client) -> None:
    items = [{"source": "sample:hills.jpg"}]
    job = start(own, task="import", items=items, due_at="2099-01-31T08:00:00+01:00")
    assert (job["state"], job["due_at"]) == ("waiting", "2099-01-31T07:00:00Z")
    later = start(own, task="import", args={"source": "sample:hills.jpg"}, delay=3_600)
    assert later["due_at"] > later["created_at"]
    both = {"task": "import", "items": items, "delay": 5, "due_at": "2099-01-31T08:00:00Z"}
    assert "due_at" in own.post(PATH, json=both).text
    assert own.post(PATH, json={**both, "due_at": "soon"}).status_code == 422


LISTS = "/api/v1/job-lists"


def test_a_long_list_is_the_body(own: httpx2.Client, person: Any) -> None:
    lines = "".join(f"sample:absent-{n}-{'x' * 60}.jpg\n" for n in range(3_000))
    answer = own.post(LISTS, params={"task": "import", "delay": 3_600}, content=lines)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"{PATH}/{job['id']}"
    assert (job["task"], job["progress"]["total"]) == ("import", 3_000)
    assert own.post(f"{PATH}/{job['id']}/cancel").json()["state"] == "cancelled"
    csv = f"url,slug\nsample:hills.jpg,of-{person.id}/list.jpg\n"
    query = {"task": "publish", "args": json.dumps({"look": {"width": 40}})}
    headers = {"idempotency-key": "list-1", "content-type": "text/csv"}
    first, second = (own.post(LISTS, params=query, content=csv, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    other = own.post(LISTS, params=query, content=csv + "\n", headers=headers)
    assert other.json()["code"] == "idempotency-key-reused"
    assert finished(own, first.json()["id"])["state"] == "done"


@pytest.mark.parametrize(
    ("content", "query", "status"),
    [
        (b"", {}, 400),
        (b"/etc/passwd\n", {}, 422),
        (b'{"source": 5}', {}, 400),
        (b"a" * ((16 << 20) + 1), {}, 413),
        (b"sample:hills.jpg\n" * 100_001, {}, 400),
        (b"sample:hills.jpg\n", {"task": "purge"}, 422),
        (b"sample:hills.jpg\n", {"args": "[]"}, 400),
        (b"sample:hills.jpg\n", {"args": '{"folder": "/etc"}'}, 422),
    ],
    ids=["empty", "file", "line", "large", "many", "task", "args", "folder"],
)
def test_a_list_that_cannot_be_is_refused_as_a_whole(
    own: httpx2.Client, content: bytes, query: dict[str, str], status: int
) -> None:
    answer = own.post(LISTS, params={"task": "import", **query}, content=content)
    assert answer.status_code == status, answer.text
    assert own.get(PATH).json()["items"] == []


def test_administrators_see_and_pause_schedules(
    own: httpx2.Client, admin: httpx2.Client, served: Api
) -> None:
    args = {"expired": True}
    served.catalog.run_now(
        lambda s: schedules.put(
            s,
            "nightly",
            cron="0 3 * * *",
            zone="UTC",
            task="purge",
            args=args,
            following=following,
        )
    )
    path = "/api/v1/job-schedules"
    named = {each["name"]: each for each in admin.get(path).json()["items"]}
    assert (named["nightly"]["task"], named["nightly"]["args"]) == ("purge", args)
    assert named["nightly"]["next_at"]
    assert admin.post(f"{path}/nightly/pause").json()["next_at"] is None
    assert admin.post(f"{path}/nightly/resume").json()["next_at"]
    assert admin.post(f"{path}/weekly/pause").status_code == 404
    for answer in (own.get(path), own.post(f"{path}/nightly/pause")):
        assert answer.status_code == 403


def test_jobs_of_others_are_not_there(own: httpx2.Client, served: Api) -> None:
    job = start(own, task="import", items=[{"source": "sample:hills.jpg"}])
    with served.client(served.person()) as other:
        for method, path in (
            ("GET", ""),
            ("GET", "/items"),
            ("GET", "/events"),
            ("POST", "/cancel"),
            ("POST", "/retry"),
        ):
            assert other.request(method, f"{PATH}/{job['id']}{path}").status_code == 404
        assert other.get(PATH).json()["items"] == []
    with served.client(served.admin) as admin:
        assert admin.get(f"{PATH}/{job['id']}").status_code == 200


class Receiver:
    """An endpoint that takes messages, the first time with a refusal."""

    def __init__(self) -> None:
        self.messages: list[tuple[dict[str, str], bytes]] = []
        self.statuses = [503]
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.messages.append((headers, body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Any:
    made = Receiver()
    yield made
    made.close()


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 40
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_webhooks_are_told_signed_and_again_until_they_hear(
    own: httpx2.Client, receiver: Receiver, tmp_path: Path
) -> None:
    made = own.post("/api/v1/webhooks", json={"url": receiver.url, "events": ["original.added"]})
    assert made.status_code == 201, made.text
    hook = made.json()
    start(own, task="import", items=[{"source": "sample:plate.png"}])
    until(lambda: len(receiver.messages) == 2)
    (first, body), (second, again) = receiver.messages
    assert body == again
    assert first["webhook-id"] == second["webhook-id"]
    verify(hook["secret"], second, again, time.time())
    for headers, sent in ((second, again + b" "), ({**second, "webhook-timestamp": "1"}, again)):
        with pytest.raises(CredentialsRefused):
            verify(hook["secret"], headers, sent, time.time())
    told = json.loads(body)
    assert (told["type"], told["data"]["name"]) == ("original.added", "plate.png")
    path = f"/api/v1/webhooks/{hook['id']}"

    def delivered() -> bool:
        (delivery,) = own.get(f"{path}/deliveries").json()["items"]
        return bool(delivery["delivered_at"]) and delivery["tries"] == 2

    until(delivered)
    assert "secret" not in own.get(path).json()
    assert own.post(f"{path}/test").status_code == 202
    until(lambda: len(receiver.messages) == 3)
    assert json.loads(receiver.messages[2][1])["type"] == "webhook.test"
    assert own.delete(path).status_code == 204
    assert own.get(path).status_code == 404


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "http://u:p@a.example/", "https://", "x", "http://a b/"]
)
def test_a_webhook_has_a_url_of_the_web(own: httpx2.Client, url: str) -> None:
    answer = own.post("/api/v1/webhooks", json={"url": url, "events": ["*"]})
    assert answer.status_code == 422
    assert "url" in answer.text


def test_metrics_tell_of_jobs(served: Api) -> None:
    text = httpx2.get(f"{served.url}/metrics").text
    assert "\ntintype_jobs_waiting " in text
    assert "\ntintype_job_workers " in text
