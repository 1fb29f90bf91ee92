"""A return from the request to the money, and everything that must be refused on the way."""

from __future__ import annotations

import asyncio
import uuid
from datetime import date
from typing import Any

import asyncpg
import msgspec
import pytest

from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.contracts.payment_movements import DisputeState, DisputeStatus
from nakamise.contracts.payments import PaymentReports
from nakamise.contracts.ui import Period
from nakamise.errors import Conflict, Invalid, NotFound
from nakamise.money import Money
from nakamise.testing.fixtures import Drain
from nakamise_returns import exchanging, handling, policy, privacy, requesting
from nakamise_returns.models import metadata
from nakamise_returns.schemas import (
    Decision,
    Exchange,
    Policy,
    Received,
    ReceivedLine,
    Refund,
    Rejection,
    Return,
    SentInstead,
)
from nakamise_returns.states import EDGES, State
from nakamise_returns.widget import widget
from tests.plugins.returns.counter import Bought, Counter
from tests.plugins.shop.catalog.test_models import COLUMNS, TYPES, default_of, plain
from tests.plugins.shop.stall import Buyer

LABEL = Exchange(carrier="yamato", tracking_number="1234-5678-9024")


@pytest.mark.req("GA-37", "GA-45")
async def test_goods_come_back_and_the_money_goes_back_once(desk: Counter, drain: Drain) -> None:
    stall, ctx = desk.stall, desk.stall.ctx
    bought = await desk.order()
    request_id = await desk.received(bought, {1: 1})
    answers = await asyncio.gather(
        *(handling.refund(ctx, request_id, Refund()) for _ in range(4)), return_exceptions=True
    )
    [done] = [one for one in answers if isinstance(one, Return)]
    assert [type(one) for one in answers if one is not done] == [Conflict] * 3
    assert (done.head.refunded, done.head.state) == (333, State.REFUNDED)
    assert await stall.stock_of(bought.goods[0]) == (3, 0), "2 were left, 1 can be sold again"
    rest = await desk.received(bought, {1: 2, 2: 2}, restock=False)
    last = await handling.refund(ctx, rest, Refund())
    assert last.head.refunded == 666 + 2000 + 550, "the shipping goes with the last unit"
    await drain(stall.tenant)
    assert await stall.value("SELECT state FROM shop_order") == "refunded"
    charge = "SELECT refunded FROM payments_sandbox_charge WHERE kind = 'charge'"
    assert await stall.value(charge) == 3 * 333 + 2 * 1000 + 550
    subjects = (
        "SELECT string_agg(subject, ' ' ORDER BY created_at) FROM core_mail WHERE subject LIKE '%返品%'"
    )
    said = str(await stall.value(subjects))
    assert [said.count(words) for words in ("受け付けました", "承認されました", "届きました")] == [2, 2, 2]
    kinds = "SELECT count(*)::int FROM shop_order_event WHERE kind = 'returns.requested'"
    assert await stall.value(kinds) == 2


@pytest.mark.req("GA-45")
async def test_the_same_item_is_sent_again(desk: Counter) -> None:
    stall, ctx = desk.stall, desk.stall.ctx
    bought = await desk.order()
    request_id = await desk.received(bought, {2: 1}, restock=False, reason="defect", wish="exchange")
    async with ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET on_hand = 0 WHERE variant_id = $1", bought.goods[1])
    with pytest.raises(Conflict) as sold_out:
        await exchanging.exchange(ctx, request_id, LABEL)
    assert sold_out.value.code == "sold_out"
    async with ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET on_hand = 2 WHERE variant_id = $1", bought.goods[1])
    done = await exchanging.exchange(ctx, request_id, LABEL)
    assert (done.head.state, done.head.payer) == (State.EXCHANGED, "shop")
    assert await stall.stock_of(bought.goods[1]) == (1, 0)
    assert await stall.value("SELECT count(*) FROM shop_shipment") == 2
    assert await stall.value("SELECT count(*) FROM payments_op WHERE kind = 'refund'") == 0
    await what_went_back_another_way_is_refused(desk, bought)


