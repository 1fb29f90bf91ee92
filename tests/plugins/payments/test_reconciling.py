"""The nightly comparison finds every planted difference, and nothing where there is none."""

from __future__ import annotations

import asyncpg
import pytest

from nakamise.auth.keys import token_hash
from nakamise.contracts.payment_movements import Movement, MovementKind
from nakamise.ids import new_token, uuid7
from nakamise.money import Money
from nakamise.testing.fixtures import ClientFor, Drain
from nakamise_payments import ledger, movements, repository
from nakamise_payments.reconciler import reconcile, settle_open
from nakamise_payments.schemas import Trouble
from nakamise_payments_sandbox.provider import SandboxProvider
from tests.plugins.payments.desk import Desk

OLD = "now() - interval '1 hour'"
FOREIGN_CHARGE = (
    "INSERT INTO payments_sandbox_charge (key, kind, request, reference, amount, currency, state)"
    " VALUES (gen_random_uuid(), 'charge', '{}', 'planted', 1, 'JPY', 'succeeded')"
)


async def troubles(desk: Desk) -> list[Trouble]:
    [report] = await reconcile(desk.ctx)
    return [difference.trouble for difference in report.differences]


async def test_right_books_have_no_difference(desk: Desk, drain: Drain) -> None:
    payment = await desk.paid(5000)
    await desk.give_back(payment, 1000)
    await desk.paid(300, "tok_declined")
    await desk.paid(300, "tok_3ds")
    await desk.open(400)
    await drain(desk.ctx.tenant)
    assert await troubles(desk) == []
    # Staff paid by hand what the provider had given back all the same.
    await desk.execute("UPDATE payments_op SET note = '振込' WHERE kind = 'refund'")
    assert await troubles(desk) == [Trouble.STATE]


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        ("UPDATE payments_sandbox_charge SET amount = 4999", [Trouble.AMOUNT]),
        ("UPDATE payments_sandbox_charge SET currency = 'USD'", [Trouble.CURRENCY]),
        ("UPDATE payments_sandbox_charge SET state = 'failed'", [Trouble.STATE]),
        ("DELETE FROM payments_sandbox_charge", [Trouble.MISSING_THERE]),
        (FOREIGN_CHARGE, [Trouble.MISSING_HERE]),
        (
            "UPDATE payments_op SET state = 'failed'",
            [Trouble.BOOKED_WRONG, Trouble.STATE],
        ),
        (
            f"UPDATE payments_op SET state = 'unknown', settled_at = NULL, first_sent_at = {OLD}",
            [Trouble.BOOKED_WRONG, Trouble.STATE, Trouble.OVERDUE],
        ),
    ],
)
async def test_a_planted_difference_is_found(desk: Desk, plant: str, found: list[Trouble]) -> None:
    await desk.paid(5000)
    assert await troubles(desk) == []
    await desk.execute(plant)
    assert await troubles(desk) == found


async def test_a_transfer_that_vanished_is_found(desk: Desk, owner: asyncpg.Connection) -> None:
    await desk.paid(5000)
    await owner.execute(f'DELETE FROM "{desk.ctx.tenant.schema}".payments_transfer')
    assert await troubles(desk) == [Trouble.NOT_BOOKED]


async def test_a_provider_that_stays_silent_is_asked_less_and_less_often(desk: Desk) -> None:
    payment = await desk.paid(5000, "tok_unreachable")
    assert payment.state.value == "unknown"
    first = await desk.value("SELECT next_at - now() > interval '1 minute' FROM payments_op")
    assert first is True
    await settle_open(desk.ctx)
    assert await desk.value("SELECT attempts FROM payments_op") == 2


async def test_after_a_day_an_unheard_of_key_is_only_looked_up(desk: Desk) -> None:
    payment = await desk.paid(5000, "tok_unreachable")
    await desk.execute("UPDATE payments_op SET first_sent_at = now() - interval '24 hours'")
    await desk.make_due()
    await settle_open(desk.ctx)
    assert (await desk.payments.refresh(payment.id)).state.value == "canceled"
    assert await desk.value("SELECT count(*) FROM payments_sandbox_charge") == 0, "nothing was sent again"


async def test_another_amount_at_the_provider_settles_nothing(desk: Desk) -> None:
    payment = await desk.paid(5000, "tok_lost")
    await desk.execute("UPDATE payments_sandbox_charge SET amount = 500")
    await desk.make_due()
    await settle_open(desk.ctx)
    assert (await desk.payments.refresh(payment.id)).state.value == "unknown"
    assert await desk.value("SELECT count(*) FROM payments_transfer") == 0


async def test_payments_are_for_those_who_may_see_them(desk: Desk, client: ClientFor) -> None:
    http = client(desk.ctx.tenant)
    assert (await http.get("/api/payments/ops")).status_code == 401
    assert (await http.get("/admin/payments")).status_code == 303
    assert (await http.post("/api/payments/reports")).status_code == 401


