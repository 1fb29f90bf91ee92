"""Steps of the machine, written with who made them, and told to the buyer."""

from __future__ import annotations

from nakamise.contracts.orders import Orders
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_returns import mails, repository
from nakamise_returns.schemas import Head
from nakamise_returns.states import FREEING, State


def illegal() -> Conflict:
    return Conflict(N_("This step is not possible now."), code="illegal_step", domain="returns")


async def step(
    ctx: TenantCtx, tx: Tx, head: Head, target: State, words: str = "", *, due_days: int = 0
) -> None:
    """Move, free the units when it ends without a return, note and tell. Raises Conflict for an illegal step."""
    await repository.move(tx, illegal(), head.id, target, due_days)
    if target in FREEING:
        lines = await repository.lines_of(tx, head.id)
        units = [(one.line_no, one.qty if one.received_qty is None else one.received_qty) for one in lines]
        await repository.free(tx, head.order_id, units)
    await note(ctx, tx, head, target, words)


async def note(ctx: TenantCtx, tx: Tx, head: Head, kind: State, words: str = "") -> None:
    by_staff = ctx.actor.user_id != head.buyer_id
    await tx.execute(
        "INSERT INTO returns_event (id, request_id, kind, actor_id, by_staff, words)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        *(uuid7(), head.id, kind.value, ctx.actor.user_id, by_staff, words),
    )
    await ctx.audit(tx, f"returns.{kind.value}", str(head.id), number=head.number)
    order = await ctx.service(Orders).get(tx, head.order_id)
    await mails.tell(ctx, tx, head.id, order, kind, words)