async def what_went_back_another_way_is_refused(desk: Counter, bought: Bought) -> None:
    """Staff refunded the line on the order's page while its goods were here."""
    ctx = desk.stall.ctx
    cheaper = await desk.variant(bought.goods[0], "小", 300)
    async with ctx.begin() as tx:
        await policy.save(ctx, tx, Policy(shop_id=desk.stall.shops["honten"], postage=100))
    request_id = await desk.received(bought, {1: 1})
    async with ctx.begin() as tx:
        wanted = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=3),))
        await ctx.service(Orders).refund(tx, bought.order_id, wanted)
    for given in (Refund(), Refund(postage=0)):
        with pytest.raises(Conflict) as gone:
            await handling.refund(ctx, request_id, given)
        assert gone.value.code == "refund_too_much"
    swap = msgspec.structs.replace(LABEL, variants=[SentInstead(1, cheaper)])
    with pytest.raises(Conflict) as not_sent:
        await exchanging.exchange(ctx, request_id, swap)
    assert not_sent.value.code == "not_replaceable"


@pytest.mark.req("GA-45")
async def test_another_variant_is_sent_and_a_difference_goes_back(desk: Counter, drain: Drain) -> None:
    """2 × ¥1,000 in blue: red costs as much, green ¥800, gold ¥1,200; a book is another product."""
    stall, ctx = desk.stall, desk.stall.ctx
    bought = await desk.order()
    blue = bought.goods[1]
    red, green, gold = [
        await desk.variant(blue, name, price) for name, price in (("赤", 1000), ("緑", 800), ("金", 1200))
    ]
    request_id = await desk.received(bought, {1: 1, 2: 2}, reason="wrong_item", wish="exchange")

    async def sent(*wanted: tuple[int, uuid.UUID]) -> Return:
        variants = [SentInstead(line_no, variant_id) for line_no, variant_id in wanted]
        return await exchanging.exchange(ctx, request_id, msgspec.structs.replace(LABEL, variants=variants))

    for wrong in (((2, gold),), ((1, red),), ((3, red),), ((2, red), (2, green)), ((2, uuid.uuid4()),)):
        with pytest.raises(Invalid):
            await sent(*wrong)
    assert await stall.value("SELECT count(*) FROM shop_shipment") == 1, "nothing half done"
    answers = await asyncio.gather(*(sent((2, green)) for _ in range(3)), return_exceptions=True)
    [done] = [one for one in answers if isinstance(one, Return)]
    assert [type(one) for one in answers if one is not done] == [Conflict] * 2
    assert (done.head.state, done.head.refunded) == (State.EXCHANGED, 400)
    assert [line.sent_name for line in done.lines] == ["", "緑"]
    # Candy again; the blue cups came back, the green ones left.
    assert [await stall.stock_of(one) for one in (*bought.goods, green)] == [(2, 0), (5, 0), (3, 0)]
    await drain(stall.tenant)
    money = "SELECT refunded FROM payments_sandbox_charge WHERE kind = 'charge'"
    assert await stall.value(money) == 400
    row = "SELECT state || ' ' || refunded_cash FROM shop_order"
    assert await stall.value(row) == "part_refunded 400"
    # What was exchanged cannot come back once more; the rest can, to the last yen of what was paid for it.
    assert (await desk.ask(bought, {2: 1}, reason="defect")).status_code == 422
    assert (await desk.ask(bought, {1: 3}, reason="defect")).status_code == 422, "one was sent again"
    # Of the candy one was sent again, and now one more is refunded on the order's page: the last one is left.
    async with ctx.begin() as tx:
        by_hand = RefundOrder(idem=uuid.uuid4(), lines=(RefundLine(line_no=1, qty=1),), with_shipping=False)
        await ctx.service(Orders).refund(tx, bought.order_id, by_hand)
    assert (await desk.ask(bought, {1: 2}, reason="defect")).status_code == 422
    rest = await desk.received(bought, {1: 1}, reason="defect")
    assert (await handling.refund(ctx, rest, Refund(with_shipping=False))).head.refunded == 333
    # The bank takes all that is left, with what was kept for what was sent instead.
    charge = await stall.value("SELECT id FROM payments_op WHERE kind = 'charge'")
    assert isinstance(charge, uuid.UUID)
    for state in (DisputeState.OPEN, DisputeState.LOST):
        told = DisputeStatus("dp_1", charge, state, Money(3549 - 400 - 2 * 333, "JPY"))
        await ctx.service(PaymentReports).disputed("payments_sandbox", told)
    assert await stall.value(row) == "refunded 3549"


