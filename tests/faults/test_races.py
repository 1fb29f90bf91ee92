"""D and D2: every limited thing in a crowd, and every two who can be in each other's way.

Each race is run twice: on what is sold, where exactly as many get it as there are and the others are told so in words;
and by the same code with that one protection taken out (``tests.faults.careless``), where it must go wrong.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

import asyncpg
import pytest

import nakamise_coupons
import nakamise_payments
import nakamise_shop
import nakamise_timesale
from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.faults import contests, contests_money
from tests.faults.careless import Lapse, dropped, without
from tests.faults.contests import Contest
from tests.faults.size import sized
from tests.plugins.invariants import queries_of
from tests.plugins.shop.stall import PLUGINS, Stall

CROWD = sized(8, 64)
ROUNDS = sized(1, 5)
# At a control; as many transactions as one tenant may have at once.
PARTY = 4
# A control is a race, too: it need not go wrong at once.
TRIES = 5


class Race(NamedTuple):
    """``always``: where the actors meet also with the protections on."""

    begin: Callable[[Stall, int], Awaitable[Contest]]
    lapse: Lapse
    always: Lapse = Lapse()


RACES: dict[str, Race] = {
    "the last piece": Race(contests.last_piece, contests.NO_STOCK_RULE),
    "one key": Race(contests.one_key, contests.NO_KEY),
    "price change or checkout": Race(contests.price_change, contests.NO_PRICE_RULE, contests.PRICE_MEETS),
    "a coupon's uses": Race(contests.coupon_total, contests.COUPON_LAPSES["total"]),
    "a coupon's uses of one person": Race(contests.coupon_person, contests.COUPON_LAPSES["person"]),
    "a code that counts once": Race(contests.coupon_code, contests.COUPON_LAPSES["code"]),
    "a first order": Race(contests.coupon_first, contests.COUPON_LAPSES["first"]),
    "a sale's pieces": Race(contests.sale_pieces, contests.NO_PIECES_RULE),
    "a sale's pieces of one person": Race(contests.sale_person, contests.NO_PERSON_RULE),
    "what can be refunded": Race(contests_money.refund_cap, contests_money.NO_REFUND_RULE),
    "one live charge": Race(contests_money.live_charge, contests_money.NO_LIVE_RULE),
    "a capture": Race(contests_money.capture, contests_money.NO_CAPTURE_RULE),
    "a refund paid by hand": Race(contests_money.paid_by_hand, contests_money.NO_HAND_RULE),
    "units to return": Race(contests_money.return_units, contests_money.NO_UNITS_RULE),
    "the refund of a return": Race(contests_money.return_refund, contests_money.NO_RETURN_RULE),
    "exchange or checkout": Race(contests_money.exchange_or_sell, contests_money.NO_STOCK_RULE_FOR_TWO),
    "expire or pay": Race(contests_money.expire_or_pay, contests_money.NO_PENDING_RULE),
    "cancel or pay": Race(contests_money.cancel_or_pay, contests_money.NO_STATE_RULE),
    "cancel or ship": Race(contests_money.cancel_or_ship, contests_money.NO_SHIPPED_RULE),
    "capture or let go": Race(contests_money.capture_or_let_go, contests_money.NO_LET_GO_RULE),
}


async def opened(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    tenant = await make_tenant(plugins=(*PLUGINS, "coupons", "timesale", "returns"))
    stall = Stall(tenant, ctx_for(tenant), ctx_for)
    await stall.shop("honten", "LC")
    return stall


@pytest.fixture(scope="module")
async def sound(make_tenant: MakeTenant, ctx_for: CtxFor) -> AsyncIterator[Stall]:
    """Where everything is on; its books are right after all races."""
    stall = await opened(make_tenant, ctx_for)
    yield stall
    async with stall.ctx.read() as tx:
        for module in (nakamise_shop, nakamise_payments, nakamise_coupons, nakamise_timesale):
            for title, query in queries_of(module).items():
                assert await tx.connection.fetch(query) == [], title


@pytest.fixture(scope="module")
async def spoilt(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    """Where protections are dropped one after the other."""
    return await opened(make_tenant, ctx_for)


@pytest.mark.req("LC-4.2.10", "BX-04")
@pytest.mark.parametrize("name", RACES)
async def test_exactly_as_many_get_it_as_there_are(sound: Stall, name: str) -> None:
    race = RACES[name]
    for _ in range(ROUNDS):
        contest = await race.begin(sound, CROWD)
        view, careless = without(sound, race.always)
        told = await contest.run(view, careless)
        assert told.codes <= contest.refusals
        assert await contest.count() == contest.limit


@pytest.mark.parametrize("name", RACES)
async def test_without_its_protection_it_goes_wrong(
    spoilt: Stall, owner: asyncpg.Connection, name: str
) -> None:
    race = RACES[name]
    for _ in range(TRIES):
        contest = await race.begin(spoilt, PARTY)
        view, careless = without(spoilt, race.lapse)
        async with dropped(owner, spoilt, race.lapse):
            await contest.run(view, careless)
            found = await contest.count()
        careless.check()
        assert isinstance(found, int)
        if found > contest.limit:
            return
    raise AssertionError(f"{name}: nothing went wrong in {TRIES} tries; what is tested protects nothing")
