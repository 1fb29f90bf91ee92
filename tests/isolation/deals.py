"""What the plugins around a sale keep: coupon, time sale, return, saved card, bank transfer, comparison, note."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

import httpx

import nakamise_coupons.service
import nakamise_timesale.service
from nakamise.ids import uuid7
from nakamise_coupons.schemas import NewCoupon
from nakamise_payments.reconciler import reconcile
from nakamise_timesale.schemas import ItemInput, SaleInput
from tests.plugins.shop.stall import insert

if TYPE_CHECKING:
    from tests.isolation.house import House

PLUGINS: Final = ("payments_stripe", "payments_manual", "returns", "coupons", "timesale", "analytics")
# What is found in the database for a path parameter, as in the house.
THINGS: Final = {
    "coupon_id": "SELECT id FROM coupons_coupon",
    "codes/code": "SELECT code FROM coupons_code",
    "sale_id": "SELECT id FROM timesale_sale",
    "items/item_id": "SELECT id FROM timesale_item",
    "request_id": "SELECT id FROM returns_request",
    "saved_id": "SELECT id FROM payments_saved",
    "payments_manual/transfer_id": "SELECT key FROM payments_manual_charge",
    "report_id": "SELECT id FROM payments_report",
    "op_id": "SELECT id FROM payments_op WHERE kind = 'charge' AND state = 'succeeded'",
    "seller_id": "SELECT id FROM shop_shop",
    "note_id": "SELECT id FROM shop_order_note",
}


async def strike(house: House, client: httpx.AsyncClient) -> None:
    """After the buyer's order was paid and has left."""
    await coupon(house)
    await _item(house, await sale(house))
    await _return(house)
    await _card(house)
    await _transfer(house)
    await _papers(house, client)


async def coupon(house: House) -> uuid.UUID:
    ctx = house.stall.ctx
    async with ctx.begin() as tx:
        given = NewCoupon(name=house.canary, name_en=house.canary, kind="fixed", amount=100, is_public=True)
        return await nakamise_coupons.service.create(ctx, tx, given)


async def sale(house: House) -> uuid.UUID:
    """It waits for its start, so that nothing costs less."""
    ctx = house.stall.ctx
    async with ctx.begin() as tx:
        return await nakamise_timesale.service.create(
            ctx, tx, SaleInput(name=house.canary, name_en=house.canary)
        )


async def _item(house: House, sale_id: uuid.UUID) -> None:
    ctx = house.stall.ctx
    product_id = await house.stall.value("SELECT id FROM shop_product LIMIT 1")
    assert isinstance(product_id, uuid.UUID)
    async with ctx.begin() as tx:
        given = ItemInput(product_id=product_id, percent=10)
        await nakamise_timesale.service.add_item(ctx, tx, sale_id, given)


async def _return(house: House) -> None:
    """Of the one unit of the order, which staff have yet to decide on."""
    request_id, buyer = uuid7(), house.people["buyer"]
    async with house.stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO returns_request (id, number, order_id, order_number, shop_id, shop_name, buyer_id,"
            " buyer_name, wish, reason, words, payer, deduction_bp)"
            " SELECT $1, 'R-20260101-0001', id, number, shop_id, $2, $3, $2, 'refund', 'defect', $2, 'shop', 0"
            " FROM shop_order WHERE state = 'paid' LIMIT 1",
            *(request_id, house.canary, buyer.id),
        )
        await tx.execute(
            "INSERT INTO returns_line (request_id, line_no, product_id, name, qty)"
            " SELECT $1, 1, id, $2, 1 FROM shop_product LIMIT 1",
            *(request_id, house.canary),
        )
        await tx.execute(
            "INSERT INTO returns_claim (order_id, line_no, bought, claimed)"
            " SELECT order_id, 1, 1, 1 FROM returns_request WHERE id = $1",
            request_id,
        )
        event = {"id": uuid7(), "request_id": request_id, "kind": "requested", "by_staff": False}
        await insert(tx, "returns_event", {**event, "actor_id": buyer.id, "words": house.canary})


async def _card(house: House) -> None:
    card = {"id": uuid7(), "user_id": house.people["buyer"].id, "provider_id": "payments_sandbox"}
    printed = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2099}
    async with house.stall.ctx.begin() as tx:
        await insert(tx, "payments_saved", {**card, **printed, "reference": house.canary})


async def _transfer(house: House) -> None:
    """That is awaited, of a purchase that is not in the shop."""
    async with house.stall.ctx.begin() as tx:
        await tx.execute(
            "INSERT INTO payments_manual_charge (key, number, amount, currency, state, due_at, payer_id, payer_name)"
            " VALUES ($1, '123456', 1200, 'JPY', 'requires_action', now() + interval '7 days', $2, $3)",
            *(uuid7(), house.people["buyer"].id, f"{house.canary} buyer"),
        )


async def _papers(house: House, client: httpx.AsyncClient) -> None:
    """The comparison of the books, and what staff wrote about the order; the note is the administrator's own."""
    headers = await house.sign_in("admin", is_api=True, has_mfa=True)
    asked = await client.post("/api/payments/reports", headers=headers)
    assert asked.is_success, asked.text
    await reconcile(house.stall.ctx)
    order_id = await house.stall.value("SELECT id FROM shop_order WHERE state = 'paid' LIMIT 1")
    written = await client.post(
        f"/api/shop/staff/orders/{order_id}/notes", json={"body": house.canary}, headers=headers
    )
    assert written.is_success, written.text
