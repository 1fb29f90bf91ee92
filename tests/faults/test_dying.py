"""B2: death at every point between two effects of what shops live on, and whoever comes after ends it.

Some points of some flows by chance at each change; by `make faults` every flow, after every statement and around
every commit.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import pytest

from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise.tenancy import switches
from nakamise.testing.drain import drain
from nakamise.testing.server import free_port
from nakamise_payments.reconciler import reconcile
from nakamise_payments.seller_terms import Terms, save
from nakamise_payments_stripe import accounts
from nakamise_shop.checkout import paying
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Pay, PlaceOrder
from tests.faults import ground
from tests.faults.dying import Lost, Plan, die_everywhere, person_at_checkout
from tests.faults.flows import FLOWS, Person
from tests.faults.size import ALL, sized
from tests.faults.test_crashes import settle_everything
from tests.plugins.invariants import broken
from tests.plugins.payments_stripe.counter import settings_for
from tests.plugins.payments_stripe.stripe_server import StripeServer, running
from tests.plugins.shop.stall import Buyer, Stall

PLUGINS: Final = ("payments", "payments_sandbox", "payments_stripe", "shop", "returns")
# So many people, and a death at every so many-th point; around commits there are some 20 to 80, after each statement
# hundreds.
PEOPLE, STEP = sized((4, 30), (700, 1))
TURNS: Final = sized(1, len(FLOWS))
PRICE: Final = 1000


@dataclass
class Ground:
    """Where a flow is gone through, by people who are ready for it."""

    stall: Stall
    stripe: StripeServer
    settings: Settings
    goods: uuid.UUID

    async def at_checkout(self) -> Person:
        buyer = await self.stall.buyer()
        await self.stall.fill_cart(buyer, [(self.goods, 1)])
        return await person_at_checkout(self.stall.ctx_of(buyer), buyer.address_id)

    async def paid_at_stripe(self) -> tuple[Buyer, uuid.UUID]:
        """(buyer, order's id)."""
        buyer = await self.stall.buyer()
        await self.stall.fill_cart(buyer, [(self.goods, 1)])
        ctx = self.stall.ctx_of(buyer)
        seen = await confirm_view(ctx, buyer.address_id)
        wanted = PlaceOrder(buyer.address_id, seen.fingerprint, "payments_stripe")
        placed = await place(ctx, f"place {buyer.id.hex}", wanted)
        await paying.pay(ctx, placed.purchase_id, f"pay {buyer.id.hex}", Pay("pm_card_visa"))
        return buyer, placed.orders[0].id

    async def disputed(self) -> Person:
        """The bank took it back and decided; nobody has told us."""
        buyer, order_id = await self.paid_at_stripe()
        told = len(self.stripe.books.events)
        dispute = self.stripe.moves.dispute(self.stripe.books.all("payment_intent")[0])
        self.stripe.moves.close(dispute, "lost")
        events = self.stripe.books.events[told:]
        return Person(buyer.id, buyer.address_id, buyer.email, order_id=order_id, events=events)

    async def sold(self) -> Person:
        """Its shop's share is due when its turn comes."""
        buyer, order_id = await self.paid_at_stripe()
        await drain(self.stall.ctx.runtime, self.stall.tenant)
        async with self.stall.ctx.begin() as tx:
            await tx.execute(
                "UPDATE payments_sale SET created_at = now() + interval '1 day' WHERE order_id = $1", order_id
            )
        return Person(buyer.id, buyer.address_id, buyer.email, order_id=order_id)

    async def onboard(self) -> None:
        ctx, seller = self.stall.ctx, self.stall.shops["honten"]
        await accounts.onboarding_url(ctx, seller, "https://shop.example/")
        async with ctx.read() as tx:
            known = await accounts.of_seller(tx, seller)
        assert known is not None
        self.stripe.moves.onboard(self.stripe.books.get("account", known.account))
        await accounts.refresh(ctx, seller)


READY: Final[Mapping[str, Callable[[Ground], Awaitable[Person]]]] = {
    **dict.fromkeys(("refund", "capture", "ship", "return"), Ground.at_checkout),
    "news": Ground.disputed,
    "share": Ground.sold,
}


@asynccontextmanager
async def ready(settings: Settings, host: PluginHost, flow: str) -> AsyncIterator[Ground]:
    with running(free_port()) as stripe:
        allowed = (stripe.origin.removeprefix("http://"),)
        own = msgspec.structs.replace(settings, egress_allow=allowed)
        async with ground.running(own, host) as runtime:
            stall = await ground.stall_on(runtime, f"dying-{uuid.uuid4().hex[:8]}", PLUGINS)
            given = settings_for(stripe, pays_sellers=flow == "share")
            await switches.configure(runtime, stall.tenant.id, "payments_stripe", given)
            await runtime.directory.catch_up()
            tenant = runtime.directory.by_id(stall.tenant.id)
            assert tenant is not None
            shops, stall = stall.shops, ground.on(runtime, tenant)
            stall.shops.update(shops)
            if flow == "capture":
                async with stall.ctx.begin() as tx:
                    await save(tx, stall.shops["honten"], Terms("manual", "cancel"))
            goods = await stall.goods("honten", "口紅", PRICE, PEOPLE)
            place_ = Ground(stall, stripe, own, goods)
            if flow == "share":
                await place_.onboard()
            yield place_


async def gone_through(place_: Ground, flow: str, tmp_path: Path, people: list[Person], first: int) -> int:
    """How many died. Raises Lost."""
    return await die_everywhere(
        Plan(
            database_url=place_.settings.database_url or "",
            secret_key=place_.settings.secret_key.decode(),
            data_dir=str(tmp_path),
            tenant_id=place_.stall.tenant.id,
            people=people,
            flow=flow,
            egress_allow=place_.settings.egress_allow,
            first=first,
            step=STEP,
            each_statement=ALL,
        )
    )


@pytest.mark.req("LC-4.2.7", "LC-4.2.10")
@pytest.mark.parametrize("turn", range(TURNS))
async def test_whoever_comes_after_a_death_ends_what_it_began(
    settings: Settings, host: PluginHost, tmp_path: Path, turn: int
) -> None:
    flow = sorted(FLOWS)[turn] if ALL else random.choice(sorted(FLOWS))
    async with ready(settings, host, flow) as place_:
        people = [await READY[flow](place_) for _ in range(PEOPLE)]
        # Another sample each time, from a point that every flow has.
        deaths = await gone_through(place_, flow, tmp_path, people, random.randint(1, min(STEP, 10)))
        assert deaths >= sized(1, 26), "hardly anything was tried"
        # The one after the last point met none, and went the same way.
        walkers = people[: deaths + 1]
        await settle_everything(place_.stall)
        await CHECKS[flow](place_, walkers)
        assert {
            title: rows for title, rows in (await broken(place_.stall.ctx)).items() if not at_stripe(title)
        } == {}
        for report in await reconcile(place_.stall.ctx):
            assert report.differences == []


def at_stripe(title: str) -> bool:
    """What compares with the sandbox's books."""
    return title.startswith("I4 what the provider took")


async def counts(place_: Ground, query: str, *args: object) -> dict[str, int]:
    async with place_.stall.ctx.read() as tx:
        rows = await tx.connection.fetch(query, *args)
    return {str(row[0]): int(row[1]) for row in rows}


STATES: Final = "SELECT o.state || ' ' || o.fulfil_state, count(*) FROM shop_order o WHERE o.buyer_id = ANY($1) GROUP BY 1"
BOOKED: Final = "SELECT kind, count(*) FROM payments_transfer WHERE kind <> 'fee' GROUP BY 1"


async def all_refunded(place_: Ground, walkers: list[Person]) -> None:
    """Whoever died before the provider was asked was cancelled without money."""
    found = await counts(place_, STATES, [one.user_id for one in walkers])
    refunded = found.get("refunded unfulfilled", 0)
    assert refunded + found.get("cancelled unfulfilled", 0) == len(walkers)
    assert refunded >= len(walkers) // 2
    assert await counts(place_, BOOKED) == {"capture": refunded, "refund": refunded}
    assert await place_.stall.stock_of(place_.goods) == (PEOPLE, 0)


async def all_taken(place_: Ground, walkers: list[Person]) -> None:
    """Who died before the provider was asked has not paid, and nothing is taken."""
    found = await counts(place_, STATES, [one.user_id for one in walkers])
    paid = found.get("paid unfulfilled", 0)
    assert paid + found.get("pending unfulfilled", 0) == len(walkers)
    assert paid >= len(walkers) // 2
    taken = "SELECT state, count(*) FROM payments_op WHERE kind = 'capture' GROUP BY 1"
    assert await counts(place_, taken) == {"succeeded": paid}
    assert await counts(place_, BOOKED) == {"capture": paid}


async def all_sent(place_: Ground, walkers: list[Person]) -> None:
    found = await counts(place_, STATES, [one.user_id for one in walkers])
    sent = found.get("paid delivered", 0)
    assert sent + found.get("pending unfulfilled", 0) == len(walkers)
    assert sent >= len(walkers) // 2
    parcels = "SELECT 'parcels', count(*) FROM shop_shipment"
    assert await counts(place_, parcels) == {"parcels": sent}
    assert (await place_.stall.stock_of(place_.goods))[0] == PEOPLE - sent


async def all_back(place_: Ground, walkers: list[Person]) -> None:
    found = await counts(place_, STATES, [one.user_id for one in walkers])
    back = found.get("refunded delivered", 0)
    assert back + found.get("pending unfulfilled", 0) == len(walkers)
    assert back >= len(walkers) // 2
    assert await counts(place_, BOOKED) == {"capture": back, "refund": back}
    assert (await place_.stall.stock_of(place_.goods))[0] == PEOPLE, "every piece can be sold again"


async def all_lost(place_: Ground, walkers: list[Person]) -> None:
    found = await counts(place_, STATES, [one.user_id for one in walkers])
    assert found == {"refunded unfulfilled": len(walkers)}
    closed = "SELECT state, count(*) FROM payments_dispute GROUP BY 1"
    lost = (await counts(place_, closed))["lost"]
    # Those who were never told of are found by the comparison afterwards.
    assert lost >= len(walkers)
    assert (await counts(place_, BOOKED))["dispute"] == lost
    each = "SELECT id, count(*) FROM payments_stripe_event WHERE handled_at IS NULL GROUP BY 1"
    assert await counts(place_, each) == {}


async def all_shared(place_: Ground, walkers: list[Person]) -> None:
    """One transfer each at Stripe, and what was too much is back."""
    orders = {str(one.order_id) for one in walkers}
    made = [one for one in place_.stripe.books.all("transfer") if one["metadata"].get("op_id")]
    ops = "SELECT reference, count(*) FROM payments_op WHERE kind = 'transfer' GROUP BY 1"
    known = await counts(place_, ops)
    assert known == dict.fromkeys(orders, 1)
    assert len(made) == len(walkers)
    left = "SELECT coalesce(sum(amount - reversed), 0)::int FROM payments_op WHERE kind = 'transfer'"
    assert sum(one["amount"] - one["amount_reversed"] for one in made) == await place_.stall.value(left)


CHECKS: Final[Mapping[str, Callable[[Ground, list[Person]], Awaitable[None]]]] = {
    "refund": all_refunded,
    "capture": all_taken,
    "ship": all_sent,
    "return": all_back,
    "news": all_lost,
    "share": all_shared,
}


async def test_without_keys_the_next_one_is_lost(
    settings: Settings, host: PluginHost, tmp_path: Path
) -> None:
    """The control: keys that the database forgets. Who died after ordering leaves an empty cart behind, no order."""
    async with (
        ready(settings, host, "refund") as place_,
        ground.forgetting_keys(place_.settings, place_.stall.tenant),
    ):
        people = [await place_.at_checkout()]
        with pytest.raises(Lost, match="point 2: 137, then 1"):
            # Right after the order's commit.
            await gone_through(place_, "refund", tmp_path, people, first=2)
