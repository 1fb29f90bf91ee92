"""/admin/payments leads to what it speaks of: disputes, open and ended, differences, refunds to pay by hand."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from nakamise.contracts.payment_movements import DisputeState
from nakamise.testing.fixtures import Drain
from nakamise_payments import disputes
from nakamise_payments.reconciler import payouts_stopped, reconcile
from tests.plugins.payments.desk import Desk
from tests.plugins.payments.scene import Scene
from tests.plugins.payments.test_disputes import dispute, lose
from tests.plugins.payments.test_staff import staff_of

HERE = "/admin/payments"
REPORT = (
    "INSERT INTO payments_report (id, at, since, provider_id, compared, charged, refunded, differences)"
    " VALUES ($1, now() - $2 * interval '1 day', now(), 'payments_sandbox', 1, 0, 0, $3)"
)


async def look(scene: Scene, path: str = HERE) -> str:
    answer = await scene.client.get(path, headers=await staff_of(scene))
    assert answer.status_code == 200, answer.text
    return re.sub(r"<wbr>|\u200b", "", answer.text)


def section(page: str, anchor: str) -> str:
    """From one heading's id to the end of its section."""
    return page.partition(f'id="{anchor}"')[2].partition("</section>")[0]


async def number_of(scene: Scene, order: str) -> str:
    return str(await scene.stall.value("SELECT number FROM shop_order WHERE id = $1", uuid.UUID(order)))


@pytest.mark.req("CL-30")
async def test_a_dispute_names_its_orders_and_its_end(scene: Scene, drain: Drain) -> None:
    """A purchase of two shops has two orders; what was lost stays to be seen."""
    scene.goods_too = [(await scene.stall.goods("bekkan", "着物", 12_000, 5), 1)]
    both = await scene.paid()
    scene.goods_too = []
    one = await scene.paid()
    await dispute(scene, await scene.charge_of(both), "dp_open", DisputeState.OPEN, 12_000)
    page = await look(scene)
    ids = "SELECT array_agg(id::text) FROM shop_order WHERE purchase_id = $1"
    found: Any = await scene.stall.value(ids, uuid.UUID(both))
    assert len(found) == 2
    for order in found:
        link = f'href="/admin/shop/orders/{order}">{await number_of(scene, order)}</a>'
        assert link in section(page, "disputes")
    assert 'id="disputes-ended"' not in page, "none has ended"
    await lose(scene, await scene.charge_of(one), "dp_lost", 1000)
    await dispute(scene, await scene.charge_of(both), "dp_open", DisputeState.WON, 12_000)
    page = await look(scene)
    assert 'id="disputes"' not in page
    ended = section(page, "disputes-ended")
    won, lost = ended.partition("dp_open")[0], ended.partition("dp_open")[2].partition("dp_lost")[0]
    assert "勝ち" in won.partition("<tbody")[2], "the last first"
    assert "負け" in lost
    assert f"/admin/shop/orders/{await scene.order_of(one)}" in lost
    assert "¥1,000" in lost
    await drain(scene.stall.tenant)


async def test_disputes_that_ended_come_a_page_at_a_time(scene: Scene) -> None:
    charge = await scene.charge_of(await scene.paid())
    await scene.execute(
        "INSERT INTO payments_dispute (id, provider_id, reference, op_id, amount, currency, state, closed_at)"
        " SELECT gen_random_uuid(), 'payments_sandbox', 'dp_' || n, $1, 1, 'JPY', 'won', now() - n * interval '1 day'"
        " FROM generate_series(101, 100 + $2::int) n",
        *(charge, disputes.PAGE_SIZE + 1),
    )
    last = f"dp_{101 + disputes.PAGE_SIZE}"
    first = section(await look(scene), "disputes-ended")
    assert "dp_101<" in first
    assert last not in first
    assert "?disputes=2" in first
    second = section(await look(scene, f"{HERE}?disputes=2"), "disputes-ended")
    assert last in second
    assert "dp_101<" not in second


async def test_a_difference_leads_to_its_order_or_says_what_to_look_for(scene: Scene) -> None:
    purchase = await scene.paid()
    order, charge = await scene.order_of(purchase), await scene.charge_of(purchase)
    reference = await scene.stall.value("SELECT provider_ref FROM payments_op WHERE id = $1", charge)
    assert reference
    await scene.execute("UPDATE payments_sandbox_charge SET amount = amount - 1")
    await scene.execute(
        "INSERT INTO payments_sandbox_charge (key, kind, request, reference, amount, currency, state)"
        " VALUES (gen_random_uuid(), 'charge', '{}', 'theirs_alone', 1, 'JPY', 'succeeded')"
    )
    [report] = await reconcile(scene.stall.ctx)
    assert {one.trouble.value for one in report.differences} >= {"amount", "missing_here"}
    shown = section(await look(scene), "payments-report")
    assert f'href="/admin/shop/orders/{order}">{await number_of(scene, order)}</a>' in shown
    assert str(charge) not in shown, "nobody can do anything with that"
    for words in (reference, "theirs_alone"):
        assert f"決済会社の画面で探す番号： <code>{words}</code>" in shown


async def test_differences_wait_however_many_comparisons_came_after(scene: Scene) -> None:
    """Of each provider, and after a week of clean nights: else payouts would be stopped with no way on."""
    old, newer = uuid.uuid4(), uuid.uuid4()
    for report_id, ago, there in ((old, 9, "4998"), (newer, 8, "4997")):
        difference = {"op_id": str(uuid.uuid4()), "trouble": "amount", "here": "5000", "there": there}
        await scene.execute(REPORT, report_id, ago, [difference])
    for ago in range(8):
        await scene.execute(REPORT, uuid.uuid4(), ago, [])
    page = section(await look(scene), "payments-report")
    assert page.index("¥4,997") < page.index("¥4,998"), "with what differed, the last first"
    staff = await staff_of(scene)
    for report_id in (old, newer):
        act = f"{HERE}/reports/{report_id}/acknowledge"
        assert act in await look(scene)
        await scene.client.post(act, data={"note": "調べました"}, headers=staff)
        assert act not in await look(scene)
    async with scene.stall.ctx.read() as tx:
        assert not await payouts_stopped(tx)


@pytest.mark.req("BX-16")
async def test_a_refund_to_pay_by_hand_names_its_order(scene: Scene, drain: Drain) -> None:
    purchase = await scene.paid("konbini", "payments_sandbox:konbini")
    await scene.execute(
        "UPDATE payments_sandbox_charge SET state = 'succeeded', captured = amount WHERE due_at > now()"
    )
    desk, order = Desk(scene.stall.ctx), await scene.order_of(purchase)
    await desk.give_back(await desk.payments.refresh(await scene.charge_of(purchase)), 500)
    page = await look(scene, f"{HERE}?state=by_hand")
    task = page.partition("<article")[2].partition("</article>")[0]
    assert f'href="/admin/shop/orders/{order}"' in task
    await drain(scene.stall.tenant)
