"""Failures: what an error of a task means. The worker's reading of the tree of errors."""

import logging
import random
from dataclasses import dataclass
from datetime import timedelta

from tintype.errors import CatalogUnavailable, TintypeError
from tintype.jobs import Retry

log = logging.getLogger("tintype.jobs")
UNFORESEEN = "unforeseen"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something failed. `may_pass`: another try may succeed. `counts`: as a try."""

    code: str
    reason: str
    may_pass: bool
    counts: bool = True


def failure_of(error: Exception, user_id: str | None = None) -> Failure:
    """What is kept of an error; of a user's job, what a user may know. One that nobody foresaw is
    in the log with its trace.
    """
    if isinstance(error, CatalogUnavailable):
        return Failure(error.code, str(error), may_pass=True, counts=False)
    if isinstance(error, TintypeError):
        reason = error.for_user if user_id else str(error)
        return Failure(error.code, reason, may_pass=error.retryable)
    log.error("Unforeseen, in a job: %s", error, exc_info=error)
    return Failure(UNFORESEEN, f"{type(error).__name__}: {error}", may_pass=False)


def backoff(retry: Retry, tries: int) -> timedelta:
    """How long to wait after so many tries: exponential, half of it random, so that many who
    failed together do not come back together.
    """
    whole = min(retry.first * 2**tries, retry.longest)
    return timedelta(seconds=whole * random.uniform(0.5, 1.0))