@pytest.mark.req("GA-37", "GA-45")
async def test_postage_of_a_change_of_mind_is_announced_and_kept_back(desk: Counter) -> None:
    stall, ctx = desk.stall, desk.stall.ctx
    shop_id = stall.shops["honten"]
    async with ctx.begin() as tx:
        with pytest.raises(Invalid):
            await policy.save(ctx, tx, Policy(shop_id=shop_id, payer="shop", postage=800))
        await policy.save(ctx, tx, Policy(shop_id=shop_id, postage=800, deduction_bp=3000))
    bought = await desk.order()
    browser = desk.client(stall.tenant)
    browser.cookies.set("sid", await stall.browser_session(bought.buyer))
    form = (await browser.get(f"/returns/new/{bought.number}")).text
    assert form.count("返金から¥800を差し引きます") == 3, (
        "in the promise, for a change of mind and for something else"
    )
    assert form.count(" — 返送料は当店負担") == 2
    request_id = await desk.received(bought, {2: 2}, condition="worn")
    with pytest.raises(Invalid) as too_much:
        await handling.refund(ctx, request_id, Refund(postage=801, deduction=601))
    assert set(too_much.value.fields) == {"postage", "deduction"}
    done = await handling.refund(ctx, request_id, Refund(deduction=600))
    head = done.head
    assert (head.refunded, head.deduction, head.postage_kept) == (600, 600, 800)
    kept = "SELECT cash || ' ' || deduction || ' ' || postage FROM shop_refund"
    assert await stall.value(kept) == "600 1400 800"
    page = (await browser.get(f"/returns/{request_id}")).text
    assert "差し引いた返送料" in page
    # A fault is at the shop's cost whatever the policy says; and less than the postage never becomes a debt.
    faulty = await desk.received(bought, {1: 1}, reason="defect")
    assert (await handling.refund(ctx, faulty, Refund())).head.refunded == 333
    cheap = await desk.received(bought, {1: 1})
    assert (await handling.refund(ctx, cheap, Refund())).head.postage_kept == 333
    last = await desk.received(bought, {1: 1})
    sent_by_buyer = await handling.refund(ctx, last, Refund(postage=0))
    assert sent_by_buyer.head.refunded == 333 + 550


async def columns_agree(desk: Counter, owner: asyncpg.Connection) -> None:
    """The SQLAlchemy tables equal what the migrations made."""
    for name, table in metadata.tables.items():
        rows = await owner.fetch(COLUMNS, desk.stall.tenant.schema, name)
        found = {row["column_name"]: (row["udt_name"], row["nullable"]) for row in rows}
        assert found == {
            column.name: (
                "_uuid" if column.name.endswith("_ids") else TYPES[column.type.__visit_name__.lower()],
                bool(column.nullable),
            )
            for column in table.columns
        }, name
        defaults = {row["column_name"]: plain(row["column_default"]) for row in rows}
        assert defaults == {column.name: default_of(column) for column in table.columns}, name


