"""Direct uploads: clients send to the bucket by themselves, with requests that we sign.

Whose an upload is stands in its key, which is checked with every call; that an upload id belongs to
the key is asked of the store, once. What arrives is looked at before anybody believes it, and what
nobody registers is swept.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from tintype.errors import (
    InvalidRequest,
    KeyNotFound,
    QuotaExceeded,
    UploadNotFound,
    UploadTooLong,
)
from tintype.formats import OCTET_STREAM
from tintype.s3.attributes import encode_metadata
from tintype.stores.direct import DirectStore, StoredPart
from tintype.uploads.direct_keys import attributes_of, id_in, new_key, own_key

EXPIRY = timedelta(seconds=800)  # Companion's
LONGEST_EXPIRY = timedelta(hours=1)
MOST_PARTS = 10_000
_REMEMBERED = 4096  # uploads in parts that are known to be under way
_LONGEST_ID = 1024
# Method, whether it has an upload id, and a part's number; and what its query has besides them.
_REQUESTS: dict[tuple[str, bool, bool], tuple[tuple[str, str], ...]] = {
    ("PUT", False, False): (),  # a whole object
    ("POST", False, False): (("uploads", ""),),  # begin one in parts
    ("PUT", True, True): (),  # a part
    ("GET", True, False): (),  # list the parts
    ("POST", True, False): (),  # complete
    ("DELETE", True, False): (),  # abort
}


@dataclass(frozen=True, slots=True)
class Form:
    """A form that puts one file into the bucket: fields first, the file last, in `file`."""

    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a client says of a file; every word is a claim."""

    name: str = ""
    media_type: str = ""
    metadata: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An upload in parts; `key` as the bucket has it."""

    key: str
    upload_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A request that a client wants signed: Uppy's words for S3's calls."""

    method: str
    key: str
    upload_id: str = ""
    part: int | None = None
    expires_in: timedelta = EXPIRY


# How many bytes an upload may have, by the id in its key, which are reserved for it. The size is
# what it has; None: nobody knows yet. Raises UploadTooLong, QuotaExceeded.
Grant = Callable[[str, int | None], Awaitable[int]]


