"""One process of several that ask for the same rendition; prints how often it rendered.

    python process_script.py STORE LOG START SECONDS [S3-SETTINGS-AS-JSON]

STORE is a folder or s3://…; every render appends a line to LOG and takes SECONDS. With `die` for
SECONDS the process ends itself, without a word, in the middle of its render.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from renditions.kit import SMALL, WEB, CountingProcessor, Kit
from tintype.blob import Blob
from tintype.settings import S3Settings
from tintype.stores.local import LocalStore
from tintype.stores.s3 import S3Store
from tintype.transform import Transform


class Logging(CountingProcessor):
    def __init__(self, log: Path, seconds: str) -> None:
        super().__init__()
        self.log, self.seconds = log, seconds

    def process(
        self, original: Blob, transforms: Sequence[Transform], **options: object
    ) -> list[Blob]:
        with self.log.open("a") as file:
            file.write(f"{os.getpid()}\n")
        if self.seconds == "die":
            os._exit(9)
        time.sleep(float(self.seconds))
        return super().process(original, transforms)


async def main(address: str, log: str, start: str, seconds: str, s3: str = "") -> None:
    if s3:
        store = S3Store.from_url(address, S3Settings(**json.loads(s3)))
    else:
        store = LocalStore(Path(address))  # type: ignore[assignment]
    kit = Kit(store, processor=Logging(Path(log), seconds))
    await asyncio.sleep(max(0.0, float(start) - time.time()))
    kept = await asyncio.gather(*(kit.renditions.get(WEB, SMALL) for _ in range(20)))
    await kit.close()
    print({each.content for each in kept})


asyncio.run(main(*sys.argv[1:]))
