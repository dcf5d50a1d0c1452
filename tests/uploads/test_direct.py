"""Direct uploads against a real S3 server: who may have what signed, and what comes of it."""

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from servers.multipart import form_of
from tintype.blob import Blob, SpoolLimits
from tintype.errors import InvalidRequest, UploadNotFound, UploadTooLong, UploadTypeRefused
from tintype.settings import S3Settings
from tintype.stores import NO_ATTRIBUTES
from tintype.stores.s3 import S3Store
from tintype.uploads.arrivals import Arrival, SweptArrivals, register_arrival, sweep_arrivals
from tintype.uploads.direct import Described, DirectUploads, Wish
from tintype.uploads.direct_keys import prefix_of

SAMPLES = Path(__file__).parent.parent.parent / "src" / "tintype" / "pictures"
PICTURE = (SAMPLES / "plate.png").read_bytes()
ANN, BEN = str(uuid.uuid4()), str(uuid.uuid4())
PART = 5 << 20
MAX = 8 << 20


async def upto_max(upload_id: str, size: int | None) -> int:
    assert len(upload_id) == 32
    if size is not None and size > MAX:
        raise UploadTooLong("It is too long.")
    return MAX


@pytest.fixture(params=["", "some/prefix/"])
async def store(
    request: pytest.FixtureRequest, s3_settings: S3Settings, s3_bucket: str
) -> AsyncIterator[S3Store]:
    store = S3Store.from_url(f"s3://{s3_bucket}/{request.param}", s3_settings)
    yield store
    await store.close()


@pytest.fixture
def direct(store: S3Store) -> DirectUploads:
    return DirectUploads(store)


def send(
    method: str, url: str, body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, data=body, method=method)
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, {n.lower(): v for n, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {n.lower(): v for n, v in error.headers.items()}, error.read()


def post(url: str, fields: dict[str, str], content: bytes, name: str = "a b.png") -> int:
    body, kind = form_of(fields, content, name)
    return send("POST", url, body, content_type=kind)[0]


def put_part(url: str, content: bytes) -> str:
    status, headers, _ = send("PUT", url, content)
    assert status == 200
    return headers["etag"]


async def take_arrival(store: S3Store, user_id: str, told: str) -> Arrival:
    """What has arrived, which is registered by that."""
    found: list[Arrival] = []

    async def keep(arrival: Arrival) -> str:
        found.append(arrival)
        return "/kept"

    assert await register_arrival(store, user_id, told, SpoolLimits(MAX), keep) == "/kept"
    return found[0]


async def test_a_form_takes_one_file_with_what_was_said_of_it(
    direct: DirectUploads, store: S3Store
) -> None:
    said = Described(
        name="../Grüße.png", media_type="image/png", metadata={"album": "Öl", "relativePath": None}
    )
    form = await direct.form(ANN, said, upto_max)
    assert form.url.endswith("/")
    assert post(form.url, dict(form.fields), PICTURE) == 201
    arrival = await take_arrival(store, ANN, form.fields["key"])
    assert (arrival.name, arrival.metadata) == ("Grüße.png", {"album": "Öl"})
    assert arrival.blob.read() == PICTURE
    assert arrival.blob.media_type == "image/png"


async def test_the_bucket_refuses_what_the_form_does_not_say(direct: DirectUploads) -> None:
    form = await direct.form(ANN, Described(media_type="image/png"), upto_max)
    fields = dict(form.fields)
    assert post(form.url, fields, b"x" * (MAX + 1)) == 400
    assert post(form.url, fields, b"") == 400
    for changed in (
        {"key": fields["key"][:-1]},
        {"Content-Type": "text/html"},
        {"x-amz-meta-more": "1"},
        {"success_action_redirect": "https://elsewhere.example"},
        {"x-amz-signature": "0" * 64},
    ):
        assert post(form.url, fields | changed, PICTURE) == 403, changed
    assert post(form.url, fields, PICTURE) == 201


async def test_a_form_may_leave_type_and_name_to_the_browser(
    direct: DirectUploads, store: S3Store
) -> None:
    form = await direct.form(ANN, Described(), upto_max, keep_name=True, any_type="image/")
    fields = dict(form.fields)
    assert post(form.url, fields | {"Content-Type": "text/html"}, PICTURE) == 403
    assert post(form.url, fields | {"Content-Type": "image/png"}, PICTURE) == 201
    key = fields["key"].replace("${filename}", "a b.png")
    arrival = await take_arrival(store, ANN, key)
    assert arrival.name == "a b.png"


async def test_a_whole_object_goes_under_a_key_of_ours(
    direct: DirectUploads, store: S3Store
) -> None:
    url, told = await direct.sign(
        ANN, Wish(method="PUT", key="../../originals/wanted.png"), upto_max
    )
    assert told.startswith(store.prefix + prefix_of(ANN))
    assert send("PUT", url, PICTURE, content_type="image/png")[0] == 200
    arrival = await take_arrival(store, ANN, told)
    assert (arrival.blob.read(), arrival.name) == (PICTURE, "wanted.png")


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("Öl & 50%?#.png", "Öl & 50%?#.png"),
        ("0b0e7b9c-3c4e-4f62-9d3a-1f2e3d4c5b6a-hills.png", "hills.png"),
        ("a/..", ""),
        ("a/", ""),
        ("🌲" * 300, "🌲" * 100),
    ],
)
async def test_the_name_that_was_wished_for_is_kept(
    direct: DirectUploads, store: S3Store, wanted: str, name: str
) -> None:
    url, told = await direct.sign(ANN, Wish(method="PUT", key=wanted), upto_max)
    assert send("PUT", url, PICTURE)[0] == 200
    assert (await take_arrival(store, ANN, told)).name == name


