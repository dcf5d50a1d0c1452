"""What a store on a server allows: ACLs, public and presigned reading, parts never ended."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from tintype.doctor import PROBE, Finding, failure, ok, warning
from tintype.errors import AclRefused, TintypeError
from tintype.stores import Attributes, OnServer, SignsUrls, Store

LARGEST_SKEW = 60.0  # seconds; S3 refuses 15 minutes
OLD = timedelta(days=1)
WAIT = 10.0


def check_credentials(store: OnServer) -> Finding:
    """Who we are to the server, without the secret."""
    name = store.account()
    if not name:
        return warning("credentials", "none: requests are anonymous", "Unset TINTYPE_S3_ANONYMOUS.")
    return ok("credentials", f"access key {name[:4]}…{name[-4:]}")


async def check_abilities(
    store: Store, key: str, skew: float, *, abort_uploads: bool
) -> AsyncIterator[Finding]:
    """`key` names the small private object of the check; it is replaced by a public one."""
    yield _clock(skew)
    if isinstance(store, SignsUrls):
        yield await asyncio.to_thread(_signed, store, key)
    async for finding in _public(store, key):
        yield finding
    if isinstance(store, OnServer):
        yield await _unfinished(store, abort_uploads)


def _clock(skew: float) -> Finding:
    text = f"{abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} the server's"
    if abs(skew) > LARGEST_SKEW:
        return warning("clock", f"ours is {text}", "Set it by NTP: beyond 900 s S3 refuses us.")
    return ok("clock", "agrees with the server's")


def _signed(store: SignsUrls, key: str) -> Finding:
    try:
        url = store.signed_url(key, expires_in=timedelta(minutes=1))
    except TintypeError as error:
        return warning("presigned", error.message, error.remedy)
    status = _status(url)
    if status != 200:
        return failure(
            "presigned", f"a presigned URL answers {status}", "Check the endpoint and the clock."
        )
    return ok("presigned", "presigned URLs work")


async def _public(store: Store, key: str) -> AsyncIterator[Finding]:
    """Is what we put public, by the bucket's policy or when an ACL says so?"""
    if await asyncio.to_thread(_status, store.url(key)) == 200:
        yield ok("public", "the bucket is public: the URLs we print work for everybody")
        return
    remedy = "Allow s3:GetObject by bucket policy, set TINTYPE_PUBLIC_URL, or use presigned URLs."
    try:
        await store.put(key, PROBE, attributes=Attributes(acl="public-read"))
    except AclRefused:
        yield ok("acl", "the bucket keeps no ACLs (the default since 2023)")
        yield warning("public", "the URLs we print are private", remedy)
        return
    except TintypeError as error:
        yield warning("acl", error.message, error.remedy)
        return
    if await asyncio.to_thread(_status, store.url(key)) == 200:
        yield ok("acl", "--acl public-read makes an object public")
        yield ok("public", "private unless --acl public-read is given")
    else:
        yield warning("public", "an object stays private even with --acl public-read", remedy)


async def _unfinished(store: OnServer, remove: bool) -> Finding:
    """Parts of uploads that never ended cost money and are seen nowhere else."""
    old = await store.unfinished(begun_before=datetime.now(UTC) - OLD, remove=remove)
    if not old:
        return ok("unfinished", "no uploads begun over a day ago")
    if remove:
        return ok("unfinished", f"{len(old)} uploads begun over a day ago were removed")
    return warning(
        "unfinished",
        f"{len(old)} uploads begun over a day ago were never ended, such as {old[0]!r}",
        "tintype doctor --abort-uploads removes their parts; a lifecycle rule does it daily.",
    )


def _status(url: str) -> int:
    """The status of an anonymous GET; 0 when there is no answer."""
    try:
        with urllib.request.urlopen(url, timeout=WAIT) as answer:  # noqa: S310 - the store's own
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
