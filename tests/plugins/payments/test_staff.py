"""What staff see and do: the order's box, taking the money, refunds by hand, a shop's own terms; tables as migrated."""

from __future__ import annotations

import uuid

import asyncpg
import pytest

import nakamise_payments.models
import nakamise_payments_sandbox.models
from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.contracts.ui import Period
from nakamise.testing.fixtures import Drain
from nakamise_payments.sellers import pay_due
from nakamise_payments.settings import PaymentsSettings
from nakamise_payments.shares import share_of
from nakamise_payments.widget import widget
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.scene import Scene
from tests.plugins.payments.test_reconciling import admin_session
from tests.plugins.shop.cart.test_cart_pages import said
from tests.plugins.shop.catalog.test_models import COLUMNS, TYPES

OWED_MAIL = "SELECT text_body FROM core_mail WHERE subject LIKE '%返してもらう金額があります%' ORDER BY created_at DESC LIMIT 1"


async def staff_of(scene: Scene) -> dict[str, str]:
    """Headers of an administrator."""
    return {"Cookie": f"sid={await admin_session(Desk(scene.stall.ctx))}"}


@pytest.mark.req("CL-15", "CL-31")
async def test_staff_take_money_from_the_orders_page(scene: Scene, drain: Drain) -> None:
    stall, staff = scene.stall, await staff_of(scene)
    seller = stall.shops["honten"]
    shop_page = (await scene.client.get(f"/admin/shop/shops/{seller}", headers=staff)).text
    assert f"/admin/payments/sellers/{seller}" in shop_page
    terms = {"capture": "manual", "at_expiry": "cancel", "back": f"/admin/shop/shops/{seller}"}
    saved = await scene.client.post(f"/admin/payments/sellers/{seller}", data=terms, headers=staff)
    assert saved.status_code == 303

    purchase = await scene.paid()
    order, charge = await scene.order_of(purchase), await scene.charge_of(purchase)
    page = (await scene.client.get(f"/admin/shop/orders/{order}", headers=staff)).text
    for word in ("与信済み", "売上確定の期限まであと6日", "¥3,550の売上を確定する"):
        assert word in page
    nobody = await scene.client.post(f"/admin/payments/{charge}/capture", data={"back": "/"})
    assert nobody.status_code in (303, 401, 403)
    assert await stall.value("SELECT state FROM payments_op WHERE id = $1", charge) == "authorized"
    back = {"back": f"/admin/shop/orders/{order}"}
    taken = await scene.client.post(f"/admin/payments/{charge}/capture", data=back, headers=staff)
    assert taken.headers["location"] == back["back"]
    assert await stall.value("SELECT captured FROM payments_op WHERE id = $1", charge) == 3550
    again = (await scene.client.get(back["back"], headers=staff)).text
    assert "の売上を確定する" not in again
    await drain(stall.tenant)


@pytest.mark.req("BX-16")
async def test_staff_pay_refunds_by_hand(scene: Scene, drain: Drain) -> None:
    stall, staff = scene.stall, await staff_of(scene)
    voucher = await scene.paid("konbini", "payments_sandbox:konbini")
    await scene.execute(
        "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = amount WHERE due_at > now()"
    )
    desk = Desk(stall.ctx)
    payment = await desk.payments.refresh(await scene.charge_of(voucher))
    await desk.give_back(payment, 500)
    assert await stall.value("SELECT refund_waits FROM shop_order") is True
    days = Period(stall.ctx.now().date(), stall.ctx.now().date())
    async with stall.ctx.read() as tx:
        todos = {one.label: getattr(one, "count", 0) for one in await widget(stall.ctx, tx, days)}
    assert todos["Refunds to pay by hand"] == 1
    task = await stall.value("SELECT id FROM payments_op WHERE state = 'by_hand'")
    listed = (await scene.client.get("/admin/payments?state=by_hand", headers=staff)).text
    assert f"/admin/payments/{task}/paid" in listed
    assert "銀行振込などで購入者に返金" in listed
    note = {"note": "11/22 振込 0001234"}
    await scene.client.post(f"/admin/payments/{task}/paid", data=note, headers=staff)
    assert await stall.value("SELECT note FROM payments_op WHERE id = $1", task) == note["note"]
    assert await stall.value("SELECT refund_waits FROM shop_order") is False
    twice = await scene.client.post(f"/admin/payments/{task}/paid", data=note, headers=staff)
    assert twice.status_code == 303
    assert await stall.value("SELECT count(*) FROM payments_transfer WHERE kind = 'by_hand'") == 1
    await drain(stall.tenant)


