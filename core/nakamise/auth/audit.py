"""The log of who did what. Rows are only ever added: the tenant's role may not change or delete them."""

from __future__ import annotations

import uuid

from nakamise.auth.users import User
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.plugin.context import TenantCtx


async def audit(ctx: TenantCtx, tx: Tx, act: str, subject: str = "", **detail: object) -> None:
    """Note ``act`` (``<owner>.<past_tense>``) in the same transaction as the act itself.

    ``detail`` is what JSON can hold, without secrets; a change is ``before=…, after=…``.
    """
    await _insert(ctx, tx, act, subject, ctx.actor.user_id, ctx.actor.name_in_log, detail)


async def audit_as(ctx: TenantCtx, tx: Tx, user: User, act: str, **detail: object) -> None:
    """An act of ``user`` on their own account, who may only now be signing in."""
    await _insert(ctx, tx, act, str(user.id), user.id, user.display_name, detail)


async def _insert(
    ctx: TenantCtx,
    tx: Tx,
    act: str,
    subject: str,
    actor_id: uuid.UUID | None,
    actor_name: str,
    detail: dict[str, object],
) -> None:
    await tx.execute(
        "INSERT INTO core_audit (id, at, actor_id, actor_name, act, subject, ip, detail)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        uuid7(),
        ctx.now(),
        actor_id,
        actor_name,
        act,
        subject,
        ctx.http.client,
        detail,
    )
