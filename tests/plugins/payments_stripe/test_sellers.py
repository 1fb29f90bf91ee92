"""A sale of a shop with an account of its own, from the order to its share and back, and a share that is refused."""

from __future__ import annotations

import asyncio
import uuid

import httpx
import pytest

import nakamise_payments
from nakamise.contracts.cart import CartInputs
from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.plugin.context import TenantCtx
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.testing.drain import drain
from nakamise.testing.tenants import client_of, ctx_of
from nakamise_coupons import service as coupons
from nakamise_coupons.schemas import NewCoupon
from nakamise_payments.reconciler import acknowledge, reconcile
from nakamise_payments.schemas import Trouble
from nakamise_payments.sellers import pay_due
from nakamise_payments_stripe import accounts
from tests.faults.careless import Lapse, without
from tests.plugins.invariants import queries_of
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.test_reconciling import admin_session
from tests.plugins.payments_stripe.counter import settings_for
from tests.plugins.payments_stripe.stripe_server import StripeServer
from tests.plugins.payments_stripe.stripe_server.books import Json
from tests.plugins.shop.stall import Stall, Till

MOVED = (
    "SELECT coalesce(sum(amount - reversed), 0)::int FROM payments_op WHERE kind = 'transfer' AND reference = $1"
    " AND state = 'succeeded'"
)

SENT = "SELECT count(*) FROM payments_op WHERE kind = 'transfer' AND reference = $1"
SHARE = "SELECT op_id FROM payments_sale WHERE order_id = $1::text::uuid"
DROP_SECOND = (
    "UPDATE payments_op o SET state = 'canceled', settled_at = now() WHERE o.kind = 'transfer' AND o.reference = $1"
    " AND NOT EXISTS (SELECT 1 FROM payments_sale s WHERE s.op_id = o.id)"
)
SELLERS, BACK = "/admin/payments_stripe/sellers", "/admin/shop/shops"
# The first of all ids.
NOBODYS = uuid.UUID(int=1)


class Sales:
    """One seller with an account, and what is sold there."""

    def __init__(self, runtime: Runtime, app: App, stall: Stall, stripe: StripeServer) -> None:
        self.runtime, self.app, self.stall, self.stripe = runtime, app, stall, stripe
        self.ctx = ctx_of(runtime, stall.tenant)
        self.seller = stall.shops["honten"]

    async def account(self, client: httpx.AsyncClient, staff: dict[str, str]) -> Json:
        """Stripe's own, made when staff send the shop to Stripe's pages."""
        given = settings_for(self.stripe, pays_sellers=True)
        await switches.configure(self.runtime, self.stall.tenant.id, "payments_stripe", given)
        await self.runtime.directory.catch_up()
        self.ctx = ctx_of(self.runtime, self.stall.tenant)
        answer = await client.post(f"{SELLERS}/{self.seller}/onboard", data={"back": BACK}, headers=staff)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{self.stripe.origin}/setup/")
        async with self.ctx.read() as tx:
            known = await accounts.of_seller(tx, self.seller)
        assert known is not None
        return self.stripe.books.get("account", known.account)

    async def sell(self, client: httpx.AsyncClient, pieces: int, coupon: str = "") -> str:
        """The order's id, with everything done that follows from the payment."""
        goods = await self.stall.goods("honten", "木櫛", 2000, 9)
        buyer = await self.stall.buyer()
        await self.stall.fill_cart(buyer, [(goods, pieces)])
        if coupon:
            async with self.ctx.begin() as tx:
                await self.stall.ctx_of(buyer).service(CartInputs).set(tx, {"coupons.code": coupon.upper()})
        till = Till(client, buyer)
        placed = (await till.place()).json()
        assert (await till.pay(placed["purchase_id"], "pm_card_visa")).json()["state"] == "succeeded"
        await self.work()
        return str(placed["orders"][0]["id"])

    async def work(self) -> None:
        await drain(self.runtime, self.stall.tenant)

    async def differ(self) -> uuid.UUID:
        """Stripe's balance and the ledger are not the same for a moment; the report that says so."""
        charged = next(one for one in self.stripe.books.all("balance_transaction") if one["type"] == "charge")
        charged["amount"] += 7
        [report] = await reconcile(self.ctx)
        charged["amount"] -= 7
        assert Trouble.MOVED in [one.trouble for one in report.differences]
        return report.id

    async def pay(self) -> None:
        await pay_due(self.ctx)
        await self.work()

    async def moved(self, order_id: str) -> object:
        return await self.stall.value(MOVED, order_id)


