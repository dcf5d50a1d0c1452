"""A real S3 server for the tests: OpenStack Swift with its s3api, all of it in one process.

`python swift.py FOLDER CERTIFICATE|"" ADDRESS` serves on free ports, prints its addresses as one
line of JSON, and ends when its standard input is closed. It checks signatures (V4 and V2), body
hashes, clock skew, presigned URLs and ACLs. The folder must keep extended attributes. What Amazon
has and Swift has not, CORS rules of a bucket and POST forms, is added by `amazon.py`.
"""

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

ACCESS_KEY = "test:tester"
SECRET = "testing"
OTHER_ACCESS_KEY = "test:stranger"  # may do nothing that an ACL does not allow
OTHER_SECRET = "strange"
REGION = "us-east-1"
STORAGE_DOMAIN = "s3.localhost"


@dataclass(frozen=True)
class S3Server:
    """Where the server is, and who may use it."""

    endpoint: str
    tls_endpoint: str = ""  # the same server behind TLS, when a certificate was given
    pid: int = 0
    access_key_id: str = ACCESS_KEY
    secret_access_key: str = SECRET
    region: str = REGION
    storage_domain: str = STORAGE_DOMAIN


@contextlib.contextmanager
def running(
    folder: Path | None = None, certificate: Path | None = None, host: str = "127.0.0.1"
) -> Iterator[S3Server]:
    """Start the server in a temporary folder, and end it with the block.

    `certificate`: a PEM file with key and certificate, to serve TLS beside plain HTTP. `host`: the
    address to serve at.
    """
    with tempfile.TemporaryDirectory(dir=folder or _folder_with_attributes()) as data:
        log = Path(data) / "server.log"
        with log.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", __file__, data, str(certificate or ""), host],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        assert process.stdin is not None
        assert process.stdout is not None
        with process:
            try:
                ready, _, _ = select.select([process.stdout], [], [], 60)
                line = process.stdout.readline() if ready else b""
                if not line:
                    raise RuntimeError(f"Swift does not start: {log.read_text()[-2000:]}")
                yield S3Server(**json.loads(line), pid=process.pid)
            finally:
                process.terminate()
                process.stdin.close()


def create_bucket(server: S3Server, bucket: str) -> None:
    """Create a bucket of the first account, without any code of ours."""
    address = server.endpoint.removeprefix("http://")
    environ = {"REQUEST_METHOD": "PUT"}
    _sign(environ, f"/{bucket}", server.access_key_id, server.secret_access_key)
    headers = {"Date": environ["HTTP_DATE"], "Authorization": environ["HTTP_AUTHORIZATION"]}
    with contextlib.closing(http.client.HTTPConnection(address, timeout=60)) as connection:
        connection.request("PUT", f"/{bucket}", headers=headers)
        status = connection.getresponse().status
    assert status == 200, status


def set_cors(server: S3Server, bucket: str, rules: str) -> None:
    """Give a bucket its CORS rules, in the JSON that Amazon's console takes."""
    address = server.endpoint.removeprefix("http://")
    with contextlib.closing(http.client.HTTPConnection(address, timeout=60)) as connection:
        connection.request("PUT", f"/{bucket}?cors", body=rules)
        assert connection.getresponse().status == 200


def _folder_with_attributes() -> Path:
    """A folder whose file system keeps extended attributes: Swift's metadata lies there."""
    for folder in (Path(tempfile.gettempdir()), Path("/var/tmp"), Path.cwd()):
        with contextlib.suppress(OSError), tempfile.NamedTemporaryFile(dir=folder) as file:
            os.setxattr(file.name, "user.tintype", b"1")
            return folder
    raise RuntimeError("No folder here keeps extended attributes; Swift needs them.")


# The rest runs in the subprocess.

_PROXY = """
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck listing_formats bulk s3api tempauth copy slo dlo \
versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
# All is one process: on a busy machine it must not take itself for a failed node.
conn_timeout = 30
node_timeout = 60
recoverable_node_timeout = 60
client_timeout = 60
error_suppression_limit = 1000000
error_suppression_interval = 0
[filter:s3api]
use = egg:swift#s3api
s3_acl = true
location = {region}
storage_domain = {domain}
check_bucket_owner = false
max_upload_part_num = 10000
# Small pages, so that listings go over several.
max_bucket_listing = 50
max_parts_listing = 50
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin .reseller_admin
user_test_stranger = strange
"""
_SIMPLE_FILTERS = (
    "catch_errors gatekeeper healthcheck listing_formats bulk copy slo dlo versioned_writes"
)
_SWIFT = """
[swift-hash]
swift_hash_path_prefix = tintype
swift_hash_path_suffix = tests
[storage-policy:0]
name = one
default = yes
[swift-constraints]
max_header_size = 32768
"""
_OBJECT_HEADERS = "content-disposition, content-encoding, cache-control, content-language, expires"


