"""The composition root of what belongs to users, apart, since it brings the database with it."""

from dataclasses import replace

from tintype.app import App, build, open_store
from tintype.catalog import Catalog
from tintype.credentials.sealing import Sealing
from tintype.netguard import Allowed, Guard
from tintype.originals.keeping import Keeping, Parts
from tintype.originals.places import BucketAccess, Places
from tintype.originals.turns import OriginalTurns
from tintype.settings import Settings
from tintype.stores import Store
from tintype.stores.s3 import S3Store

MOST_RETRIES = 1  # of a user's bucket, which may be one that never answers


def open_places(settings: Settings, catalog: Catalog) -> Places:
    """The stores that originals of users lie in. No I/O."""
    retries = min(settings.s3.retries, MOST_RETRIES)
    return Places(
        catalog,
        lambda: Sealing.of_settings(settings.api.sealing_key, settings.data),
        lambda: open_store("", settings),
        lambda access: open_bucket(access, settings, retries=retries),
        deadline=settings.http.total_timeout,
    )


def open_bucket(access: BucketAccess, settings: Settings, *, retries: int | None = None) -> Store:
    """The store in a user's bucket. No I/O. `retries`: those of the settings, unless given.

    Its endpoint is a stranger's word: nothing is connected to that the settings do not allow to be
    fetched from, and no credentials are used but those that came with it.
    """
    http = settings.http
    guard = Guard(Allowed.parse(http.allowed_networks), frozenset(http.allowed_ports))
    s3 = replace(
        settings.s3,
        endpoint=access.endpoint,
        region=access.region or "us-east-1",
        access_key_id=access.access_key_id,
        secret_access_key=access.secret_access_key,
        session_token="",
        anonymous=False,
        path_style=access.path_style,
        signature="v4",
        profile="",
        credentials_file="",
        config_file="",
        container_credentials_url="",
        web_identity_token_file="",
        metadata_disabled=True,
        retries=settings.s3.retries if retries is None else retries,
        connect_timeout=min(settings.s3.connect_timeout, http.connect_timeout),
        read_timeout=min(settings.s3.read_timeout, http.read_timeout),
    )
    return S3Store.from_url(access.address, s3, access.public_url, guard)


async def remove_originals(settings: Settings, catalog: Catalog, user_id: str) -> None:
    """Remove all originals of a user with what was published of them, bytes and records."""
    places = open_places(settings, catalog)
    app = build(settings, places=places)
    try:
        await Keeping(keeping_parts(app, catalog, places)).remove_all(user_id)
    finally:
        await app.close()
        await places.close()


def keeping_parts(app: App, catalog: Catalog, places: Places) -> Parts:
    """What keeps originals of users, in a service. No I/O."""
    assert app.locks, "build(settings, trusted=True) serves no users"
    return Parts(
        catalog=catalog,
        places=places,
        pipeline=app.pipeline,
        processor=app.processor,
        slots=app.slots,
        renditions=app.renditions,
        turns=OriginalTurns(app.locks),
        quota=app.settings.api.quota,
    )
