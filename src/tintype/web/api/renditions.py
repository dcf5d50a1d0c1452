"""Renditions: `/api/v1/originals/{id}/renditions`, and `/files`, which hands them out."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.responses import Response

from tintype import filters
from tintype.addresses import FILES
from tintype.catalog import originals, renditions
from tintype.catalog.tables import PublishedRendition
from tintype.errors import InvalidTransform, RecordNotFound, SourceForbidden
from tintype.originals.keeping import source_of
from tintype.originals.publishing import Wanted, address_of, own_key
from tintype.transform import Transform
from tintype.urls.grammar import SAFE, address, as_bytes
from tintype.urls.thumbor import MAX_PATH
from tintype.web.api import answers
from tintype.web.api.bodies import body, takes
from tintype.web.api.callers import Caller
from tintype.web.api.fetching import WEB
from tintype.web.api.idempotency import REPEATABLE, Remember, once
from tintype.web.api.openapi import NOBODY, content, problems
from tintype.web.api.originals import ONE, READ, WRITE
from tintype.web.api.origins import base_of
from tintype.web.api.parts import CallerNow, ExchangeNow, Parts, PartsNow, require
from tintype.web.api.rendition_bodies import NewRendition, RenditionList, RenditionRecord
from tintype.web.api.stored import StoredContent
from tintype.web.exchange import Exchange

router = APIRouter(tags=["renditions"])
ALL = ONE + "/renditions"
CONTROL = "public, max-age=60"  # it may be published anew under the same address


@router.get(ALL, response_model=RenditionList, responses=problems(401, 403, 404))
async def list_renditions(
    original_id: str, exchange: ExchangeNow, parts: PartsNow, caller: CallerNow
) -> Response:
    """List what was published of an original."""
    require(caller, READ)
    found = await parts.works.publishing.listed(caller.user_id, original_id)
    return answers.record(RenditionList(items=[_shown(parts, exchange, each) for each in found]))


@router.post(
    ALL,
    status_code=201,
    response_model=RenditionRecord,
    responses=problems(401, 403, 404, 409, 412, 413, 415, 422, 502, 504, 507),
    openapi_extra=takes(NewRendition),
    dependencies=REPEATABLE,
)
async def publish_rendition(
    original_id: str,
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
    new: Annotated[NewRendition, Depends(body(NewRendition))],
) -> Response:
    """Make a rendition of an original, and publish it under a key: its URL is for everybody. What
    one had under this key before is replaced. Without a key one is chosen.
    """
    require(caller, WRITE)
    publishing = parts.works.publishing
    wanted = publishing.check(
        Wanted(
            transform=new.transform(parts.works.grammar),
            key=new.key,
            is_public=new.public,
            overwrite=new.overwrite,
        )
    )
    await _check_others(parts, caller, wanted.transform)

    async def work(remember: Remember) -> Response:
        made = await publishing.publish(caller.user_id, original_id, wanted)
        answer = answers.record(_shown(parts, exchange, made), 201)
        answer.headers["location"] = f"{ALL.format(original_id=original_id)}/{made.id}"
        # The same request a second time publishes the same under the same key: this need not be
        # one transaction with that.
        await parts.catalog.run(lambda session: remember(session, answer))
        return answer

    return await once(parts, exchange, caller, work)


@router.get(
    ALL + "/{rendition_id}", response_model=RenditionRecord, responses=problems(401, 403, 404)
)
async def read_rendition(
    original_id: str,
    rendition_id: str,
    exchange: ExchangeNow,
    parts: PartsNow,
    caller: CallerNow,
) -> Response:
    """Read what is known of a rendition."""
    require(caller, READ)
    found = await parts.catalog.read(
        lambda s: renditions.own(s, caller.user_id, original_id, rendition_id)
    )
    return answers.record(_shown(parts, exchange, found))


@router.delete(
    ALL + "/{rendition_id}", status_code=204, responses=problems(401, 403, 404, 409, 502)
)
async def remove_rendition(
    original_id: str, rendition_id: str, parts: PartsNow, caller: CallerNow
) -> Response:
    """Remove a rendition from where it was published."""
    require(caller, WRITE)
    await parts.works.publishing.remove(caller.user_id, original_id, rendition_id)
    return Response(status_code=204)


@router.get(
    FILES + "/{rendition_id}/{name}",
    status_code=200,
    response_class=StoredContent,
    responses=content(404, 412, 416, 502),
    openapi_extra=NOBODY,
)
async def read_file(rendition_id: str, name: str, parts: PartsNow) -> Response:  # noqa: ARG001
    """A published rendition, for everybody who has its URL."""
    found = await parts.catalog.read(lambda session: renditions.get(session, rendition_id))
    places = parts.works.places
    async with places.opened(found.place, found.user_id) as store:
        stat = await store.stat(found.key)
    if stat is None:
        raise RecordNotFound(f"Nothing is left of the rendition {rendition_id}.")
    return StoredContent(
        lambda: places.opened(found.place, found.user_id),
        found.key,
        size=stat.size,
        etag=stat.etag,
        modified=stat.modified.timestamp(),
        media_type=found.media_type,
        name=_name_of(found),
        control=CONTROL,
    )


def _shown(parts: Parts, exchange: Exchange, found: PublishedRendition) -> RenditionRecord:
    base, path = base_of(exchange, parts.origins), _on_demand(parts, found)
    url = address_of(found) if found.url else base + address_of(found)
    return RenditionRecord.of(found, url, path and base + parts.works.sign(path))


def _on_demand(parts: Parts, found: PublishedRendition) -> str | None:
    """The path of the same picture on demand; None where it is too long, or not let through."""
    source = source_of(found.original_id)
    path = f"{quote(as_bytes(found.transform), safe=SAFE + '%')}/{address(str(source))}"
    try:
        parts.works.rules.check(source)
    except SourceForbidden:
        return None
    return path if len(path) < MAX_PATH else None


def _name_of(found: PublishedRendition) -> str:
    return own_key(found).rpartition("/")[2]


async def _check_others(parts: Parts, caller: Caller, transform: Transform) -> None:
    """Raise unless all pictures that filters name are on the web, or originals of the caller's: who
    may use the API must not read with it what lies in the store of everybody.
    """
    for name in _others(transform):
        source = parts.works.source_of(name)
        if source.scheme in WEB:
            parts.works.rules.check(source)
        elif source.scheme == "original":
            await parts.catalog.read(
                lambda s, found=source.locator: originals.get(s, caller.user_id, found)  # type: ignore[misc]
            )
        else:
            raise InvalidTransform(
                f"The filters name {name[:60]!r}, which is not on the web.",
                remedy="Give a URL, or original: and the id of one of your originals.",
            )


def _others(transform: Transform | None) -> Iterator[str]:
    while transform is not None:
        yield from filters.parse(transform.filters).pictures
        transform = transform.then
