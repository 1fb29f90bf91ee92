"""What is let go of a reservation was never taken: that is said at once, and no later capture makes it a refund."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import nakamise_shop
from nakamise.contracts.orders import RefundLine, RefundOrder
from nakamise.contracts.payments import Payments
from nakamise.testing.fixtures import Drain
from nakamise_payments.seller_terms import Terms, save
from nakamise_payments.service import PaymentService
from nakamise_payments.watching import watch
from nakamise_shop.orders.cancel import cancel_as_staff
from nakamise_shop.orders.refunding import refund
from nakamise_shop.orders.service import order_by_id
from nakamise_shop.orders.story import story
from nakamise_shop.staff.orders.story import story_of
from tests.plugins import invariants
from tests.plugins.shop.staff.office import API, PAGES, Office
from tests.plugins.shop.staff.test_export_refunds import given_back
from tests.plugins.shop.stall import Stall, Till, settle

MAIL = "SELECT text_body FROM core_mail WHERE subject LIKE '%' || $1 || '%' ORDER BY created_at DESC LIMIT 1"
BACK = "SELECT coalesce(sum(amount), 0)::int FROM payments_op WHERE kind = 'refund'"
TAKEN = "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = amount WHERE kind = 'charge'"
SOON = "UPDATE payments_op SET capture_before = now() + interval '1 hour' WHERE subject = $1"
BACKFILL = Path(str(nakamise_shop.__file__)).parent / "migrations/0026_let_go.sql"
SAYS_RESERVED = "¥1,000 はカードの利用枠の確保のみで、請求はされません。"


async def reserved(office: Office) -> tuple[Till, uuid.UUID, list[uuid.UUID]]:
    """¥3,000 + ¥550 and ¥1,000 of two shops on one reservation. Till, purchase and orders, the dear one first."""
    stall = office.stall
    await stall.shop("bekkan", "BK", shipping_fee=0)
    cup, sweet = await stall.goods("honten", "湯呑", 1000, 9), await stall.goods("bekkan", "飴", 1000, 9)
    async with stall.ctx.begin() as tx:
        for shop in stall.shops.values():
            await save(tx, shop, Terms("manual", "cancel"))
    buyer = await stall.buyer("二店")
    await stall.fill_cart(buyer, [(cup, 3), (sweet, 1)])
    till = Till(office.client_for(stall.tenant), buyer)
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_success")
    orders = sorted(placed["orders"], key=lambda order: -int(order["total"]))
    assert [order["total"] for order in orders] == [3550, 1000]
    return till, uuid.UUID(placed["purchase_id"]), [uuid.UUID(order["id"]) for order in orders]


async def cancelled(stall: Stall, order_id: uuid.UUID) -> None:
    async with stall.ctx.begin() as tx:
        await cancel_as_staff(stall.ctx, tx, order_id, "欠品")


async def said(office: Office, order_id: uuid.UUID) -> dict[str, Any]:
    """Of an order, wherever an amount or a badge of it is shown."""
    async with office.stall.ctx.read() as tx:
        order = await order_by_id(office.stall.ctx, tx, order_id)
    voided = (await office.api.get(f"{API}/orders", params={"payment": "voided"})).json()["items"]
    page = (await office.browser.get(f"{PAGES}/orders/{order_id}")).text
    return {
        "amounts": await given_back(office, order_id),
        "untaken": order.header.untaken,
        "badge": order.pay_status.value,
        "is found as voided": order.header.number in [row["number"] for row in voided],
        "rows": re.findall(r'data-row="(refunded|untaken|left)"><dt>[^<]*</dt><dd>([^<]*)<', page),
    }


@pytest.mark.req("CL-31", "LC-5.2.7")
async def test_a_cancelled_order_says_the_same_when_the_other_is_captured(
    office: Office, drain: Drain
) -> None:
    stall = office.stall
    till, purchase, (dear, cheap) = await reserved(office)
    number = await stall.value("SELECT number FROM shop_order WHERE id = $1", cheap)
    api = office.client_for(stall.tenant)
    at = f"/api/shop/orders/{number}/cancel"
    answer = await api.post(at, headers={**till.buyer.headers, "Idempotency-Key": "let-go-key-1"})
    assert (answer.status_code, answer.json()["refund"]) == (200, 0), "nothing goes back"
    right = {
        "amounts": (0, 0, 0),
        "untaken": 1000,
        "badge": "voided",
        "is found as voided": True,
        "rows": [("untaken", "-¥1,000"), ("left", "¥0")],
    }
    assert await said(office, cheap) == right
    await drain(stall.tenant)
    assert await said(office, cheap) == right
    await PaymentService(stall.ctx).capture(purchase)
    await drain(stall.tenant)
    assert await stall.value("SELECT captured FROM payments_op WHERE kind = 'charge'") == 3550
    assert await said(office, cheap) == right, "after the other was taken"
    assert (await said(office, dear))["badge"] == "paid"
    own = (await api.get("/api/shop/orders", headers=till.buyer.headers)).json()["items"]
    assert {row["id"]: row["uncharged"] for row in own} == {str(dear): False, str(cheap): True}
    browser = office.client_for(stall.tenant)
    browser.cookies.set("sid", await stall.browser_session(till.buyer))
    assert "返金済み" not in (await browser.get("/shop/orders")).text, "the buyer's list"
    assert SAYS_RESERVED in str(await stall.value(MAIL, "キャンセル"))
    assert await invariants.broken(stall.ctx) == {}


@pytest.mark.req("CL-31")
async def test_buyer_and_staff_read_once_what_was_let_go(office: Office, drain: Drain) -> None:
    stall = office.stall
    _, _, (dear, cheap) = await reserved(office)
    await cancelled(stall, cheap)
    async with stall.ctx.begin() as tx:
        await refund(
            stall.ctx, tx, dear, RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
        )
    await drain(stall.tenant)
    for order_id in (cheap, dear):
        async with stall.ctx.read() as tx:
            order = await order_by_id(stall.ctx, tx, order_id)
        told = [f"{item['title']} {item.get('text', '')}" for item in story("ja", order)]
        assert sum("¥1,000" in one for one in told) == 1, told
        assert "返金手続き中" not in " ".join(told)
        staffs = [f"{item['title']} {item.get('text', '')}" for item in story_of(stall.ctx, order)]
        assert any(one.startswith("与信を取り消し ¥1,000") for one in staffs), staffs
    mail = str(await stall.value(MAIL, "返金"))
    assert (mail.count(SAYS_RESERVED), "¥0" in mail) == (1, False), mail


@pytest.mark.req("CL-31", "GA-45")
async def test_units_that_were_only_reserved_did_not_go_back(office: Office, drain: Drain) -> None:
    """Two of three are taken out while the money is reserved, the third is refunded after it was taken."""
    stall = office.stall
    _, purchase, (dear, _) = await reserved(office)
    async with stall.ctx.begin() as tx:
        first = await refund(
            stall.ctx, tx, dear, RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=2),))
        )
    assert (first.cash, first.untaken) == (2000, 2000)
    right = [("untaken", "-¥2,000"), ("left", "¥1,550")]
    assert (await said(office, dear))["rows"] == right
    await drain(stall.tenant)
    await PaymentService(stall.ctx).capture(purchase)
    await drain(stall.tenant)
    seen = await said(office, dear)
    assert (seen["rows"], seen["amounts"]) == (right, (0, 0, 0))
    async with stall.ctx.begin() as tx:
        last = await refund(
            stall.ctx, tx, dear, RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
        )
    await drain(stall.tenant)
    assert (last.cash, last.untaken) == (1550, 0)
    seen = await said(office, dear)
    assert (seen["amounts"], seen["untaken"], seen["badge"]) == ((1550, 1550, 1550), 2000, "refunded")
    assert await stall.value(BACK) == 1550
    assert await invariants.broken(stall.ctx) == {}


@pytest.mark.req("CL-31", "LC-5.2.6")
async def test_the_rest_of_an_order_is_let_go(office: Office, drain: Drain) -> None:
    """A part was taken out, something of it kept back: the rest is cancelled, then the reservation ends unused."""
    stall = office.stall
    _, purchase, (dear, cheap) = await reserved(office)
    wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),), deduction=100)
    async with stall.ctx.begin() as tx:
        await refund(stall.ctx, tx, dear, wanted)
    await drain(stall.tenant)
    async with stall.ctx.begin() as tx:
        await tx.execute(SOON, purchase)
    await watch(stall.ctx)
    await drain(stall.tenant)
    for order_id, charge in ((dear, 3550), (cheap, 1000)):
        seen = await said(office, order_id)
        assert (seen["amounts"], seen["untaken"], seen["badge"]) == ((0, 0, 0), charge, "voided")
    assert await invariants.broken(stall.ctx) == {}
    # The bank says that it was taken after all: it goes back, and no amount of an order becomes another.
    late = await stall.value("SELECT id FROM payments_op WHERE kind = 'charge'")
    assert isinstance(late, uuid.UUID)
    async with stall.ctx.begin() as tx:
        await tx.execute(TAKEN)
    await PaymentService(stall.ctx).refresh(late)
    await drain(stall.tenant)
    assert await stall.value(BACK) == 4550
    for order_id, charge in ((dear, 3550), (cheap, 1000)):
        seen = await said(office, order_id)
        assert (seen["amounts"], seen["untaken"], seen["badge"]) == ((0, 0, 0), charge, "voided")
    assert await invariants.broken(stall.ctx) == {}


@pytest.mark.req("CL-31")
async def test_cancelling_what_is_left_of_an_order_gives_nothing_back_that_was_not_taken(
    office: Office, drain: Drain
) -> None:
    stall = office.stall
    _, purchase, (dear, _) = await reserved(office)
    async with stall.ctx.begin() as tx:
        await refund(
            stall.ctx, tx, dear, RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
        )
    await cancelled(stall, dear)
    audited = "SELECT (detail ->> 'refund')::int FROM core_audit WHERE act = 'shop.order_cancelled'"
    assert await stall.value(audited) == 0
    await drain(stall.tenant)
    await PaymentService(stall.ctx).capture(purchase)
    await drain(stall.tenant)
    seen = await said(office, dear)
    assert (seen["amounts"], seen["untaken"], seen["badge"]) == ((0, 0, 0), 3550, "voided")
    assert await stall.value("SELECT captured FROM payments_op WHERE kind = 'charge'") == 1000
    assert await stall.value(BACK) == 0
    assert await invariants.broken(stall.ctx) == {}


@pytest.mark.req("CL-31", "CL-15")
async def test_what_is_being_taken_comes_back(office: Office, drain: Drain) -> None:
    """A parcel leaves and its capture is under way: the other order's money is taken with it, and goes back."""
    stall = office.stall
    _, purchase, (_, cheap) = await reserved(office)
    async with stall.ctx.begin() as tx:
        await stall.ctx.service(Payments).before_shipping(tx, purchase)
    await cancelled(stall, cheap)
    for _ in range(2):
        seen = await said(office, cheap)
        assert (seen["amounts"], seen["untaken"]) == ((1000, 1000, 1000), 0)
        await drain(stall.tenant)
        await settle(stall)
        await drain(stall.tenant)
    assert (await said(office, cheap))["badge"] == "refunded"
    assert await stall.value("SELECT captured FROM payments_op WHERE kind = 'charge'") == 4550
    assert await stall.value(BACK) == 1000
    assert await invariants.broken(stall.ctx) == {}


