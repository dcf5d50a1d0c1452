"""Where the keys that sign come from, and how they are kept fresh.

In this order: none if anonymous, the settings, a profile if one is named, a web identity, the
shared files, a container, an instance's role. The first that has any is asked from then on.
"""

import logging
import threading
import time
from collections.abc import Callable

from tintype.errors import StoreDenied, TintypeError
from tintype.s3.credentials_profile import load_profile
from tintype.s3.credentials_remote import from_container, from_instance, from_web_identity
from tintype.s3.sign import Credentials
from tintype.settings import S3Settings

logger = logging.getLogger("tintype.s3")

Find = Callable[[S3Settings, str], Credentials | None]

_EARLY = 300.0  # seconds before their end at which new credentials are fetched
_TIGHT = 30.0  # and at which the old ones are not used any more
_PAUSE = 20.0  # seconds before a failed refresh is tried again while the old ones last


class CredentialSource:
    """Finds credentials at the first use and fetches new ones before they expire. Thread safe.

    While one thread fetches, the others go on with the old ones.
    """

    def __init__(
        self, settings: S3Settings, region: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings = settings
        self._region = region
        self._clock = clock
        self._lock = threading.Lock()
        self._found: Credentials | None = _given(settings)
        self._find: Find | None = None
        self._not_before = 0.0

    def get(self) -> Credentials | None:
        """Credentials that are good now; None means that nothing is to be signed.

        Raises StoreDenied when there are none, and StoreUnavailable when their source fails.
        """
        found = self._found
        if found is not None and (found.expires is None or not self._is_due(found, _EARLY)):
            return found
        if self._settings.anonymous:
            return None
        if found is not None and not self._is_due(found, _TIGHT):
            return self._renew(found)
        with self._lock:
            if self._found is None or self._is_due(self._found, _TIGHT):
                self._found = self._look()
            return self._found

    def _is_due(self, found: Credentials, before: float) -> bool:
        return found.expires is not None and self._clock() > found.expires - before

    def _renew(self, old: Credentials) -> Credentials:
        """New credentials unless somebody is fetching them: then the old ones, which still last."""
        if self._clock() < self._not_before or not self._lock.acquire(blocking=False):
            return old
        try:
            self._found = self._look()
        except TintypeError as error:
            self._not_before = self._clock() + _PAUSE
            logger.warning(
                "New credentials could not be fetched, the old ones last a while: %s", error
            )
            return old
        finally:
            self._lock.release()
        return self._found

    def _look(self) -> Credentials:
        for find in (self._find,) if self._find else _sources(self._settings):
            if found := find(self._settings, self._region):
                self._find = find
                return found
        raise StoreDenied(
            "There are no S3 credentials.",
            remedy="Set TINTYPE_S3_ACCESS_KEY_ID and TINTYPE_S3_SECRET_ACCESS_KEY (the AWS names"
            " work too), name a profile with TINTYPE_S3_PROFILE, or set TINTYPE_S3_ANONYMOUS=1.",
        )


def _given(settings: S3Settings) -> Credentials | None:
    if settings.anonymous or not (settings.access_key_id and settings.secret_access_key):
        return None
    return Credentials(settings.access_key_id, settings.secret_access_key, settings.session_token)


def _sources(settings: S3Settings) -> tuple[Find, ...]:
    """A profile that was named is meant: nothing else stands in for it."""
    if settings.profile:
        return (load_profile,)
    return (from_web_identity, load_profile, from_container, from_instance)
