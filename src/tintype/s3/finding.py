"""Finding very many keys: listings of the stretches that they lie in, several at once."""

import threading
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import takewhile

from tintype.s3.client import Client

AT_ONCE = 8  # listings, or requests for single keys
FEW = 40  # keys that are asked for one by one
STRETCH = 2_000  # keys that are worth a listing of their own
PAGE = 1_000  # keys that a server lists at once


def find(client: Client, keys: Collection[str], stop: threading.Event) -> dict[str, datetime]:
    """When each of the keys was modified that are there. Blocks.

    Sends one request for every thousand objects that lie between the first and the last of the
    keys, and never more than two for a key: where many others lie between two, they are passed
    over.
    """
    if len(keys) <= FEW:
        work, parts = partial(_each, client), [[key] for key in keys]
    else:
        # Servers list by the bytes of UTF-8.
        ordered = sorted(keys, key=lambda key: key.encode())
        count = max(1, min(AT_ONCE, len(ordered) // STRETCH))
        size = -(-len(ordered) // count)
        work = partial(_listed, client)
        parts = [ordered[begin : begin + size] for begin in range(0, len(ordered), size)]
    times: dict[str, datetime] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="tintype-s3-find") as pool:
        try:
            for found in pool.map(lambda part: work(part, stop), parts):
                times |= found
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return times


def _each(client: Client, keys: list[str], stop: threading.Event) -> dict[str, datetime]:
    stats = (client.head_object(key, stop=stop) for key in keys)
    return {stat.key: stat.modified for stat in stats if stat}


def _listed(client: Client, keys: list[str], stop: threading.Event) -> dict[str, datetime]:
    times: dict[str, datetime] = {}
    place = 0
    while place < len(keys):
        # The first of a stretch is asked for by itself: a listing begins after a key.
        times |= _each(client, [keys[place]], stop)
        place = _walk(client, keys, place + 1, times, stop)
    return times


def _walk(
    client: Client, keys: list[str], place: int, times: dict[str, datetime], stop: threading.Event
) -> int:
    """Go through a listing from behind a key on; the place of the one to begin again with, where
    many others lie before it, or the end.
    """
    prefix, others, end = _common(keys[0], keys[-1]), 0, len(keys)
    for key, modified in client.list_times(prefix, start_after=keys[place - 1], stop=stop):
        while place < end and keys[place] != key and _is_before(keys[place], key):
            place += 1
        if place < end and keys[place] == key:
            times[key], others, place = modified, 0, place + 1
        elif (others := others + 1) > PAGE:
            return place
        if place == end:
            break
    return end


def _is_before(one: str, other: str) -> bool:
    return one.encode() < other.encode()


def _common(one: str, other: str) -> str:
    """What both begin with."""
    return "".join(
        a for a, b in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    )
