"""The tables, which are the records at the same time."""

from tintype.catalog.record import Record
from tintype.catalog.tables.accounts import AccessKey, ApiKey, BrowserSession, SetupToken, User
from tintype.catalog.tables.connections import PendingSignIn, ProviderConnection
from tintype.catalog.tables.jobs import (
    Job,
    JobItem,
    JobNote,
    PausedQueue,
    RateLimit,
    Schedule,
    Worker,
)
from tintype.catalog.tables.originals import (
    Original,
    OriginalTerm,
    PublishedRendition,
    Term,
    Usage,
    UserStore,
)
from tintype.catalog.tables.requests import Nonce, RememberedAnswer
from tintype.catalog.tables.sites import Site, SiteCapture
from tintype.catalog.tables.webhooks import WebhookDelivery, WebhookEndpoint

__all__ = [
    "AccessKey",
    "ApiKey",
    "BrowserSession",
    "Job",
    "JobItem",
    "JobNote",
    "Nonce",
    "Original",
    "OriginalTerm",
    "PausedQueue",
    "PendingSignIn",
    "ProviderConnection",
    "PublishedRendition",
    "RateLimit",
    "Record",
    "RememberedAnswer",
    "Schedule",
    "SetupToken",
    "Site",
    "SiteCapture",
    "Term",
    "Usage",
    "User",
    "UserStore",
    "WebhookDelivery",
    "WebhookEndpoint",
    "Worker",
]
