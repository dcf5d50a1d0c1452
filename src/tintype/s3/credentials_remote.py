"""Credentials that a server hands out: for a web identity, to a container, to an instance."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tintype.errors import InvalidSettings, StoreDenied, StoreUnavailable, TintypeError
from tintype.s3.http import Origin, Timeouts, tls_context
from tintype.s3.pool import Pool
from tintype.s3.route import is_loopback
from tintype.s3.sign import Credentials, encode_query
from tintype.s3.xml import NotXml, parse
from tintype.settings import S3Settings

_TIMEOUTS = Timeouts(connect=2.0, silence=5.0)
# An address that is not there does not answer at all; elsewhere than at Amazon that is the rule.
_INSTANCE_TIMEOUTS = Timeouts(connect=1.0, silence=2.0)
_CONTAINER = "http://169.254.170.2"
_CONTAINER_HOSTS = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23"}  # ECS, EKS


def from_web_identity(settings: S3Settings, region: str, endpoint: str = "") -> Credentials | None:
    """Exchange a token in a file for a role's credentials (AssumeRoleWithWebIdentity).

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    """
    if not (settings.web_identity_token_file and settings.role_arn):
        return None
    token = _read(settings.web_identity_token_file, "TINTYPE_S3_WEB_IDENTITY_TOKEN_FILE")
    query = encode_query(
        (
            ("Action", "AssumeRoleWithWebIdentity"),
            ("RoleArn", settings.role_arn),
            ("RoleSessionName", "tintype"),
            ("Version", "2011-06-15"),
            ("WebIdentityToken", token),
        )
    )
    url = (
        endpoint or f"https://sts.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"
    )
    # In the body: URLs end up in logs.
    headers = {"content-type": "application/x-www-form-urlencoded"}
    status, body = _ask("POST", f"{url}/", headers, _TIMEOUTS, query.encode(), settings.ca_file)
    try:
        root = parse(body)
    except NotXml as error:
        raise _failed("STS", status) from error
    found = root.find(".//Credentials")
    if status != 200 or found is None:
        code = root.findtext(".//Code", "")
        raise _failed("STS", status, code)
    return _credentials({child.tag: child.text or "" for child in found}, "SessionToken", "STS")


def from_container(settings: S3Settings, region: str) -> Credentials | None:  # noqa: ARG001
    """Ask the agent of ECS or EKS. Plain HTTP only to it or to this machine.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    """
    url = settings.container_credentials_url
    if not url:
        return None
    if url.startswith("/"):
        url = _CONTAINER + url
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (host in _CONTAINER_HOSTS or is_loopback(host)):
        raise InvalidSettings(
            f"Credentials are not fetched from {host} over plain HTTP.",
            remedy="Set TINTYPE_S3_CONTAINER_CREDENTIALS_URL to an https:// or loopback address.",
        )
    token = settings.container_token
    if settings.container_token_file:
        token = _read(settings.container_token_file, "TINTYPE_S3_CONTAINER_TOKEN_FILE")
    headers = {"authorization": _one_line(token)} if token else {}
    status, body = _ask("GET", url, headers, _TIMEOUTS, ca_file=settings.ca_file)
    if status != 200:
        raise _failed("The container's agent", status)
    return _credentials(_json(body, "The container's agent"), "Token", "The container's agent")


def from_instance(settings: S3Settings, region: str) -> Credentials | None:  # noqa: ARG001
    """Ask the instance's metadata service, version 2 only: version 1 can be tricked from outside.

    None where there is no such service, or no role.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
    """
    base = settings.metadata_endpoint.rstrip("/")
    if not base:
        return None
    try:
        status, token = _ask(
            "PUT",
            f"{base}/latest/api/token",
            {"x-aws-ec2-metadata-token-ttl-seconds": "21600"},
            _INSTANCE_TIMEOUTS,
        )
    except StoreUnavailable:
        return None
    if status != 200:
        return None
    headers = {"x-aws-ec2-metadata-token": _one_line(token.decode("latin-1"))}
    path = f"{base}/latest/meta-data/iam/security-credentials/"
    status, roles = _ask("GET", path, headers, _INSTANCE_TIMEOUTS)
    if status == 404 or not roles.split():
        return None
    if status != 200:
        raise _failed("The instance's metadata service", status)
    role = roles.split()[0].decode("latin-1")
    status, body = _ask("GET", path + role, headers, _INSTANCE_TIMEOUTS)
    if status != 200:
        raise _failed("The instance's metadata service", status)
    name = "The instance's metadata service"
    return _credentials(_json(body, name), "Token", name)


def _ask(
    method: str,
    url: str,
    headers: Mapping[str, str],
    timeouts: Timeouts,
    body: bytes = b"",
    ca_file: str = "",
) -> tuple[int, bytes]:
    """One small request on a connection of its own."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    try:
        port = parts.port or (443 if secure else 80)
    except ValueError:
        raise InvalidSettings("The address of a credential server is not a URL.") from None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"host": parts.netloc, "accept": "*/*", "connection": "close", **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    head = f"{method} {target} HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n"
    pool = Pool(
        Origin(secure, parts.hostname or "", port),
        timeouts,
        tls_context(ca_file) if secure else None,
    )
    try:
        response = pool.exchange(method, head.encode("latin-1"), lambda: (body,), len(body))
        return response.status, response.read(1 << 20)
    except OSError as error:
        raise StoreUnavailable(
            f"The credential server {parts.hostname} cannot be reached: {error}.",
            remedy="Check the network and the role of this machine.",
        ) from error


def _read(file: str, setting: str) -> str:
    try:
        return Path(file).expanduser().read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSettings(
            f"The token file {file} cannot be read.", remedy=f"Correct {setting}."
        ) from error


def _one_line(token: str) -> str:
    if not token.isprintable() or not token.isascii():
        raise InvalidSettings("The token for credentials is not one line of plain text.")
    return token


def _json(body: bytes, name: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StoreUnavailable(f"{name} answered something that is not JSON.")
    return found


def _credentials(found: Mapping[str, Any], token: str, name: str) -> Credentials:
    try:
        expires = found.get("Expiration")
        return Credentials(
            str(found["AccessKeyId"]),
            str(found["SecretAccessKey"]),
            str(found.get(token) or ""),
            datetime.fromisoformat(str(expires)).timestamp() if expires else None,
        )
    except (KeyError, ValueError):
        raise StoreUnavailable(f"{name} answered without credentials.") from None


def _failed(name: str, status: int, code: str = "") -> TintypeError:
    said = f"{status} {code}".strip()
    if status >= 500 or status == 429:
        return StoreUnavailable(f"{name} gave no credentials: {said}.", remedy="Try again later.")
    return StoreDenied(
        f"{name} gave no credentials: {said}.", remedy="Check the role, its trust and the token."
    )
