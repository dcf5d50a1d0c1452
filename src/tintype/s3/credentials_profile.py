"""Profiles of the shared config files, `~/.aws/credentials` and `~/.aws/config`.

Keys are read here. What needs more than reading (SSO, an assumed role, a process) is resolved by
AWS's own library, if the extra `tintype[aws]` is installed.
https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
"""

from collections.abc import Mapping
from configparser import Error, RawConfigParser
from pathlib import Path

from tintype.errors import InvalidSettings, Missing, StoreDenied, TintypeError
from tintype.s3.sign import Credentials
from tintype.settings import S3Settings

_RESOLVED_ELSEWHERE = (
    "role_arn",
    "sso_session",
    "sso_start_url",
    "credential_process",
    "login_session",
)


def load_profile(settings: S3Settings, region: str) -> Credentials | None:  # noqa: ARG001
    """The profile's credentials, or None when it has none and was not named in the settings."""
    profile = read_profile(settings)
    if any(name in profile for name in _RESOLVED_ELSEWHERE):
        return _resolve(settings)
    key, secret = profile.get("aws_access_key_id"), profile.get("aws_secret_access_key")
    if key and secret:
        return Credentials(key, secret, profile.get("aws_session_token", ""))
    if settings.profile:
        raise InvalidSettings(
            f"The profile {settings.profile} has no credentials in {settings.credentials_file} or"
            f" {settings.config_file}.",
            remedy="Correct TINTYPE_S3_PROFILE, or run aws configure.",
        )
    return None


def shared_region(settings: S3Settings) -> str:
    """The region that the profile names; empty when it names none."""
    return read_profile(settings).get("region", "")


def read_profile(settings: S3Settings) -> Mapping[str, str]:
    """All that the two files say of the profile; the credentials file has the last word."""
    name = settings.profile or "default"
    section = "default" if name == "default" else f"profile {name}"
    config = _section(settings.config_file, section)
    return {**config, **_section(settings.credentials_file, name)}


def _section(file: str, name: str) -> Mapping[str, str]:
    if not file:
        return {}
    path = Path(file).expanduser()
    # A section called DEFAULT would be mixed into all others.
    parser = RawConfigParser(default_section="", strict=False)
    try:
        parser.read_string(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, Error) as error:
        # Not the error's own words: they may quote a line with a secret.
        raise InvalidSettings(
            f"The shared file {path} cannot be read ({type(error).__name__}).",
            remedy="Correct it, or set TINTYPE_S3_CREDENTIALS_FILE and TINTYPE_S3_CONFIG_FILE.",
        ) from None
    return dict(parser[name]) if parser.has_section(name) else {}


def _resolve(settings: S3Settings) -> Credentials:
    """Let botocore do what a profile asks for."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.session import Session
    except ImportError:
        raise Missing(
            f"The profile {settings.profile or 'default'} uses SSO, an assumed role or a process.",
            remedy='Install what resolves it: pip install "tintype[aws]".',
        ) from None
    session = Session(profile=settings.profile or None)
    session.set_config_variable("config_file", settings.config_file)
    session.set_config_variable("credentials_file", settings.credentials_file)
    try:
        found = session.get_credentials()
        frozen = found.get_frozen_credentials() if found else None
        expires = getattr(found, "_expiry_time", None)
    except (BotoCoreError, ClientError, OSError, ValueError, KeyError) as error:
        raise _denied(settings, str(error)) from error
    if frozen is None or not frozen.access_key:
        raise _denied(settings, "it gives no credentials")
    return Credentials(
        frozen.access_key,
        frozen.secret_key,
        frozen.token or "",
        expires.timestamp() if expires else None,
    )


def _denied(settings: S3Settings, reason: str) -> TintypeError:
    return StoreDenied(
        f"The profile {settings.profile or 'default'} cannot be resolved: {reason.rstrip('.')}.",
        remedy="Try the same with aws sts get-caller-identity; with SSO, run aws sso login.",
    )
