"""CORS: which pages of other hosts may read an answer by script; and who may embed a picture."""

from collections.abc import Mapping, Sequence

from tintype.web.answers import Answer, Headers

_EXPOSED = (
    b"access-control-expose-headers",
    b"ETag, X-Request-ID, Content-Disposition, Location, Link, Retry-After, RateLimit,"
    b" RateLimit-Policy, Idempotency-Replayed",
)
_ALLOWED = (
    b"Authorization, Content-Type, If-None-Match, If-Match, Idempotency-Key, Range, Slug,"
    b" X-Request-ID, X-Tintype-Date, X-Tintype-Content-SHA256"
)
_PREFLIGHT_AGE = b"7200"  # seconds; the most that Chromium heeds


class Cors:
    """The rules for a list of origins, of which `*` means all; an empty list: no other host."""

    def __init__(self, origins: Sequence[str], resource_policy: str) -> None:
        self._origins = frozenset(origin.encode() for origin in origins)
        self.open_to_all = b"*" in self._origins
        self.always = self._always(resource_policy)

    def _always(self, resource_policy: str) -> Headers:
        """Headers of every answer, whoever asks."""
        headers: Headers = [(b"cross-origin-resource-policy", resource_policy.encode())]
        if self.open_to_all:
            headers += [(b"access-control-allow-origin", b"*"), _EXPOSED]
        elif self._origins:
            headers.append((b"vary", b"Origin"))
        return headers

    @property
    def depends_on_origin(self) -> bool:
        """True when the answer is another for another origin."""
        return bool(self._origins) and not self.open_to_all

    def headers(self, request: Mapping[bytes, bytes]) -> Headers:
        """Further headers for this request's origin."""
        origin = request.get(b"origin")
        if not self.depends_on_origin or origin not in self._origins:
            return []
        return [(b"access-control-allow-origin", origin), _EXPOSED]

    def preflight(self, request: Mapping[bytes, bytes], methods: Sequence[str]) -> Answer:
        """The answer to OPTIONS."""
        allowed = ", ".join(methods).encode()
        headers: Headers = [(b"allow", allowed)]
        origin = request.get(b"origin")
        known = origin is not None and (self.open_to_all or origin in self._origins)
        if known and b"access-control-request-method" in request:
            headers += [
                (b"access-control-allow-methods", allowed),
                (b"access-control-allow-headers", _ALLOWED),
                (b"access-control-max-age", _PREFLIGHT_AGE),
            ]
        return Answer(204, headers)
