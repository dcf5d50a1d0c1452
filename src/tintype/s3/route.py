"""Where a bucket is: the address to connect to, the host to name, the path before the key."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from tintype.errors import InvalidSettings
from tintype.s3.http import Origin
from tintype.s3.sign import V2, V4, Signer, encode_key
from tintype.settings import S3Settings

DEFAULT_REGION = "us-east-1"
# A bucket that fits the certificate *.s3.<region>.amazonaws.com: no dots.
_FITS = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Route:
    """How requests for one bucket travel."""

    origin: Origin
    host: str  # as the Host header has it, with the port unless it is the usual one
    base: str  # path before the key's slash: empty, or the bucket
    resource: str  # the same in path style, which Version 2 signs
    region: str
    signer: Signer
    sign_payload: bool

    @property
    def url(self) -> str:
        """URL of the bucket, without a slash at its end."""
        return f"http{'s' if self.origin.secure else ''}://{self.host}{self.base}"


def route(settings: S3Settings, bucket: str, region: str) -> Route:
    """The route to a bucket. Raises InvalidSettings for an endpoint that is no URL."""
    secure, host, port, base = _endpoint(settings.endpoint or _amazon(region))
    encoded = encode_key(bucket)
    if _in_path(settings, bucket):
        base_of_bucket = f"{base}/{encoded}"
    else:
        host, base_of_bucket = f"{encoded}.{host}", base
    usual = port == (443 if secure else 80)
    named = f"[{host}]" if ":" in host else host
    return Route(
        origin=Origin(secure, host, port),
        host=named if usual else f"{named}:{port}",
        base=base_of_bucket,
        resource=f"{base}/{encoded}",
        region=region,
        signer=V2() if settings.signature == "v2" else V4(region),
        sign_payload=_sign_payload(settings, secure, host),
    )


def _amazon(region: str) -> str:
    suffix = ".cn" if region.startswith("cn-") else ""
    return f"https://s3.{region}.amazonaws.com{suffix}"


def _endpoint(url: str) -> tuple[bool, str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise InvalidSettings(
            "The S3 endpoint is not a URL.",
            remedy="Set TINTYPE_S3_ENDPOINT to something like https://s3.example.org.",
        )
    secure = parts.scheme == "https"
    return secure, parts.hostname, port or (443 if secure else 80), parts.path.rstrip("/")


def _in_path(settings: S3Settings, bucket: str) -> bool:
    if settings.path_style is not None:
        return settings.path_style
    return bool(settings.endpoint) or not _FITS.fullmatch(bucket)


def _sign_payload(settings: S3Settings, secure: bool, host: str) -> bool:
    """Over TLS and to this machine nobody can change the bytes; hashing them costs a core."""
    if settings.sign_payload != "auto":
        return settings.sign_payload == "always"
    return not secure and not is_loopback(host)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, without asking a resolver."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
