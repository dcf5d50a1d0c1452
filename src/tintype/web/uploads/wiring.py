"""How uploads are joined to the rest of the service."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from tintype.addresses import original_address
from tintype.app import open_upload_store
from tintype.catalog.originals import LONGEST_TAG, MOST_TAGS
from tintype.catalog.texts import mistake_in
from tintype.originals.keeping import Keeping, Told
from tintype.stores import Attributes, Store
from tintype.web.bearer import refusal
from tintype.web.errors import Refusal, Trouble
from tintype.web.exchange import Exchange
from tintype.web.image_uploads import PREFIX
from tintype.web.uploads import Uploads
from tintype.web.uploads.direct_part import DirectPart
from tintype.web.uploads.reception import Reception
from tintype.web.uploads.seams import ADMIN, FinishedUpload

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller, Callers
    from tintype.web.app import Web

SCOPE = "uploads:write"
LACKING = Trouble(403, "scope-missing", f"This takes the scope {SCOPE}.")


class Joined:
    """The seams of uploads: who uploads, how much may come, and what becomes of it."""

    def __init__(
        self,
        web: "Web",
        store: Store,
        keeping: Keeping,
        callers: Callable[[], Awaitable["Callers"]],
    ) -> None:
        self._web, self._store, self._keeping, self._callers = web, store, keeping, callers

    async def authenticate(self, exchange: Exchange) -> "Caller":
        """Authenticate: whoever the API knows and has the scope; and who has the admin key."""
        from tintype.web.api.callers import Caller  # with the database behind it, when first used

        admin_key = self._web.settings.server.admin_key
        if admin_key and refusal(exchange.headers, admin_key) is None:
            return Caller(
                user_id=ADMIN, scopes=frozenset({SCOPE}), how="key", key_id=_id_of(admin_key)
            )
        caller = await (await self._callers()).identify(exchange)
        if SCOPE not in caller.scopes:
            raise Refusal(LACKING)
        return caller

    async def still(self, exchange: Exchange, user_id: str, key_id: str) -> bool:
        """Still: tickets end with the key or session by which they were got."""
        if user_id == ADMIN:
            admin_key = self._web.settings.server.admin_key
            return bool(admin_key) and key_id == _id_of(admin_key)
        return await (await self._callers()).still_opens(exchange, user_id, key_id)

    async def quota(self, caller: "Caller") -> int | None:
        """Quota: what is left of the user's."""
        if caller.user_id == ADMIN:
            return None
        return (await self._keeping.room(caller.user_id)).left

    async def finished(self, caller: "Caller", upload: FinishedUpload) -> str:
        """Finished: an original of the user's. Told of it again after a crash, it is the same one:
        the same bytes are kept once.
        """
        if caller.user_id == ADMIN:
            return await self._kept_plainly(upload)
        told = Told(name=upload.name, tags=tags_in(upload.values))
        original, _ = await self._keeping.keep(caller.user_id, upload.blob, told)
        return original_address(original.id)

    async def _kept_plainly(self, upload: FinishedUpload) -> str:
        attributes = Attributes(
            content_type=upload.blob.media_type, metadata={"name": quote(upload.name, safe=" ")}
        )
        await self._store.put(PREFIX + upload.id, upload.blob, attributes=attributes)
        return f"/image/{upload.id}"


def _id_of(admin_key: str) -> str:
    """Another one for another key, so that tickets end with the key they were got by."""
    return f"{ADMIN}-{hashlib.sha256(admin_key.encode()).hexdigest()[:16]}"


def tags_in(values: Mapping[str, str]) -> tuple[str, ...]:
    """The tags in an upload's metadata, by comma. What is none is left out: all of the bytes have
    come, and are not to be refused for that.
    """
    found = [tag.strip() for tag in values.get("tags", "").split(",")]
    return tuple(tag for tag in found if not mistake_in(tag, LONGEST_TAG))[:MOST_TAGS]


def reception_of(web: "Web", joined: Joined) -> Reception:
    """What takes uploads in. No I/O."""
    store = open_upload_store(web.settings)
    return Reception(store, web.settings.uploads, joined.quota, joined.finished)


def uploads_of(
    web: "Web", store: Store, joined: Joined, reception: Reception
) -> tuple[Uploads, DirectPart]:
    """The uploads' part of a service, and of it the part for direct ones. No I/O."""
    direct = DirectPart(
        web.settings,
        store,
        web.cors,
        joined.authenticate,
        joined.still,
        joined.quota,
        joined.finished,
        reception.reserving,
    )
    return Uploads(reception, direct, web.cors, web.settings.urls), direct
