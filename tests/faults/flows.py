"""What a process is killed in the middle of: flows that a successor goes through from the start, knowing nothing.

Buyers' acts have their keys. Staff have none: who comes next looks at where a thing stands and goes on from there.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec

from nakamise.contracts.orders import Orders, RefundLine, RefundOrder
from nakamise.plugin.context import TenantCtx
from nakamise_payments import sellers
from nakamise_payments.service import PaymentService
from nakamise_payments_stripe import inbox
from nakamise_returns import handling, requesting
from nakamise_returns.schemas import Decision, NewRequest, Received, ReceivedLine, Refund, WantedLine
from nakamise_returns.states import State
from nakamise_shop.checkout import paying
from nakamise_shop.checkout.place import place
from nakamise_shop.checkout.schemas import Pay, Placed, PlaceOrder
from nakamise_shop.domain.carriers import Carrier
from nakamise_shop.orders import fulfil
from nakamise_shop.orders.cancel import cancel

SPACE: Final = uuid.UUID("6c1d7c2e-0d2f-4a51-8f3b-2f4f6f0a9b11")


class Person(msgspec.Struct, frozen=True):
    """``order_id`` and ``events``: what there was before, in flows that begin later."""

    user_id: uuid.UUID
    address_id: uuid.UUID
    email: str
    fingerprint: str = ""
    order_id: uuid.UUID | None = None
    events: list[dict[str, Any]] = []

    @property
    def key(self) -> str:
        return self.user_id.hex

    def own(self, what: str) -> uuid.UUID:
        """The same for whoever comes next."""
        return uuid.uuid5(SPACE, f"{what} {self.key}")


# (the buyer's context, the system's, who)
Flow = Callable[[TenantCtx, TenantCtx, Person], Awaitable[None]]


async def bought(ctx: TenantCtx, person: Person) -> Placed:
    wanted = PlaceOrder(person.address_id, person.fingerprint, "payments_sandbox")
    placed = await place(ctx, f"place {person.key}", wanted)
    payment = await paying.pay(ctx, placed.purchase_id, f"pay {person.key}", Pay("tok_success"))
    if payment.state.value == "unknown":
        # What a predecessor sent and never heard of is asked for, not sent again.
        await paying.returned(ctx, payment.id)
    return placed


async def refund(ctx: TenantCtx, _system: TenantCtx, person: Person) -> None:
    """Placed, paid, cancelled, refunded."""
    placed = await bought(ctx, person)
    await cancel(ctx, placed.orders[0].number, f"cancel {person.key}")


async def capture(ctx: TenantCtx, system: TenantCtx, person: Person) -> None:
    """Placed, held, taken. A charge that never arrived is nobody's to take."""
    placed = await bought(ctx, person)
    async with system.read() as tx:
        state = await tx.value("SELECT state FROM shop_order WHERE id = $1", placed.orders[0].id)
    if state == "paid":
        await PaymentService(system).capture(placed.purchase_id)


async def ship(ctx: TenantCtx, system: TenantCtx, person: Person) -> None:
    """Placed, paid, sent, delivered."""
    placed = await bought(ctx, person)
    await _sent(system, person, placed.orders[0].id)


async def _sent(system: TenantCtx, person: Person, order_id: uuid.UUID) -> bool:
    """Whether it arrived: what is not paid is not sent."""
    look = "SELECT o.state || ' ' || l.fulfil_state FROM shop_order o JOIN shop_order_line l ON l.order_id = o.id WHERE o.id = $1"
    async with system.read() as tx:
        stands = await tx.value(look, order_id)
    if stands == "paid unfulfilled":
        async with system.begin() as tx:
            await fulfil.start(system, tx, order_id, [1])
    if stands in ("paid unfulfilled", "paid processing"):
        async with system.begin() as tx:
            await fulfil.ship(system, tx, order_id, [1], Carrier.OTHER, person.key[:16])
    if stands in ("paid unfulfilled", "paid processing", "paid shipped"):
        async with system.begin() as tx:
            parcel = await tx.value("SELECT id FROM shop_shipment WHERE order_id = $1", order_id)
            await fulfil.deliver(system, tx, order_id, parcel)
    return not str(stands).startswith("pending")


async def give_back(ctx: TenantCtx, system: TenantCtx, person: Person) -> None:
    """Placed, paid, sent, asked back, approved, received, refunded."""
    placed = await bought(ctx, person)
    if not await _sent(system, person, placed.orders[0].id):
        return
    id_ = person.own("return")
    wanted = NewRequest(lines=[WantedLine(1, 1)], reason="defect", id=id_)
    state = (await requesting.ask(ctx, placed.orders[0].number, wanted)).head.state
    if state is State.REQUESTED:
        state = (await handling.approve(system, id_, Decision())).head.state
    if state is State.APPROVED:
        came = ReceivedLine(line_no=1, received=1, restock=1, condition="unused")
        state = (await handling.receive(system, id_, Received(lines=[came]))).head.state
    if state is State.RECEIVED:
        await handling.refund(system, id_, Refund())


async def news(_ctx: TenantCtx, system: TenantCtx, person: Person) -> None:
    """Stripe tells, again and again until it is answered, and what it told is handled: disputes that are lost."""
    for event in person.events:
        await inbox.receive(system, msgspec.convert(event, inbox.Event))
    async with system.begin() as tx:
        await tx.execute("UPDATE payments_stripe_event SET next_at = now() WHERE handled_at IS NULL")
    await inbox.handle_due(system)


async def share(_ctx: TenantCtx, system: TenantCtx, person: Person) -> None:
    """The shop's share leaves, and comes back with a refund."""
    assert person.order_id is not None
    async with system.begin() as tx:
        await tx.execute(
            "UPDATE payments_sale SET created_at = now() WHERE order_id = $1 AND created_at > now()",
            person.order_id,
        )
    await sellers.pay_due(system)
    async with system.begin() as tx:
        wanted = RefundOrder(idem=person.own("refund"), lines=(RefundLine(line_no=1, qty=1),))
        await system.service(Orders).refund(tx, person.order_id, wanted)


FLOWS: Final[Mapping[str, Flow]] = {
    "refund": refund,
    "capture": capture,
    "ship": ship,
    "return": give_back,
    "news": news,
    "share": share,
}
