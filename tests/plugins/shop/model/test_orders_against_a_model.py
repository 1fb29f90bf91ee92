"""Class E of facts/reliability.md: cart → order → pay → ship → return on the real services, step by step beside a
model in memory. After each step stock, states, money and uses of the coupon must be what the model says; what it
forbids is refused and changes nothing; at the end every invariant holds.

In it: a coupon over both lines, returns in parts before and after shipping, disputes that are opened and won through
the payments' service and told twice, payments whose answer is lost and is asked for by several at once,
cancelling. Not in it: lost disputes, means of payment besides money, time sales and exchanges; these are in the
arithmetic beside this file and in tests of their plugins.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import nakamise_coupons
from nakamise.contracts.cart import CartInputs
from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.contracts.payment_movements import DisputeState, DisputeStatus
from nakamise.contracts.payments import PaymentReports
from nakamise.errors import Conflict
from nakamise.ids import new_token, uuid7
from nakamise.money import Money
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from tests.faults.size import ALL, sized
from tests.plugins.invariants import broken, queries_of
from tests.plugins.shop.stall import Buyer, Till, settle
from tests.plugins.tax_invoice.books import Books, open_books

PRICES = (333, 1_080)
STOCK = 7
FEE = 550
OFF, CODE = 300, "MODEL"
# (what, which order or how many of the first, which line or how many of the second, how many units)
Step = tuple[str, int, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("place", "pay", "pay", "ship", "return", "return", "cancel", "dispute")),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(1, 3),
    ),
    min_size=6,
    max_size=sized(14, 40),
)


@dataclass
class Known:
    """An order as it should be; ``back`` counts units that were returned, by line; ``before`` is the state that a
    dispute interrupts, ``withheld`` what the bank holds while it decides, ``taken`` what the last one was about."""

    purchase_id: str
    number: str
    qty: list[int]
    has_coupon: bool = False
    state: str = "pending"
    before: str = ""
    shipped: list[bool] = field(default_factory=lambda: [False, False])
    back: list[int] = field(default_factory=lambda: [0, 0])
    refunded: int = 0
    withheld: int = 0
    taken: int = 0
    disputes: int = 0

    @property
    def cash(self) -> list[int]:
        """By line: the coupon is shared by what the lines cost, largest remainder, ties to the earlier."""
        full = [price * qty for price, qty in zip(PRICES, self.qty, strict=True)]
        if not self.has_coupon:
            return full
        exact = [Fraction(OFF * amount, sum(full)) for amount in full]
        shares = [int(share) for share in exact]
        by_rest = sorted(range(len(full)), key=lambda at: (shares[at] - exact[at], at))
        for at in by_rest[: OFF - sum(shares)]:
            shares[at] += 1
        return [amount - share for amount, share in zip(full, shares, strict=True)]

    @property
    def charge(self) -> int:
        return sum(self.cash) + FEE

    def worth(self, line: int, units: int) -> int:
        """Of the next units of a line that come back: the k-th is worth cash*k//qty − cash*(k−1)//qty."""
        cash, qty, back = self.cash[line], self.qty[line], self.back[line]
        return cash * (back + units) // qty - cash * back // qty

    @property
    def is_open(self) -> bool:
        return self.state in ("paid", "part_refunded")


@dataclass
class Model:
    """``on_hand`` and ``reserved`` by thing; ``orders`` in the order of their birth."""

    on_hand: list[int] = field(default_factory=lambda: [STOCK, STOCK])
    reserved: list[int] = field(default_factory=lambda: [0, 0])
    orders: dict[uuid.UUID, Known] = field(default_factory=dict)
    uses: int = 0

    def release(self, one: Known) -> None:
        for thing in (0, 1):
            self.reserved[thing] -= one.qty[thing] - one.back[thing]


