"""Sources of Flickr in the jobs of users: read with the consent of the user whose job it is.

Never with that of the operator, whose private photos are nobody else's.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from tintype.app_providers import loader_of_user
from tintype.blob import Blob
from tintype.catalog import connections
from tintype.errors import RecordNotFound, SourceForbidden
from tintype.jobs.work import Work, patiently
from tintype.source import Source

FLICKR = "flickr"  # the scheme of these sources, and the provider of a connection
CONNECT = "Connect your account there, by POST /api/v1/connections; then try again."


class Photos(Protocol):
    """Photos as somebody sees them."""

    async def load(self, source: Source) -> Blob:
        """The file of one. Raises SourceErrors."""
        ...

    def list(self, source: Source) -> AsyncIterator[Source]:
        """Those of an album, a user, a search."""
        ...


def is_own(work: Work, source: Source) -> bool:
    """Whether a source is read with the consent of the user of a job."""
    return source.scheme == FLICKR and not work.is_trusted


@asynccontextmanager
async def flickr_of(work: Work) -> AsyncIterator[Photos]:
    """What loads and lists photos as the user of a job, for the length of a block.

    Raises SourceForbidden for a user who is not connected, or has taken the consent back.
    """
    user_id = work.job.user_id
    assert user_id, "the operator's jobs load by the loader of the person at this machine"
    try:
        record = await patiently(work.catalog, lambda s: connections.get(s, user_id, FLICKR))
    except RecordNotFound as error:
        raise SourceForbidden("You are not connected to Flickr.", remedy=CONNECT) from error
    loader = loader_of_user(record, work.tools.settings, work.tools.sealing)
    try:
        yield loader
    except SourceForbidden as error:
        raise SourceForbidden(error.message, remedy=CONNECT) from error
    finally:
        await loader.aclose()
