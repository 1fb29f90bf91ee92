"""C1: Stripe tells the application over HTTP what happens, as badly as a network can; in the end everything is right.

Buyers pay, are sent to their banks, pay at tills, get money back, dispute; Stripe's answers get lost, too. Three days
later, and after the passes that catch up on what was never told, the ledger is Stripe's balance to the yen and every
order is where its life put it. A few lives at each change; hundreds, thousands of deliveries, by `make faults`.
"""

from __future__ import annotations

import asyncio
import os
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
import pytest

import nakamise_payments
import nakamise_shop
from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.host.registry import PluginHost
from nakamise.ids import new_token, uuid7
from nakamise.routing.asgi import App
from nakamise.settings import Settings
from nakamise.testing.drain import drain
from nakamise.testing.server import free_port
from nakamise_payments import ledger
from nakamise_payments.reconciler import reconcile, settle_open
from nakamise_payments_stripe import catching_up
from nakamise_payments_stripe.inbox import Event, handle_due, receive
from nakamise_shop.checkout import paying
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Pay, PlaceOrder
from nakamise_shop.orders.cancel import cancel
from tests.faults.size import sized
from tests.plugins.invariants import queries_of
from tests.plugins.payments_stripe.counter import WEBHOOK, open_shop
from tests.plugins.payments_stripe.stripe_server import StripeServer, running
from tests.plugins.payments_stripe.stripe_server.books import Json
from tests.plugins.payments_stripe.stripe_server.postman import DAY, HOUR, Chaos, Postman
from tests.plugins.shop.stall import Buyer, Stall

LIVES = sized(9, 300)
# More often than facts ask for a sample as small as ours; as they ask at full size.
CHAOS = sized(Chaos(lost=0.15, forged=0.10, cut=0.10, crowd=0.10), Chaos())
# How it is paid, and what comes afterwards, with the state of its order in the end.
PAID = ("card", "bank", "till", "lost answer")
AFTER = {
    "nothing": "paid",
    "refund": "part_refunded",
    "lost refund": "part_refunded",
    "bounced refund": "part_refunded",
    "cancel": "refunded",
    "won": "paid",
    "lost": "refunded",
}


@dataclass
class Life:
    """``state`` is where its order must end."""

    how: str
    after: str
    buyer: Buyer
    order_id: uuid.UUID
    number: str
    purchase_id: uuid.UUID
    state: str = "paid"