async def test_worn_goods_cost_what_was_promised_and_no_more(
    desk: Counter, owner: asyncpg.Connection
) -> None:
    await columns_agree(desk, owner)
    stall, ctx = desk.stall, desk.stall.ctx
    shop_id = stall.shops["honten"]
    async with ctx.begin() as tx:
        await policy.save(ctx, tx, Policy(shop_id=shop_id, days=10, deduction_bp=3000))
    async with ctx.begin() as tx:
        with pytest.raises(Conflict):
            await policy.save(ctx, tx, Policy(shop_id=shop_id, days=5))
    bought = await desk.order()
    request_id = await desk.received(bought, {2: 2}, condition="worn")
    with pytest.raises(Invalid):
        await handling.refund(ctx, request_id, Refund(deduction=601))
    done = await handling.refund(ctx, request_id, Refund(deduction=600))
    assert (done.head.refunded, done.head.deduction) == (1400, 600)
    faulty = await desk.received(bought, {1: 3}, condition="worn", reason="defect")
    with pytest.raises(Invalid):
        await handling.refund(ctx, faulty, Refund(deduction=1))
    last = await handling.refund(ctx, faulty, Refund(with_shipping=False))
    assert last.head.refunded == 999
    assert await stall.value("SELECT state FROM shop_order") == "part_refunded", "the shipping was kept"


