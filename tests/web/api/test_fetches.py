"""Fetches: neither one user nor all of them fill the memory."""

from contextlib import ExitStack

import pytest

from tintype.catalog.tables import SiteCapture
from tintype.errors import Overloaded
from tintype.web.api.callers import Caller
from tintype.web.api.fetches import Fetches
from tintype.web.api.parts import Parts
from tintype.web.api.site_history import compared
from tintype.web.api.works import Works


def test_one_user_has_some_places_and_all_have_more() -> None:
    fetches = Fetches(at_once=3, each=2)
    with ExitStack() as held:
        held.enter_context(fetches.place("ada"))
        first = held.enter_context(ExitStack())
        first.enter_context(fetches.place("ada"))
        with pytest.raises(Overloaded):
            held.enter_context(fetches.place("ada"))
        held.enter_context(fetches.place("grace"))
        with pytest.raises(Overloaded):
            held.enter_context(fetches.place("joan"))
        first.close()
        held.enter_context(fetches.place("joan"))
    with fetches.place("ada"), fetches.place("ada"), fetches.place("grace"):
        pass


async def test_comparing_takes_a_place_of_who_compares_and_not_of_the_site() -> None:
    works = Works.__new__(Works)
    object.__setattr__(works, "fetches", Fetches(at_once=8, each=1))
    object.__setattr__(works, "sites", None)
    parts = Parts.__new__(Parts)
    object.__setattr__(parts, "works", works)
    ada = Caller(user_id="ada", scopes=frozenset(), how="key", key_id="")
    pair = SiteCapture(site_id="one"), SiteCapture(site_id="one")
    with works.fetches.place("ada"), pytest.raises(Overloaded):
        await compared(parts, ada, pair)
