"""Who a buyer is at Stripe. Stripe keeps its own books; what we know of them goes."""

from __future__ import annotations

import uuid

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_payments_stripe import objects


class Customer(msgspec.Struct, frozen=True):
    """Stripe's name of the buyer."""

    customer: str


async def export(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> Customer | None:
    customer = await objects.customer_of(tx, user_id)
    return Customer(customer) if customer else None


async def erase(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    return await tx.execute("DELETE FROM payments_stripe_customer WHERE user_id = $1", user_id)
