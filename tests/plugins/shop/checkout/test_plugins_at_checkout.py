"""What plugins may do while an order is placed, and what happens when they fail."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import msgspec
import pytest

from nakamise.contracts.checkout import OrderDraft, OrderRef, Refusal, RevertReason
from nakamise.contracts.pricing import Adjustment, Phase, QuoteDraft
from nakamise.db import Tx
from nakamise.errors import Conflict, Unavailable
from nakamise.host.discovery import installed_entry_points
from nakamise.host.registry import PluginHost
from nakamise.plugin import CheckoutHooks, PricingHooks, TenantCtx, hookimpl
from nakamise_shop.checkout.confirming import confirm_view
from nakamise_shop.checkout.expire import expire
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Placed, PlaceOrder
from tests.core.host.plugins import hooks, plugin
from tests.plugins.shop.stall import Buyer, Stall


class Coupons(CheckoutHooks, PricingHooks):
    """Takes ¥100 off, keeps its uses in the audit log, and fails where ``fails`` says."""

    fails = ""

    @hookimpl
    def price_adjust(
        self, ctx: TenantCtx, draft: QuoteDraft, facts: Mapping[str, msgspec.Struct]
    ) -> Sequence[Adjustment] | None:
        if Coupons.fails == "price":
            raise RuntimeError("planted")
        return [Adjustment(phase=Phase.CART, code="C100", label="100円引き", amount=-100)]

    @hookimpl
    async def checkout_check(self, ctx: TenantCtx, tx: Tx, order: OrderDraft) -> Sequence[Refusal] | None:
        if Coupons.fails == "check":
            return [Refusal("coupon_used", "This coupon was used before.")]
        return None

    @hookimpl
    async def checkout_commit(self, ctx: TenantCtx, tx: Tx, order: OrderDraft) -> None:
        await ctx.audit(tx, "coupon.taken", str(order.purchase_id))
        if Coupons.fails == "commit":
            raise Conflict("No use is left.", code="coupon_gone")

    @hookimpl
    async def checkout_revert(self, ctx: TenantCtx, tx: Tx, order: OrderRef, why: RevertReason) -> None:
        await ctx.audit(tx, "coupon.returned", f"{order.purchase_id} {why.value}")


@pytest.fixture
def fails_at() -> object:
    yield Coupons
    Coupons.fails = ""


class Shopping:
    """A buyer in a tenant that has the coupons on too."""

    def __init__(self, stall: Stall, buyer: Buyer) -> None:
        extended = PluginHost.discover(
            entry_points=[*installed_entry_points(), plugin("tickets", hooks=hooks(Coupons))]
        )
        plain = stall.ctx_of(buyer)
        lineup = extended.lineup(plain.tenant.plugins | {"tickets"})
        self.ctx = TenantCtx(plain.runtime, plain.tenant, buyer.actor, lineup)
        self._buyer = buyer

    async def buy(self) -> Placed:
        seen = await confirm_view(self.ctx, self._buyer.address_id)
        wanted = PlaceOrder(self._buyer.address_id, seen.fingerprint)
        return await place(self.ctx, uuid.uuid4().hex, wanted)


@pytest.fixture
async def shopping(stall: Stall, fails_at: object) -> tuple[Shopping, uuid.UUID]:
    variant_id = await stall.goods("honten", "口紅", 1000, 5)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    return Shopping(stall, buyer), variant_id


async def nothing_happened(stall: Stall, variant_id: uuid.UUID) -> bool:
    tables = ("shop_purchase", "shop_order", "payments_op", "shop_idempotency", "shop_order_counter")
    counts = [await stall.value(f"SELECT count(*) FROM {table}") for table in tables]
    taken = await stall.value("SELECT count(*) FROM core_audit WHERE act = 'coupon.taken'")
    in_cart = await stall.value("SELECT count(*) FROM shop_cart_line")
    return (
        counts == [0] * len(tables)
        and (taken, in_cart) == (0, 1)
        and await stall.stock_of(variant_id) == (5, 0)
    )


async def test_a_reduction_reaches_order_and_charge(
    stall: Stall, shopping: tuple[Shopping, uuid.UUID]
) -> None:
    placed = await shopping[0].buy()
    assert placed.due == 1000 - 100 + 550
    assert await stall.value("SELECT amount FROM payments_op") == 1450
    assert await stall.value("SELECT goods FROM shop_order") == 900
    assert await stall.value("SELECT discount FROM shop_order_line") == 100
    assert await stall.value("SELECT count(*) FROM core_audit WHERE act = 'coupon.taken'") == 1


async def test_a_refusal_stops_the_order(stall: Stall, shopping: tuple[Shopping, uuid.UUID]) -> None:
    Coupons.fails = "check"
    with pytest.raises(Conflict) as refused:
        await shopping[0].buy()
    assert (refused.value.code, refused.value.domain) == ("coupon_used", "tickets")
    assert await nothing_happened(stall, shopping[1])


async def test_a_plugin_that_cannot_take_its_thing_undoes_everything(
    stall: Stall, shopping: tuple[Shopping, uuid.UUID]
) -> None:
    Coupons.fails = "commit"
    with pytest.raises(Conflict):
        await shopping[0].buy()
    assert await nothing_happened(stall, shopping[1])


async def test_prices_that_are_not_certain_close_the_checkout(
    stall: Stall, shopping: tuple[Shopping, uuid.UUID]
) -> None:
    Coupons.fails = "price"
    with pytest.raises(Unavailable) as closed:
        await shopping[0].buy()
    assert closed.value.code == "pricing_degraded"
    assert await nothing_happened(stall, shopping[1])


async def test_a_plugin_that_is_on_but_gone_closes_the_checkout(stall: Stall) -> None:
    variant_id = await stall.goods("honten", "口紅", 1000, 5)
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(variant_id, 1)])
    plain = stall.ctx_of(buyer)
    lineup = plain.runtime.host.lineup(plain.tenant.plugins | {"uninstalled"})
    ctx = TenantCtx(plain.runtime, plain.tenant, buyer.actor, lineup)
    with pytest.raises(Unavailable):
        await confirm_view(ctx, buyer.address_id)


async def test_what_was_taken_is_returned_when_the_hold_ends(
    stall: Stall, shopping: tuple[Shopping, uuid.UUID]
) -> None:
    shop, _ = shopping
    placed = await shop.buy()
    async with stall.ctx.begin() as tx:
        await tx.execute("UPDATE shop_purchase SET expires_at = now() - interval '1 second'")
    assert await expire(shop.ctx, placed.purchase_id)
    assert not await expire(shop.ctx, placed.purchase_id)
    returned = "SELECT count(*) FROM core_audit WHERE act = 'coupon.returned' AND subject LIKE '%expired'"
    assert await stall.value(returned) == 1
