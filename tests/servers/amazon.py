"""What Amazon's S3 has and Swift has not, as WSGI around it: a bucket's CORS rules, and POST forms.

Written from Amazon's own pages and without any code of ours, so that it can find ours wrong.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from html import escape
from urllib.parse import quote, urlencode

from python_multipart import FormParser
from python_multipart.multipart import parse_options_header


class BucketCors:
    """`PUT /bucket?cors` keeps a bucket's rules as JSON, by which preflights are answered."""

    def __init__(self, app) -> None:
        self.app = app
        self.rules: dict[str, list[dict]] = {}

    def __call__(self, environ, start_response):
        bucket = environ["PATH_INFO"][1:].partition("/")[0]
        method, origin = environ["REQUEST_METHOD"], environ.get("HTTP_ORIGIN", "")
        if method == "PUT" and environ.get("QUERY_STRING") == "cors":
            self.rules[bucket] = json.loads(_body(environ))
            return _answer(start_response, "200 OK")
        if not origin:
            return self.app(environ, start_response)
        wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD", "")
        asked = _words(environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", ""))
        if method == "OPTIONS":
            rule = self._rule(bucket, origin, wanted, asked)
            if rule is None:
                return _refuse(start_response, "403 Forbidden", "AccessForbidden", "CORSResponse")
            return _answer(start_response, "200 OK", _headers(rule, origin, asked))
        rule = self._rule(bucket, origin, method, [])
        added = _headers(rule, origin, []) if rule else []

        def start(status, headers, *rest):
            return start_response(status, [*headers, *added], *rest)

        return self.app(environ, start)

    def _rule(self, bucket: str, origin: str, method: str, asked: list[str]) -> dict | None:
        for rule in self.rules.get(bucket, []):
            allowed = [each.lower() for each in rule.get("AllowedHeaders", [])]
            if (
                any(fnmatchcase(origin, each) for each in rule["AllowedOrigins"])
                and method in rule["AllowedMethods"]
                and all(any(fnmatchcase(name, each) for each in allowed) for name in asked)
            ):
                return rule
        return None


def _headers(rule: dict, origin: str, asked: list[str]) -> list[tuple[str, str]]:
    to_all = rule["AllowedOrigins"] == ["*"]
    headers = [
        ("Access-Control-Allow-Origin", "*" if to_all else origin),
        ("Access-Control-Allow-Methods", ", ".join(rule["AllowedMethods"])),
        ("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
    ]
    if asked:
        headers.append(("Access-Control-Allow-Headers", ", ".join(asked)))
    if exposed := rule.get("ExposeHeaders"):
        headers.append(("Access-Control-Expose-Headers", ", ".join(exposed)))
    if "MaxAgeSeconds" in rule:
        headers.append(("Access-Control-Max-Age", str(rule["MaxAgeSeconds"])))
    return headers


class Refused(Exception):
    """A form that does not keep to its policy."""

    def __init__(self, status: str, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class PostForms:
    """A form with a policy, posted to a bucket, puts an object; `sign` signs that as its owner."""

    def __init__(self, app, keys: dict[str, str], sign) -> None:
        self.app, self.keys, self.sign = app, keys, sign

    def __call__(self, environ, start_response):
        bucket, _, rest = environ["PATH_INFO"][1:].partition("/")
        kind = environ.get("CONTENT_TYPE", "")
        if environ["REQUEST_METHOD"] != "POST" or rest or not kind.startswith("multipart/form"):
            return self.app(environ, start_response)
        try:
            fields, content, name = _form(kind, _body(environ))
            self._check(bucket, fields, len(content))
        except Refused as refused:
            return _refuse(start_response, refused.status, refused.code, str(refused))
        fields["key"] = fields["key"].replace("${filename}", name)
        return self._put(environ, start_response, bucket, fields, content)

    def _check(self, bucket: str, fields: dict[str, str], size: int) -> None:
        key, _, scope = fields.get("x-amz-credential", "").partition("/")
        if key not in self.keys:
            raise Refused("403 Forbidden", "InvalidAccessKeyId", "Nobody has that key.")
        digest = f"AWS4{self.keys[key]}".encode()
        for part in (*scope.split("/"), fields["policy"]):
            digest = hmac.digest(digest, part.encode(), hashlib.sha256)
        if not hmac.compare_digest(digest.hex(), fields.get("x-amz-signature", "")):
            raise Refused("403 Forbidden", "SignatureDoesNotMatch", "The signature is another.")
        policy = json.loads(base64.b64decode(fields["policy"]))
        if datetime.fromisoformat(policy["expiration"]) < datetime.now(UTC):
            raise Refused("403 Forbidden", "AccessDenied", "Invalid according to Policy: expired.")
        told = {**fields, "bucket": bucket}
        free = {"x-amz-signature", "policy", "bucket"}
        for condition in policy["conditions"]:
            free.add(_held(condition, told, size))
        if extra := set(fields) - free:
            raise Refused("403 Forbidden", "AccessDenied", f"Extra input fields: {sorted(extra)}")

    def _put(self, environ, start_response, bucket, fields, content):
        import io

        path = f"/{bucket}/{fields['key']}"
        meta = {n: v for n, v in fields.items() if n.startswith("x-amz-meta-")}
        put = {k: v for k, v in environ.items() if not k.startswith("HTTP_X_AMZ_")}
        put.pop("headers_raw", None)
        put.update(
            REQUEST_METHOD="PUT",
            PATH_INFO=path.encode().decode("latin-1"),
            RAW_PATH_INFO=quote(path),
            CONTENT_LENGTH=str(len(content)),
            CONTENT_TYPE=fields.get("content-type", "binary/octet-stream"),
        )
        put["wsgi.input"] = io.BytesIO(content)
        put.update({f"HTTP_{n.upper().replace('-', '_')}": v for n, v in meta.items()})
        self.sign(put, quote(path), put["CONTENT_TYPE"], meta)
        told: list = []
        body = b"".join(self.app(put, lambda status, headers, *_: told.extend([status, headers])))
        if not told[0].startswith("200"):
            start_response(*told)
            return [body]
        etag = {n.lower(): v for n, v in told[1]}["etag"]
        return _posted(environ, start_response, bucket, fields, etag)


def _posted(environ, start_response, bucket: str, fields: dict[str, str], etag: str):
    location = f"http://{environ['HTTP_HOST']}/{bucket}/{quote(fields['key'])}"
    headers = [("ETag", etag), ("Location", location)]
    if target := fields.get("success_action_redirect"):
        query = urlencode({"bucket": bucket, "key": fields["key"], "etag": etag})
        headers[1] = ("Location", f"{target}{'&' if '?' in target else '?'}{query}")
        return _answer(start_response, "303 See Other", headers)
    status = fields.get("success_action_status", "204")
    if status != "201":
        return _answer(start_response, "200 OK" if status == "200" else "204 No Content", headers)
    members = {"Location": location, "Bucket": bucket, "Key": fields["key"], "ETag": etag}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())
    headers.append(("Content-Type", "application/xml"))
    return _answer(
        start_response, "201 Created", headers, f"<PostResponse>{inner}</PostResponse>".encode()
    )


def _held(condition, fields: dict[str, str], size: int) -> str:
    """The field that a condition is about. Refused where it does not hold."""
    if isinstance(condition, dict):
        ((name, value),) = condition.items()
        condition = ["eq", f"${name}", value]
    kind, name, value = condition[0], condition[1], condition[2]
    if kind == "content-length-range":
        if size < name:
            raise Refused("400 Bad Request", "EntityTooSmall", "Smaller than allowed.")
        if size > value:
            raise Refused("400 Bad Request", "EntityTooLarge", "Larger than allowed.")
        return ""
    name = name.removeprefix("$").lower()
    found = fields.get(name, "")
    if not (found == value if kind == "eq" else found.startswith(value)):
        raise Refused(
            "403 Forbidden", "AccessDenied", f"Invalid according to Policy: {json.dumps(condition)}"
        )
    return name


def _form(kind: str, body: bytes) -> tuple[dict[str, str], bytes, str]:
    """Fields by their names in lower case, the file's bytes, its name; nothing behind the file."""
    fields: dict[str, str] = {}
    files: list[tuple[bytes, str]] = []

    def on_field(field) -> None:
        if not files:
            fields[field.field_name.decode().lower()] = (field.value or b"").decode()

    def on_file(file) -> None:
        file.file_object.seek(0)
        files.append((file.file_object.read(), file.file_name.decode()))

    _, options = parse_options_header(kind)
    parser = FormParser("multipart/form-data", on_field, on_file, boundary=options[b"boundary"])
    parser.write(body)
    parser.finalize()
    if not files:
        raise Refused("400 Bad Request", "InvalidArgument", "POST requires exactly one file.")
    if "policy" not in fields or "key" not in fields:
        raise Refused("403 Forbidden", "AccessDenied", "No policy or no key before the file.")
    return fields, *files[0]


def _words(text: str) -> list[str]:
    return [word.lower() for word in re.split(r"\s*,\s*", text.strip()) if word]


def _body(environ) -> bytes:
    return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))


def _answer(start_response, status: str, headers=(), body: bytes = b""):
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]


def _refuse(start_response, status: str, code: str, message: str):
    body = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>".encode()
    return _answer(start_response, status, [("Content-Type", "application/xml")], body)
