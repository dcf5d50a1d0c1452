"""Sites over HTTP: one's own, captured in the background, compared, watched."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pyvips

from servers import api
from servers.api import Api, Person
from tintype.catalog import Session, jobs, site_queue, sites
from tintype.catalog.columns import now
from tintype.catalog.site_queue import Pair
from tintype.catalog.sites import SiteDraft
from tintype.ids import new_id
from tintype.web.api.site_events import LOOK

PATH = "/api/v1/sites"


def add(client: httpx2.Client, **site: Any) -> dict[str, Any]:
    answer = client.post(PATH, json={"url": "https://kelvinism.com", "capture": False} | site)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{PATH}/{answer.json()['id']}"
    found: dict[str, Any] = answer.json()
    return found


def test_a_site_is_added_found_changed_and_removed(own: httpx2.Client) -> None:
    made = add(own, title="Kelvin's", tags=["python"], options={"dark": True})
    assert (made["slug"], made["url"]) == ("kelvinism_com", "https://kelvinism.com/")
    assert (made["state"], made["queued"], made["pictures"]) == ("new", False, [])
    for path in (f"{PATH}/kelvinism_com", f"/sites/{made['id']}"):
        answer = own.get(path)
        assert answer.json() == made
    assert own.get(f"{PATH}/kelvinism_com", headers={"if-none-match": '"1"'}).status_code == 304
    assert own.patch(f"{PATH}/kelvinism_com", json={"title": "b"}).status_code == 428
    changed = own.patch(
        f"{PATH}/kelvinism_com",
        json={"tags": ["blog"], "options": {"width": 800}},
        headers={"if-match": answer.headers["etag"]},
    )
    assert changed.status_code == 200, changed.text
    assert (changed.json()["tags"], changed.json()["title"]) == (["blog"], "Kelvin's")
    for query, count in (
        ("tag=Blog", 1),
        ("tag=python", 0),
        ("q=KELVIN'S", 1),
        ("state=failed", 0),
    ):
        assert len(own.get(f"{PATH}?{query}").json()["items"]) == count, query
    stale = own.delete(f"{PATH}/kelvinism_com", headers={"if-match": answer.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "record-stale")
    gone = own.delete(f"{PATH}/kelvinism_com", headers={"if-match": changed.headers["etag"]})
    assert gone.status_code == 204
    assert own.get(f"{PATH}/kelvinism_com").status_code == 404


def test_pages_of_sites_follow_one_another(own: httpx2.Client) -> None:
    slugs = [add(own, url=f"https://{n}.example/", slug=f"s{n}")["slug"] for n in range(3)]
    first = own.get(f"{PATH}?limit=2")
    assert [site["slug"] for site in first.json()["items"]] == slugs[:0:-1]
    link = first.headers["link"].partition(">")[0].removeprefix("<")
    last = own.get(link).json()
    assert ([site["slug"] for site in last["items"]], last["next_cursor"]) == (["s0"], None)


@pytest.mark.parametrize(
    ("site", "field"),
    [
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "https://ada:secret@example.org/"}, "url"),
        ({"slug": "../etc"}, "slug"),
        ({"slug": new_id()}, "slug"),
        ({"slug": "oneSM"}, "slug"),
        ({"tags": [""]}, "tags"),
        ({"options": {"headers": {"cookie": "a"}}}, "options.headers"),
        ({"options": {"width": 1e9}}, "options.width"),
        ({"options": {"width": 4000, "height": 4000, "scale": 3}}, "options.scale"),
        ({"options": {"wait": {"until": "never"}}}, "options.wait.until"),
    ],
    ids=["file", "password", "slug", "id", "suffix", "tag", "secret", "size", "pixels", "wait"],
)
def test_what_is_no_site_is_refused_with_the_field(
    own: httpx2.Client, site: dict[str, Any], field: str
) -> None:
    answer = own.post(PATH, json={"url": "https://example.org/"} | site)
    assert answer.status_code == 422
    assert [each["loc"][-1] for each in answer.json()["errors"]] == [field]
    assert "secret" not in answer.text


def test_a_slug_is_taken_by_one_site_of_a_user(
    own: httpx2.Client, served: Api, admin: httpx2.Client
) -> None:
    made = add(own)
    again = own.post(PATH, json={"url": "https://kelvinism.com/"})
    assert (again.status_code, again.json()["code"]) == (409, "record-exists")
    assert again.json()["detail"] == (
        f"There is a site {made['slug']!r} already. Choose another slug."
    )
    with served.client(served.person()) as other:
        assert add(other)["slug"] == made["slug"]
        for path in (f"{PATH}/{made['id']}", f"{PATH}/{made['id']}/captures"):
            assert other.get(path).status_code == 404
        assert other.post(f"{PATH}/{made['id']}/capture").status_code == 404
        assert len(other.get(PATH).json()["items"]) == 1
    assert admin.get(f"{PATH}/{made['id']}").json()["id"] == made["id"]
    assert admin.get(f"{PATH}/{made['slug']}").status_code == 404, "not by the slug"


def test_each_part_takes_its_scope(served: Api, person: Person) -> None:
    reader = Person(person.id, person.email, served.key(person.id, ["sites:read"]))
    writer = Person(person.id, person.email, served.key(person.id, ["sites:write"]))
    with served.client(writer) as client:
        add(client)
        assert client.get(PATH).status_code == 403
        assert client.get(f"{PATH}/kelvinism_com/events").status_code == 403
        assert client.get("/api/v1/site-events").status_code == 403
    with served.client(reader) as client:
        assert client.get(f"{PATH}/kelvinism_com").status_code == 200
        assert client.get("/api/v1/site-counts").json() == {
            "states": {"new": 1, "captured": 0, "failed": 0},
            "failures": {},
        }
        for method, path in (("POST", ""), ("POST", "/kelvinism_com/capture")):
            answer = client.request(method, PATH + path, json={"url": "https://a.example/"})
            assert answer.status_code == 403
        remove = client.delete(f"{PATH}/kelvinism_com", headers={"if-match": "*"})
        assert remove.status_code == 403


def test_a_site_that_is_added_again_by_the_same_request_is_added_once(
    own: httpx2.Client,
) -> None:
    send = partial(
        own.post,
        PATH,
        json={"url": "https://kelvinism.com", "capture": False},
        headers={"idempotency-key": "a"},
    )
    first, second = send(), send()
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"


def test_a_site_of_the_operator_is_reached_by_administrators(
    served: Api, admin: httpx2.Client, own: httpx2.Client
) -> None:
    slug = f"operators-{now().timestamp():.0f}"
    pair = Pair("https://kelvinism.com/", slug)
    queued = served.catalog.run_now(lambda s: site_queue.enqueue(s, [pair]))
    assert queued.job
    served.catalog.run_now(lambda s: jobs.cancel(s, None, queued.job.id))  # type: ignore[union-attr]
    assert admin.get(f"{PATH}/{slug}").json()["url"] == pair.url
    assert own.get(f"{PATH}/{slug}").status_code == 404
    gone = admin.delete(f"{PATH}/{slug}", headers={"if-match": "*"})
    assert gone.status_code == 204
    assert served.catalog.read_now(lambda s: sites.find(s, "", slug)) is None


class Pages:
    """A web server with one page, whose colour and status can be set; what webhooks send it."""

    def __init__(self) -> None:
        self.colour, self.status = "#1060c0", 200
        self.heard: list[dict[str, Any]] = []
        self.hears = threading.Condition()
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = (
                    f"<title>A page</title><body style='background:#fff'><h1>Hello</h1>"
                    f"<div style='background:{pages.colour};width:640px;height:512px'></div>"
                ).encode()
                self.send_response(pages.status)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                with pages.hears:
                    pages.heard.append(json.loads(self.rfile.read(length)))
                    pages.hears.notify_all()
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def until(self, kind: str) -> dict[str, Any]:
        """The message of a kind that a webhook has brought."""

        def found() -> dict[str, Any] | None:
            return next((each for each in self.heard if each["type"] == kind), None)

        with self.hears:
            assert self.hears.wait_for(lambda: found() is not None, 30), self.heard
        message = found()
        assert message
        return message


@pytest.fixture
def pages() -> Iterator[Pages]:
    made = Pages()
    yield made
    made.close()


@pytest.fixture
def capturing(tmp_path: Path) -> Iterator[Api]:
    """A service that may capture pages of this machine."""
    with api.running(tmp_path, allowed_networks="127.0.0.0/8") as running:
        yield running


def after_event(client: httpx2.Client, path: str, act: Callable[[], object]) -> tuple[str, Any]:
    """The first event of a stream that was opened before something was done."""
    with client.stream("GET", path) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert next(lines) == "retry: 1000"
        act()
        kind = ""
        for line in lines:
            name, _, value = line.partition(": ")
            kind = value if name == "event" else kind
            if name == "data":
                return kind, json.loads(value)
    raise AssertionError("the stream has ended")


def test_a_moment_that_nobody_can_have_heard_of_ends_no_stream(own: httpx2.Client) -> None:
    for last in ("9" * 15, "-1", "x"):
        with own.stream("GET", "/api/v1/site-events", headers={"last-event-id": last}) as stream:
            assert stream.status_code == 200, last
            assert next(stream.iter_lines()) == "retry: 1000"


def test_more_sites_at_a_time_than_are_read_at_once_are_all_told(
    own: httpx2.Client, served: Api, person: Person
) -> None:
    began = now()

    def captured(session: Session) -> None:
        for number in range(2 * sites.CHANGES + 1):
            draft = SiteDraft(slug=f"s{number}", url="https://a.example/", user_id=person.id)
            site = sites.add(session, draft)
            site.event, site.changed_at = (
                "site.captured",
                began + timedelta(milliseconds=number // 9),
            )

    served.catalog.run_now(captured)
    last = {"last-event-id": str(int(began.timestamp() * 1000))}
    told: list[str] = []
    with own.stream("GET", "/api/v1/site-events", headers=last) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                told.append(json.loads(line[6:])["slug"])
            if len(told) == 2 * sites.CHANGES + 1:
                break
    assert sorted(told) == sorted(f"s{number}" for number in range(2 * sites.CHANGES + 1))


def test_who_watches_too_much_at_once_is_told_to_come_again_later(
    own: httpx2.Client, served: Api
) -> None:
    lines: list[Iterator[str]] = []  # one that nobody has any longer ends its stream
    with ExitStack() as open_ones:

        def first_line(client: httpx2.Client) -> str:
            stream = open_ones.enter_context(client.stream("GET", "/api/v1/site-events"))
            assert stream.status_code == 200
            lines.append(stream.iter_lines())
            return next(lines[-1])

        assert [first_line(own) for _ in range(21)] == ["retry: 1000"] * 20 + ["retry: 10000"]
        other = open_ones.enter_context(served.client(served.person()))
        assert first_line(other) == "retry: 1000"
    assert own.get(PATH).status_code == 200


def test_a_page_is_captured_shown_compared_and_watched(capturing: Api, pages: Pages) -> None:
    with capturing.client(capturing.person()) as own:
        hook = {"url": pages.url + "hook", "events": ["site.captured", "site.failed"]}
        assert own.post("/api/v1/webhooks", json=hook).status_code == 201
        begin = partial(own.post, PATH, json={"url": pages.url, "slug": "page"})
        kind, site = after_event(own, "/api/v1/site-events", begin)
        assert (kind, site["state"], site["title"]) == ("site.captured", "captured", "")
        assert pages.until("site.captured")["data"]["slug"] == "page"
        large, small = (own.get(each["url"]) for each in site["pictures"])
        with capturing.client() as stranger:
            assert stranger.get(site["pictures"][0]["url"]).content == large.content
            assert stranger.get(f"/files/sites/{site['id']}/other.jpg").status_code == 404
        picture = pyvips.Image.new_from_buffer(large.content, "")
        assert (picture.width, picture.height) == (201, 147)
        assert small.headers["content-type"] == "image/jpeg"
        red, _, blue = picture(50, 60)
        assert blue > red + 100, "the page's own colour"

        pages.colour = "#c01010"
        again = partial(own.post, f"{PATH}/page/capture")

        def changed_and_again() -> None:
            change = {"json": {"title": "b"}, "headers": {"if-match": "*"}}
            assert own.patch(f"{PATH}/page", **change).status_code == 200
            time.sleep(LOOK + 0.2)  # a look in between: a change is no event
            again()

        earlier = site["captured_at"]
        kind, site = after_event(own, f"{PATH}/page/events", changed_and_again)
        assert (kind, site["captured_at"] > earlier) == ("site.captured", True)
        captures = own.get(f"{PATH}/page/captures").json()["items"]
        assert [each["title"] for each in captures] == ["A page"] * 2
        assert captures[1]["distance"] is None
        assert 0.2 < captures[0]["distance"] < 0.3  # the box is a quarter of the page
        told = own.get(f"{PATH}/page/difference").json()
        assert (told["before"], told["after"]) == (captures[1]["id"], captures[0]["id"])
        assert told["share"] == pytest.approx(captures[0]["distance"], abs=0.02)
        shown = pyvips.Image.new_from_buffer(own.get(told["picture_url"]).content, "")
        assert shown.width == 640
        red, green, _ = shown(100, 150)
        assert red > 180 > 80 > green, "what differs is red"
        assert own.get(captures[1]["picture_url"]).headers["content-type"] == "image/webp"

        pages.status = 404
        before = own.get(site["pictures"][0]["url"]).content
        kind, site = after_event(own, "/api/v1/site-events", again)
        assert (kind, site["state"], site["code"]) == ("site.failed", "failed", "http-404")
        assert own.get(site["pictures"][0]["url"]).content == before
        told = pages.until("site.failed")["data"]
        assert (told["key"], told["code"]) == ("page", "page-not-captured")
        counts = own.get("/api/v1/site-counts").json()
        assert counts["failures"] == {"http-404": 1}
        metrics = own.get("/metrics").text
        assert 'tintype_captures_total{outcome="captured"} 2.0' in metrics
        assert 'tintype_captures_total{outcome="http-4xx"}' in metrics
        assert 'tintype_stage_seconds_count{stage="capture"}' in metrics
        assert "tintype_sites 1.0" in metrics
        assert "tintype_sites_failed 1.0" in metrics