def main(folder: str, certificate: str, host: str) -> None:
    """Build the configuration, serve, say where, and wait for the end of standard input."""
    import eventlet
    import eventlet.wsgi

    eventlet.monkey_patch()
    import logging

    logging.raiseExceptions = False
    root = Path(folder)
    sockets = [eventlet.listen((each, 0)) for each in ("127.0.0.1",) * 3 + (host,)]
    ports = [s.getsockname()[1] for s in sockets]
    for s, app in zip(sockets, _apps(root, ports), strict=True):
        _serve(s, app)
    told = {"endpoint": f"http://{host}:{ports[3]}"}
    if certificate:
        listener = eventlet.listen((host, 0))
        told["tls_endpoint"] = f"https://{host}:{listener.getsockname()[1]}"
        _serve(eventlet.wrap_ssl(listener, certfile=certificate, server_side=True), app)
    _create_account(app, ports[3])
    print(json.dumps(told), flush=True)
    eventlet.tpool.execute(sys.stdin.buffer.read)


def _serve(sock, app):
    import eventlet
    from swift.common.http_protocol import SwiftHttpProtocol
    from swift.common.utils import NullLogger

    # No Nagle: answers of two small writes would wait for the other side's delayed ACK.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    eventlet.spawn(
        eventlet.wsgi.server,
        sock,
        app,
        NullLogger(),
        protocol=SwiftHttpProtocol,
        url_length_limit=65536,
        keepalive=True,
        log_output=False,
    )


def _apps(root: Path, ports: list[int]):
    """The object, container and account servers, and the proxy in front of them."""
    (root / "swift.conf").write_text(_SWIFT)
    filters = "".join(f"[filter:{f}]\nuse = egg:swift#{f}\n" for f in _SIMPLE_FILTERS.split())
    proxy = _PROXY.format(region=REGION, domain=STORAGE_DOMAIN)
    (root / "proxy.conf").write_text(
        f"[DEFAULT]\nswift_dir = {root}\nlog_udp_host = 127.0.0.1\n{proxy}{filters}"
    )
    from swift.common import utils

    utils.set_swift_dir(str(root))
    _forget_durability()
    _rings(root, ports)
    from swift.account.server import app_factory as account_server
    from swift.common.storage_policy import reload_storage_policies
    from swift.common.wsgi import loadapp
    from swift.container.server import app_factory as container_server
    from swift.obj.server import app_factory as object_server

    reload_storage_policies()
    conf = {
        "swift_dir": str(root),
        "devices": str(root / "devices"),
        "log_udp_host": "127.0.0.1",  # else it asks for localhost, which no bare machine knows
        "mount_check": "false",
        "disable_fallocate": "true",
        "fallocate_reserve": "0",
        "conn_timeout": "30",
        "node_timeout": "60",
        "client_timeout": "60",
        "container_update_timeout": "60",
        "allowed_headers": f"{_OBJECT_HEADERS}, x-delete-at, x-object-manifest, "
        "x-static-large-object, x-robots-tag",
    }
    for factory in (object_server, container_server, account_server):
        yield factory(dict(conf))
    import amazon

    plain = PublicReads(ExactCreates(loadapp(str(root / "proxy.conf"))))
    yield amazon.BucketCors(amazon.PostForms(plain, {ACCESS_KEY: SECRET}, _sign_put))


def _sign_put(environ: dict, path: str, content_type: str, meta: dict[str, str]) -> None:
    lines = "".join(f"{name}:{meta[name]}\n" for name in sorted(meta))
    _sign(environ, path, ACCESS_KEY, SECRET, content_type, lines)
    environ["CONTENT_TYPE"] = content_type