@pytest.mark.req("CL-30")
async def test_a_shops_share_follows_its_order(
    stripe_runtime: tuple[Runtime, App], shops_stripe: StripeServer, stall: Stall
) -> None:
    sales = Sales(*stripe_runtime, stall, shops_stripe)
    staff = {"Cookie": f"sid={await admin_session(Desk(sales.ctx))}"}
    async with client_of(sales.app, sales.runtime, stall.tenant) as client:
        account = await sales.account(client, staff)
        order_id = await sales.sell(client, 2)
        await sales.pay()
        assert await sales.moved(order_id) == 0, "the account is not ready"
        shops_stripe.moves.onboard(account)
        await client.post(f"{SELLERS}/{sales.seller}/refresh", data={"back": BACK}, headers=staff)
        await sales.pay()
        await sales.pay()
        assert await sales.moved(order_id) == 4550 - 455
        async with sales.ctx.begin() as tx:
            wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
            await sales.ctx.service(Orders).refund(tx, uuid.UUID(order_id), wanted)
        await sales.work()
        assert await sales.moved(order_id) == 2550 - 255
        share = await stall.value(SHARE, order_id)
        [transfer] = [
            one for one in shops_stripe.books.all("transfer") if one["metadata"]["op_id"] == str(share)
        ]
        assert transfer["amount"] - transfer["amount_reversed"] == 2295
        await _what_the_site_bears_is_paid_by_the_site(sales, client)
        await _what_was_kept_back_is_shared(sales, order_id)
        await _nothing_leaves_while_the_books_differ(sales, client)
        await _what_cannot_be_passed_on_keeps_no_other_waiting(sales, client)
        await _a_refused_share_is_sent_once_more(sales, client, staff, account)
        await _a_share_is_passed_on_once_whoever_does_it(sales, client)
    async with sales.ctx.read() as tx:
        for title, query in queries_of(nakamise_payments).items():
            assert await tx.connection.fetch(query) == [], title


async def _what_was_kept_back_is_shared(sales: Sales, order_id: str) -> None:
    """The last unit went back worn: ¥500 of it are the shop's and the platform's, so the order is refunded in part."""
    async with sales.ctx.begin() as tx:
        wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),), deduction=500)
        await sales.ctx.service(Orders).refund(tx, uuid.UUID(order_id), wanted)
    await sales.work()
    state = "SELECT state FROM shop_order WHERE id = $1::text::uuid"
    assert await sales.stall.value(state, order_id) == "part_refunded"
    assert await sales.moved(order_id) == 500 - 50


async def _what_the_site_bears_is_paid_by_the_site(sales: Sales, client: httpx.AsyncClient) -> None:
    """¥1,200 off: at the shop's cost its share is of the ¥1,350 paid; at the site's of ¥2,550, more than the charge."""
    order_id = ""
    for bearer, share in (("shop", 1350 - 135), ("tenant", 2550 - 255)):
        async with sales.ctx.begin() as tx:
            terms = NewCoupon(name=bearer, kind="percent", percent=60, code=bearer, bearer=bearer)  # type: ignore[arg-type]
            await coupons.create(sales.ctx, tx, terms)
        order_id = await sales.sell(client, 1, coupon=bearer)
        await sales.pay()
        assert await sales.moved(order_id) == share, bearer
    async with sales.ctx.begin() as tx:
        wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
        await sales.ctx.service(Orders).refund(tx, uuid.UUID(order_id), wanted)
    await sales.work()
    assert await sales.moved(order_id) == 0, "what the site bore goes back to it with the goods"


