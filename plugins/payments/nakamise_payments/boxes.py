"""The payment's box on an order's page, and a shop's own terms on its page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.orders import Orders
from nakamise.contracts.payments import OpKind
from nakamise.contracts.ui import OrderSubject, ShopSubject
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_payments import captures, providers, repository, seller_terms, words
from nakamise_payments.schemas import Op, OpState, way_of

_DAY_S: Final = 86_400


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """``days_left`` until the reservation ends, rounded down; None without one. ``left``: what would be taken.
    ``released``: what of the charge was not taken, or will not be; ``given_back``: what went back of the rest."""

    charge: Op
    way: str
    days_left: int | None
    left: int
    is_ended: bool
    released: int
    by_hand: tuple[Op, ...] = ()

    @property
    def given_back(self) -> int:
        return self.charge.reversed - self.released


async def order_box(ctx: TenantCtx, tx: Tx, subject: OrderSubject) -> Mapping[str, object] | None:
    orders = ctx.optional_service(Orders)
    if orders is None or not ctx.actor.can("payments.read"):
        return None
    order = await orders.get(tx, subject.order_id)
    box = await box_of(ctx, tx, order.purchase_id)
    if box is None:
        return None
    return {
        "box": box,
        "states": words.states(ctx),
        "may_capture": ctx.actor.can("payments.capture") and box.charge.state is OpState.AUTHORIZED,
        "back": f"/admin/shop/orders/{subject.order_id}",
    }


async def box_of(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID) -> Box | None:
    charges = [op for op in await repository.charges_of(tx, purchase_id) if not op.extra]
    charge = captures.counting(charges)
    if charge is None:
        return None
    now: datetime = await tx.value("SELECT now()")
    left = (charge.capture_before - now).total_seconds() if charge.capture_before else None
    is_held = charge.state is OpState.AUTHORIZED
    way = way_of(charge.provider_id, charge.method)
    offered = {method.provider_id: method.label for method in providers.methods(ctx)}
    return Box(
        charge=charge,
        way=offered.get(way, ""),
        days_left=max(0, int(left // _DAY_S)) if is_held and left is not None else None,
        left=charge.amount - charge.reversed,
        is_ended=is_held and left is not None and left <= 0,
        released=await _not_taken(tx, charge),
        by_hand=tuple(
            op
            for op in await repository.children_of(tx, charge.id, OpKind.REFUND)
            if op.state is OpState.BY_HAND
        ),
    )


async def _not_taken(tx: Tx, charge: Op) -> int:
    """Others may have taken what was let go: then it was taken, and went back."""
    if charge.state is OpState.SUCCEEDED:
        return charge.amount - charge.captured
    return await repository.released(tx, charge.id)


async def shop_box(_ctx: TenantCtx, tx: Tx, subject: ShopSubject) -> Mapping[str, object] | None:
    return {
        "seller_id": subject.shop_id,
        "terms": await seller_terms.of_seller(tx, subject.shop_id),
        "back": f"/admin/shop/shops/{subject.shop_id}",
    }
