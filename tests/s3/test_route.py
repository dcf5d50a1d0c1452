"""Where a bucket is, and how its URL reads."""

from dataclasses import replace

import pytest

from tintype.s3.route import route
from tintype.settings import S3Settings


@pytest.mark.parametrize(
    ("settings", "bucket", "url"),
    [
        ({}, "bucket", "https://bucket.s3.eu-west-1.amazonaws.com"),
        ({}, "dotted.bucket", "https://s3.eu-west-1.amazonaws.com/dotted.bucket"),
        ({}, "Old_Bucket", "https://s3.eu-west-1.amazonaws.com/Old_Bucket"),
        ({"path_style": True}, "bucket", "https://s3.eu-west-1.amazonaws.com/bucket"),
        ({"endpoint": "http://127.0.0.1:9000"}, "bucket", "http://127.0.0.1:9000/bucket"),
        ({"endpoint": "https://s3.example.org:443/"}, "b1c", "https://s3.example.org/b1c"),
        ({"endpoint": "https://example.org/s3"}, "bucket", "https://example.org/s3/bucket"),
        ({"endpoint": "http://[::1]:9000"}, "bucket", "http://[::1]:9000/bucket"),
        (
            {"endpoint": "https://s3.example.org", "path_style": False},
            "bucket",
            "https://bucket.s3.example.org",
        ),
    ],
)
def test_a_bucket_has_a_url(settings: dict[str, str], bucket: str, url: str) -> None:
    assert route(S3Settings(**settings), bucket, "eu-west-1").url == url  # type: ignore[arg-type]


def test_china_has_a_domain_of_its_own() -> None:
    found = route(S3Settings(), "bucket", "cn-north-1")
    assert found.url == "https://bucket.s3.cn-north-1.amazonaws.com.cn"


@pytest.mark.parametrize(
    ("endpoint", "signed"),
    [
        ("", False),
        ("https://s3.example.org", False),
        ("http://s3.example.org", True),
        ("http://192.0.2.1", True),
        ("http://127.0.0.1:9000", False),
        ("http://localhost:9000", False),
        ("http://s3.localhost", False),
        ("http://[::1]", False),
        ("http://localhost.example.org", True),
    ],
)
def test_bytes_are_signed_where_somebody_could_change_them(endpoint: str, signed: bool) -> None:
    settings = S3Settings(endpoint=endpoint)
    assert route(settings, "bucket", "r").sign_payload is signed
    assert route(replace(settings, sign_payload="always"), "bucket", "r").sign_payload
    assert not route(replace(settings, sign_payload="never"), "bucket", "r").sign_payload