class World:
    """The real shop and the model, moved together."""

    def __init__(self, books: Books, buyer: Buyer, things: list[uuid.UUID]) -> None:
        self.books, self.buyer, self.things, self.model = books, buyer, things, Model()
        self.till = Till(books.client(books.stall.tenant), buyer)

    def _pick(self, which: int) -> tuple[uuid.UUID, Known] | None:
        found = list(self.model.orders.items())
        return found[which % len(found)] if found else None

    async def step(self, step: Step) -> None:
        what, first, second, units = step
        if what == "place":
            await self.place([first + 1, second + 1], with_coupon=units > 1)
        elif (picked := self._pick(first)) is not None:
            if what == "pay":
                await self.pay(picked[1], is_lost=units == 1)
            elif what == "cancel":
                await self.cancel(picked[1])
            elif what == "dispute":
                await self.dispute(picked[1])
            elif what == "ship":
                await self.ship(*picked, second % 2)
            else:
                await self.give_back(*picked, second % 2, units)
        await self.compare()

    async def place(self, qty: list[int], *, with_coupon: bool) -> None:
        model, stall = self.model, self.books.stall
        await stall.fill_cart(self.buyer, list(zip(self.things, qty, strict=True)))
        async with stall.ctx.begin() as tx:
            inputs = stall.ctx_of(self.buyer).service(CartInputs)
            await inputs.set(tx, {"coupons.code": CODE if with_coupon else None})
        may = all(model.on_hand[at] - model.reserved[at] >= qty[at] for at in (0, 1))
        seen = await self.books.ask_shop(self.buyer, "GET", "checkout", address_id=str(self.buyer.address_id))
        assert (seen.status_code == httpx.codes.OK) is may, seen.text
        if not may:
            async with stall.ctx.begin() as tx:
                await tx.execute("DELETE FROM shop_cart_line")
            return
        placed = (await self.till.place(fingerprint=seen.json()["fingerprint"])).json()
        order = placed["orders"][0]
        model.orders[uuid.UUID(order["id"])] = Known(placed["purchase_id"], order["number"], qty, with_coupon)
        model.uses += with_coupon
        for at in (0, 1):
            model.reserved[at] += qty[at]

    async def pay(self, one: Known, *, is_lost: bool) -> None:
        answer = await self.till.pay(one.purchase_id, "tok_lost" if is_lost else "tok_success")
        if one.state == "pending":
            assert answer.status_code == httpx.codes.OK, answer.text
            one.state = "paid"
            if is_lost:
                # It was charged, and the provider's answer was lost: whoever asks first learns it, twice is once.
                payment_id = answer.json()["id"]
                await asyncio.gather(
                    self.till.refresh(payment_id), settle(self.books.stall), self.till.refresh(payment_id)
                )
        # Paying again answers as before or refuses; ``compare`` sees that nothing was charged twice.

    async def cancel(self, one: Known) -> None:
        answer = await self.books.client(self.books.stall.tenant).post(
            f"/api/shop/orders/{one.number}/cancel",
            headers={**self.buyer.headers, "Idempotency-Key": new_token()},
        )
        may = (one.state == "pending" or one.is_open) and not any(one.shipped)
        assert (answer.status_code == httpx.codes.OK) is may, (one, answer.text)
        if may:
            self.model.release(one)
            self.model.uses -= one.has_coupon
            # Of an order of which a part went back, cancelling refunds the rest, line by line.
            one.back = list(one.qty) if any(one.back) else one.back
            one.refunded = one.charge if one.is_open else 0
            one.state = "refunded" if one.is_open else "cancelled"

    async def ship(self, order_id: uuid.UUID, one: Known, line: int) -> None:
        may = one.is_open and not one.shipped[line] and one.back[line] < one.qty[line]
        ctx = self.books.stall.ctx
        number = f"{len(self.model.orders)}{uuid7().int % 10**9}"
        try:
            async with ctx.begin() as tx:
                await ctx.service(Orders).ship(tx, order_id, [line + 1], "other", number)
        except Conflict:
            assert not may, one
            return
        assert may, one
        one.shipped[line] = True
        left = one.qty[line] - one.back[line]
        self.model.on_hand[line] -= left
        self.model.reserved[line] -= left

    async def give_back(self, order_id: uuid.UUID, one: Known, line: int, units: int) -> None:
        may = one.is_open and one.back[line] + units <= one.qty[line]
        last = may and sum(one.back) + units == sum(one.qty)
        ctx = self.books.stall.ctx
        wanted = RefundOrder(
            idem=uuid7(), lines=(RefundLine(line_no=line + 1, qty=units, restock=units),), with_shipping=last
        )
        try:
            async with ctx.begin() as tx:
                done = await ctx.service(Orders).refund(tx, order_id, wanted)
        except Conflict:
            assert not may, one
            return
        assert may, one
        assert done.cash == one.worth(line, units) + (FEE if last else 0)
        one.back[line] += units
        one.refunded += done.cash
        one.state = "refunded" if last else "part_refunded"
        if one.shipped[line]:
            self.model.on_hand[line] += units
        else:
            self.model.reserved[line] -= units

    async def dispute(self, one: Known) -> None:
        """The bank takes a side, and its provider tells of it twice: an open dispute is won, anything else that is
        paid becomes disputed. Through the payments' own door, as a webhook comes."""
        if one.state == "disputed":
            told, state = DisputeState.WON, one.before
            one.withheld = 0
        elif one.is_open:
            told, state = DisputeState.OPEN, "disputed"
            one.before, one.withheld, one.disputes = one.state, one.charge - one.refunded, one.disputes + 1
            one.taken = one.withheld
        else:
            return
        one.state = state
        ctx = self.books.stall.ctx
        charge = "SELECT id FROM payments_op WHERE subject = $1 AND kind = 'charge' AND state = 'succeeded'"
        async with ctx.read() as tx:
            op_id = await tx.value(charge, uuid.UUID(one.purchase_id))
        status = DisputeStatus(
            reference=f"{one.number} {one.disputes}",
            charge_op_id=op_id,
            amount=Money(one.taken, "JPY"),
            state=told,
            reason="fraudulent",
        )
        for _ in range(2):
            await ctx.service(PaymentReports).disputed("payments_sandbox", status)

    async def compare(self) -> None:
        model = self.model
        await self.books.work()
        for at, thing in enumerate(self.things):
            assert await self.books.stall.stock_of(thing) == (model.on_hand[at], model.reserved[at]), model
        for order_id, one in model.orders.items():
            seen = await self.books.order(order_id)
            assert (seen.state, seen.charge) == (one.state, one.charge), (seen.state, one)
            assert [line.refunded_qty for line in seen.lines] == one.back
        paid = sum(one.charge for one in model.orders.values() if one.state not in ("pending", "cancelled"))
        net = paid - sum(one.refunded + one.withheld for one in model.orders.values())
        ids = [uuid.UUID(one.purchase_id) for one in model.orders.values()]
        booked = (
            "SELECT coalesce(sum(CASE WHEN t.kind IN ('capture', 'dispute_won') THEN t.amount ELSE -t.amount END), 0)::int"
            " FROM payments_transfer t JOIN payments_op o ON o.id = t.op_id WHERE o.subject = ANY($1)"
        )
        assert await self.books.stall.value(booked, ids) == net, model
        used = "SELECT coalesce(sum(used), 0)::int FROM coupons_person WHERE user_id = $1"
        assert await self.books.stall.value(used, self.buyer.id) == model.uses, model