def _forget_durability() -> None:
    """Nothing here outlives the tests: do not wait for the disk."""
    from swift.common import db

    os.fsync = os.fdatasync = lambda fd: None
    connect = db.get_db_connection

    def connect_without_waiting(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    db.get_db_connection = connect_without_waiting


def _rings(root: Path, ports: list[int]) -> None:
    from swift.common.ring import RingBuilder

    (root / "devices" / "d1").mkdir(parents=True)
    for name, port in zip(("object", "container", "account"), ports[:3], strict=True):
        builder = RingBuilder(4, 1, 1)
        builder.add_dev(
            {"id": 0, "region": 1, "zone": 1, "weight": 1.0, "ip": "127.0.0.1", "port": port,
             "replication_ip": "127.0.0.1", "replication_port": port, "device": "d1"}
        )  # fmt: skip
        builder.rebalance()
        builder.get_ring().save(str(root / f"{name}.ring.gz"))


def _create_account(app, port: int) -> None:
    """The first request creates the account; done here, so that no test races for it."""
    environ = _environ("/", port)
    _sign(environ, "/", ACCESS_KEY, SECRET)
    status, _ = _call(app, environ)
    assert status.startswith("200"), status


class ExactCreates:
    """Makes If-None-Match exact, as it is on S3: Swift looks, and then takes the bytes.

    Requests with that header for one path wait for one another.
    """

    def __init__(self, app) -> None:
        self.app = app
        self.locks: dict = {}

    def __call__(self, environ, start_response):
        if "HTTP_IF_NONE_MATCH" not in environ:
            return self.app(environ, start_response)
        import eventlet.semaphore

        place = "/".join(_bucket_and_key(environ))
        with self.locks.setdefault(place, eventlet.semaphore.Semaphore()):
            return [b"".join(self.app(environ, start_response))]


class PublicReads:
    """Lets anybody read what its ACL opens to AllUsers: s3api itself wants every request signed.

    A GET or HEAD of an object without a signature is answered with the owner's eyes if the
    object's ACL has a grant for AllUsers, and with 403 if it has not.
    """

    def __init__(self, app) -> None:
        self.app = app

    def __call__(self, environ, start_response):
        bucket, key = _bucket_and_key(environ)
        query = environ.get("QUERY_STRING", "")
        signed = "HTTP_AUTHORIZATION" in environ or "Signature=" in query
        if signed or environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not key:
            return self.app(environ, start_response)
        path = f"/{bucket}/{key}"
        if not self._is_public(path, environ["SERVER_PORT"]):
            return _denied(start_response)
        # The signature below covers no x-amz headers, so there are none.
        owned = {k: v for k, v in environ.items() if not k.startswith("HTTP_X_AMZ_")}
        raw = environ.get("headers_raw", ())
        owned["headers_raw"] = tuple(h for h in raw if not h[0].lower().startswith("x-amz-"))
        owned.update(_paths(path), HTTP_HOST=f"127.0.0.1:{environ['SERVER_PORT']}")
        _sign(owned, path, ACCESS_KEY, SECRET)
        return self.app(owned, start_response)

    def _is_public(self, path: str, port: str) -> bool:
        environ = _environ(path, port, query="acl")
        _sign(environ, path + "?acl", ACCESS_KEY, SECRET)
        status, body = _call(self.app, environ)
        return (
            status.startswith("200") and b"http://acs.amazonaws.com/groups/global/AllUsers" in body
        )


def _bucket_and_key(environ) -> tuple[str, str]:
    """Both as they stand in the request, still percent-encoded."""
    path = environ.get("RAW_PATH_INFO", environ["PATH_INFO"]).partition("?")[0]
    host = environ.get("HTTP_HOST", "").partition(":")[0]
    if host.endswith("." + STORAGE_DOMAIN):
        return host.removesuffix("." + STORAGE_DOMAIN), path[1:]
    bucket, _, key = path[1:].partition("/")
    return bucket, key


def _environ(path: str, port, query: str = "") -> dict:
    from swift.common.swob import Request

    environ = Request.blank("/", environ={"REQUEST_METHOD": "GET"}).environ
    environ.update(_paths(path), QUERY_STRING=query, HTTP_HOST=f"127.0.0.1:{port}")
    environ["SERVER_PORT"] = str(port)
    return environ


def _paths(path: str) -> dict[str, str]:
    from urllib.parse import unquote_to_bytes

    # WSGI strings hold bytes, one in each character.
    return {"PATH_INFO": unquote_to_bytes(path).decode("latin-1"), "RAW_PATH_INFO": path}


def _sign(
    environ: dict, resource: str, key: str, secret: str, content_type: str = "", meta: str = ""
) -> None:
    """SigV2, as short as it gets."""
    date = formatdate(time.time(), usegmt=True)
    text = f"{environ['REQUEST_METHOD']}\n\n{content_type}\n{date}\n{meta}{resource}"
    digest = hmac.digest(secret.encode(), text.encode(), hashlib.sha1)
    environ["HTTP_DATE"] = date
    environ["HTTP_AUTHORIZATION"] = f"AWS {key}:{base64.b64encode(digest).decode()}"
    environ.pop("CONTENT_TYPE", None)


def _call(app, environ) -> tuple[str, bytes]:
    told: list[str] = []
    chunks = app(environ, lambda status, *_: told.append(status))
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    return told[0], body


def _denied(start_response):
    body = (
        b"<?xml version='1.0'?><Error><Code>AccessDenied</Code>"
        b"<Message>Access Denied.</Message></Error>"
    )
    start_response(
        "403 Forbidden",
        [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))],
    )
    return [body]


if __name__ == "__main__":
    import amazon  # noqa: F401 - while this folder is where modules are looked for

    # This folder must not stand in for packages of the same name.
    sys.path[:] = [p for p in sys.path if Path(p or ".").resolve() != Path(__file__).parent]
    main(*sys.argv[1:4])
