"""What a shop's share is reckoned from: the fee of its sale, what was really taken, and a transfer that arrives."""

from __future__ import annotations

import uuid

import httpx
import pytest

from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.testing.tenants import client_of, ctx_of
from nakamise_payments import shares
from nakamise_payments.asking import find_op, settle
from nakamise_payments.reconciler import settle_open
from nakamise_payments.sellers import pay_due
from nakamise_shop.orders.cancel import cancel_as_staff
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.test_reconciling import admin_session
from tests.plugins.payments_stripe.counter import broken
from tests.plugins.payments_stripe.stripe_server import StripeServer
from tests.plugins.payments_stripe.stripe_server.books import Json
from tests.plugins.payments_stripe.test_sellers import BACK, SELLERS, SHARE, Sales
from tests.plugins.shop.stall import Stall, Till

CHARGE = "SELECT id FROM payments_op WHERE subject = $1::text::uuid AND kind = 'charge'"
REVERSALS = (
    "SELECT array_agg(state || ' ' || amount) FROM payments_op WHERE kind = 'reversal' AND reference = $1"
)


async def ready(sales: Sales, client: httpx.AsyncClient) -> Json:
    """Stripe's account of the seller, which takes shares."""
    staff = {"Cookie": f"sid={await admin_session(Desk(sales.ctx))}"}
    account = await sales.account(client, staff)
    sales.stripe.moves.onboard(account)
    account["capabilities"] = {"transfers": "active"}
    await client.post(f"{SELLERS}/{sales.seller}/refresh", data={"back": BACK}, headers=staff)
    return account


async def configure(sales: Sales, **given: object) -> None:
    """The settings of ``payments``."""
    await switches.configure(sales.runtime, sales.stall.tenant.id, "payments", given)
    await sales.runtime.directory.catch_up()
    sales.ctx = ctx_of(sales.runtime, sales.stall.tenant)


async def give_one_back(sales: Sales, order_id: str) -> None:
    async with sales.ctx.begin() as tx:
        wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
        await sales.ctx.service(Orders).refund(tx, uuid.UUID(order_id), wanted)


@pytest.mark.req("CL-30")
async def test_the_fee_is_the_one_of_the_sale(
    stripe_runtime: tuple[Runtime, App], shops_stripe: StripeServer, stall: Stall
) -> None:
    """Whatever it is when the share is passed on or comes back."""
    sales = Sales(*stripe_runtime, stall, shops_stripe)
    async with client_of(sales.app, sales.runtime, stall.tenant) as client:
        await ready(sales, client)
        before = await sales.sell(client, 4)
        await sales.pay()
        assert await sales.moved(before) == 8550 - 855
        waiting, older = await sales.sell(client, 1), await sales.sell(client, 2)
        async with sales.ctx.begin() as tx:
            await tx.execute("UPDATE payments_sale SET fee_bp = NULL WHERE order_id = $1::text::uuid", older)
        await configure(sales, seller_fee=3000)
        await give_one_back(sales, before)
        await sales.work()
        assert await sales.moved(before) == 6550 - 655
        await sales.pay()
        assert await sales.moved(waiting) == 2550 - 255
        # The version before wrote no fee: what is agreed now is the nearest to it, and stays.
        assert await sales.moved(older) == 4550 - 1365
        await configure(sales)
        await give_one_back(sales, older)
        await sales.work()
        assert await sales.moved(older) == 2550 - 765
    async with sales.ctx.read() as tx:
        assert await broken(tx) == {}


async def _bought_of_two(sales: Sales, client: httpx.AsyncClient) -> tuple[str, dict[int, str]]:
    """Reserved, of two shops: the purchase, and its orders by what they cost."""
    if "hanare" not in sales.stall.shops:
        await sales.stall.shop("hanare", "HN", shipping_fee=0)
    goods = [
        await sales.stall.goods("honten", "木櫛", 2000, 9),
        await sales.stall.goods("hanare", "飴", 1000, 9),
    ]
    buyer = await sales.stall.buyer()
    await sales.stall.fill_cart(buyer, [(goods[0], 4), (goods[1], 1)])
    till = Till(client, buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "pm_card_visa")
    await sales.work()
    return str(placed["purchase_id"]), {int(one["total"]): str(one["id"]) for one in placed["orders"]}