async def test_payouts_of_two_currencies_are_two_books(desk: Desk) -> None:
    """What was paid out in yen is held against yen, whatever the last row of the balance is."""
    now = desk.ctx.now()

    def row(kind: MovementKind, reference: str, amount: Money) -> Movement:
        return Movement(kind=kind, reference=reference, amount=amount, at=now)

    async def compared(*rows: Movement) -> list[str]:
        async with desk.ctx.begin() as tx:
            found = await movements.compare(tx, "payments_sandbox", rows, now, now)
            return [f"{one.trouble} {one.here}" for one in found]

    yen = row(MovementKind.PAYOUT, "po_1", Money(500, "JPY"))
    dollars = row(MovementKind.OTHER_IN, "txn_1", Money(7, "USD"))
    assert await compared(yen, dollars) == []
    async with desk.ctx.begin() as tx:
        held = [await ledger.clearing(tx, "payments_sandbox", one) for one in ("JPY", "USD")]
    assert held == [0, 7], "the account had ¥500 before it was ours"
    more = row(MovementKind.PAYOUT, "po_2", Money(900, "JPY"))
    first = row(MovementKind.PAYOUT, "po_3", Money(9, "USD"))
    assert await compared(yen, more, first, dollars) == ["paid_out -900"]


def test_every_state_has_a_word() -> None:
    from nakamise.contracts.payments import OpKind
    from nakamise_payments.schemas import OpState
    from nakamise_payments.words import KINDS, STATES, TROUBLES

    assert set(STATES) == set(OpState)
    assert set(KINDS) == set(OpKind)
    assert set(TROUBLES) == set(Trouble)


async def test_a_server_that_died_before_it_called_the_provider_charges_nothing(desk: Desk) -> None:
    payment = await desk.open(5000)
    async with desk.ctx.begin() as tx:
        assert await repository.start(tx, payment.id)
    await desk.make_due()
    await settle_open(desk.ctx)
    assert (await desk.payments.refresh(payment.id)).state.value == "canceled"
    again = await desk.open(5000, payment.subject)
    assert (await desk.payments.submit(again.id, "tok_success", "again", "/")).state.value == "succeeded"


async def test_a_server_that_died_in_the_middle_of_a_refund_refunds_once(desk: Desk) -> None:
    payment = await desk.paid(5000)
    await desk.give_back(payment, 1000)
    refund = await desk.value("SELECT id FROM payments_op WHERE kind = 'refund'")
    async with desk.ctx.begin() as tx:
        assert await repository.start(tx, refund)
    provider = SandboxProvider(desk.ctx)
    await provider.refund(refund, payment.id, Money(1000, "JPY"))
    await desk.make_due()
    await settle_open(desk.ctx)
    assert await desk.value("SELECT state FROM payments_op WHERE kind = 'refund'") == "succeeded"
    assert await desk.value("SELECT refunded FROM payments_sandbox_charge WHERE kind = 'charge'") == 1000


@pytest.mark.req("DF-03")
async def test_the_admin_sees_payments_and_differences_in_words(
    desk: Desk, client: ClientFor, drain: Drain
) -> None:
    payment = await desk.paid(5000)
    http = client(desk.ctx.tenant)
    http.cookies.set("sid", await admin_session(desk))

    async def compared() -> None:
        for _ in range(2):
            assert (await http.post("/admin/payments/reconcile")).status_code == 303
        async with desk.ctx.runtime.db.control() as tx:
            asked = "SELECT count(*) FROM job WHERE tenant_id = $1 AND name = 'payments.compare'"
            assert await tx.value(asked, desk.ctx.tenant.id) == 1, "two who ask get one"
        await drain(desk.ctx.tenant)

    await compared()
    assert "不一致はありません" in (await http.get("/admin/payments")).text
    await desk.execute("UPDATE payments_sandbox_charge SET amount = 4999")
    await compared()
    page = (await http.get("/admin/payments")).text
    reference = await desk.value("SELECT provider_ref FROM payments_op WHERE id = $1", payment.id)
    for word in ("金額が一致しない", "¥4,999", f"<code>{reference}</code>", "成功", "¥5,000"):
        assert word in page
    assert "succeeded" not in page.partition("<tbody")[2].partition("</tbody>")[0]
    await desk.execute("UPDATE payments_sandbox_charge SET amount = 5000, state = 'failed'")
    await compared()
    report = (await http.get("/admin/payments")).text.partition("<tbody")[2].partition("</tbody>")[0]
    assert ">成功<" in report
    assert ">失敗<" in report
    assert "succeeded" not in report
    assert "failed" not in report
    empty = (await http.get("/admin/payments?state=failed")).text
    assert "該当する決済はありません" in empty.replace("<wbr>", "")


async def admin_session(desk: Desk) -> str:
    """The value of the session cookie of somebody with the role ``admin``."""
    token = new_token()
    async with desk.ctx.begin() as tx:
        user_id = await desk.ctx.runtime.auth.ensure_user(
            tx,
            email="boss@example.com",
            password="a long pass phrase",
            display_name="店長",
            roles=("admin",),
        )
        await tx.execute(
            "INSERT INTO core_session (id, user_id, token_hash, expires_at)"
            " VALUES ($1, $2, $3, now() + interval '1 day')",
            *(uuid7(), user_id, token_hash(token)),
        )
    return token
