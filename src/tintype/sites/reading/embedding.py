"""Embedding: the pictures of an article in its page itself, so that a file has all of it."""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tintype.errors import TintypeError
from tintype.look import transform_of
from tintype.pipeline import Pipeline
from tintype.sites.reading.pictures import WIDTH
from tintype.source import Source

AT_ONCE = 4
MOST_BYTES = 24 << 20  # of all pictures of a page together
_LOOK = transform_of(width=WIDTH, format="webp", quality=80)


@dataclass(frozen=True, slots=True)
class Embedded:
    """Pictures by their addresses, as `data:` URLs; `missing` has those that could not be had."""

    urls: Mapping[str, str]
    missing: Sequence[str]


async def embed(pipeline: Pipeline, addresses: Sequence[str]) -> Embedded:
    """Load pictures and make them as wide as the page needs. One that fails is left out."""
    slots = asyncio.Semaphore(AT_ONCE)
    left = MOST_BYTES

    async def one(address: str) -> str:
        nonlocal left
        async with slots:
            if left <= 0:
                return ""
            try:
                blob = await pipeline.load(Source.parse(address))
                [made] = await pipeline.process(blob, [_LOOK])
            except TintypeError:
                return ""
            content = made.read()
            left -= len(content)
            return f"data:{made.media_type};base64,{base64.b64encode(content).decode()}"

    made = await asyncio.gather(*map(one, addresses))
    pairs = dict(zip(addresses, made, strict=True))
    return Embedded(
        urls={address: url for address, url in pairs.items() if url},
        missing=[address for address, url in pairs.items() if not url],
    )
