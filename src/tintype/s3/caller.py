"""One call to S3: signed, sent, answered, translated; again when that may help."""

import logging
import random
import re
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tintype.errors import Interrupted, InvalidSettings, TintypeError
from tintype.s3.body import EMPTY, Body
from tintype.s3.credentials import CredentialSource
from tintype.s3.credentials_profile import shared_region
from tintype.s3.errors import Answer, Call, WrongRegion, from_answer, from_exception
from tintype.s3.http import Connect, Origin, Response, Timeouts, connect_anywhere, tls_context
from tintype.s3.pool import Pool
from tintype.s3.route import DEFAULT_REGION, Route, route
from tintype.s3.sign import EMPTY_SHA256, UNSIGNED, Pairs, Request, encode_key, encode_query
from tintype.settings import S3Settings

logger = logging.getLogger("tintype.s3")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 20.0  # seconds between tries; doubled each time, with jitter
_USER_AGENT = "tintype"
_REGION = re.compile(r"[a-z0-9-]{1,40}")
Stop = threading.Event | None
OnBytes = Callable[[int], None]


def ignore(_: int) -> None:
    """Nobody counts the bytes."""


@dataclass(slots=True)
class Ask:
    """What one call wants."""

    name: str  # as S3's reference has it: PutObject
    method: str
    key: str = ""
    query: Pairs = ()
    headers: dict[str, str] = field(default_factory=dict)
    body: Body = EMPTY
    stop: Stop = None
    on_bytes: OnBytes = ignore
    allowed: tuple[int, ...] = (200, 204, 206)
    tries: int = 0  # that have failed
    repeated: bool = False  # whether the server may have received it more than once


