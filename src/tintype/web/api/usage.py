"""Usage: how much somebody keeps and may keep; and who one is."""

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from tintype.catalog import Session, users
from tintype.catalog.tables import User
from tintype.errors import StoreError
from tintype.originals.keeping import Room, room_of
from tintype.web.api import answers
from tintype.web.api.openapi import problems
from tintype.web.api.parts import CallerNow, Parts, PartsNow, require
from tintype.web.api.user_bodies import UserRecord
from tintype.web.api.users import V1, check_own

router = APIRouter(tags=["users"])


class UsageRecord(BaseModel):
    """How many bytes somebody keeps, in originals and what is published of them; how many are
    reserved for uploads that are not finished (null while their place does not answer); and how
    many there may be; and how many originals there are.
    """

    used_bytes: int
    reserved_bytes: int | None
    quota_bytes: int
    left_bytes: int
    originals: int

    @classmethod
    async def of(cls, parts: Parts, user_id: str, room: Room) -> "UsageRecord":
        """The record as it is shown."""
        try:
            reserved = await parts.works.reception.store.tally.held(user_id)
        except StoreError:
            reserved = None
        return cls(
            used_bytes=room.used,
            reserved_bytes=reserved,
            quota_bytes=room.quota,
            left_bytes=max(room.left - (reserved or 0), 0),
            originals=room.originals,
        )


class Me(BaseModel):
    """Who asks, with which scopes, and how much is kept."""

    user: UserRecord
    scopes: list[str]
    usage: UsageRecord


@router.get(V1 + "/{user_id}/usage", response_model=UsageRecord, responses=problems(401, 403, 404))
async def read_usage(user_id: str, parts: PartsNow, caller: CallerNow) -> Response:
    """Read how much a user keeps, and may keep."""
    require(caller, "users:read")
    check_own(caller, user_id)
    room = await parts.works.keeping.room(user_id)
    return answers.record(await UsageRecord.of(parts, user_id, room))


@router.get("/api/v1/me", response_model=Me, responses=problems(401, 403))
async def read_me(parts: PartsNow, caller: CallerNow) -> Response:
    """Read who one is, and how much one keeps."""
    require(caller, "users:read")

    def find(session: Session) -> tuple[User, Room]:
        usual = parts.settings.api.quota
        return users.get(session, caller.user_id), room_of(session, caller.user_id, usual)

    user, room = await parts.catalog.read(find)
    shown = Me(
        user=UserRecord.model_validate(user),
        scopes=sorted(caller.scopes),
        usage=await UsageRecord.of(parts, caller.user_id, room),
    )
    return answers.record(shown)
