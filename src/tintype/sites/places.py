"""Places: where the pictures of sites lie, by the name that the catalog has for them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tintype.errors import InvalidRequest
from tintype.ids import is_id
from tintype.settings import Settings
from tintype.sites.sizes import Size
from tintype.stores import Store
from tintype.targets import CONFIGURED, Target

SERVICE = ""  # the operator's own
OF_USERS = "user-sites/"
OF_HISTORY = "site-captures/"


def place_at(to: str) -> str:
    """The name of the place that a target says; "" is the service's own.

    Raises InvalidRequest for one that is no folder: a site has several pictures.
    """
    if not to:
        return SERVICE
    target = Target.parse(to)
    if "{" in target.template:
        raise InvalidRequest(
            "Screenshots of sites are named by their slugs.",
            remedy="Give a folder, s3://bucket/prefix/ or store:prefix/.",
        )
    if target.store.startswith(CONFIGURED):
        return f"{CONFIGURED}{_folder(target.template)}"
    if "://" in target.store:
        return f"{target.store}/{_folder(target.template)}"
    path = Path(target.store, target.template).expanduser().absolute()
    return f"{path}/".replace("//", "/")


def _folder(prefix: str) -> str:
    return prefix if not prefix or prefix.endswith("/") else f"{prefix}/"


def address_of(place: str, settings: Settings) -> str:
    """The address of the store for a place, as `app.open_store` takes it: keys are below it."""
    if place == SERVICE:
        return f"{CONFIGURED}{settings.sites.prefix}"
    if is_id(place):
        return f"{CONFIGURED}{OF_USERS}{place}/"
    return place


def history_key(user_id: str | None, site_id: str, capture_id: str, ext: str) -> str:
    """Where the picture of a capture is kept, in the store of the settings."""
    return f"{OF_HISTORY}{user_id or 'service'}/{site_id}/{capture_id}.{ext}"


def prefixes_of(user_id: str) -> tuple[str, str]:
    """Below which all pictures of a user's sites are kept, in the store of the settings."""
    return f"{OF_USERS}{user_id}/", f"{OF_HISTORY}{user_id}/"


@dataclass(frozen=True, slots=True)
class Where:
    """A store, and what stands before the keys of a place in it."""

    store: Store
    prefix: str = ""

    def key(self, size: Size, slug: str) -> str:
        """The key of a site's picture of a size."""
        return f"{self.prefix}{size.key(slug)}"


class Stores:
    """The stores of places, each opened when it is first needed. For one event loop.

    What lies in the store of the settings is reached through one, which is `kept`.
    """

    def __init__(self, settings: Settings, opened: Callable[[str], Store]) -> None:
        self._settings, self._opened = settings, opened
        self._stores: dict[str, Store] = {}

    @property
    def kept(self) -> Store:
        """The store of the settings."""
        return self._at(CONFIGURED)

    def at(self, place: str) -> Where:
        """Where the pictures of a place lie. Raises InvalidSource for no known kind of store."""
        address = address_of(place, self._settings)
        if address.startswith(CONFIGURED):
            return Where(self.kept, address.removeprefix(CONFIGURED))
        return Where(self._at(address))

    async def close(self) -> None:
        """Close all of them."""
        for store in self._stores.values():
            await store.close()
        self._stores.clear()

    def _at(self, address: str) -> Store:
        if address not in self._stores:
            self._stores[address] = self._opened(address)
        return self._stores[address]
