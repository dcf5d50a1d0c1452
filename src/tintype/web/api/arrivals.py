"""Originals from uploads: by the upload's id, or by the key in the bucket that it was sent to."""

from starlette.responses import Response

from tintype.addresses import ORIGINALS
from tintype.catalog import Session, originals
from tintype.catalog.tables import Original
from tintype.errors import BucketMissing, InvalidRecord, RecordNotFound, UploadConflict
from tintype.web.api.callers import Caller
from tintype.web.api.idempotency import Remember
from tintype.web.api.original_answers import answer
from tintype.web.api.original_bodies import NewOriginal
from tintype.web.api.parts import Parts
from tintype.web.uploads.reception import nothing


async def from_upload(
    parts: Parts, caller: Caller, new: NewOriginal, remember: Remember
) -> Response:
    """The original that an upload has become, or becomes now. Raises UploadNotFound, UploadConflict
    for one that is not whole, and what completing it raises.
    """
    reception = parts.works.reception
    record = await reception.find(caller, new.upload)
    is_new = not record.result
    if is_new:
        async with reception.store.hold(new.upload, nothing):
            record = await reception.find(caller, new.upload)
            if not record.is_whole or record.is_partial:
                raise UploadConflict("This upload is not whole yet, or a part of another.")
            record = await reception.complete(caller, record)
    return await _told(parts, caller, record.result, new, remember, is_new=is_new)


async def from_bucket(
    parts: Parts, caller: Caller, new: NewOriginal, remember: Remember
) -> Response:
    """The original that becomes of what was sent to the bucket by itself. Raises UploadNotFound for
    a key that is not the caller's, or where nothing is.
    """
    try:
        address = await parts.works.register(caller, new.key)
    except BucketMissing:
        raise InvalidRecord.of({"key": "leads nowhere: the service has no bucket"}) from None
    return await _told(parts, caller, address, new, remember, is_new=True)


async def _told(
    parts: Parts,
    caller: Caller,
    address: str,
    new: NewOriginal,
    remember: Remember,
    *,
    is_new: bool,
) -> Response:
    """The original at an address, with what the request tells of it besides."""
    original_id = address.removeprefix(f"{ORIGINALS}/")
    if original_id == address:
        raise RecordNotFound("What became of this upload is no original of a user.")

    def work(session: Session) -> Response:
        original = _named(session, originals.get(session, caller.user_id, original_id), new)
        answered = answer(original, 201 if is_new else 200)
        remember(session, answered)
        return answered

    return await parts.catalog.run(work)


def _named(session: Session, original: Original, new: NewOriginal) -> Original:
    if not (new.name or new.tags):
        return original
    return originals.change(
        session,
        original.user_id,
        original.id,
        name=new.name or None,
        tags=[*original.tags, *new.tags],
    )
