"""What staff see and do: the order's box, taking the money, refunds by hand, a shop's own terms; tables as migrated."""

from __future__ import annotations

import uuid

import asyncpg
import pytest

import nakamise_payments.models
import nakamise_payments_sandbox.models
from nakamise.contracts.ui import Period
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from nakamise_payments.widget import widget
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.test_reconciling import admin_session
from tests.plugins.payments.test_ways import Scene
from tests.plugins.shop.catalog.test_models import COLUMNS, TYPES
from tests.plugins.shop.stall import open_stall


@pytest.mark.req("CL-15", "CL-31", "BX-16")
async def test_staff_take_money_and_pay_refunds_by_hand(
    make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor, drain: Drain, owner: asyncpg.Connection
) -> None:
    stall = await open_stall(make_tenant, ctx_for)
    goods = await stall.goods("honten", "ブラシ", 3000, 10)
    scene = Scene(stall, await stall.buyer(), goods, client(stall.tenant))
    staff = {"Cookie": f"sid={await admin_session(Desk(stall.ctx))}"}
    seller = stall.shops["honten"]
    shop_page = (await scene.client.get(f"/admin/shop/shops/{seller}", headers=staff)).text
    assert f"/admin/payments/sellers/{seller}" in shop_page
    terms = {"capture": "manual", "at_expiry": "cancel", "back": f"/admin/shop/shops/{seller}"}
    saved = await scene.client.post(f"/admin/payments/sellers/{seller}", data=terms, headers=staff)
    assert saved.status_code == 303

    purchase = await scene.paid()
    order = await stall.value("SELECT id FROM shop_order WHERE purchase_id = $1", uuid.UUID(purchase))
    charge = await stall.value("SELECT id FROM payments_op WHERE subject = $1", uuid.UUID(purchase))
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

    voucher = await scene.paid("konbini", "payments_sandbox:konbini")
    await scene.execute(
        "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = amount WHERE due_at > now()"
    )
    paid = await stall.value("SELECT id FROM payments_op WHERE subject = $1", uuid.UUID(voucher))
    assert isinstance(paid, uuid.UUID)
    desk = Desk(stall.ctx)
    payment = await desk.payments.refresh(paid)
    await desk.give_back(payment, 500)
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
    twice = await scene.client.post(f"/admin/payments/{task}/paid", data=note, headers=staff)
    assert twice.status_code == 303
    assert await stall.value("SELECT count(*) FROM payments_transfer WHERE kind = 'by_hand'") == 1
    for module in (nakamise_payments.models, nakamise_payments_sandbox.models):
        for name, table in module.metadata.tables.items():
            rows = await owner.fetch(COLUMNS, stall.tenant.schema, name)
            in_database = {row["column_name"]: (row["udt_name"], row["nullable"]) for row in rows}
            assert in_database == {
                column.name: (TYPES[column.type.__visit_name__.lower()], bool(column.nullable))
                for column in table.columns
            }, name
    await drain(stall.tenant)