@pytest.mark.req("GA-37")
async def test_what_cannot_be_returned_is_refused(desk: Counter) -> None:
    stall, ctx = desk.stall, desk.stall.ctx
    waiting = await desk.order(arrived=False)
    assert (await desk.ask(waiting, {1: 1})).status_code == 422
    bought = await desk.order()
    assert (await desk.ask(bought, {1: 4})).status_code == 422
    assert (
        await desk.ask(Bought(waiting.buyer, bought.order_id, bought.number, []), {1: 1})
    ).status_code == 404
    key = str(uuid.uuid4())
    first, again = [await desk.ask(bought, {1: 2}, id=key) for _ in range(2)]
    assert first.json()["head"]["id"] == again.json()["head"]["id"] == key
    answers = await asyncio.gather(*(desk.ask(bought, {1: 1}) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [201, 422, 422, 422], "one unit was left"
    api = desk.client(stall.tenant)
    gone = await api.post(f"/api/returns/{key}/cancel", headers=bought.buyer.headers)
    assert gone.json()["head"]["state"] == "cancelled"
    assert (await desk.ask(bought, {1: 2})).status_code == 201, "withdrawn units can be asked back again"
    async with ctx.begin() as tx:
        await tx.execute("UPDATE shop_shipment SET delivered_at = delivered_at - interval '10 days'")
    late = await desk.ask(bought, {2: 1})
    assert late.status_code == 422
    assert (await desk.ask(bought, {2: 1}, reason="defect")).status_code == 201
    async with ctx.read() as tx:
        product = await tx.value(
            "SELECT product_id FROM shop_order_line WHERE order_id = $1", bought.order_id
        )
    async with ctx.begin() as tx:
        await tx.execute("UPDATE shop_shipment SET delivered_at = now()")
        await policy.save(ctx, tx, Policy(shop_id=stall.shops["honten"], product_ids=[product]))
    known = await api.get(f"/api/returns/orders/{bought.number}", headers=bought.buyer.headers)
    assert [one["left"] for one in known.json()] in ([0, 1], [0, 0])
    with pytest.raises(Conflict):
        await privacy_of(desk, bought.buyer.id)


async def privacy_of(desk: Counter, user_id: uuid.UUID) -> int:
    async with desk.stall.ctx.begin() as tx:
        return await privacy.erase(desk.stall.ctx, tx, user_id)


async def test_every_step_that_the_machine_does_not_know_is_a_conflict(desk: Counter) -> None:
    """Each act in each state; and what lapses frees its units."""
    ctx = desk.stall.ctx
    bought = await desk.order()
    came = Received(lines=[ReceivedLine(line_no=2, received=1, restock=1)])
    acts: dict[State, Any] = {
        State.APPROVED: lambda id_: handling.approve(ctx, id_, Decision()),
        State.REJECTED: lambda id_: handling.reject(ctx, id_, Rejection(words="なし")),
        State.RECEIVED: lambda id_: handling.receive(ctx, id_, came),
        State.REFUNDED: lambda id_: handling.refund(ctx, id_, Refund()),
        State.EXCHANGED: lambda id_: exchanging.exchange(ctx, id_, LABEL),
        State.CANCELLED: lambda id_: requesting.cancel(desk.stall.ctx_of(bought.buyer), id_),
    }
    request_id = uuid.UUID((await desk.ask(bought, {2: 1})).json()["head"]["id"])
    await refused(acts, State.REQUESTED, request_id)
    await staff_decide_for_their_own_shops_only(desk, bought.buyer, request_id)
    await refused(acts, State.APPROVED, request_id)
    await handling.receive(ctx, request_id, came)
    await refused(acts, State.RECEIVED, request_id)
    await handling.reject(ctx, request_id, Rejection(words="使用済みのため"))
    await refused(acts, State.REJECTED, request_id)
    again = await desk.approved(bought, {2: 2})
    await handling.lapse_due(ctx)
    assert await desk.stall.value("SELECT state FROM returns_request WHERE id = $1", again) == "approved"
    async with ctx.begin() as tx:
        await tx.execute("UPDATE returns_request SET due_at = now() WHERE id = $1", again)
    await handling.lapse_due(ctx)
    await refused(acts, State.LAPSED, again)
    assert await desk.stall.value("SELECT sum(claimed)::int FROM returns_claim") == 0
    async with desk.stall.ctx.read() as tx:
        copy = await privacy.export(ctx, tx, bought.buyer.id)
    assert copy is not None
    assert {one.state for one in copy} == {"rejected", "lapsed"}
    assert await privacy_of(desk, bought.buyer.id) == 2


@pytest.mark.parametrize("batch", [1, 100])
async def test_one_that_cannot_lapse_keeps_no_other_waiting(
    desk: Counter, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(handling, "BATCH", batch)
    state = "SELECT state FROM returns_request WHERE id = $1"
    bad, good = [await desk.approved(await desk.order(), {2: 1}) for _ in range(2)]
    async with desk.stall.ctx.begin() as tx:
        for hours, request_id in enumerate((good, bad), start=5):
            due = "UPDATE returns_request SET due_at = now() - $2 * interval '1 hour' WHERE id = $1"
            await tx.execute(due, request_id, hours)
        # Its units are claimed by nobody, so that they cannot be freed.
        claimed = "UPDATE returns_claim SET claimed = 0 WHERE order_id = (SELECT order_id FROM returns_request WHERE id = $1)"
        await tx.execute(claimed, bad)
    await handling.lapse_due(desk.stall.ctx)
    assert await desk.stall.value(state, bad) == "approved"
    assert await desk.stall.value(state, good) == "lapsed"
    assert await overdue(desk) == 1
    async with desk.stall.ctx.begin() as tx:
        await tx.execute(claimed.replace("claimed = 0", "claimed = 1"), bad)
    await handling.lapse_due(desk.stall.ctx)
    assert await desk.stall.value(state, bad) == "lapsed"
    assert await overdue(desk) == 0


async def overdue(desk: Counter) -> int:
    """What the dashboard counts."""
    today = date(2026, 11, 1)
    async with desk.stall.ctx.read() as tx:
        found = await widget(desk.stall.ctx, tx, Period(today, today))
    return sum(one.count for one in found if "could not lapse" in one.label)


async def staff_decide_for_their_own_shops_only(desk: Counter, buyer: Buyer, request_id: uuid.UUID) -> None:
    """Also of what they bought themselves; approves it in the end, as staff of the right shop."""
    stall = desk.stall
    actor = msgspec.structs.replace(buyer.actor, permissions=frozenset({"returns.manage"}))
    staff = stall.ctx_for(stall.tenant, actor)
    name = "INSERT INTO shop_people (shop_id, user_id) VALUES ($1, $2)"
    other = await stall.shop("bekkan", "BK")
    async with stall.ctx.begin() as tx:
        await tx.execute(name, other, buyer.id)
    with pytest.raises(NotFound):
        await handling.approve(staff, request_id, Decision())
    async with stall.ctx.begin() as tx:
        await tx.execute(name, stall.shops["honten"], buyer.id)
    await handling.approve(staff, request_id, Decision())


async def refused(acts: dict[State, Any], state: State, request_id: uuid.UUID) -> None:
    for target, act in acts.items():
        if target not in EDGES[state]:
            with pytest.raises(Conflict):
                await act(request_id)
