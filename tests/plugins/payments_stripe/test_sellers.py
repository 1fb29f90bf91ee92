"""A sale of a shop with an account of its own, from the order to its share and back."""

from __future__ import annotations

import uuid

import pytest

import nakamise_payments
from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.testing.drain import drain
from nakamise.testing.tenants import client_of, ctx_of
from nakamise_payments.sellers import pay_due
from nakamise_payments_stripe import accounts
from tests.plugins.invariants import queries_of
from tests.plugins.payments_stripe.counter import settings_for
from tests.plugins.payments_stripe.stripe_server import StripeServer
from tests.plugins.payments_stripe.test_browser import open_shop
from tests.plugins.shop.stall import Till


@pytest.mark.req("CL-30")
async def test_a_shops_share_follows_its_order(
    stripe_runtime: tuple[Runtime, App], stripe_server: StripeServer
) -> None:
    runtime, app = stripe_runtime
    stall = await open_shop(runtime, stripe_server)
    given = settings_for(stripe_server, pays_sellers=True)
    await switches.configure(runtime, stall.tenant.id, "payments_stripe", given)
    await runtime.directory.catch_up()
    ctx = ctx_of(runtime, stall.tenant)
    goods = await stall.goods("honten", "木櫛", 2000, 9)
    seller = stall.shops["honten"]
    await accounts.onboarding_url(ctx, seller, "https://shop.example/")
    async with ctx.read() as tx:
        known = await accounts.of_seller(tx, seller)
    assert known is not None
    buyer = await stall.buyer()
    await stall.fill_cart(buyer, [(goods, 2)])
    async with client_of(app, runtime, stall.tenant) as client:
        till = Till(client, buyer)
        placed = (await till.place()).json()
        assert (await till.pay(placed["purchase_id"], "pm_card_visa")).json()["state"] == "succeeded"
    order_id = uuid.UUID(placed["orders"][0]["id"])
    await drain(runtime, stall.tenant)
    await pay_due(ctx)
    moved = "SELECT coalesce(sum(amount - reversed), 0)::int FROM payments_op WHERE kind = 'transfer'"
    assert await stall.value(moved) == 0, "the account is not ready"
    stripe_server.moves.onboard(stripe_server.books.get("account", known.account))
    await accounts.refresh(ctx, seller)
    await pay_due(ctx)
    await pay_due(ctx)
    await drain(runtime, stall.tenant)
    assert await stall.value(moved) == 4550 - 455
    async with ctx.begin() as tx:
        wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
        await ctx.service(Orders).refund(tx, order_id, wanted)
    await drain(runtime, stall.tenant)
    assert await stall.value(moved) == 2550 - 255
    [transfer] = [one for one in stripe_server.books.all("transfer") if one["destination"] == known.account]
    assert transfer["amount"] - transfer["amount_reversed"] == 2295
    async with ctx.read() as tx:
        for title, query in queries_of(nakamise_payments).items():
            assert await tx.connection.fetch(query) == [], title
