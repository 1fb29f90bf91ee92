"""The tenant's audit log: rows that nobody's role may change or delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from nakamise.db import Tx
from nakamise.ids import uuid7

if TYPE_CHECKING:
    from nakamise.plugin.context import TenantCtx


async def write_audit(ctx: TenantCtx, tx: Tx, act: str, subject: str, detail: Mapping[str, object]) -> None:
    await tx.execute(
        "INSERT INTO core_audit (id, actor_id, actor_name, act, subject, ip, detail)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        uuid7(),
        ctx.actor.user_id,
        ctx.actor.name_in_log or ("system" if ctx.actor.is_system else ""),
        act,
        subject,
        ctx.http.client,
        dict(detail),
    )