async def test_an_upload_in_parts_by_the_companions_protocol(
    direct: DirectUploads, store: S3Store
) -> None:
    begun = await direct.begin(ANN, Described(name="large.png", metadata={"n": 3}), upto_max)
    content = PICTURE + bytes(PART)
    etags = {}
    for number, start in ((1, 0), (2, PART)):
        url = await direct.sign_part(ANN, begun.key, begun.upload_id, number)
        etags[number] = put_part(url, content[start : start + PART])
    parts = await direct.parts(ANN, begun.key, begun.upload_id)
    assert [(part.number, part.size) for part in parts] == [(1, PART), (2, len(PICTURE))]
    with pytest.raises(InvalidRequest, match="not the parts"):
        await direct.complete(ANN, begun.key, begun.upload_id, etags | {2: "0" * 32}, upto_max)
    with pytest.raises(InvalidRequest, match="not the parts"):
        await direct.complete(ANN, begun.key, begun.upload_id, {}, upto_max)
    location = await direct.complete(ANN, begun.key, begun.upload_id, etags, upto_max)
    assert location == await direct.complete(ANN, begun.key, begun.upload_id, etags, upto_max)
    arrival = await take_arrival(store, ANN, begun.key)
    assert arrival.blob.read() == content
    assert (arrival.name, arrival.metadata) == ("large.png", {"n": "3"})


async def test_an_upload_in_parts_by_signed_requests_alone(
    direct: DirectUploads, store: S3Store
) -> None:
    url, key = await direct.sign(ANN, Wish(method="POST", key="large.png"), upto_max)
    status, _, body = send("POST", url, b"")
    assert status == 200
    upload_id = body.decode().partition("<UploadId>")[2].partition("<")[0]

    async def signed(method: str, part: int | None = None) -> str:
        wish = Wish(method=method, key=key, upload_id=upload_id, part=part)
        url, told = await direct.sign(ANN, wish, upto_max)
        assert told == key
        return url

    etag = put_part(await signed("PUT", 1), PICTURE)
    assert etag.strip('"') in send("GET", await signed("GET"))[2].decode()
    listing = f"<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>"
    whole = f"<CompleteMultipartUpload>{listing}</CompleteMultipartUpload>".encode()
    assert send("POST", await signed("POST"), whole, content_type="application/xml")[0] == 200
    assert (await take_arrival(store, ANN, key)).blob.read() == PICTURE


async def test_an_aborted_upload_is_gone(direct: DirectUploads) -> None:
    begun = await direct.begin(ANN, Described(), upto_max)
    await direct.abort(ANN, begun.key, begun.upload_id)
    await direct.abort(ANN, begun.key, begun.upload_id)
    with pytest.raises(UploadNotFound):
        await direct.parts(ANN, begun.key, begun.upload_id)
    with pytest.raises(UploadNotFound):
        await direct.complete(ANN, begun.key, begun.upload_id, {1: "0" * 32}, upto_max)