@dataclass
class Town:
    stall: Stall
    stripe: StripeServer
    postman: Postman
    goods: uuid.UUID
    chance: random.Random
    lives: list[Life] = field(default_factory=list)

    async def live(self, number: int) -> None:
        """One order from its birth, with hours between."""
        how = PAID[number % len(PAID)]
        after = list(AFTER)[(number * 5 + number // 7) % len(AFTER)]
        # What was paid at a till does not go back by the rail, and nobody disputes it.
        life = await self.ordered(how, "nothing" if how == "till" else after)
        self.lives.append(life)
        await self.hours(12)
        if how in ("bank", "till"):
            self.stripe.intents.take(self.intent(life))
            await self.hours(12)
        if life.after != "nothing":
            await self._follow(life)
            await self.hours(30)

    async def live_unheard(self) -> None:
        """One whose bank says yes, and nobody tells us: so that there is always somebody to be caught up on."""
        life = await self.ordered("bank", "nothing")
        self.lives.append(life)
        self.stripe.intents.take(self.intent(life))
        self.postman.tell_nobody()

    async def hours(self, most: float) -> None:
        """Stripe's messages come, and the minute's task handles what it can."""
        await asyncio.to_thread(self.postman.pass_time, self.chance.uniform(0, most) * HOUR)
        await handle_due(self.stall.ctx)

    async def ordered(self, how: str, after: str) -> Life:
        buyer = await self.stall.buyer()
        await self.stall.fill_cart(buyer, [(self.goods, 2)])
        ctx = self.stall.ctx_of(buyer)
        seen = await confirm_view(ctx, buyer.address_id)
        way = "payments_stripe:konbini" if how == "till" else "payments_stripe"
        placed = await place(ctx, new_token(), PlaceOrder(buyer.address_id, seen.fingerprint, way))
        token = {"bank": "pm_card_threeDSecureRequired", "till": "konbini"}.get(how, "pm_card_visa")
        if how == "lost answer":
            self.stripe.faults.append(("POST /v1/payment_intents", "lose_answer"))
        await paying.pay(ctx, placed.purchase_id, new_token(), Pay(token))
        order = placed.orders[0]
        return Life(how, after, buyer, order.id, order.number, placed.purchase_id, AFTER[after])

    def intent(self, life: Life) -> Json:
        [found] = [
            one
            for one in self.stripe.books.all("payment_intent")
            if one["transfer_group"] == str(life.purchase_id) or life.number in str(one["description"])
        ]
        return found

    async def _follow(self, life: Life) -> None:
        if life.after in ("won", "lost"):
            dispute = self.stripe.moves.dispute(self.intent(life))
            await self.hours(30)
            self.stripe.moves.close(dispute, life.after)
            return
        # Only on what we know to be paid; the buyer's page would have asked.
        await self._ask(life)
        if life.after == "cancel":
            await cancel(self.stall.ctx_of(life.buyer), life.number, new_token())
        else:
            if life.after == "lost refund":
                self.stripe.faults.append(("POST /v1/refunds", "lose_answer"))
            async with self.stall.ctx.begin() as tx:
                wanted = RefundOrder(idem=uuid7(), lines=(RefundLine(line_no=1, qty=1),))
                await self.stall.ctx.service(Orders).refund(tx, life.order_id, wanted)
        await self.settle()
        if life.after == "bounced refund":
            [refund] = [
                one
                for one in self.stripe.books.all("refund")
                if one["payment_intent"] == self.intent(life)["id"]
            ]
            self.stripe.moves.bounce(refund)

    async def _ask(self, life: Life) -> None:
        query = "SELECT id FROM payments_op WHERE subject = $1 AND kind = 'charge'"
        charge = await self.stall.value(query, life.purchase_id)
        assert isinstance(charge, uuid.UUID)
        await paying.returned(self.stall.ctx_of(life.buyer), charge)

    async def settle(self) -> None:
        """As if the reconciler's time had come."""
        async with self.stall.ctx.begin() as tx:
            await tx.execute("UPDATE payments_op SET next_at = now() - interval '1 second'")
        await settle_open(self.stall.ctx)

    async def wrong(self) -> dict[str, tuple[str, object]]:
        """Orders that are not where their lives put them: what they should be, and are."""
        found = {}
        for life in self.lives:
            is_ = await self.stall.value("SELECT state FROM shop_order WHERE id = $1", life.order_id)
            if is_ != life.state:
                found[f"{life.number} {life.how} {life.after}"] = (life.state, is_)
        return found

    async def catch_up(self) -> None:
        """What runs every minute, every ten, and every night; twice, for the first may see what the second acts on."""
        for _ in range(2):
            await catching_up.undelivered(self.stall.ctx)
            await handle_due(self.stall.ctx)
            await self.settle()
            await reconcile(self.stall.ctx)
        await drain(self.stall.ctx.runtime, self.stall.tenant)


@asynccontextmanager
async def served(app: App, port: int) -> AsyncIterator[None]:
    """By the server that serves, in this process."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server.embed import Server

    server = Server(
        app, address="127.0.0.1", port=port, interface=Interfaces.ASGINL, log_level=LogLevels.error
    )
    task = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await task


@pytest.fixture
async def town(settings: Settings, host: PluginHost) -> AsyncIterator[Town]:
    with running(free_port()) as stripe:
        port = free_port()
        place_ = stripe.origin.removeprefix("http://")
        own = msgspec.structs.replace(settings, egress_allow=(place_,), port=port)
        runtime = await build_runtime(own, host=host)
        try:
            stall = await open_shop(runtime, stripe)
            async with served(create_app(runtime), port):
                seed = int(os.environ.get("NAKAMISE_SEED") or random.randrange(10**9))
                print(f"NAKAMISE_SEED={seed} sends the same once more")  # noqa: T201
                tenant_host = runtime.directory.base_url(stall.tenant).partition("//")[2]
                postman = Postman(stripe, f"http://127.0.0.1:{port}{WEBHOOK}", tenant_host, seed, CHAOS)
                goods = await stall.goods("honten", "口紅", 1000, 2 * LIVES)
                yield Town(stall, stripe, postman, goods, random.Random(seed))
        finally:
            await close_runtime(runtime)


@pytest.mark.req("CL-30", "LC-4.2.7")
async def test_whatever_the_network_does_the_books_are_right_in_the_end(town: Town) -> None:
    postman, ctx = town.postman, town.stall.ctx
    for number in range(LIVES):
        # Now and then nothing reaches us for a while.
        postman.is_cut_off = number % 5 == 4
        await town.live(number)
    postman.is_cut_off = False
    await town.live_unheard()
    await asyncio.to_thread(postman.pass_time, 8 * DAY)
    await handle_due(ctx)
    await deliveries_were_as_bad_as_promised(town)
    # The control: with what was delivered alone, somebody's order is wrong.
    assert await town.wrong() != {}
    await town.catch_up()
    assert await town.wrong() == {}
    [report] = await reconcile(ctx)
    assert report.differences == []
    async with ctx.begin() as tx:
        here = await ledger.clearing(tx, "payments_stripe", "JPY")
    assert here == sum(one["net"] for one in town.stripe.books.all("balance_transaction"))
    async with ctx.read() as tx:
        for module in (nakamise_shop, nakamise_payments):
            for title, query in queries_of(module).items():
                assert await tx.connection.fetch(query) == [], title
        unhandled = "SELECT count(*)::int FROM payments_stripe_event WHERE handled_at IS NULL"
        assert await tx.value(unhandled) == 0


async def deliveries_were_as_bad_as_promised(town: Town) -> None:
    answers = town.postman.answers
    whole = sum(count for (kind, _), count in answers.items() if kind == "whole")
    assert whole > 2 * LIVES
    assert whole > answers["whole", 200], "nothing had to be sent again"
    assert {status for kind, status in answers if kind != "whole"} <= {0, 400}, answers
    kept = await town.stall.value("SELECT count(*)::int FROM payments_stripe_event")
    known = {event["id"] for event in town.stripe.books.events} - town.postman.lost
    assert kept == len(known), "each event once, and nothing that was lost or forged"


@pytest.mark.req("CL-30")
async def test_a_dispute_that_is_lost_before_we_know_of_the_money_ends_its_order(town: Town) -> None:
    """Of a payment at the bank's page we are told nothing; of the dispute about it everything."""
    life = await town.ordered("bank", "lost")
    town.stripe.intents.take(town.intent(life))
    town.postman.tell_nobody()
    dispute = town.stripe.moves.dispute(town.intent(life))
    town.stripe.moves.close(dispute, "lost")
    for event in town.stripe.books.events[-2:]:
        await receive(town.stall.ctx, msgspec.convert(event, Event))
    await handle_due(town.stall.ctx)
    await town.catch_up()
    town.lives.append(life)
    assert await town.wrong() == {}
