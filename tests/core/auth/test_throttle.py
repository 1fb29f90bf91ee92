"""Token buckets, and the rows that are forgotten."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from nakamise.auth.housekeeping import forget
from nakamise.auth.throttle import Limit, give_back, network_of, take
from nakamise.errors import TooMany
from tests.core.accounts import Site

FIVE = Limit("test", 5, 300)


async def tries(site: Site, subject: str = "a") -> bool:
    try:
        async with site.ctx.begin() as tx:
            await take(tx, FIVE, subject, site.clock.now())
    except TooMany:
        return False
    return True


async def test_a_bucket_holds_its_capacity_and_refills_evenly(site: Site) -> None:
    assert [await tries(site) for _ in range(6)] == [True] * 5 + [False]
    assert await tries(site, "b")
    site.clock.advance(timedelta(seconds=59))
    assert not await tries(site)
    site.clock.advance(timedelta(seconds=1))
    assert [await tries(site), await tries(site)] == [True, False]
    site.clock.advance(timedelta(hours=5))
    assert [await tries(site) for _ in range(6)] == [True] * 5 + [False]


async def test_parallel_tries_cannot_slip_through(site: Site) -> None:
    passed = await asyncio.gather(*(tries(site) for _ in range(40)))
    assert sum(passed) == FIVE.capacity


async def test_what_is_given_back_counts_again_but_never_more_than_full(site: Site) -> None:
    assert await tries(site)
    async with site.ctx.begin() as tx:
        for _ in range(9):
            await give_back(tx, FIVE, "a")
    assert [await tries(site) for _ in range(6)] == [True] * 5 + [False]


async def test_a_clock_that_steps_back_gives_nothing_away(site: Site) -> None:
    async with site.ctx.begin() as tx:
        for _ in range(5):
            await take(tx, FIVE, "a", site.clock.now())
    with pytest.raises(TooMany) as refused:
        async with site.ctx.begin() as tx:
            await take(tx, FIVE, "a", site.clock.now() - timedelta(days=1))
    assert refused.value.retry_after_s == 60


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_one_person_is_one_network(client: str, network: str) -> None:
    assert network_of(client) == network


async def test_what_expired_is_forgotten_and_nothing_else(site: Site) -> None:
    user = await site.user()
    old = await site.logged_in(user)
    await old.post("/logout")
    await site.browser().post("/reset", data={"email": user.email})
    site.clock.advance(timedelta(days=31))
    await site.logged_in(user)
    await forget(site.ctx)
    async with site.ctx.read() as tx:
        assert await tx.value("SELECT count(*) FROM core_session") == 1
        assert await tx.value("SELECT count(*) FROM core_one_time_token") == 0
        assert (
            await tx.value("SELECT count(*) FROM core_rate_bucket WHERE updated_at < $1", site.clock.now())
            == 0
        )
        assert await tx.value("SELECT count(*) FROM core_user") == 1
