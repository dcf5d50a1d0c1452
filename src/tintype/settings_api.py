"""The settings of the REST API: who may come how often, and what guards secrets."""

from dataclasses import dataclass

from tintype.settings_reader import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Who may use the REST API, and how often. Limits are those of one process."""

    rate: int = setting(
        600, "TINTYPE_API_RATE", "Requests a minute with one key or session.", least=1
    )
    anonymous_rate: int = setting(
        120,
        "TINTYPE_API_ANONYMOUS_RATE",
        "Requests a minute from one address whose sender is not known.",
        least=1,
    )
    sign_in_rate: int = setting(
        10,
        "TINTYPE_API_SIGN_IN_RATE",
        "Wrong passwords in a quarter of an hour, from one address and for one user.",
        least=1,
    )
    trusted_proxies: tuple[str, ...] = setting(
        ("127.0.0.0/8", "::1/128"),
        "TINTYPE_TRUSTED_PROXIES",
        "Networks whose X-Forwarded-For and X-Forwarded-Proto are believed, by comma.",
    )
    session_age: int = setting(
        14 * 86_400,
        "TINTYPE_SESSION_AGE",
        "How long somebody stays signed in, in seconds.",
        least=60,
        duration=True,
    )
    quota: int = setting(
        10 << 30,
        "TINTYPE_QUOTA",
        "Most bytes that a user may keep who has no quota of his own: originals and what is"
        " published of them.",
    )
    sealing_key: tuple[str, ...] = setting(
        (),
        "TINTYPE_SEALING_KEY",
        "Keys that encrypt secrets in the database, by comma: the first encrypts, all decrypt;"
        " empty: one is made in the data folder.",
        secret=True,
    )