async def test_tables_are_as_migrated(scene: Scene, owner: asyncpg.Connection) -> None:
    for module in (nakamise_payments.models, nakamise_payments_sandbox.models):
        for name, table in module.metadata.tables.items():
            rows = await owner.fetch(COLUMNS, scene.stall.tenant.schema, name)
            in_database = {row["column_name"]: (row["udt_name"], row["nullable"]) for row in rows}
            assert in_database == {
                column.name: (TYPES[column.type.__visit_name__.lower()], bool(column.nullable))
                for column in table.columns
            }, name


@pytest.mark.req("BX-16")
async def test_a_buyer_with_a_voucher_pays_another_way(scene: Scene, drain: Drain) -> None:
    """The voucher is given up at its provider first; one that was paid meanwhile has paid."""
    stall = scene.stall
    await scene.execute("DELETE FROM payments_seller")
    buyer = {"Cookie": f"sid={await stall.browser_session(scene.buyer)}"}
    purchase = await scene.paid("konbini", "payments_sandbox:konbini")
    here = f"/shop/checkout/pay/{purchase}"
    assert f'action="{here}/way"' in (await scene.client.get(here, headers=buyer)).text
    stranger = {"Cookie": f"sid={await stall.browser_session(await stall.buyer('太郎'))}"}
    card = {"way": "payments_sandbox"}
    assert (await scene.client.post(f"{here}/way", data=card, headers=stranger)).status_code == 404
    nonsense = await scene.client.post(f"{here}/way", data={"way": "nonsense"}, headers=buyer)
    assert nonsense.status_code == 404
    assert await stall.value("SELECT state FROM payments_op") == "requires_action"
    changed = await scene.client.post(f"{here}/way", data=card, headers=buyer)
    assert changed.headers["location"] == here
    assert await stall.value("SELECT state FROM payments_sandbox_charge") == "canceled"
    left = "SELECT expires_at - now() < interval '1 day' FROM shop_purchase"
    assert await stall.value(left) is True, "the voucher's hold ends with it"
    page = (await scene.client.get(here, headers=buyer)).text
    assert "data-pay" in page
    assert "data-payment-code" not in page
    paid = await scene.client.post(here, data={"token": "tok_success", "key": "another-way"}, headers=buyer)
    assert "/shop/checkout/done/" in paid.headers["location"]

    late = await scene.paid("konbini", "payments_sandbox:konbini")
    await scene.execute(
        "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = amount WHERE method = 'konbini'"
        " AND state = 'requires_action'"
    )
    there = f"/shop/checkout/pay/{late}"
    done = await scene.client.post(f"{there}/way", data=card, headers=buyer)
    assert done.headers["location"] == f"/shop/checkout/done/{late}"
    assert await scene.states(late) == ("paid", "paid")
    await drain(stall.tenant)


@pytest.mark.req("CL-30")
async def test_a_share_that_no_charge_can_give_is_paid_by_staff(scene: Scene, drain: Drain) -> None:
    """The sales are planted without their charges, as of orders that cost the buyer nothing."""
    stall, staff = scene.stall, await staff_of(scene)
    sold, undone = [await scene.order_of(await scene.paid()) for _ in range(2)]
    await drain(stall.tenant)
    plant = "INSERT INTO payments_sale (order_id, subject, seller_id, created_at) VALUES ($1, $1, $2, now() - interval '99 days')"
    for order_id in (sold, undone):
        await scene.execute(plant, uuid.UUID(order_id), stall.shops["honten"])
    all_of_it = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),))
    async with stall.ctx.begin() as tx:
        await stall.ctx.service(Orders).refund(tx, uuid.UUID(undone), all_of_it)
    await pay_due(stall.ctx)
    left = "SELECT by_hand FROM payments_sale WHERE done_at IS NULL"
    gross = share_of(3550, 0, stall.ctx.settings(PaymentsSettings).seller_fee)
    assert await stall.value("SELECT count(*) FROM payments_sale WHERE done_at IS NULL") == 1
    assert await stall.value(left) == gross, "nothing is left of the other"
    page = (await scene.client.get("/admin/payments", headers=staff)).text
    assert "購入者の支払がありません" in page
    paid = f"/admin/payments/shares/{sold}/paid"
    assert paid in page
    note = {"note": "11/22 振込 77", "amount": str(gross)}
    assert (await scene.client.post(paid, data={"note": "11/22"}, headers=staff)).status_code == 422
    for wrong in (gross - 1, gross + 1):
        refused = await scene.client.post(paid, data={**note, "amount": str(wrong)}, headers=staff)
        assert f"ショップの取り分は¥{gross:,}です" in said(refused).text
    assert await stall.value("SELECT sum(paid_by_hand)::int FROM payments_sale") == 0
    for word in ("支払済みとして記録しました", "すでに支払済みとして記録されています"):
        assert word in said(await scene.client.post(paid, data=note, headers=staff)).text
    assert await stall.value("SELECT count(*) FROM payments_sale WHERE done_at IS NULL") == 0
    assert (await scene.client.post(paid.replace(sold, undone), data=note, headers=staff)).status_code == 404
    assert paid not in (await scene.client.get("/admin/payments", headers=staff)).text


