"""Granting: how many bytes a direct upload may have, which are reserved for it."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tintype.errors import UploadTooLong
from tintype.settings_web import UploadSettings
from tintype.uploads.direct import LONGEST_EXPIRY, Grant
from tintype.web.uploads.reserving import Reserving
from tintype.web.uploads.seams import Quota

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller

LEAST = 20 << 20  # bytes granted, while there are as many, to who does not say how many
# Between the end of a signature and of what is reserved: a request that begins in its last second
# takes its time, and the next sweep, which comes within a quarter of an hour, sees what has come.
GRACE = timedelta(minutes=30)


class Granting:
    """Grants bytes to direct uploads of callers."""

    def __init__(self, settings: UploadSettings, quota: Quota, reserving: Reserving) -> None:
        self._settings, self._quota, self.reserving = settings, quota, reserving

    def once(self, caller: "Caller", signed_for: timedelta) -> Grant:
        """For one request, the right to which ends."""
        return self._grant(caller, min(signed_for, LONGEST_EXPIRY) + GRACE)

    def in_parts(self, caller: "Caller") -> Grant:
        """For parts, which lie there until they are put together, or swept."""
        return self._grant(caller, timedelta(seconds=self._settings.age))

    def _grant(self, caller: "Caller", lasts: timedelta) -> Grant:
        async def grant(upload_id: str, size: int | None) -> int:
            expires = datetime.now(UTC) + lasts
            if size is None:
                wanted = await self._usual(caller)
                return await self.reserving.reserve(caller, upload_id, wanted, expires, least=1)
            most = self._settings.max_upload
            if size > most:
                raise UploadTooLong(f"An upload has at most {most:,} bytes.")
            return await self.reserving.reserve(caller, upload_id, size, expires)

        return grant

    async def _usual(self, caller: "Caller") -> int:
        """For a file of unknown size: half of what is free, so that there is something for the
        next one; but enough for most pictures.
        """
        quota, most = await self._quota(caller), self._settings.max_upload
        if quota is None:
            return most
        free = quota - await self.reserving.held(caller)
        return min(most, max(free // 2, LEAST))

    async def most(self, caller: "Caller") -> int:
        """How many bytes an original may have that a caller brings now."""
        quota, most = await self._quota(caller), self._settings.max_upload
        return most if quota is None else max(0, min(most, quota))