async def _nothing_leaves_while_the_books_differ(sales: Sales, client: httpx.AsyncClient) -> None:
    """Until somebody has noted why."""
    order_id = await sales.sell(client, 1)
    report_id = await sales.differ()
    await sales.pay()
    assert await sales.moved(order_id) == 0
    await acknowledge(sales.ctx, report_id, "a slip of the pen")
    await sales.pay()
    assert await sales.moved(order_id) == 2550 - 255


async def _what_cannot_be_passed_on_keeps_no_other_waiting(sales: Sales, client: httpx.AsyncClient) -> None:
    """The first in the row is of an order that there is no more."""
    order_id = await sales.sell(client, 1)
    purchase = await sales.stall.value(
        "SELECT purchase_id FROM shop_order WHERE id = $1::text::uuid", order_id
    )
    async with sales.ctx.begin() as tx:
        query = "INSERT INTO payments_sale (order_id, subject, seller_id) VALUES ($1, $2, $3)"
        await tx.execute(query, NOBODYS, purchase, sales.seller)
    await sales.pay()
    assert await sales.moved(order_id) == 2550 - 255
    async with sales.ctx.begin() as tx:
        await tx.execute("DELETE FROM payments_sale WHERE order_id = $1", NOBODYS)


async def _a_share_is_passed_on_once_whoever_does_it(sales: Sales, client: httpx.AsyncClient) -> None:
    """Two servers at once; and as the negative control both without the locks."""
    for is_careless, count in ((False, 1), (True, 2)):
        order_id = await sales.sell(client, 1)
        ctx = careless_ctx(sales) if is_careless else sales.ctx
        await asyncio.gather(*(pay_due(ctx) for _ in range(2)))
        assert await sales.stall.value(SENT, order_id) == count
        async with sales.ctx.begin() as tx:
            await tx.execute(DROP_SECOND, order_id)
        await sales.work()
        assert await sales.moved(order_id) == 2550 - 255


def careless_ctx(sales: Sales) -> TenantCtx:
    """As a server whose statements lock nothing: whoever looks waits for the other before they write."""
    cuts = {" FOR UPDATE OF payments_op": "", "WHERE order_id = $1 FOR UPDATE": "WHERE order_id = $1"}
    lapse = Lapse(cuts=cuts, meet=("INSERT INTO payments_op (id, kind, parent_id",))
    return ctx_of(without(sales.stall, lapse)[0].ctx.runtime, sales.stall.tenant)


async def _a_refused_share_is_sent_once_more(
    sales: Sales, client: httpx.AsyncClient, staff: dict[str, str], account: Json
) -> None:
    """Staff see why, and the share arrives once."""
    account["capabilities"] = {"transfers": "inactive"}  # and nobody told us
    order_id = await sales.sell(client, 1)
    await sales.pay()
    failed = await sales.stall.value(
        "SELECT id FROM payments_op WHERE kind = 'transfer' AND state = 'failed' AND reference = $1", order_id
    )
    page = (await client.get("/admin/payments", headers=staff)).text.replace("<wbr>", "")
    for word in (
        "完了していないショップへの送金",
        "まだ送金を受け取れません",
        f"/admin/payments/{failed}/share",
    ):
        assert word in page
    mails = "SELECT count(*) FROM core_mail WHERE subject LIKE '%送金が完了しませんでした%' AND recipient = 'boss@example.com'"
    assert await sales.stall.value(mails) == 1
    await sales.pay()
    assert await sales.moved(order_id) == 0, "it waits for staff"
    sales.stripe.moves.onboard(account)
    report_id = await sales.differ()
    assert (await client.post(f"/admin/payments/{failed}/share", headers=staff)).status_code == 303
    assert await sales.stall.value(SENT, order_id) == 1, "not while the books differ"
    await acknowledge(sales.ctx, report_id, "a slip of the pen")
    for _ in range(2):
        answer = await client.post(f"/admin/payments/{failed}/share", headers=staff)
        assert answer.status_code == 303
    await sales.work()
    assert await sales.moved(order_id) == 2550 - 255
    assert await sales.stall.value(SENT, order_id) == 2, "the one that failed, and one more"
    assert "完了していない" not in (await client.get("/admin/payments", headers=staff)).text