@pytest.mark.req("CL-30")
async def test_a_share_that_staff_paid_is_asked_back_after_a_refund(scene: Scene, drain: Drain) -> None:
    """As much as the shop has too much by then; noted once, and only as staff saw it."""
    stall, staff = scene.stall, await staff_of(scene)
    order_id = uuid.UUID(await scene.order_of(await scene.paid(pieces=3)))
    plant = "INSERT INTO payments_sale (order_id, subject, seller_id, created_at) VALUES ($1, $1, $2, now() - interval '99 days')"
    await scene.execute(plant, order_id, stall.shops["honten"])
    await drain(stall.tenant)
    await pay_due(stall.ctx)
    paid = f"/admin/payments/shares/{order_id}/paid"
    back, fee = paid.replace("/paid", "/back"), stall.ctx.settings(PaymentsSettings).seller_fee
    share, noted = share_of(9550, 0, fee), 0
    await scene.client.post(paid, data={"note": "11/22 振込 77", "amount": str(share)}, headers=staff)
    assert back not in (await scene.client.get("/admin/payments", headers=staff)).text
    for gone, units in ((3000, 1), (9550, 2)):
        async with stall.ctx.begin() as tx:
            some = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=units),))
            await stall.ctx.service(Orders).refund(tx, order_id, some)
        await drain(stall.tenant)
        too_much = share - share_of(9550, gone, fee) - noted
        page = (await scene.client.get("/admin/payments", headers=staff)).text
        assert "返してもらうよう" in page
        assert f"¥{too_much:,}" in str(await stall.value(OWED_MAIL))
        assert f"¥{too_much:,}" in page
        assert back in page
        for wrong in ({"note": "11/23 入金", "amount": str(too_much - 1)}, {"note": "11/23 入金"}):
            await scene.client.post(back, data=wrong, headers=staff)
        assert await stall.value("SELECT got_back FROM payments_sale") == noted
        for _ in range(2):
            right = {"note": "11/23 入金", "amount": str(too_much)}
            assert (await scene.client.post(back, data=right, headers=staff)).status_code == 303
        noted += too_much
        assert await stall.value("SELECT got_back FROM payments_sale") == noted
        assert back not in (await scene.client.get("/admin/payments", headers=staff)).text
    assert noted == share, "nothing of the order is left to the shop"
    unpaid = back.replace(str(order_id), str(uuid.uuid4()))
    assert (
        await scene.client.post(unpaid, data={"note": "xx", "amount": "1"}, headers=staff)
    ).status_code == 404


@pytest.mark.req("CL-30")
@pytest.mark.parametrize("units", [1, 3])
async def test_a_share_that_shrinks_while_staff_pay_it_is_asked_back(
    scene: Scene, drain: Drain, units: int
) -> None:
    """They paid what their page said; the order was refunded in between, also wholly."""
    stall, staff = scene.stall, await staff_of(scene)
    order_id = uuid.UUID(await scene.order_of(await scene.paid(pieces=3)))
    plant = "INSERT INTO payments_sale (order_id, subject, seller_id, created_at) VALUES ($1, $1, $2, now() - interval '99 days')"
    await scene.execute(plant, order_id, stall.shops["honten"])
    await drain(stall.tenant)
    await pay_due(stall.ctx)
    share = int(str(await stall.value("SELECT by_hand FROM payments_sale")))
    page = (await scene.client.get("/admin/payments", headers=staff)).text
    assert f'name="amount" value="{share}"' in page
    async with stall.ctx.begin() as tx:
        some = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=units),))
        await stall.ctx.service(Orders).refund(tx, order_id, some)
    await drain(stall.tenant)
    for _ in range(2):
        form = {"note": "11/22 振込 77", "amount": str(share)}
        await scene.client.post(f"/admin/payments/shares/{order_id}/paid", data=form, headers=staff)
    left = share_of(9550, 9550 if units == 3 else 3000, stall.ctx.settings(PaymentsSettings).seller_fee)
    row = "SELECT ARRAY[paid_by_hand, owed_back, got_back] FROM payments_sale"
    assert await stall.value(row) == [share, share - left, 0]
