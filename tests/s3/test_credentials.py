"""Where credentials come from; every server here is a real one on loopback."""

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from servers.raw import Visit, serving
from tintype.errors import InvalidSettings, Missing, StoreDenied, StoreUnavailable
from tintype.s3.credentials import CredentialSource
from tintype.s3.credentials_profile import load_profile, shared_region
from tintype.s3.credentials_remote import from_container, from_instance, from_web_identity
from tintype.s3.sign import Credentials
from tintype.settings import S3Settings

NOTHING = S3Settings(credentials_file="", config_file="", metadata_endpoint="")
SOON = datetime(2027, 1, 1, tzinfo=UTC)
HANDED_OUT = {
    "AccessKeyId": "AKID",
    "SecretAccessKey": "secret",
    "Token": "token",
    "Expiration": "2027-01-01T00:00:00Z",
}
EXPECTED = Credentials("AKID", "secret", "token", SOON.timestamp())


def routes(answers: dict[str, tuple[int, bytes]], seen: list[tuple[str, dict[str, str], bytes]]):
    def handle(visit: Visit) -> None:
        first, headers, body = visit.request()
        seen.append((first, headers, body))
        status, answer = answers.get(first.rpartition(" ")[0], (404, b""))
        visit.answer(status, answer)

    return handle


def test_nothing_is_signed_when_anonymous() -> None:
    settings = replace(NOTHING, anonymous=True, access_key_id="A", secret_access_key="S")
    assert CredentialSource(settings, "r").get() is None


def test_explicit_credentials_come_first() -> None:
    settings = replace(NOTHING, access_key_id="A", secret_access_key="S", session_token="T")
    assert CredentialSource(settings, "r").get() == Credentials("A", "S", "T")


def test_without_any_the_sentence_names_the_settings() -> None:
    with pytest.raises(StoreDenied, match="no S3 credentials") as caught:
        CredentialSource(NOTHING, "r").get()
    for name in ("TINTYPE_S3_ACCESS_KEY_ID", "TINTYPE_S3_PROFILE", "TINTYPE_S3_ANONYMOUS"):
        assert name in caught.value.remedy


@pytest.fixture
def files(tmp_path: Path) -> S3Settings:
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = A1\naws_secret_access_key = S%1\n\n"
        "[work]\naws_access_key_id = A2\naws_secret_access_key = S2\naws_session_token = T2\n"
    )
    (tmp_path / "config").write_text(
        "[default]\nregion = eu-west-1\n[profile work]\nregion = ap-south-1\n"
        "[profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = work\n"
        "[profile bare]\nregion = eu-west-3\n"
        f"[profile process]\ncredential_process = {sys.executable} {tmp_path / 'process.py'}\n"
    )
    (tmp_path / "process.py").write_text(
        f"import json\nd = {HANDED_OUT!r}\nprint(json.dumps({{'Version': 1, 'SessionToken': "
        "d.pop('Token'), **d}))\n"
    )
    return replace(
        NOTHING,
        credentials_file=str(tmp_path / "credentials"),
        config_file=str(tmp_path / "config"),
    )


def test_the_shared_files_give_the_default_profile_and_its_region(files: S3Settings) -> None:
    assert CredentialSource(files, "r").get() == Credentials("A1", "S%1")
    assert shared_region(files) == "eu-west-1"


def test_a_named_profile_is_found_in_both_files(files: S3Settings) -> None:
    named = replace(files, profile="work")
    assert CredentialSource(named, "r").get() == Credentials("A2", "S2", "T2")
    assert shared_region(named) == "ap-south-1"


@pytest.mark.parametrize("profile", ["absent", "bare"])
def test_a_named_profile_without_credentials_is_a_mistake(files: S3Settings, profile: str) -> None:
    with pytest.raises(InvalidSettings, match=profile):
        CredentialSource(replace(files, profile=profile), "r").get()


