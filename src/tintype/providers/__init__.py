"""Providers: who has pictures, and gives them to programs that sign their requests.

A provider is a value. Flickr and X are known; any other stands in a file (`configured.py`). The
rest of this package finds what requests are signed with, and sends them.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from tintype.oauth1 import HMAC
from tintype.oauth1.login import Endpoints
from tintype.settings_providers import ProviderSettings

FLICKR, X, TWITTER = "flickr", "x", "twitter"
BUILT_IN = (FLICKR, X, TWITTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where a provider is, and how it wants requests signed.

    `api`: what the paths of calls are put behind, without a slash. `whoami`: a path whose answer
    tells whose token it is.
    """

    name: str
    title: str
    api: str
    endpoints: Endpoints | None = None
    whoami: str = ""
    method: str = HMAC
    realm: str = ""
    sends_version: bool = True
    also_hosts: frozenset[str] = frozenset()  # that signed calls may go to

    @property
    def hosts(self) -> frozenset[str]:
        """Which hosts its settings name: those are talked to wherever they are."""
        urls = [self.api]
        if ends := self.endpoints:
            urls += [ends.request_token, ends.authorize, ends.access_token]
        return self.also_hosts | set(filter(None, (urlsplit(url).hostname for url in urls)))

    @property
    def account(self) -> str:
        """The name that what is known of it is kept under: X has two names, and one account."""
        return X if self.name == TWITTER else self.name


def built_in(name: str, settings: ProviderSettings) -> Provider:
    """Flickr or X, at their own hosts or where the settings say."""
    return _flickr(settings) if name == FLICKR else _x(name, settings)


def _flickr(settings: ProviderSettings) -> Provider:
    base = settings.flickr_api.rstrip("/")
    oauth = f"{base or 'https://www.flickr.com'}/services/oauth"
    return Provider(
        name=FLICKR,
        title="Flickr",
        api=f"{base or 'https://api.flickr.com'}/services/rest/",
        whoami="flickr.test.login",
        also_hosts=frozenset({"www.flickr.com", "up.flickr.com"}),
        endpoints=Endpoints(
            request_token=f"{oauth}/request_token",
            authorize=f"{oauth}/authorize",
            access_token=f"{oauth}/access_token",
            permission=("perms", "read"),
            has_dashed_pin=True,
        ),
    )


def _x(name: str, settings: ProviderSettings) -> Provider:
    host = "https://api.twitter.com" if name == TWITTER else "https://api.x.com"
    base = settings.x_api.rstrip("/") or host
    return Provider(
        name=name,
        title="X",
        api=base,
        whoami="/2/users/me",
        also_hosts=frozenset({"api.twitter.com", "upload.x.com", "upload.twitter.com"}),
        endpoints=Endpoints(
            request_token=f"{base}/oauth/request_token",
            authorize=f"{base}/oauth/authorize",
            access_token=f"{base}/oauth/access_token",
            narrowed=("x_auth_access_type", "read"),
        ),
    )