async def _take(sales: Sales, purchase: str, amount: int) -> None:
    """By staff at Stripe; we hear of it."""
    op_id = await sales.stall.value(CHARGE, purchase)
    assert isinstance(op_id, uuid.UUID)
    [intent] = [
        one for one in sales.stripe.books.all("payment_intent") if one["metadata"].get("op_id") == str(op_id)
    ]
    sales.stripe.intents.capture(intent, {"amount_to_capture": str(amount)})
    await settle(sales.ctx, await find_op(sales.ctx, op_id))
    await sales.work()


@pytest.mark.req("CL-30", "CL-31")
async def test_a_share_is_of_what_was_really_taken(
    stripe_runtime: tuple[Runtime, App], shops_stripe: StripeServer, stall: Stall
) -> None:
    """Half of the two orders: half of the share, less when the other order goes back whole, and staff are told."""
    sales = Sales(*stripe_runtime, stall, shops_stripe)
    async with client_of(sales.app, sales.runtime, stall.tenant) as client:
        await ready(sales, client)
        await configure(sales, capture="manual")
        purchase, orders = await _bought_of_two(sales, client)
        await configure(sales)
        await _take(sales, purchase, 4775)
        told = "SELECT string_agg(text_body, ' ') FROM core_mail WHERE recipient = 'boss@example.com' AND subject = $1"
        mail = str(await stall.value(told, "確定された売上が予定より少なくなっています"))
        assert "¥4,775" in mail
        await sales.pay()
        assert await sales.moved(orders[8550]) == 4275 - 427
        async with sales.ctx.begin() as tx:
            await cancel_as_staff(sales.ctx, tx, uuid.UUID(orders[1000]), "欠品")
        await sales.work()
        assert await sales.moved(orders[8550]) == 3775 - 377, "all of its money has gone back to the buyer"
        await give_one_back(sales, orders[8550])
        await sales.work()
        assert await sales.moved(orders[8550]) == 1775 - 177
    async with sales.ctx.read() as tx:
        assert await broken(tx) == {}


@pytest.mark.req("CL-30")
@pytest.mark.parametrize("is_late", [False, True])
async def test_a_share_that_never_arrives_need_not_come_back(
    stripe_runtime: tuple[Runtime, App], shops_stripe: StripeServer, stall: Stall, is_late: bool
) -> None:
    """A refund was heard of before the transfer's answer: what was to come back ends with it, also what an older version
    left open."""
    sales = Sales(*stripe_runtime, stall, shops_stripe)
    async with client_of(sales.app, sales.runtime, stall.tenant) as client:
        account = await ready(sales, client)
        order_id = await sales.sell(client, 2)
        await pay_due(sales.ctx)
        await give_one_back(sales, order_id)
        async with sales.ctx.begin() as tx:
            await shares.adjust(sales.ctx, tx, uuid.UUID(order_id))
        assert await stall.value(REVERSALS, order_id) == ["new 1800"]
        account["capabilities"] = {"transfers": "inactive"}
        await sales.work()
        assert await stall.value(REVERSALS, order_id) == ["canceled 1800"]
        share = await stall.value(SHARE, order_id)
        if is_late:
            async with sales.ctx.begin() as tx:
                await tx.execute(
                    "UPDATE payments_op SET state = 'unknown', settled_at = NULL, first_sent_at = now(),"
                    " next_at = now() WHERE kind = 'reversal' AND reference = $1",
                    order_id,
                )
                await tx.execute("UPDATE payments_op SET reversed = 1800 WHERE id = $1", share)
            await settle_open(sales.ctx)
            assert await stall.value(REVERSALS, order_id) == ["canceled 1800"]
        assert await stall.value("SELECT reversed FROM payments_op WHERE id = $1", share) == 0
        staff = {"Cookie": f"sid={await admin_session(Desk(sales.ctx))}"}
        page = (await client.get("/admin/payments", headers=staff)).text
        assert page.count(f'href="/admin/shop/orders/{order_id}"') == 1, "one task, the transfer"
        account["capabilities"] = {"transfers": "active"}
        await client.post(f"/admin/payments/{share}/share", headers=staff)
        await sales.work()
        assert await sales.moved(order_id) == 2550 - 255
    async with sales.ctx.read() as tx:
        assert await broken(tx) == {}