@pytest.mark.req("CL-31", "CL-15")
async def test_others_take_what_was_let_go_and_nothing_is_counted_twice(office: Office, drain: Drain) -> None:
    """Payments send it back by themselves: of the order it was not to be taken, before and after."""
    stall = office.stall
    _, _, (_, cheap) = await reserved(office)
    await cancelled(stall, cheap)
    await drain(stall.tenant)
    before = await said(office, cheap)
    charge = await stall.value("SELECT id FROM payments_op WHERE kind = 'charge'")
    assert isinstance(charge, uuid.UUID)
    async with stall.ctx.begin() as tx:
        await tx.execute(TAKEN)
    await PaymentService(stall.ctx).refresh(charge)
    await drain(stall.tenant)
    assert await stall.value(BACK) == 1000, "all ¥4,550 were taken"
    assert await said(office, cheap) == before
    assert before["rows"] == [("untaken", "-¥1,000"), ("left", "¥0")]
    assert await invariants.broken(stall.ctx) == {}


@pytest.mark.req("CL-31", "LC-5.2.7")
async def test_of_an_order_that_ended_before_its_money_was_reserved_nothing_goes_back(
    office: Office, drain: Drain
) -> None:
    """The bank reserves what the buyer has cancelled meanwhile: it is let go."""
    stall = office.stall
    till, _, _ = await reserved(office)
    await drain(stall.tenant)
    await stall.fill_cart(till.buyer, [(await stall.goods("honten", "箸", 500, 9), 1)])
    placed = (await till.place()).json()
    await till.pay(placed["purchase_id"], "tok_3ds")
    async with stall.ctx.begin() as tx:
        await cancel_as_staff(stall.ctx, tx, uuid.UUID(placed["orders"][0]["id"]), "欠品")
        charge = await tx.value(
            "SELECT id FROM payments_op WHERE subject = $1 AND kind = 'charge'",
            uuid.UUID(placed["purchase_id"]),
        )
        await tx.execute("UPDATE payments_sandbox_charge SET state = 'authorized' WHERE key = $1", charge)
    await PaymentService(stall.ctx).refresh(charge)
    for _ in range(2):
        seen = await said(office, uuid.UUID(placed["orders"][0]["id"]))
        assert (seen["amounts"], seen["untaken"], seen["badge"]) == ((0, 0, 0), 1050, "voided")
        await drain(stall.tenant)
    assert await invariants.broken(stall.ctx) == {}


