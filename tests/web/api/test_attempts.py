"""Attempts: what was wrong in one process counts in all of them."""

import pytest

from tintype.catalog import Catalog, rates
from tintype.errors import Overloaded, SignInRefused
from tintype.web.api.attempts import Attempts
from tintype.web.api.limits import Policy
from tintype.web.errors import Refusal


async def wrong(attempts: Attempts, *who: str) -> None:
    with pytest.raises(SignInRefused):
        async with attempts.attempt(*who):
            raise SignInRefused("wrong")


async def test_what_was_wrong_counts_in_all_processes(catalog: Catalog) -> None:
    here, there = (Attempts(catalog, Policy("sign-in", 4, 900)) for _ in range(2))
    for attempts in (here, there, here):
        await wrong(attempts, "network", "user:ada")
    async with there.attempt("network", "user:ada"):
        pass  # what was right is not counted
    with pytest.raises(Overloaded):
        async with there.attempt("network", "user:ada"):
            raise Overloaded("full")
    await wrong(there, "elsewhere", "user:ada")
    for attempts in (here, there, Attempts(catalog, Policy("sign-in", 4, 900))):
        with pytest.raises(Refusal) as caught:
            async with attempts.attempt("another network", "user:ada"):
                pass
        assert caught.value.trouble.status == 429
    async with here.attempt("elsewhere", "user:grace"):
        pass


def test_what_is_over_is_forgotten(catalog: Catalog) -> None:
    def wait(name: str, now: float) -> float:
        return catalog.read_now(lambda s: rates.wait(s, [name], rate=0.1, burst=2, now=now))

    catalog.run_now(lambda s: rates.book(s, "provider", rate=0.1, now=1000.0))
    for _ in range(2):
        catalog.run_now(lambda s: rates.spend(s, ["sign-in:a"], rate=0.1, now=1000.0))
    assert wait("sign-in:a", 1000.0) == 10
    assert wait("sign-in:a", 1010.0) == 0
    assert wait("sign-in:b", 1000.0) == 0
    catalog.run_now(lambda s: rates.spend(s, ["sign-in:b"], rate=0.1, now=1020.5))
    assert wait("sign-in:a", 1000.0) == 0, "its row is gone"
    assert wait("provider", 990.0) == 10, "and that of others is not"
