"""The real service behind the real web servers: made by one, answered by the other."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import pytest
from libthumbor import CryptoURL

from servers import front, service, static
from servers.front import Answer
from servers.service import ADMIN, Service
from vhost.sites import KINDS, NAME, need, printed

HILLS = (files("tintype") / "pictures" / "hills.jpg").read_bytes()
KEY = "a key of these tests alone"
STORED = [
    "hills.jpg",
    "a b.jpg",
    "100%.jpg",
    "grüße/写真.jpg",
    "a+b~c*d$e@f!g'h.jpg",
    "x=y,z;1.jpg",
]
CHROME = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
OLD_SAFARI = "image/webp,image/png,image/*;q=0.8,*/*;q=0.5"
ACCEPTS = [CHROME, OLD_SAFARI, "*/*"]


@dataclass
class Stack:
    """A web server that runs, and a service behind it that can be ended and started again."""

    folder: Path
    port: int
    upstream: int
    web: str = ""
    service: Service | None = None

    def begin(self, key: str = KEY) -> None:
        self.service = service.start(
            self.folder,
            port=self.upstream,
            security_key=key,
            auto_formats="avif,webp",
            max_age=1234,
        )
        assert self.service.url, self.service.log
        assert front.ask(self.upstream, "/healthz").status == 200

    def end(self) -> None:
        if self.service:
            assert self.service.end(signal.SIGINT) == 0, self.service.log
            self.service = None

    def wait_for(self, path: str) -> None:
        """Wait until a plain rendition is kept for good: an answer does not wait for that."""
        links = self.folder / "data" / "renditions" / "front" / path[1:]
        end = time.monotonic() + 10
        while self._is_busy() or not any(link.exists() for link in links.glob("@plain.*")):
            assert time.monotonic() < end
            time.sleep(0.02)

    def _is_busy(self) -> bool:
        return b"\ntintype_under_way 0" not in front.ask(self.upstream, "/metrics").body

    def ask(self, path: str | bytes, method: str = "GET", **named: object) -> Answer:
        return front.ask(self.port, path, method, **named)  # type: ignore[arg-type]


@pytest.fixture(params=list(KINDS))
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    module = need(request.param)
    with ExitStack() as ends:
        folder = ends.enter_context(front.readable_folder())
        for name in STORED:
            file = folder / "data" / "store" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(HILLS)
        stack = Stack(folder, front.free_port(), front.free_port())
        stack.web = ends.enter_context(static.serving({"/dir/hills.jpg": HILLS}))
        text = printed(
            request.param, "--server-name", NAME, "--listen", f"127.0.0.1:{stack.port}",
            data=folder / "data", TINTYPE_PORT=str(stack.upstream),
            TINTYPE_AUTO_FORMATS="avif,webp", TINTYPE_MAX_AGE="1234",
        )  # fmt: skip
        ends.enter_context(module.running(folder / "run", text, stack.port))
        ends.callback(stack.end)
        stack.begin()
        yield stack


def signed(image: str, **options: object) -> str:
    """A URL as thumbor's own library makes it."""
    url = CryptoURL(key=KEY).generate(image_url=image, **options)
    return quote(url, safe="/:,;@=+$!*'~()%")  # as a browser sends it


def urls(stack: Stack) -> list[str]:
    web = f"{stack.web}/dir/hills.jpg"
    return [
        *(signed(quote(name), width=60, height=40, smart=True) for name in STORED),
        *(signed(name, width=50, height=40) for name in STORED if "%" not in name),
        signed(web, width=61, height=40),
        signed(quote(web, safe=""), width=62, height=40),
        signed("sample:plate.png", width=63),
        signed("hills.jpg", width=64, filters=["format(png)"]),
        signed("hills.jpg", width=65, filters=["grayscale()", "format(webp)", "quality(50)"]),
        signed("hills.jpg", width=66).replace("=", "%3D", 1),
        "/unsafe/67x0/hills.jpg",
    ]