@pytest.mark.req("CL-31", "LC-5.2.7")
async def test_orders_of_the_version_before_are_told_as_long_as_their_money_is_reserved(
    office: Office, drain: Drain, owner: asyncpg.Connection
) -> None:
    stall = office.stall
    _, _, (dear, cheap) = await reserved(office)
    await cancelled(stall, cheap)
    async with stall.ctx.begin() as tx:
        await refund(
            stall.ctx, tx, dear, RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
        )
    await drain(stall.tenant)
    now = "SELECT array_agg(untaken::int ORDER BY total) FROM shop_order"
    of_refunds = "SELECT array_agg(untaken::int) FROM shop_refund"
    assert (await stall.value(now), await stall.value(of_refunds)) == ([1000, 1000], [1000])
    await owner.execute(f"SET search_path = {stall.tenant.schema}")
    for until, right in (("now()", ([1000, 1000], [1000])), ("NULL", ([0, 0], [0]))):
        await owner.execute("UPDATE shop_order SET untaken = 0; UPDATE shop_refund SET untaken = 0")
        await owner.execute(f"UPDATE shop_purchase SET authorized_until = {until}")
        await owner.execute(BACKFILL.read_text())
        assert (await stall.value(now), await stall.value(of_refunds)) == right
    await owner.execute("RESET search_path")