async def test_nobody_touches_what_is_somebody_elses(direct: DirectUploads, store: S3Store) -> None:
    begun = await direct.begin(ANN, Described(), upto_max)
    url = await direct.sign_part(ANN, begun.key, begun.upload_id, 1)
    etag = put_part(url, PICTURE)
    mine = await direct.begin(BEN, Described(), upto_max)
    for key in (begun.key, mine.key):  # her key; his own, with her upload's id
        for call in (
            direct.sign_part(BEN, key, begun.upload_id, 1),
            direct.parts(BEN, key, begun.upload_id),
            direct.complete(BEN, key, begun.upload_id, {1: etag}, upto_max),
            direct.sign(BEN, Wish(method="GET", key=key, upload_id=begun.upload_id), upto_max),
            direct.sign(BEN, Wish(method="POST", key=key, upload_id=begun.upload_id), upto_max),
            direct.sign(BEN, Wish(method="DELETE", key=key, upload_id=begun.upload_id), upto_max),
        ):
            with pytest.raises(UploadNotFound):
                await call
    with pytest.raises(UploadNotFound):
        await direct.abort(BEN, begun.key, begun.upload_id)
    await direct.complete(ANN, begun.key, begun.upload_id, {1: etag}, upto_max)
    with pytest.raises(UploadNotFound):
        await take_arrival(store, BEN, begun.key)
    assert await store.stat(begun.key.removeprefix(store.prefix))


@pytest.mark.parametrize(
    "key",
    [
        "originals/00/secret",
        "direct/{ann}",
        "direct/{ann}/",
        "direct/{ann}/x",
        "direct/{ann}/../{ben}/00000000000000000000000000000000",
        "direct/{ann}/00000000000000000000000000000000/a/b",
        "direct/{ann}/00000000000000000000000000000000/",
        "/direct/{ann}/00000000000000000000000000000000",
        "direct/{ann}x/00000000000000000000000000000000",
    ],
)
async def test_only_keys_that_we_make_are_taken(
    direct: DirectUploads, store: S3Store, key: str
) -> None:
    told = store.prefix + key.format(ann=ANN, ben=BEN)
    with pytest.raises(UploadNotFound):
        await direct.parts(ANN, told, "id")
    with pytest.raises(UploadNotFound):
        await take_arrival(store, ANN, told)


@pytest.mark.parametrize(
    "wish",
    [
        Wish(method="DELETE", key="k"),
        Wish(method="GET", key="k"),
        Wish(method="PUT", key="k", upload_id="id"),
        Wish(method="PUT", key="k", part=1),
        Wish(method="POST", key="k", upload_id="id", part=1),
        Wish(method="HEAD", key="k", upload_id="id"),
        Wish(method="PUT", key="k", expires_in=timedelta(0)),
    ],
    ids=repr,
)
async def test_nothing_is_signed_that_no_upload_needs(direct: DirectUploads, wish: Wish) -> None:
    with pytest.raises(InvalidRequest):
        await direct.sign(ANN, wish, upto_max)


async def test_numbers_of_parts_and_ids_of_uploads_have_limits(direct: DirectUploads) -> None:
    begun = await direct.begin(ANN, Described(), upto_max)
    for part in (0, 10_001, -1):
        with pytest.raises(InvalidRequest, match="1 to 10,000"):
            await direct.sign_part(ANN, begun.key, begun.upload_id, part)
    for upload_id in ("", "x" * 1025, "a\nb", "ü"):
        with pytest.raises(InvalidRequest):
            await direct.parts(ANN, begun.key, upload_id)


async def test_a_signature_is_good_for_an_hour_at_most(direct: DirectUploads) -> None:
    url, _ = await direct.sign(
        ANN, Wish(method="PUT", key="k", expires_in=timedelta(days=6)), upto_max
    )
    assert "X-Amz-Expires=3600" in url


async def test_parts_that_are_too_much_together_are_dropped(direct: DirectUploads) -> None:
    begun = await direct.begin(ANN, Described(), upto_max)
    etags = {}
    for number in (1, 2):
        url = await direct.sign_part(ANN, begun.key, begun.upload_id, number)
        etags[number] = put_part(url, bytes(PART))
    with pytest.raises(UploadTooLong):
        await direct.complete(ANN, begun.key, begun.upload_id, etags, upto_max)
    with pytest.raises(UploadNotFound):
        await direct.parts(ANN, begun.key, begun.upload_id)