class Caller:
    """Sends calls for one bucket, from any thread.

    `clock` is the time that is signed, in seconds since the epoch; `connect` makes connections.
    """

    def __init__(
        self,
        settings: S3Settings,
        bucket: str,
        *,
        clock: Callable[[], float] = time.time,
        credentials: CredentialSource | None = None,
        connect: Connect = connect_anywhere,
    ) -> None:
        self._connect = connect
        self.settings = settings
        self.bucket = bucket
        self._clock = clock
        region = settings.region or shared_region(settings) or DEFAULT_REGION
        self._route = route(settings, bucket, region)
        self._credentials = credentials or CredentialSource(settings, region, clock=clock)
        self._timeouts = Timeouts(settings.connect_timeout, settings.read_timeout)
        self._pools: dict[Origin, Pool] = {}
        self._lock = threading.Lock()

    def access_key_id(self) -> str:
        """Whose requests these are, empty for nobody's; credentials are fetched if need be."""
        credentials = self._credentials.get()
        return credentials.access_key_id if credentials else ""

    def close(self) -> None:
        """Drop idle connections; the caller may be used on."""
        for pool in list(self._pools.values()):
            pool.close()

    def _call(self, ask: Ask) -> Response:
        """Make a call, with as many tries as the settings say. Raises errors of ours only.

        The answer's status is one of `ask.allowed`; its body is still to be read.
        """
        moved = False
        while True:
            try:
                return self._once(ask)
            except WrongRegion as error:
                if moved or not self._adopt(error):
                    raise
                moved = True
            except TintypeError as error:
                self._again(ask, error)

    def _read(self, ask: Ask) -> tuple[Response, bytes]:
        """Make a call and read its whole answer; a cut answer is tried again too."""
        while True:
            response = self._call(ask)
            try:
                return response, response.read()
            except OSError as error:
                if response.sent:
                    ask.on_bytes(-response.sent)
                self._again(ask, from_exception(error, self._told(ask, self._route)))

    def _once(self, ask: Ask) -> Response:
        where = self._route
        sent = 0
        try:
            response = self._exchange(ask, where)
            ask.repeated = ask.repeated or response.again
            if response.status in ask.allowed:
                return response
            sent = response.sent
            body = response.read(1 << 20)
        except OSError as error:
            raise from_exception(error, self._told(ask, where)) from error
        finally:
            if sent:
                ask.on_bytes(-sent)
        answer = Answer.read(response.status, response.headers, body)
        raise from_answer(answer, self._told(ask, where), self._clock())

    def _again(self, ask: Ask, error: TintypeError) -> None:
        """Return when the call is to be made once more, after a pause; else raise the error."""
        if not error.retryable or ask.tries >= self.settings.retries:
            raise error
        logger.info("%s Try %d of %d.", error, ask.tries + 2, self.settings.retries + 1)
        self._pause(ask.tries, ask.stop)
        ask.tries += 1
        ask.repeated = True

    def _exchange(self, ask: Ask, where: Route) -> Response:
        body = ask.body
        encoded = encode_key(ask.key)
        request = Request(
            ask.method,
            where.host,
            f"{where.base}/{encoded}",
            ask.query,
            ask.headers,
            f"{where.resource}/{encoded}",
        )
        headers = self._signed(request, where, body)
        head = _head(request, headers, body.size)
        pool = self._pools.get(where.origin) or self._pool(where.origin)
        # Without TLS the system sends files by itself.
        pieces = body.pieces if where.origin.secure else getattr(body, "spans", body.pieces)
        return pool.exchange(ask.method, head, pieces, body.size, stop=ask.stop, sent=ask.on_bytes)

    def _signed(self, request: Request, where: Route, body: Body) -> dict[str, str]:
        credentials = self._credentials.get()
        if credentials is None:
            return {**request.headers, "host": request.host}
        payload = EMPTY_SHA256
        if body.size:
            payload = body.sha256 if where.sign_payload else UNSIGNED
        return where.signer.headers(request, payload, credentials, self._clock())

    def _pool(self, origin: Origin) -> Pool:
        with self._lock:
            if origin not in self._pools:
                tls = self._tls() if origin.secure else None
                self._pools[origin] = Pool(origin, self._timeouts, tls, self._connect)
            return self._pools[origin]

    def _tls(self) -> ssl.SSLContext:
        try:
            return tls_context(self.settings.ca_file)
        except OSError as error:
            raise InvalidSettings(
                f"The certificates of {self.settings.ca_file} cannot be read: {error.strerror}.",
                remedy="Set TINTYPE_S3_CA_FILE to a PEM file.",
            ) from error

    def _adopt(self, error: WrongRegion) -> bool:
        """Go to the region that the server named. False when it named none that is new."""
        region = error.region or _region_of(error.endpoint)
        # It becomes part of a host name; a lying server must not choose that.
        if not _REGION.fullmatch(region) or region == self._route.region:
            return False
        logger.warning(
            "The bucket %s is in %s, not in %s; set TINTYPE_S3_REGION to save a request.",
            self.bucket,
            region,
            self._route.region,
        )
        self._route = route(self.settings, self.bucket, region)
        return True

    def _pause(self, tries: int, stop: Stop) -> None:
        seconds = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**tries) * random.uniform(0.5, 1)
        if stop is None:
            time.sleep(seconds)
        elif stop.wait(seconds):
            raise Interrupted("The transfer was stopped.")

    def _told(self, ask: Ask, where: Route) -> Call:
        return Call(ask.name, self.bucket, ask.key, where.host, where.region)


def _head(request: Request, headers: dict[str, str], size: int) -> bytes:
    query = f"?{encode_query(request.query)}" if request.query else ""
    length = f"content-length: {size}\r\n" if size or request.method in {"PUT", "POST"} else ""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return (
        f"{request.method} {request.path}{query} HTTP/1.1\r\n{lines}{length}"
        f"user-agent: {_USER_AGENT}\r\n\r\n"
    ).encode("latin-1")


def _region_of(endpoint: str) -> str:
    """The region in a host name such as `bucket.s3.eu-west-1.amazonaws.com` or `s3-eu-west-1.…`."""
    before, _, amazon = endpoint.partition(".amazonaws.com")
    if not amazon and not endpoint.endswith(".amazonaws.com"):
        return ""
    last = before.rpartition(".")[2]
    return last.removeprefix("s3-") if last != "s3" else DEFAULT_REGION