class DirectUploads:
    """Direct uploads to one store. `size`: how large a client says that a file will be."""

    def __init__(self, store: DirectStore) -> None:
        self.store = store
        self._under_way: OrderedDict[tuple[str, str], None] = OrderedDict()

    def told(self, key: str) -> str:
        """A key of the store's as the bucket has it, which is what clients see."""
        return self.store.prefix + key

    def id_of(self, user_id: str, told: str) -> str:
        """The id in a key of the user's, as the bucket has it; UploadNotFound for all others."""
        return id_in(self._own(user_id, told))

    async def form(
        self,
        user_id: str,
        file: Described,
        grant: Grant,
        *,
        size: int | None = None,
        expires_in: timedelta = EXPIRY,
        keep_name: bool = False,
        any_type: str | None = None,
        redirect: str = "",
    ) -> Form:
        """A form for one file, of which the bucket itself enforces the size.

        `keep_name`: the key ends with the name of the file, which the browser fills in.
        `any_type`: how the type must begin, where it is not known yet. `redirect`: where the
        browser goes afterwards, with `key` in the query; else the bucket answers 201.
        """
        attributes = attributes_of(file.name, file.media_type, file.metadata)
        own = new_key(user_id)
        most, key = await grant(id_in(own), size), self.told(own)
        conditions: list[object] = [["content-length-range", 1, most]]
        exact = {f"x-amz-meta-{n}": encode_metadata(v) for n, v in attributes.metadata.items() if v}
        free = {}
        if redirect:
            exact["success_action_redirect"] = redirect
        else:
            exact["success_action_status"] = "201"
        if keep_name:
            free["key"] = f"{key}/${{filename}}"
            conditions.append(["starts-with", "$key", f"{key}/"])
        else:
            exact["key"] = key
        media_type = attributes.content_type or OCTET_STREAM
        if any_type is None:
            exact["Content-Type"] = media_type
        else:
            free["Content-Type"] = media_type
            conditions.append(["starts-with", "$Content-Type", any_type])
        conditions += [{name: value} for name, value in exact.items()]
        url, signed = await self.store.sign_form(conditions, expires_in=_capped(expires_in))
        return Form(url, {**free, **exact, **signed})

    async def begin(
        self, user_id: str, file: Described, grant: Grant, *, size: int | None = None
    ) -> Begun:
        """Begin an upload in parts."""
        key = new_key(user_id)
        attributes = attributes_of(file.name, file.media_type, file.metadata)
        await grant(id_in(key), size)
        upload_id = await self.store.begin_parts(key, attributes)
        self._remember(key, upload_id)
        return Begun(key=self.told(key), upload_id=upload_id)

    async def parts(self, user_id: str, told: str, upload_id: str) -> Sequence[StoredPart]:
        """The parts that have arrived."""
        return await self._stored(self._own(user_id, told), upload_id)

    async def complete(
        self, user_id: str, told: str, upload_id: str, parts: Mapping[int, str], grant: Grant
    ) -> str:
        """Make the object of the parts, by number and ETag; its URL, for who may read it.

        Again after a lost answer, it is as it was. Raises InvalidRequest for parts that the store
        has not; UploadTooLong and QuotaExceeded, which drop the upload.
        """
        key = self._own(user_id, told)
        try:
            stored = await self._stored(key, upload_id)
        except UploadNotFound:
            if await self.store.stat(key) is None:
                raise
            return self.store.url(key)
        chosen = _chosen(stored, parts)
        await self._check_size(key, upload_id, chosen, grant)
        await self.store.finish_parts(key, upload_id, chosen)
        self._under_way.pop((key, upload_id), None)
        return self.store.url(key)

    async def abort(self, user_id: str, told: str, upload_id: str) -> None:
        """Remove an upload in parts; absent is fine."""
        key = self._own(user_id, told)
        self._under_way.pop((key, upload_id), None)
        await self.store.drop_parts(key, _checked(upload_id))

    async def sign(
        self, user_id: str, wish: Wish, grant: Grant, *, size: int | None = None
    ) -> tuple[str, str]:
        """The URL for a request of Uppy's, and the key that it is for, as the bucket has it.

        For a new object the key is ours, with the name at the end of what was wished for.
        InvalidRequest for all that an upload does not need.
        """
        request = (wish.method, bool(wish.upload_id), wish.part is not None)
        if request not in _REQUESTS:
            raise InvalidRequest("An upload needs no such request.")
        query = _REQUESTS[request]
        if not wish.upload_id:
            key = new_key(user_id, wish.key)
            await grant(id_in(key), size)
        else:
            key = await self._under_way_of(user_id, wish.key, wish.upload_id)
            query = (*query, ("uploadId", wish.upload_id))
        if wish.part is not None:
            query = (*query, ("partNumber", _checked_part(wish.part)))
        elif wish.method == "POST" and wish.upload_id:
            stored = await self._stored(key, wish.upload_id)
            await self._check_size(key, wish.upload_id, stored, grant)
        url = await self.store.sign_request(
            key, method=wish.method, expires_in=_capped(wish.expires_in), query=query
        )
        return url, self.told(key)

    async def sign_part(self, user_id: str, told: str, upload_id: str, part: int) -> str:
        """The URL to which a part is PUT."""
        wish = Wish(method="PUT", key=told, upload_id=_checked(upload_id), part=part)
        return (await self.sign(user_id, wish, _nothing_new))[0]

    def _own(self, user_id: str, told: str) -> str:
        return own_key(user_id, told, self.store.prefix)

    async def _under_way_of(self, user_id: str, told: str, upload_id: str) -> str:
        """The key, when it is the user's and the upload id belongs to it; else UploadNotFound."""
        key = self._own(user_id, told)
        if (key, upload_id) not in self._under_way:
            await self._stored(key, upload_id)
            self._remember(key, upload_id)
        return key

    async def _stored(self, key: str, upload_id: str) -> Sequence[StoredPart]:
        try:
            return await self.store.stored_parts(key, _checked(upload_id))
        except KeyNotFound:
            raise UploadNotFound("There is no such upload.") from None

    def _remember(self, key: str, upload_id: str) -> None:
        self._under_way[key, upload_id] = None
        while len(self._under_way) > _REMEMBERED:
            self._under_way.popitem(last=False)

    async def _check_size(
        self, key: str, upload_id: str, parts: Sequence[StoredPart], grant: Grant
    ) -> None:
        """Only now is it known how large it is: the bucket itself takes parts of any number."""
        try:
            await grant(id_in(key), sum(part.size for part in parts))
        except (UploadTooLong, QuotaExceeded):
            self._under_way.pop((key, upload_id), None)
            await self.store.drop_parts(key, upload_id)
            raise


async def _nothing_new(upload_id: str, size: int | None) -> int:  # noqa: ARG001 - Grant
    """For a part, of which nothing is known; what they are together is looked at in the end."""
    raise AssertionError("a part begins no upload")


def _chosen(stored: Sequence[StoredPart], wanted: Mapping[int, str]) -> Sequence[StoredPart]:
    """The parts that a client names, as they are stored."""
    chosen = [part for part in stored if wanted.get(part.number, "").strip('"') == part.etag]
    if not wanted or len(chosen) != len(wanted):
        raise InvalidRequest(
            "The parts named are not the parts that have arrived.",
            remedy="List them, and send what is missing.",
        )
    return chosen


def _checked(upload_id: str) -> str:
    if not (0 < len(upload_id) <= _LONGEST_ID and upload_id.isascii() and upload_id.isprintable()):
        raise InvalidRequest("That is no id of an upload.")
    return upload_id


def _checked_part(part: int) -> str:
    if not 1 <= part <= MOST_PARTS:
        raise InvalidRequest(f"The number of a part is 1 to {MOST_PARTS:,}.")
    return str(part)


def _capped(expires_in: timedelta) -> timedelta:
    if expires_in < timedelta(seconds=1):
        raise InvalidRequest("A signed URL is good for a second or longer.")
    return min(expires_in, LONGEST_EXPIRY)
