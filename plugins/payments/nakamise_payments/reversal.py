"""Refunds and voids, captures and transfers, carried out after the transaction that wanted them."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx

REVERSE: Final = "payments.reverse"


class Reverse(msgspec.Struct, frozen=True):
    """The job's payload: an op that is to be brought to an end."""

    op_id: uuid.UUID


async def later(ctx: TenantCtx, tx: Tx, op_id: uuid.UUID) -> None:
    """After the commit; a provider that does not answer is asked again by the reconciler."""
    await ctx.enqueue(tx, REVERSE, Reverse(op_id))
