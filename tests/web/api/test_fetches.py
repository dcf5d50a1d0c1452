"""Fetches: neither one user nor all of them fill the memory."""

from contextlib import ExitStack

import pytest

from tintype.errors import Overloaded
from tintype.web.api.fetches import Fetches


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