async def test_the_same_is_so_before_a_completion_is_signed(direct: DirectUploads) -> None:
    begun = await direct.begin(ANN, Described(), upto_max)
    for number in (1, 2):
        put_part(await direct.sign_part(ANN, begun.key, begun.upload_id, number), bytes(PART))
    wish = Wish(method="POST", key=begun.key, upload_id=begun.upload_id)
    with pytest.raises(UploadTooLong):
        await direct.sign(ANN, wish, upto_max)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"<html><script>alert(1)</script>", UploadTypeRefused),
        (b"GIF88a, nearly", UploadTypeRefused),
        (b"", UploadTypeRefused),
        (PICTURE + bytes(MAX), UploadTooLong),
    ],
)
async def test_what_is_no_picture_or_too_large_is_refused_and_removed(
    direct: DirectUploads, store: S3Store, content: bytes, error: type[Exception]
) -> None:
    url, told = await direct.sign(ANN, Wish(method="PUT", key="k"), upto_max)
    assert send("PUT", url, content, content_type="image/png")[0] == 200
    with pytest.raises(error):
        await take_arrival(store, ANN, told)
    with pytest.raises(UploadNotFound):
        await take_arrival(store, ANN, told)


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"a b": 1}, "cannot name"),
        ({"a\r\nx-amz-acl": "public-read"}, "cannot name"),
        ({"": 1}, "cannot name"),
        ({"text": "ü" * 1024}, "longer than"),
    ],
)
async def test_metadata_that_s3_cannot_keep_is_refused(
    direct: DirectUploads, metadata: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidRequest, match=words):
        await direct.form(ANN, Described(metadata=metadata), upto_max)
    with pytest.raises(InvalidRequest, match=words):
        await direct.begin(ANN, Described(metadata=metadata), upto_max)


async def test_values_of_metadata_cannot_leave_their_header(
    direct: DirectUploads, store: S3Store
) -> None:
    said = Described(name="a\r\nb.png", metadata={"x": "1\r\nx-amz-acl: public-read", "y": [1, {}]})
    form = await direct.form(ANN, said, upto_max)
    assert post(form.url, dict(form.fields), PICTURE) == 201
    arrival = await take_arrival(store, ANN, form.fields["key"])
    assert arrival.name == "ab.png"
    assert arrival.metadata == {"x": "1x-amz-acl: public-read", "y": json.dumps([1, {}])}


async def test_a_type_that_is_none_is_refused(direct: DirectUploads) -> None:
    for media_type in ("image", "image/png\r\nx: y", "image/", "a b/c"):
        with pytest.raises(InvalidRequest, match="media type"):
            await direct.form(ANN, Described(media_type=media_type), upto_max)


async def test_what_nobody_registers_is_swept_and_nothing_else(
    direct: DirectUploads, store: S3Store
) -> None:
    url, told = await direct.sign(ANN, Wish(method="PUT", key="k"), upto_max)
    send("PUT", url, PICTURE)
    begun = await direct.begin(BEN, Described(), upto_max)
    await store.put("originals/00/kept", Blob.from_bytes(PICTURE))
    kept = await store.begin_parts("originals/large", NO_ATTRIBUTES)
    now = datetime.now(UTC)
    swept = await sweep_arrivals(store, before=now - timedelta(hours=1))
    ((arrived, left),) = swept.left[ANN].items()
    assert (swept.removed, arrived, left.size) == (0, direct.id_of(ANN, told), len(PICTURE))
    assert (await take_arrival(store, ANN, told)).blob.size == len(PICTURE)
    assert await sweep_arrivals(store, before=now + timedelta(hours=1)) == SweptArrivals(2, {})
    with pytest.raises(UploadNotFound):
        await take_arrival(store, ANN, told)
    with pytest.raises(UploadNotFound):
        await direct.parts(BEN, begun.key, begun.upload_id)
    assert [stat.key async for stat in store.list()] == ["originals/00/kept"]
    assert await store.stored_parts("originals/large", kept) == []