def test_a_broken_shared_file_is_named_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "credentials"
    path.write_text("aws_secret_access_key = very-secret\n")
    with pytest.raises(InvalidSettings) as caught:
        load_profile(replace(NOTHING, credentials_file=str(path)), "r")
    assert str(path) in str(caught.value)
    assert "very-secret" not in str(caught.value)


def test_a_profile_that_needs_more_than_reading_names_the_extra(
    files: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("botocore", "botocore.session", "botocore.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(Missing, match=r"tintype\[aws\]"):
        CredentialSource(replace(files, profile="role"), "r").get()


def test_a_profile_that_needs_more_than_reading_is_resolved_by_botocore(
    files: S3Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    found = load_profile(replace(files, profile="process"), "r")
    assert found == EXPECTED


def test_a_profile_that_cannot_be_resolved_says_what_to_try(
    files: S3Settings, tmp_path: Path
) -> None:
    (tmp_path / "process.py").write_text("raise SystemExit('no')")
    with pytest.raises(StoreDenied, match="aws sso login"):
        load_profile(replace(files, profile="process"), "r")


def test_a_container_asks_its_agent_with_the_token_of_a_file(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("the-token\n")
    seen: list[tuple[str, dict[str, str], bytes]] = []
    answers = {"GET /creds?id=1": (200, json.dumps(HANDED_OUT).encode())}
    with serving(routes(answers, seen)) as server:
        settings = replace(
            NOTHING,
            container_credentials_url=f"{server.endpoint}/creds?id=1",
            container_token_file=str(token),
        )
        assert from_container(settings, "r") == EXPECTED
    assert seen[0][1]["authorization"] == "the-token"


@pytest.mark.parametrize("url", ["http://192.0.2.1/x", "http://example.org/x", "ftp://127.0.0.9/x"])
def test_a_container_sends_no_token_to_strangers_over_plain_http(url: str) -> None:
    settings = replace(NOTHING, container_credentials_url=url, container_token="t")
    if url.startswith("ftp"):
        settings = replace(settings, container_credentials_url="ftp://192.0.2.1/x")
    with pytest.raises(InvalidSettings, match="plain HTTP"):
        from_container(settings, "r")


def test_a_token_with_a_line_break_is_refused() -> None:
    settings = replace(
        NOTHING, container_credentials_url="http://127.0.0.1:9/", container_token="a\r\nb: c"
    )
    with pytest.raises(InvalidSettings, match="one line"):
        from_container(settings, "r")


ROLE = "/latest/meta-data/iam/security-credentials/"


def test_an_instance_is_asked_by_version_2_only() -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []
    answers = {
        "PUT /latest/api/token": (200, b"session"),
        f"GET {ROLE}": (200, b"my-role\n"),
        f"GET {ROLE}my-role": (200, json.dumps(HANDED_OUT).encode()),
    }
    with serving(routes(answers, seen)) as server:
        settings = replace(NOTHING, metadata_endpoint=server.endpoint)
        assert CredentialSource(settings, "r", clock=lambda: 0.0).get() == EXPECTED
    assert [headers.get("x-aws-ec2-metadata-token") for _, headers, _ in seen] == [
        None,
        "session",
        "session",
    ]


def test_an_instance_without_version_2_or_without_a_role_has_no_credentials() -> None:
    full = {
        f"GET {ROLE}": (200, b"my-role"),
        f"GET {ROLE}my-role": (200, json.dumps(HANDED_OUT).encode()),
    }
    for answers in (full, {"PUT /latest/api/token": (200, b"session")}):
        with serving(routes(answers, [])) as server:
            assert from_instance(replace(NOTHING, metadata_endpoint=server.endpoint), "r") is None


def test_a_machine_that_is_no_instance_has_no_credentials() -> None:
    with serving(lambda _: None) as server:
        pass
    assert from_instance(replace(NOTHING, metadata_endpoint=server.endpoint), "r") is None


STS = b"""<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleWithWebIdentityResult><Credentials><SessionToken>token</SessionToken>
<SecretAccessKey>secret</SecretAccessKey><Expiration>2027-01-01T00:00:00Z</Expiration>
<AccessKeyId>AKID</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>"""


@pytest.fixture
def identity(tmp_path: Path) -> S3Settings:
    (tmp_path / "jwt").write_text("the.jwt\n")
    return replace(
        NOTHING, web_identity_token_file=str(tmp_path / "jwt"), role_arn="arn:aws:iam::1:role/x"
    )


def test_a_web_identity_is_exchanged_for_a_role(identity: S3Settings) -> None:
    seen: list[tuple[str, dict[str, str], bytes]] = []
    with serving(routes({"POST /": (200, STS)}, seen)) as server:
        assert from_web_identity(identity, "r", server.endpoint) == EXPECTED
    assert b"WebIdentityToken=the.jwt" in seen[0][2]
    assert b"RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx" in seen[0][2]
    assert "the.jwt" not in seen[0][0]


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (400, b"<E><Error><Code>InvalidIdentityToken</Code></Error></E>", StoreDenied, "Invalid"),
        (503, b"<html>", StoreUnavailable, "503"),
        (200, b"<a/>", StoreDenied, "STS"),
        (200, STS.replace(b"AccessKeyId", b"X"), StoreUnavailable, "without credentials"),
    ],
)
def test_an_exchange_that_fails_is_explained(
    identity: S3Settings, status: int, body: bytes, kind: type[Exception], said: str
) -> None:
    with (
        serving(routes({"POST /": (status, body)}, [])) as server,
        pytest.raises(kind, match=said) as caught,
    ):
        from_web_identity(identity, "r", server.endpoint)
    assert "the.jwt" not in str(caught.value)


def test_a_token_file_that_is_absent_is_named(identity: S3Settings) -> None:
    with pytest.raises(InvalidSettings, match="TINTYPE_S3_WEB_IDENTITY_TOKEN_FILE"):
        from_web_identity(replace(identity, web_identity_token_file="/no/such"), "r")


def numbered(lifetime: float, clock: Callable[[], float], failing: threading.Event):
    """A container's agent that numbers what it hands out."""
    count = [0]

    def handle(visit: Visit) -> None:
        visit.request()
        count[0] += 1
        expires = datetime.fromtimestamp(clock() + lifetime, UTC).isoformat()
        found = {**HANDED_OUT, "AccessKeyId": f"A{count[0]}", "Expiration": expires}
        visit.answer(500 if failing.is_set() else 200, json.dumps(found).encode())

    return handle


def key_of(source: CredentialSource) -> str:
    found = source.get()
    assert found is not None
    return found.access_key_id


def test_credentials_are_renewed_before_they_expire_and_old_ones_last_through_a_failure() -> None:
    now = [1_700_000_000.0]
    failing = threading.Event()
    with serving(numbered(3600, lambda: now[0], failing)) as server:
        settings = replace(NOTHING, container_credentials_url=f"{server.endpoint}/")
        source = CredentialSource(settings, "r", clock=lambda: now[0])
        assert [key_of(source), key_of(source)] == ["A1", "A1"]
        now[0] += 3600 - 299
        failing.set()
        assert [key_of(source), key_of(source)] == ["A1", "A1"]
        assert server.visits == 2  # a failure is not repeated at once
        now[0] += 21
        failing.clear()
        assert key_of(source) == "A3"
        now[0] += 3600
        failing.set()
        with pytest.raises(StoreUnavailable):
            source.get()


def test_many_threads_fetch_credentials_once() -> None:
    with serving(numbered(3600, lambda: 1e9, threading.Event())) as server:
        settings = replace(NOTHING, container_credentials_url=f"{server.endpoint}/")
        source = CredentialSource(settings, "r", clock=lambda: 1e9)
        keys: list[str] = []
        threads = [threading.Thread(target=lambda: keys.append(key_of(source))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert keys == ["A1"] * 8
        assert server.visits == 1