# A walk is many steps against a real shop; each begins with goods and a buyer of its own.
LONG_WALKS: Final = [
    HealthCheck.too_slow,
    HealthCheck.function_scoped_fixture,
    HealthCheck.data_too_large,
    HealthCheck.filter_too_much,
]


@pytest.fixture
async def town(
    make_tenant: MakeTenant, ctx_for: CtxFor, client: ClientFor, drain: Drain
) -> AsyncIterator[Books]:
    opened = await open_books(make_tenant, ctx_for, client, drain, ["coupons"])
    staff = await opened.staff()
    coupon = {"name": "模型の割引", "kind": "fixed", "amount": OFF, "code": CODE}
    made = await staff.client.post("/api/coupons/staff/coupons", json=coupon)
    assert made.status_code == httpx.codes.CREATED, made.text
    yield opened
    await settle(opened.stall)
    assert await broken(opened.stall.ctx) == {}
    for title, query in queries_of(nakamise_coupons).items():
        async with opened.stall.ctx.read() as tx:
            assert await tx.connection.fetch(query) == [], title


async def walk(town: Books, steps: list[Step]) -> None:
    """From a fresh buyer and fresh goods: begins with an order, so that there is something to do."""
    things = [await town.stall.goods("honten", f"品{price}", price, STOCK) for price in PRICES]
    world = World(town, await town.stall.buyer(), things)
    for step in [("place", 1, 1, 1), ("pay", 0, 0, 1), *steps]:
        await world.step(step)


@settings(
    max_examples=sized(3, 150),
    deadline=None,
    derandomize=not ALL,
    suppress_health_check=LONG_WALKS,
)
@given(steps=STEPS)
@example(steps=[("return", 0, 0, 1), ("cancel", 0, 0, 1)])
async def test_whatever_happens_the_model_and_the_shop_agree(town: Books, steps: list[Step]) -> None:
    await walk(town, steps)
