"""Group commit: many purchases in one transaction, each as right as one alone."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta

import asyncpg
import msgspec
import pytest

from nakamise.contracts.checkout import OrderDraft, Refusal
from nakamise.contracts.pricing import Adjustment, Phase, QuoteDraft
from nakamise.db import Tx
from nakamise.errors import Conflict, Problem
from nakamise.host.discovery import installed_entry_points
from nakamise.host.registry import PluginHost
from nakamise.plugin import CheckoutHooks, PricingHooks, TenantCtx, hookimpl
from nakamise_shop.checkout import batch, line
from nakamise_shop.checkout.batch import Outcome, place_all
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.intent import Intent
from nakamise_shop.checkout.line import Lines, LineWait
from nakamise_shop.checkout.place import WRITTEN_S, place, read
from nakamise_shop.checkout.schemas import Placed, PlaceOrder
from tests.core.host.plugins import hooks, plugin
from tests.faults.crowd import crowd, until_told
from tests.faults.spent import spent
from tests.plugins.shop.stall import Buyer, Stall

# All of a crowd know whether they have it after so much work, this process's and the database's together. It is the
# longest that anybody waits on one idle processor. What else the machine does makes it a little longer, not shorter, so
# the least of a few tries counts.
TOLD_S, TRIES = 1.0, 3
# By the clock only this is promised: who is not served in time is sent away, and a batch that was begun is waited for.
BOUND_S = line.WAIT_S + WRITTEN_S


class Tickets(CheckoutHooks, PricingHooks):
    """Notes who took one, as whom; refuses the first name 太郎 and fails for 次郎 after writing."""

    @hookimpl
    def price_adjust(
        self, ctx: TenantCtx, draft: QuoteDraft, facts: Mapping[str, msgspec.Struct]
    ) -> Sequence[Adjustment] | None:
        return [Adjustment(phase=Phase.CART, code="T", label="t", amount=-100)]

    @hookimpl
    async def checkout_check(self, ctx: TenantCtx, tx: Tx, order: OrderDraft) -> Sequence[Refusal] | None:
        return [Refusal("not_you", "Not you.")] if ctx.actor.display_name == "太郎" else None

    @hookimpl
    async def checkout_commit(self, ctx: TenantCtx, tx: Tx, order: OrderDraft) -> None:
        await ctx.audit(tx, "ticket", f"{order.buyer_id} {ctx.actor.user_id}")
        if ctx.actor.display_name == "次郎":
            raise Conflict("No ticket is left.", code="no_ticket")


@pytest.fixture(scope="module")
def extended() -> PluginHost:
    return PluginHost.discover(
        entry_points=[*installed_entry_points(), plugin("tickets", hooks=hooks(Tickets))]
    )


class Crowd:
    """Buyers with one piece each in their carts, who have seen the confirmation."""

    def __init__(self, stall: Stall, host: PluginHost | None = None) -> None:
        self._stall = stall
        self._host = host
        self.ready: list[tuple[TenantCtx, PlaceOrder]] = []
        self.longest_s = 0.0

    async def come(self, variant_id: uuid.UUID, count: int, name: str = "花子", quantity: int = 1) -> None:
        for _ in range(count):
            buyer = await self._stall.buyer(name)
            await self._stall.fill_cart(buyer, [(variant_id, quantity)])
            ctx = self._ctx(buyer)
            seen = await confirm_view(ctx, buyer.address_id)
            self.ready.append((ctx, PlaceOrder(buyer.address_id, seen.fingerprint)))

    def _ctx(self, buyer: Buyer) -> TenantCtx:
        ctx = self._stall.ctx_of(buyer)
        if self._host is None:
            return ctx
        lineup = self._host.lineup(ctx.tenant.plugins | {"tickets"})
        return TenantCtx(ctx.runtime, ctx.tenant, ctx.actor, lineup)

    async def intents(self) -> list[Intent]:
        found = [await read(ctx, uuid.uuid4().hex, wanted) for ctx, wanted in self.ready]
        return [one for one in found if isinstance(one, Intent)]

    async def place(self, number: int) -> Placed:
        ctx, wanted = self.ready[number]
        came = time.monotonic()
        try:
            return await place(ctx, f"key-{number:04}", wanted)
        finally:
            self.longest_s = max(self.longest_s, time.monotonic() - came)

    async def place_at_last(self, number: int) -> Placed:
        return await until_told(lambda: self.place(number))


def kinds(outcomes: Sequence[Outcome]) -> list[str]:
    return [type(one).__name__ for one in outcomes]


@pytest.mark.req("LC-4.2.10", "DF-06")
async def test_first_come_first_served_in_one_transaction(stall: Stall) -> None:
    variant_id = await stall.goods("honten", "限定口紅", 1000, 6)
    people = Crowd(stall)
    await people.come(variant_id, 3)
    await people.come(variant_id, 1, quantity=5)
    await people.come(variant_id, 4)
    intents = await people.intents()
    outcomes = await place_all(intents)
    # Who wants five of the remaining three leaves them to the next.
    assert kinds(outcomes) == ["Placed"] * 3 + ["SoldOut"] + ["Placed"] * 3 + ["SoldOut"]
    numbers = [one.orders[0].number.rpartition("-")[2] for one in outcomes if isinstance(one, Placed)]
    assert numbers == ["0001", "0002", "0003", "0004", "0005", "0006"]
    assert await stall.stock_of(variant_id) == (6, 6)
    assert await stall.value("SELECT count(DISTINCT placed_at) FROM shop_purchase") == 1
    assert await stall.value("SELECT count(*) FROM shop_idempotency WHERE body IS NULL") == 0
    expires = await stall.value("SELECT expires_at FROM shop_purchase LIMIT 1")
    assert {one.expires_at for one in outcomes if isinstance(one, Placed)} == {expires}
    # The same again changes nothing: the keys are known.
    again = await place_all(intents)
    assert kinds(again) == ["SoldOut"] * 8
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET on_hand = 20")
    assert kinds(await place_all(intents)).count("Placed") == 2
    assert await stall.stock_of(variant_id) == (20, 12)


async def test_one_that_fails_spoils_nobody_else(stall: Stall, extended: PluginHost) -> None:
    variant_id = await stall.goods("honten", "限定口紅", 1000, 5)
    people = Crowd(stall, extended)
    for name in ("花子", "太郎", "花子", "次郎", "花子", "花子", "花子", "花子"):
        await people.come(variant_id, 1, name)
    told = await asyncio.gather(*(people.place_at_last(n) for n in range(8)), return_exceptions=True)
    codes = [one.code if isinstance(one, Problem) else type(one).__name__ for one in told]
    assert codes == ["Placed", "not_you", "Placed", "no_ticket", "Placed", "Placed", "Placed", "sold_out"]
    notes = await stall.value("SELECT array_agg(DISTINCT subject) FROM core_audit WHERE act = 'ticket'")
    # Each was asked as its own buyer, once, and whoever failed left nothing.
    assert isinstance(notes, list)
    assert len(notes) == 5
    assert {len(set(note.split())) for note in notes} == {1}
    assert await stall.value("SELECT count(*) FROM core_audit WHERE act = 'ticket'") == 5
    assert await stall.value("SELECT count(*) FROM shop_order_event") == 5


async def test_what_changed_since_it_was_read_is_not_ordered(stall: Stall) -> None:
    variant_id = await stall.goods("honten", "口紅", 1000, 50)
    people = Crowd(stall)
    await people.come(variant_id, 4)
    dear, twice, old, fine = await people.intents()
    other = await stall.goods("honten", "紅筆", 500, 5)
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_cart_line SET quantity = 2 WHERE cart_id = $1", dear.now.cart_id)
        await tx.execute(
            "INSERT INTO shop_cart_line (cart_id, variant_id, quantity, seen_price) VALUES ($1, $2, 1, 500)",
            *(fine.now.cart_id, other),
        )
    quote = old.now.quote
    aged = msgspec.structs.replace(quote, priced_at=quote.priced_at - batch.MAX_AGE - timedelta(seconds=1))
    stale = Intent(
        ctx=old.ctx,
        key=old.key,
        fingerprint=old.fingerprint,
        now=msgspec.structs.replace(old.now, quote=aged),
        provider_id=old.provider_id,
        shops=old.shops,
    )
    # ``twice`` comes with a second key from another window of the same buyer.
    again = Intent(
        ctx=twice.ctx,
        key="another window",
        fingerprint=twice.fingerprint,
        now=twice.now,
        provider_id=twice.provider_id,
        shops=twice.shops,
    )
    outcomes = await place_all([dear, twice, again, stale, fine])
    assert kinds(outcomes) == ["NoneType", "Placed", "NoneType", "NoneType", "Placed"]
    assert await stall.stock_of(variant_id) == (50, 2)
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_variant SET price = 1200 WHERE id = $1", variant_id)
    assert kinds(await place_all([old])) == ["NoneType"]


async def test_two_processes_share_the_last_pieces_rightly(stall: Stall) -> None:
    """Two batches at once, as from two lines: neither knows of the other."""
    variant_id = await stall.goods("honten", "限定口紅", 1000, 30)
    people = Crowd(stall)
    await people.come(variant_id, 48)
    intents = await people.intents()
    both = await asyncio.gather(place_all(intents[::2]), place_all(intents[1::2]))
    outcomes = [one for some in both for one in some]
    assert kinds(outcomes).count("Placed") == 30
    assert kinds(outcomes).count("SoldOut") == 18
    assert await stall.stock_of(variant_id) == (30, 30)


async def sixty_four_and_twenty(stall: Stall, owner: asyncpg.Connection) -> float:
    """The work, in seconds, until all of 64 have been told whether they have one of 20 pieces."""
    variant_id = await stall.goods("honten", "限定口紅", 1000, 20)
    people = Crowd(stall)
    await people.come(variant_id, 64)
    async with spent(owner) as work:
        told = await crowd(64, people.place_at_last)
    assert (len(told.got), len(told.refused)) == (20, 44)
    assert told.codes <= {"sold_out", "cart_trouble"}
    assert line.WAIT_S < 1.0, "the line itself tells everybody within a second that they must come again"
    assert people.longest_s <= BOUND_S
    return work.all_s


@pytest.mark.req("LC-4.2.10")
async def test_a_crowd_lines_up_and_everybody_is_told_in_a_second(
    stall: Stall, owner: asyncpg.Connection
) -> None:
    """Whether they have it, that is; who comes again after being sent away is still waiting."""
    works = [await sixty_four_and_twenty(stall, owner)]
    while works[-1] > TOLD_S and len(works) < TRIES:
        works.append(await sixty_four_and_twenty(stall, owner))
    assert min(works) <= TOLD_S, works
    # Fewer transactions than orders: they did come in batches.
    batches = await stall.value("SELECT count(DISTINCT placed_at) FROM shop_purchase")
    assert isinstance(batches, int)
    assert batches < 20 * len(works)
    # Whoever cannot be served in time is told so, with a number, and has ordered nothing.
    lines: Lines[Intent, Outcome] = await stall.ctx.companion(Lines)
    lines.of(stall.tenant.schema, place_all).wait_s = 0.0
    more = await stall.goods("honten", "口紅", 1000, 20)
    late = Crowd(stall)
    await late.come(more, line.STRAIGHT + 3)
    answers = await asyncio.gather(*(late.place(n) for n in range(line.STRAIGHT + 3)), return_exceptions=True)
    waits = [one for one in answers if isinstance(one, LineWait)]
    assert len(waits) == 3
    assert min(int(str(wait.params["n"])) for wait in waits) > line.STRAIGHT
    assert await stall.stock_of(more) == (20, line.STRAIGHT)
