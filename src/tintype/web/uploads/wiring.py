"""How uploads are joined to the rest of the service."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from tintype.app import open_upload_store
from tintype.stores import Attributes, Store
from tintype.web.exchange import Exchange
from tintype.web.image_uploads import PREFIX
from tintype.web.uploads import Uploads
from tintype.web.uploads.reception import Reception
from tintype.web.uploads.seams import FinishedUpload

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tintype.web.api.callers import Caller
    from tintype.web.api.parts import Parts
    from tintype.web.app import Web

SCOPE = "uploads:write"


def uploads_of(web: "Web", store: Store, parts: "Callable[[], Awaitable[Parts]]") -> Uploads:
    """The uploads' part of a service. No I/O; `parts` are those of the API, once needed."""
    people = _People(parts)

    async def finished(_: "Caller", upload: FinishedUpload) -> str:
        attributes = Attributes(
            content_type=upload.blob.media_type, metadata={"name": quote(upload.name, safe=" ")}
        )
        await store.put(PREFIX + upload.id, upload.blob, attributes=attributes)
        return f"/image/{upload.id}"

    reception = Reception(
        open_upload_store(web.settings), web.settings.uploads, people.quota, finished
    )
    return Uploads(reception, people.authenticate, web.cors, web.settings.urls)


class _People:
    """Who may upload, and how much."""

    def __init__(self, parts: "Callable[[], Awaitable[Parts]]") -> None:
        self._parts = parts

    async def authenticate(self, exchange: Exchange) -> "Caller":
        """Seam: `Authenticate`."""
        from tintype.web.api.parts import require

        caller = await (await self._parts()).callers.identify(exchange)
        require(caller, SCOPE)
        return caller

    async def quota(self, caller: "Caller") -> int | None:
        """Seam: `Quota`."""
        from tintype.catalog import usage, users

        def left(session: "Session") -> int | None:
            most = users.get(session, caller.user_id).quota_bytes
            return None if most is None else most - usage.of_user(session, caller.user_id).size

        return await (await self._parts()).catalog.read(left)