def test_what_the_service_has_made_once_is_answered_without_it(stack: Stack) -> None:
    made = {(url, a): stack.ask(url, Accept=a) for url in urls(stack) for a in ACCEPTS}
    assert {key: answer.status for key, answer in made.items() if answer.status != 200} == {}
    stack.end()
    time.sleep(1.1)  # what nginx remembers of files, and of their absence
    assert stack.ask("/unsafe/99x0/hills.jpg").status in (502, 503)
    for (url, accept), first in made.items():
        again = stack.ask(url, Accept=accept)
        assert again.status == 200, (url, accept)
        assert again.body == first.body
        for name in ("content-type", "cache-control", "x-content-type-options", "vary",
                     "cross-origin-resource-policy"):  # fmt: skip
            assert again.headers.get(name) == first.headers.get(name), (url, accept, name)
    kinds = {answer.headers["content-type"] for answer in made.values()}
    assert {"image/jpeg", "image/webp", "image/png"} <= kinds


# Each is asked for while a rendition of /unsafe/70x0/hills.jpg lies ready, and is another thing.
NEIGHBOURS = [
    "/unsafe/70x0/hills.jpg?a=b",
    "/unsafe/70x0//hills.jpg",
    "/unsafe//70x0/hills.jpg",
    "/unsafe/70x0/hills.jpg/",
    "/unsafe/70x0/x/../hills.jpg",
    "/unsafe/70x0/filters:expire(1)/hills.jpg",
    "/unsafe/70x0/hills.jpg/@plain.jpg",
]


def test_what_the_service_refuses_is_refused_in_front_of_it(stack: Stack) -> None:
    assert stack.ask("/unsafe/70x0/hills.jpg").status == 200
    wrong = signed("hills.jpg", width=71)[:-9] + "plate.png"
    for path in (
        *NEIGHBOURS,
        wrong,
        "/unsafe/1x1/absent.jpg",
        "/unsafe/1x1/filters:nope()/hills.jpg",
    ):
        direct = front.ask(stack.upstream, path)
        through = stack.ask(path)
        assert through.status == direct.status, path
        assert through.headers.get("content-type") == direct.headers.get("content-type"), path
        assert through.headers.get("cache-control") == direct.headers.get("cache-control"), path


def test_an_answer_that_depends_on_more_than_its_path_stays_with_the_service(stack: Stack) -> None:
    later = f"{int(time.time() + 900)}000"
    filters = ("max_age(9)", "attachment(photo.jpg)", f"expire({later})")
    paths = [f"/unsafe/72x0/filters:{text}/hills.jpg" for text in filters]
    answers = [(stack.ask(path), stack.ask(path)) for path in paths]
    for first, again in answers:
        assert first.status == again.status == 200
        for name in ("cache-control", "content-disposition", "etag"):
            assert again.headers.get(name) == first.headers.get(name)
    assert "max-age=9," in answers[0][0].headers["cache-control"]
    assert "photo.jpg" in answers[1][0].headers["content-disposition"]
    stack.end()
    assert {stack.ask(path).status for path in paths} <= {502, 503}


@pytest.mark.parametrize("what", [{"source": "store:hills.jpg"}, {"all": True}], ids=str)
def test_after_a_purge_the_service_is_asked_again(stack: Stack, what: dict[str, object]) -> None:
    path = "/unsafe/73x0/hills.jpg"
    old = stack.ask(path).body
    stack.wait_for(path)
    (stack.folder / "data" / "store" / "hills.jpg").write_bytes(
        (files("tintype") / "pictures" / "plate.png").read_bytes()
    )
    answer = stack.ask(
        "/purge", "POST", body=json.dumps(what).encode(), Authorization=f"Bearer {ADMIN}",
        Content_Type="application/json",
    )  # fmt: skip
    assert answer.status == 200, answer
    assert json.loads(answer.body)["purged"] == 1
    end = time.monotonic() + 10
    while (new := stack.ask(path)).body == old and time.monotonic() < end:
        time.sleep(0.1)
    assert new.status == 200
    assert new.headers["content-type"] == "image/png"
    stack.end()
    time.sleep(1.1)  # as above
    assert stack.ask(path).body == new.body


def test_with_another_key_no_url_of_the_old_one_is_answered(stack: Stack) -> None:
    path = signed("hills.jpg", width=74)
    assert stack.ask(path).status == 200
    stack.end()
    stack.begin("another key of these tests")
    end = time.monotonic() + 10
    while stack.ask(path).status == 200 and time.monotonic() < end:
        time.sleep(0.1)
    assert stack.ask(path).status == 403
