"""The working day of tests/e2e once more, without a browser, where Stripe takes the money and pays the shops: every
surface, Stripe's own objects and the ledger hold the same amounts, which were reckoned by hand."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Sequence
from typing import Any, Final

import httpx
import pytest

import nakamise_payments
from nakamise.contracts.cart import CartInputs
from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.testing.tenants import client_of
from nakamise_coupons import service as coupons
from nakamise_coupons.schemas import NewCoupon
from nakamise_payments.reconciler import reconcile
from tests.e2e.day import ALL, BACK, FIRST, SECOND, Bill, Expected, numbers
from tests.plugins.invariants import queries_of
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.test_reconciling import admin_session
from tests.plugins.payments_stripe.counter import open_shop
from tests.plugins.payments_stripe.stripe_server import StripeServer
from tests.plugins.payments_stripe.stripe_server.books import Json
from tests.plugins.payments_stripe.test_sellers import BACK as SHOPS_PAGE
from tests.plugins.payments_stripe.test_sellers import SELLERS, Sales
from tests.plugins.shop.stall import Buyer, Till

# A tenth of each order stays with the site, rounded down: 24,441 - 2,444 and 2,819 - 281; 13,840 - 1,384 in the end.
SHARES: Final = {"honten": 21_997, "hanare": 2_538}
SHARE_LEFT: Final = 12_456
SITE_KEEPS: Final = 1_384 + 281
ROW: Final = re.compile(r'data-row="(\w+)"[^>]*><dt>.*?</dt><dd[^>]*>([^<]*)</dd>', re.DOTALL)
PAYABLE: Final = """
SELECT coalesce(sum(CASE WHEN credit LIKE 'tenant_payable%' THEN amount WHEN debit LIKE 'tenant_payable%' THEN -amount
                    ELSE 0 END), 0)::int FROM payments_transfer
"""
CLEARING: Final = """
SELECT coalesce(sum(CASE WHEN debit LIKE 'psp_clearing%' THEN amount WHEN credit LIKE 'psp_clearing%' THEN -amount
                    ELSE 0 END), 0)::int FROM payments_transfer
