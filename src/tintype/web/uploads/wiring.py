"""How uploads are joined to the rest of the service."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from tintype.app import open_upload_store
from tintype.stores import Attributes, Store
from tintype.web.bearer import refusal
from tintype.web.errors import Refusal
from tintype.web.exchange import Exchange
from tintype.web.image_uploads import PREFIX
from tintype.web.uploads import Uploads
from tintype.web.uploads.direct_part import DirectPart
from tintype.web.uploads.reception import Reception
from tintype.web.uploads.seams import FinishedUpload, no_quota

if TYPE_CHECKING:
    from tintype.web.api.callers import Caller
    from tintype.web.app import Web


def uploads_of(web: "Web", store: Store) -> Uploads:
    """The uploads' part of a service. No I/O."""

    async def authenticate(exchange: Exchange) -> "Caller":
        trouble = refusal(exchange.headers, web.settings.server.admin_key)
        if trouble:
            raise Refusal(trouble)
        from tintype.web.api.callers import Caller  # with the database behind it, when first used

        return Caller(
            user_id="admin", scopes=frozenset({"uploads:write"}), how="key", key_id="admin"
        )

    async def finished(_: "Caller", upload: FinishedUpload) -> str:
        attributes = Attributes(
            content_type=upload.blob.media_type, metadata={"name": quote(upload.name, safe=" ")}
        )
        await store.put(PREFIX + upload.id, upload.blob, attributes=attributes)
        return f"/image/{upload.id}"

    reception = Reception(open_upload_store(web.settings), web.settings.uploads, no_quota, finished)
    direct = DirectPart(web.settings, store, web.cors, authenticate, no_quota, finished)
    return Uploads(reception, direct, web.cors, web.settings.urls)
