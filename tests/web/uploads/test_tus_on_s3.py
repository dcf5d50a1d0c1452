"""tus straight into a bucket: the same service with another place for uploads."""

import asyncio
import os
import signal
from contextlib import closing
from pathlib import Path

from servers import service
from servers.api import Api
from servers.swift import S3Server
from tintype.catalog import Catalog
from tintype.settings import S3Settings
from tintype.stores.s3 import S3Store
from tintype.uploads.s3_state import States
from web.uploads.conftest import uploads_of
from web.uploads.test_tus_traps import hang, replaced

WHOLE = os.urandom(1 << 20) * 14


async def test_an_upload_into_a_bucket_goes_on_after_the_service_was_killed(
    tmp_path: Path, s3_server: S3Server, s3_bucket: str, s3_settings: S3Settings
) -> None:
    settings: dict[str, object] = {
        "uploads": f"s3://{s3_bucket}/up",
        "upload_types": "any",
        "s3_part_size": "5M",
        "s3_endpoint": s3_server.endpoint,
        "s3_region": s3_server.region,
        "s3_access_key_id": s3_server.access_key_id,
        "s3_secret_access_key": s3_server.secret_access_key,
    }
    bucket = S3Store.from_url(f"s3://{s3_bucket}/up", s3_settings)
    first = service.start(tmp_path, **settings)
    with closing(Catalog.open(f"sqlite:///{first.data}/catalog.db")) as catalog:
        people = Api(first, catalog)
        async with uploads_of(people, people.admin) as tus:
            address = await tus.begin(len(WHOLE))
            assert (await tus.patch(address, 0, WHOLE[:1_000_000])).status_code == 204
            sent, announced = WHOLE[1_000_000:13_000_000], len(WHOLE) - 1_000_000
            hung = await asyncio.to_thread(hang, tus, address, sent, announced, offset=1_000_000)
            states = States(bucket.client, bucket.prefix)
            while not (await asyncio.to_thread(states.read, address[-32:])).parts:
                await asyncio.sleep(0.05)
        assert first.end(signal.SIGKILL) == -signal.SIGKILL
        hung.close()
        with service.running(tmp_path, **settings) as second:
            async with uploads_of(replaced(people, second), people.admin) as tus:
                offset = await tus.offset(address)
                assert offset in (5 << 20, 10 << 20), "whole parts"
                assert (await tus.patch(address, offset, WHOLE[offset:])).status_code == 204
                assert await tus.whole(address) == WHOLE
                assert not [each.key async for each in bucket.list() if "json" not in each.key]
    await bucket.close()
