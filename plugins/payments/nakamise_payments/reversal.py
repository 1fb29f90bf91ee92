"""Refunds and voids, carried out after the transaction that wanted them."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.plugin import Job, TenantCtx
from nakamise_payments.asking import find_op, settle

REVERSE: Final = "payments.reverse"


class Reverse(msgspec.Struct, frozen=True):
    """The job's payload: a refund, or a charge that was given up."""

    op_id: uuid.UUID


async def carry_out(ctx: TenantCtx, payload: Reverse, _: Job) -> None:
    """A provider that does not answer is asked again by the reconciler."""
    await settle(ctx, await find_op(ctx, payload.op_id))
