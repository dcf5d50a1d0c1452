"""The ASGI application: what is behind which address, and what all answers have in common."""

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tintype.settings import Settings
from tintype.stages import watch_stages
from tintype.web import errors
from tintype.web.access_log import AccessLog
from tintype.web.connection import CAREFUL, HINTS
from tintype.web.cors import Cors
from tintype.web.errors import Trouble
from tintype.web.exchange import Exchange, Receive, Scope, Send
from tintype.web.hot import HotAnswers
from tintype.web.metrics import Metrics
from tintype.web.placeholder import read_placeholder
from tintype.web.presence import ClientGone
from tintype.web.routes import Routes
from tintype.web.scrape import Share
from tintype.web.tracing import finish, request_span, watching

if TYPE_CHECKING:
    from tintype.jobs.worker import EmbeddedCandidate

log = logging.getLogger("tintype.web")
CLIENT_GONE = 499  # nginx's number for it; only logs and metrics ever see it
PUBLISH_EVERY = 1.0  # seconds
_SIGNATURE = re.compile(rb"(Signature=)[^&]*")
_TICKET = re.compile(rb"(/uploads/ticket/)[^/?]+")
_CALLBACK = re.compile(rb"(/connections/[^?]*/callback)\?.*")


def create(settings: Settings | None = None) -> "Web":
    """The application for any ASGI server; settings from the environment unless given."""
    return Web(settings or Settings.from_env())


class Web:
    """The service in one process. Built when the server starts it (lifespan), in its loop.

    `share` is where the workers of one service lay down their figures for one another.
    """

    def __init__(self, settings: Settings, share: Share | None = None) -> None:
        server = settings.server
        self.settings = settings
        self.metrics = Metrics()
        self.log = AccessLog(is_on=server.access_log, as_json=server.log_format == "json")
        self.cors = Cors(server.cors_origins, server.resource_policy)
        self.hot = HotAnswers(
            settings.renditions.memory if settings.renditions.age else 0, self.cors.always
        )
        self.careful = CAREFUL | (HINTS if settings.urls.client_hints else frozenset())
        if self.cors.depends_on_origin:
            self.careful |= {b"origin"}
        self.draining = False
        self.open = 0
        self._share = share or Share(None, 0)
        self._placeholder = read_placeholder(server.placeholder)
        self._routes: Routes | None = None
        watch_stages(watching(self.metrics), self.metrics.count)
        self._publishing: asyncio.Task[None] | None = None
        self._jobs: EmbeddedCandidate | None = None

    def drain(self) -> None:
        """From now on say that no further requests are wanted."""
        self.draining = True

    def count_hot(self, status: int, size: int) -> None:
        """Count an answer that a connection has given by itself."""
        counters = self.metrics.counters
        counters["requests", ("picture", str(status))] += 1
        counters["renditions", ("hot",)] += 1
        counters["sent_bytes", ()] += size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(Exchange(scope, receive, send))

    async def _live(self, receive: Receive, send: Send) -> None:
        """Begin and end with the server."""
        await receive()
        try:
            self._routes = await Routes.opened(self)
            self._publishing = asyncio.create_task(self._publish())
            self._jobs = self._routes.background_jobs()
        except Exception as error:
            log.exception("The service could not begin.")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.drain()
        self._publishing.cancel()
        if self._jobs:
            await asyncio.to_thread(self._jobs.stop)
        await self._routes.close()
        self._share.publish(self.metrics, {})
        self.log.flush()
        await send({"type": "lifespan.shutdown.complete"})

    async def _publish(self) -> None:
        while True:
            self._share.publish(self.metrics, self._gauges())
            await asyncio.sleep(PUBLISH_EVERY)

    def _gauges(self) -> dict[str, float]:
        figures = self._routes.gauges() if self._routes else {}
        self.metrics.counters["renders", ()] = self._routes.renders if self._routes else 0
        return figures | {"open_requests": self.open, "workers": 1}

    def scrape(self, more: Mapping[str, float]) -> bytes:
        """The metrics of all workers, and `more` that hold for all of them."""
        return self._share.gather(self.metrics, {**self._gauges(), **more})

    async def _serve(self, exchange: Exchange) -> None:
        exchange.common = [
            *self.cors.always,
            *self.cors.headers(exchange.headers),
            (b"x-request-id", exchange.request_id.encode()),
        ]
        if self.draining:
            exchange.common.append((b"connection", b"close"))
        self.open += 1
        with request_span(exchange.method, exchange.headers) as span:
            try:
                await self._answer(exchange)
            except ClientGone:
                exchange.status = exchange.status or CLIENT_GONE
                self.metrics.count("disconnects")
            finally:
                self.open -= 1
                finish(span, exchange.route, exchange.status, exchange.request_id)
                self._note(exchange)

    async def _answer(self, exchange: Exchange) -> None:
        assert self._routes, "the server has begun the lifespan"
        try:
            answer = await self._routes.answer(exchange)
        except ClientGone:
            raise
        except Exception as error:
            if exchange.has_begun:
                raise  # the connection is cut, so that the client sees a broken answer
            answer = errors.trouble_of(error, self.settings.urls)
            self._tell(error, answer, exchange)
        if isinstance(answer, Trouble) and exchange.speaks_json:
            kind = errors.PROBLEMS + answer.code
            answer = errors.problem(answer, exchange.request_id, kind)
        elif isinstance(answer, Trouble):
            answer = errors.answer(answer, exchange.headers, exchange.request_id, self._placeholder)
        if answer is not None:
            await exchange.respond(answer)

    def _tell(self, error: Exception, trouble: Trouble, exchange: Exchange) -> None:
        """The log's part: a trace for what nobody foresaw, a line for what is our side's fault."""
        extra = {"request_id": exchange.request_id}
        if trouble is errors.UNFORESEEN:
            log.error("Unforeseen: %s", error, exc_info=error, extra=extra)
        elif trouble.status >= 500:
            log.warning("%s: %s", trouble.code, error, extra=extra)

    def _note(self, exchange: Exchange) -> None:
        """Count and log an exchange that is over."""
        seconds = time.perf_counter() - exchange.started
        metrics = self.metrics
        metrics.count("requests", exchange.route, str(exchange.status))
        metrics.count("sent_bytes", by=exchange.sent)
        metrics.time("request_seconds", seconds, exchange.route)
        if exchange.found:
            metrics.count("renditions", exchange.found)
        if exchange.code:
            metrics.count("errors", exchange.code)
        if self.log.is_on:
            self.log.add(
                self.log.client(
                    exchange.scope.get("client"), exchange.headers.get(b"x-forwarded-for", b"")
                ),
                exchange.method,
                _logged(exchange),
                exchange.status,
                exchange.sent,
                seconds,
                exchange.request_id.encode(),
                exchange.found or exchange.code,
            )


def _logged(exchange: Exchange) -> bytes:
    """What was asked for, without the secrets that some paths hold, be they right or not."""
    if exchange.route == "setup":
        return b"/setup/-"
    if exchange.route == "ast":  # good for any site, for a quarter of an hour
        return _SIGNATURE.sub(rb"\1-", exchange.target)
    return _CALLBACK.sub(rb"\1?-", _TICKET.sub(rb"\1-", exchange.target))
