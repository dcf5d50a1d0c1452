"""The first start: the database is made, and a URL that makes the first administrator, once."""

import contextlib
import os
from datetime import UTC, datetime, timedelta

from tintype.credentials.tokens import digest_of, new_token
from tintype.errors import InvalidSettings
from tintype.settings import Settings
from tintype.web.sockets import is_loopback

LASTS = timedelta(hours=24)


def prepare(settings: Settings) -> str:
    """Bring the database to this version, or refuse to run with it; "" if there is an
    administrator, else the path of the setup page, which only this start prints.

    Raises InvalidSettings where strangers could come before the first administrator.
    """
    from tintype.app import open_catalog
    from tintype.catalog import setup

    _upgrade_apart(settings)
    with contextlib.closing(open_catalog(settings)) as catalog:
        catalog.prepare()
        if catalog.read_now(setup.has_admin):
            return ""
        if not is_loopback(settings.server.host):
            raise InvalidSettings(
                f"{settings.server.host} can be reached from other machines, and there is no"
                " administrator yet.",
                remedy="Run: tintype users add EMAIL --first-name … --last-name … --admin"
                " --password. Or start with TINTYPE_HOST=127.0.0.1, and open the URL that is"
                " printed.",
            )
        token = new_token()
        until = datetime.now(UTC) + LASTS
        catalog.run_now(lambda session: setup.offer(session, digest_of(token), until))
        return f"/setup/{token}"


def _upgrade_apart(settings: Settings) -> None:
    """Upgrade the tables in a process of its own, where they need it: what that loads takes ten
    megabytes, which this one would keep. What fails there fails once more in `prepare`, and tells.
    """
    from tintype.app import open_catalog

    with contextlib.closing(open_catalog(settings)) as catalog:
        if not catalog.is_embedded or catalog.check().is_current:
            return
    child = os.fork()  # no thread runs yet, and no connection is open
    if child:
        os.waitpid(child, 0)
        return
    with contextlib.suppress(BaseException):
        open_catalog(settings).prepare()
    os._exit(0)


def check_secrets(settings: Settings) -> None:
    """Refuse settings of the API that are wrong; the key that seals secrets is made now, once."""
    from tintype.credentials.sealing import Sealing
    from tintype.web.api.origins import Origins

    Origins(settings.api.trusted_proxies)
    Sealing.of_settings(settings.api.sealing_key, settings.data)


def invitation(address: str, path: str) -> str:
    """What a person is told about it."""
    if not path:
        return ""
    return (
        "\nThere is no administrator yet. Who opens this URL becomes one; it works once, for a day:"
        f"\n\n  {address}{path}\n"
    )