"""


class Day:
    """Two shops with accounts of their own, a coupon, a buyer and staff."""

    def __init__(self, sales: Sales, client: httpx.AsyncClient, buyer: Buyer, staff: dict[str, str]) -> None:
        self.sales, self.client, self.buyer, self.staff = sales, client, buyer, staff
        self.cookie: dict[str, str] = {}

    async def page(self, path: str, who: dict[str, str]) -> str:
        answer = await self.client.get(path, headers=who)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    async def bills(self, path: str, who: dict[str, str]) -> list[Bill]:
        text = await self.page(path, who)
        return [bill_in(part) for part in text.split("data-bill")[1:]]

    def objects(self, kind: str) -> list[Json]:
        return list(self.sales.stripe.books.all(kind))

    async def value(self, query: str, *args: object) -> Any:
        return await self.sales.stall.value(query, *args)


def bill_in(text: str) -> Bill:
    found: Bill = {}
    for kind, amount in ROW.findall(text.partition("</dl>")[0]):
        found.setdefault(kind, []).append(html.unescape(amount))
    return found


@pytest.mark.req("LC-8.7.7", "CL-19", "CL-30", "DF-02")
async def test_a_working_day_of_shops_that_stripe_pays(
    stripe_runtime: tuple[Runtime, App], day_stripe: StripeServer
) -> None:
    runtime, app = stripe_runtime
    stall = await open_shop(runtime, day_stripe, shipping_fee=550, free_over=5000)
    await stall.shop("hanare", "HN", shipping_fee=660)
    sales = Sales(runtime, app, stall, day_stripe)
    staff = {"Cookie": f"sid={await admin_session(Desk(sales.ctx))}"}
    async with client_of(app, runtime, stall.tenant) as client:
        for slug in SHARES:
            sales.seller = stall.shops[slug]
            day_stripe.moves.onboard(await sales.account(client, staff))
            await client.post(f"{SELLERS}/{sales.seller}/refresh", data={"back": SHOPS_PAGE}, headers=staff)
        day = Day(sales, client, await stall.buyer(), staff)
        orders = await _buy(day)
        for order, expected in zip(orders, (FIRST, SECOND), strict=True):
            await _reads_order(day, order, expected)
        await _money_came(day, orders)
        await _goes_back(day, orders)
    async with sales.ctx.read() as tx:
        for title, query in queries_of(nakamise_payments).items():
            assert await tx.connection.fetch(query) == [], title


async def _buy(day: Day) -> Sequence[Json]:
    """The orders of honten and hanare."""
    sales, stall = day.sales, day.sales.stall
    async with sales.ctx.begin() as tx:
        terms = NewCoupon(name="朝の割引", kind="fixed", amount=500, code="DAY")
        await coupons.create(sales.ctx, tx, terms)
    serum = await stall.goods("honten", "朝の美容液", 3300, 5)
    tea = await stall.goods("honten", "朝のお茶", 10_800, 9, tax_class="reduced")
    soap = await stall.goods("hanare", "朝の石けん", 2200, 5)
    await stall.fill_cart(day.buyer, [(serum, 1), (tea, 2), (soap, 1)])
    async with sales.ctx.begin() as tx:
        await stall.ctx_of(day.buyer).service(CartInputs).set(tx, {"coupons.code": "DAY"})
    day.cookie = {"Cookie": f"sid={await stall.browser_session(day.buyer)}"}
    address = f"?address={day.buyer.address_id}"
    assert await day.bills("/shop/cart", day.cookie) == [ALL]
    assert await day.bills(f"/shop/checkout/address{address}", day.cookie) == [ALL]
    *by_shop, whole = await day.bills(f"/shop/checkout/confirm{address}", day.cookie)
    assert sorted(by_shop, key=lambda one: one["total"]) == [SECOND.bill, FIRST.bill]
    assert whole == ALL
    till = Till(day.client, day.buyer)
    assert numbers((await till.confirmation())["bill"]) == (27_100, 500, 660, 27_260, 27_260, 2_120)  # type: ignore[arg-type]
    placed = (await till.place()).json()
    assert (await till.pay(placed["purchase_id"], "pm_card_visa")).json()["state"] == "succeeded"
    await sales.work()
    return sorted(placed["orders"], key=lambda one: -int(one["total"]))


async def _reads_order(day: Day, order: Json, expected: Expected) -> None:
    number, id_ = order["number"], order["id"]
    told = (await day.client.get(f"/api/shop/orders/{number}", headers=day.buyer.headers)).json()
    assert numbers(told["bill"]) == expected.api
    for path, who in (
        (f"/shop/orders/{number}", day.cookie),
        (f"/admin/shop/orders/{id_}", day.staff),
        (f"/admin/shop/orders/{id_}/slip?prices=yes", day.staff),
    ):
        assert await day.bills(path, who) == [expected.bill], path
    mail = await day.value(
        "SELECT text_body FROM core_mail WHERE subject LIKE '%ご注文ありがとう%' || $1 || '%'", number
    )
    said = re.findall(r"^([^\n:]+): ([-−]?¥[\d,]+|無料)$", str(mail), re.MULTILINE)
    assert [(label, [amount]) for label, amount in said] == list(expected.mail.items())


async def _money_came(day: Day, orders: Sequence[Json]) -> None:
    """One intent of the purchase; one transfer to each shop's account; what is left of both is the site's."""
    [intent] = day.objects("payment_intent")
    assert (intent["amount"], intent["amount_received"], intent["currency"]) == (27_260, 27_260, "jpy")
    await day.sales.pay()
    await day.sales.pay()
    assert sorted(one["amount"] for one in day.objects("transfer")) == sorted(SHARES.values())
    assert len({one["destination"] for one in day.objects("transfer")}) == 2
    for order, share in zip(orders, SHARES.values(), strict=True):
        assert await day.sales.moved(str(order["id"])) == share
    assert await day.value(PAYABLE) == 27_260 - sum(SHARES.values())
    await _books_agree(day)


async def _goes_back(day: Day, orders: Sequence[Json]) -> None:
    """One of two teas: ¥10,601 to the buyer, and the shop's part of it from its account."""
    order_id, number = uuid.UUID(str(orders[0]["id"])), orders[0]["number"]
    async with day.sales.ctx.begin() as tx:
        wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=2, qty=1),))
        assert (await day.sales.ctx.service(Orders).refund(tx, order_id, wanted)).cash == 10_601
    await day.sales.work()
    [refund] = day.objects("refund")
    assert (refund["amount"], refund["status"]) == (10_601, "succeeded")
    [reversal] = day.objects("transfer_reversal")
    assert reversal["amount"] == SHARES["honten"] - SHARE_LEFT
    left = sorted(one["amount"] - one["amount_reversed"] for one in day.objects("transfer"))
    assert left == sorted([SHARE_LEFT, SHARES["hanare"]])
    assert await day.sales.moved(str(order_id)) == SHARE_LEFT
    assert await day.value(PAYABLE) == SITE_KEEPS
    for path, who in ((f"/shop/orders/{number}", day.cookie), (f"/admin/shop/orders/{order_id}", day.staff)):
        assert await day.bills(path, who) == [FIRST.bill | BACK], path
    payments = (await day.page("/admin/payments", day.staff)).replace("<wbr>", "")
    [charge] = re.findall(r"<tr>(?:(?!</tr>).)*¥27,260.*?</tr>", payments, re.DOTALL)
    assert re.findall(r'class="is-num"[^>]*>([^<]+)<', charge) == ["¥27,260", "¥10,601"]
    await _books_agree(day)


async def _books_agree(day: Day) -> None:
    """What Stripe holds is what the ledger says it holds, and the comparison finds nothing."""
    at_stripe = sum(one["net"] for one in day.objects("balance_transaction"))
    assert await day.value(CLEARING) == at_stripe
    [report] = await reconcile(day.sales.ctx)
    assert list(report.differences) == []
