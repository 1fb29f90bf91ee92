"""Lost disputes by amount and by order; refunds that come back; shares that follow. With the provider of the demo."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.contracts.payment_movements import DisputeState, DisputeStatus
from nakamise.contracts.payments import ChargeState, ChargeStatus, OpKind, PaymentReports, Payments
from nakamise.contracts.sales import Sales
from nakamise.contracts.ui import Period
from nakamise.errors import Conflict
from nakamise.money import Money
from nakamise.testing.fixtures import Drain
from nakamise_payments import by_hand, repository, shares
from nakamise_payments.settling import apply
from nakamise_payments.widget import widget
from nakamise_shop.orders.cancel import cancel_as_staff
from tests.plugins import invariants
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.scene import Scene
from tests.plugins.payments.test_reconciling import admin_session

TODAY = date(2026, 11, 22)
STATES = "SELECT string_agg(s.slug || ' ' || o.state, ', ' ORDER BY s.slug) FROM shop_order o JOIN shop_shop s ON s.id = o.shop_id WHERE o.purchase_id = $1"


async def dispute(scene: Scene, charge: uuid.UUID, reference: str, state: DisputeState, amount: int) -> None:
    told = DisputeStatus(reference, charge, state, Money(amount, "JPY"))
    await scene.stall.ctx.service(PaymentReports).disputed("payments_sandbox", told)


async def lose(scene: Scene, charge: uuid.UUID, reference: str, amount: int) -> None:
    for state in (DisputeState.OPEN, DisputeState.LOST, DisputeState.LOST):
        await dispute(scene, charge, reference, state, amount)


@pytest.mark.req("CL-30")
async def test_a_lost_dispute_goes_back_of_the_orders_that_it_is_about(scene: Scene, drain: Drain) -> None:
    stall = scene.stall
    kimono = await stall.goods("bekkan", "着物", 12_000, 5)
    scene.goods_too = [(kimono, 1)]
    purchase = await scene.paid(pieces=2)
    subject, charge = uuid.UUID(purchase), await scene.charge_of(purchase)
    await dispute(scene, charge, "one", DisputeState.OPEN, 12_000)
    assert await stall.value(STATES, subject) == "bekkan disputed, honten disputed"
    await dispute(scene, charge, "one", DisputeState.LOST, 12_000)
    assert await stall.value(STATES, subject) == "bekkan refunded, honten paid"
    assert await stall.stock_of(kimono) == (5, 0), "what was not sent is free again"
    assert await stall.stock_of(scene.goods) == (10, 2)
    # One piece of the other order, and then what is left of it, while a third one is still open.
    await lose(scene, charge, "two", 3000)
    assert await stall.value(STATES, subject) == "bekkan refunded, honten part_refunded"
    assert await stall.stock_of(scene.goods) == (10, 1)
    await dispute(scene, charge, "three", DisputeState.OPEN, 100)
    await lose(scene, charge, "four", 3000)
    assert await stall.value(STATES, subject) == "bekkan refunded, honten disputed"
    await dispute(scene, charge, "three", DisputeState.WON, 100)
    assert await stall.value(STATES, subject) == "bekkan refunded, honten part_refunded"
    events = "SELECT count(*) FROM shop_refund WHERE order_id IN (SELECT id FROM shop_order WHERE purchase_id = $1)"
    assert await stall.value(events, subject) == 3
    # What the bank took cannot be refunded once more: only the shipping is left.
    with pytest.raises(Conflict):
        async with stall.ctx.begin() as tx:
            await stall.ctx.service(Payments).give_back(tx, subject, 551, "test")
    assert await stall.value("SELECT count(*) FROM payments_op WHERE kind = 'refund'") == 0
    await drain(stall.tenant)
    # Documents and mails follow, and nobody is promised money that the bank has sent.
    documents = "SELECT count(*) FROM tax_invoice_document WHERE order_id = ANY(SELECT id FROM shop_order WHERE purchase_id = $1) AND family = 'return'"
    assert await stall.value(documents, subject)
    told = "SELECT string_agg(text_body, ' ') FROM core_mail WHERE subject LIKE '%の返金' AND recipient = $1"
    mails = str(await stall.value(told, scene.buyer.email))
    assert "カード会社から¥12,000が返金されました" in mails
    assert "お支払い方法に返金" not in mails
    assert await invariants.broken(stall.ctx) == {}


async def test_a_lost_dispute_takes_the_sellers_share_back(scene: Scene, drain: Drain) -> None:
    """And one of two that is won gives nothing free yet."""
    purchase = await scene.paid()
    charge_id, order_id = await scene.charge_of(purchase), await scene.order_of(purchase)
    ctx, seller = scene.stall.ctx, scene.stall.shops["honten"]
    async with ctx.begin() as tx:
        charge = await repository.lock(tx, charge_id)
        transfer = await repository.insert_child(
            tx, OpKind.TRANSFER, charge, 3000, "sale", order_id, seller_id=seller
        )
        assert transfer is not None
        await tx.execute(
            "INSERT INTO payments_sale (order_id, subject, seller_id, op_id) VALUES ($1, $2, $3, $4)",
            *(uuid.UUID(order_id), uuid.UUID(purchase), seller, transfer),
        )
    await apply(ctx, transfer, ChargeStatus(ChargeState.SUCCEEDED, "tr_1", Money(3000, "JPY")))
    steps = [
        ("one", DisputeState.OPEN, "disputed"),
        ("two", DisputeState.OPEN, "disputed"),
        ("one", DisputeState.WON, "disputed"),
        ("two", DisputeState.LOST, "refunded"),
    ]
    for reference, state, order in steps:
        await dispute(scene, charge_id, reference, state, 3550)
        assert await scene.states(purchase) == ("paid", order)
    # The provider of the demo takes no shares back: what matters is that it was asked to, once.
    await drain(scene.stall.tenant, allow_failures=True)
    back = "SELECT array_agg(amount::int) FROM payments_op WHERE kind = 'reversal'"
    assert await scene.stall.value(back) == [3000]
    async with ctx.read() as tx:
        todos = {one.label: getattr(one, "count", 0) for one in await widget(ctx, tx, Period(TODAY, TODAY))}
    assert todos["Shares of shops that did not go through"] == 1, "and staff see that it was refused"
    assert await invariants.broken(ctx) == {}


PAPERS = (
    "SELECT string_agg((body ->> 'total') || ' ' || (body ->> 'paid'), ', ' ORDER BY number)"
    " FROM tax_invoice_document WHERE family = 'return'"
)


@pytest.mark.req("CL-30", "BX-15")
async def test_what_was_kept_back_is_lost_with_a_dispute(scene: Scene, drain: Drain) -> None:
    """¥1,000 of a whole order were kept, ¥300 of them for the parcel: page, report, documents and share agree."""
    stall, ctx = scene.stall, scene.stall.ctx
    purchase = await scene.paid(pieces=2)
    charge, order_id = await scene.charge_of(purchase), uuid.UUID(await scene.order_of(purchase))
    await drain(stall.tenant)
    worn = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=2),), deduction=1000, postage=300)
    async with ctx.begin() as tx:
        await ctx.service(Orders).refund(tx, order_id, worn)
    await drain(stall.tenant)
    assert await scene.states(purchase) == ("paid", "part_refunded"), "¥1,000 are still here"
    await lose(scene, charge, "one", 400)
    assert await scene.states(purchase) == ("paid", "part_refunded")
    # The bank takes more than there is: all of the rest, and staff are told what could not be booked.
    await lose(scene, charge, "two", 1100)
    assert await scene.states(purchase) == ("paid", "refunded")
    await drain(stall.tenant)
    assert await stall.value(PAPERS) == "5850 5550, 400 400, 300 300"
    told = "SELECT text_body FROM core_mail WHERE subject LIKE '%注文の残額を超える%'"
    staff = {"Cookie": f"sid={await admin_session(Desk(ctx))}"}
    page = (await scene.client.get(f"/admin/shop/orders/{order_id}", headers=staff)).text
    assert "-¥6,550" in page
    assert "¥600" in page, "what was lost stands in the story"
    days = Period(ctx.now().date() - timedelta(days=1), ctx.now().date() + timedelta(days=1))
    async with ctx.read() as tx:
        report = await ctx.service(Sales).report(tx, days, days)
        stand = await shares.share(ctx, tx, order_id)
        order = await ctx.service(Orders).get(tx, order_id)
    assert (report.totals.given_back, report.totals.undone) == (6550, 1)
    assert stand.share == 0
    assert sum(refund.cash for refund in order.refunds) == order.charge
    assert sum(refund.deduction for refund in order.refunds) == 0
    assert await invariants.broken(ctx) == {}
    # The negative control of the rule: what was never kept back cannot be given back by anybody.
    with pytest.raises(Conflict):
        async with ctx.begin() as tx:
            odd = RefundOrder(idem=uuid.uuid4(), lines=(), deduction=-1)
            await ctx.service(Orders).refund(tx, order_id, odd)
    await lose(scene, charge, "three", 500)
    assert "¥500" in str(await stall.value(told))


async def come_back(scene: Scene, drain: Drain, amount: int) -> uuid.UUID:
    """The only refund of the newest purchase arrives, and the bank sends it back."""
    await drain(scene.stall.tenant)
    found = "SELECT id FROM payments_op WHERE kind = 'refund' AND state = 'succeeded'"
    refund = await scene.stall.value(found)
    assert isinstance(refund, uuid.UUID)
    failed = ChargeStatus(ChargeState.FAILED, "r", Money(amount, "JPY"))
    await apply(scene.stall.ctx, refund, failed)
    return refund


@pytest.mark.req("BX-16", "CL-30")
async def test_nobody_pays_by_hand_what_the_bank_has_taken(scene: Scene, drain: Drain) -> None:
    stall, ctx = scene.stall, scene.stall.ctx
    staff = {"Cookie": f"sid={await admin_session(Desk(ctx))}"}
    purchase = await scene.paid()
    charge, order_id = await scene.charge_of(purchase), uuid.UUID(await scene.order_of(purchase))
    async with ctx.begin() as tx:
        wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),), with_shipping=False)
        await ctx.service(Orders).refund(tx, order_id, wanted)
    await drain(stall.tenant)
    await dispute(scene, charge, "one", DisputeState.OPEN, 2000)
    task = await come_back(scene, drain, 3000)
    mail = "SELECT text_body FROM core_mail WHERE subject LIKE '%返金が購入者に届いていません%'"
    assert "結論が出るまで支払わないでください" in str(await stall.value(mail))
    for act in (by_hand.paid(ctx, task, "振込"), by_hand.retry(ctx, task)):
        with pytest.raises(Conflict) as refused:
            await act
        assert refused.value.code == "payment_disputed"
    note = {"note": "振込"}
    await scene.client.post(f"/admin/payments/{task}/paid", data=note, headers=staff)
    assert await stall.value("SELECT count(*) FROM payments_transfer WHERE kind = 'by_hand'") == 0
    # ¥550 of the ¥2,000 were still the shop's; with the other ¥1,450 the bank paid a part of the refund.
    await dispute(scene, charge, "one", DisputeState.LOST, 2000)
    assert await scene.states(purchase) == ("paid", "refunded")
    with pytest.raises(Conflict):
        await by_hand.paid(ctx, task, "振込")
    rest = await stall.value("SELECT id FROM payments_op WHERE state = 'by_hand' AND amount = 1550")
    assert isinstance(rest, uuid.UUID)
    assert await stall.value("SELECT refund_waits FROM shop_order") is True
    await by_hand.paid(ctx, rest, "振込")
    assert await stall.value("SELECT refund_waits FROM shop_order") is False
    assert await invariants.broken(ctx) == {}


@pytest.mark.req("CL-30")
async def test_a_dispute_about_a_refund_that_never_arrived_ends_it(scene: Scene, drain: Drain) -> None:
    stall, ctx = scene.stall, scene.stall.ctx
    purchase = await scene.paid()
    charge, order_id = await scene.charge_of(purchase), uuid.UUID(await scene.order_of(purchase))
    async with ctx.begin() as tx:
        await cancel_as_staff(ctx, tx, order_id, "欠品")
    task = await come_back(scene, drain, 3550)
    await lose(scene, charge, "one", 3550)
    assert await stall.value("SELECT state FROM payments_op WHERE id = $1", task) == "canceled"
    assert await stall.value("SELECT state || ' ' || refund_waits FROM shop_order") == "refunded false"
    for act in (by_hand.paid(ctx, task, "振込"), by_hand.retry(ctx, task)):
        with pytest.raises(Conflict):
            await act
    unbooked = "SELECT count(*) FROM core_mail WHERE subject LIKE '%注文の残額を超える%'"
    assert await stall.value(unbooked) == 0, "all of it is known"
    assert await invariants.broken(ctx) == {}


@pytest.mark.req("BX-16", "CL-30")
async def test_a_refund_that_comes_back_is_seen_by_buyer_and_staff(scene: Scene, drain: Drain) -> None:
    stall, ctx = scene.stall, scene.stall.ctx
    staff = {"Cookie": f"sid={await admin_session(Desk(ctx))}"}
    buyer = {"Cookie": f"sid={await stall.browser_session(scene.buyer)}"}
    purchase = await scene.paid()
    order_id = await scene.order_of(purchase)
    number = await stall.value("SELECT number FROM shop_order WHERE id = $1", uuid.UUID(order_id))
    cancelled = await scene.client.post(
        f"/api/shop/orders/{number}/cancel",
        headers={**scene.buyer.headers, "Idempotency-Key": "cancel-it-now"},
    )
    assert cancelled.status_code == 200, cancelled.text
    await drain(stall.tenant)
    refund = await stall.value("SELECT id FROM payments_op WHERE kind = 'refund' AND state = 'succeeded'")
    assert isinstance(refund, uuid.UUID)
    pages = {f"/shop/orders/{number}": buyer, f"/admin/shop/orders/{order_id}": staff}
    for path, who in pages.items():
        assert "返金が届" not in (await scene.client.get(path, headers=who)).text.partition("<main")[2]
    failed = ChargeStatus(
        ChargeState.FAILED, "r", Money(3550, "JPY"), "The buyer's bank did not take the refund."
    )
    for _ in range(2):
        await apply(ctx, refund, failed)
    for path, who in pages.items():
        page = (await scene.client.get(path, headers=who)).text.replace("<wbr>", "")
        assert "返金手続き中" in page, path
        assert "返金が届" in page, path
    listed = (await scene.client.get("/admin/shop/orders?payment=refunding", headers=staff)).text
    assert str(number) in listed
    mails = "SELECT count(*) FROM core_mail WHERE subject LIKE '%返金が購入者に届いていません%' AND recipient = 'boss@example.com'"
    assert await stall.value(mails) == 1
    await by_hand.paid(ctx, refund, "振込 11/25")
    for path, who in pages.items():
        assert "返金済み" in (await scene.client.get(path, headers=who)).text.replace("<wbr>", "")
    assert (
        await stall.value("SELECT refund_waits FROM shop_order WHERE id = $1", uuid.UUID(order_id)) is False
    )
    assert await invariants.broken(ctx) == {}
