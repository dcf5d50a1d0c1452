"""The way to the service by the host names that old clients have in them."""

import base64
import hmac
import http.client
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError

from tintype.signed_requests import AccessKey


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Wire:
    """Every host name leads to one port of this machine, whatever the URL says."""

    def __init__(self, port: int) -> None:
        class Connection(http.client.HTTPConnection):
            def connect(self) -> None:
                self._tunnel_host = None
                given = self.host, self.port
                self.host, self.port = "127.0.0.1", port
                try:
                    super().connect()
                finally:
                    self.host, self.port = given

        class Hosts(urllib.request.HTTPHandler):
            def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
                return self.do_open(Connection, request)  # type: ignore[arg-type, return-value]

        none = urllib.request.ProxyHandler({})
        self.opener = urllib.request.build_opener(none, Hosts, _NoRedirect)

    def ask(
        self,
        url: str,
        data: bytes | None = None,
        method: str | None = None,
        timeout: float = 30,
        **headers: str,
    ) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(url, data=data, method=method, headers=named)
        try:
            with self.opener.open(request, timeout=timeout) as answer:
                return Reply(answer.status, dict(answer.headers), answer.read())
        except HTTPError as error:
            with error:
                return Reply(error.code, dict(error.headers), error.read())


def signature(secret: str, text: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()


def timestamp(off: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) + off).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def signed(key: AccessKey, action: str = "Thumbnail", **parameters: str) -> dict[str, str]:
    """The parameters of a request in the later dialect."""
    now = timestamp()
    return {
        "AWSAccessKeyId": key.id,
        "Timestamp": now,
        "Signature": signature(key.secret, action + now),
        "Action": action,
        **parameters,
    }


def query(parameters: Mapping[str, str]) -> str:
    return urllib.parse.urlencode(parameters)
