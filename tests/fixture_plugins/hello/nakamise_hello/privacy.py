"""What a person may ask for: a copy, and to be forgotten."""

from __future__ import annotations

import uuid

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx


class Export(msgspec.Struct, frozen=True):
    greetings: list[str]


async def export(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> Export | None:
    texts = await tx.values("SELECT text FROM hello_greeting WHERE user_id = $1", user_id)
    return Export(texts) if texts else None


async def erase(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    return await tx.execute("DELETE FROM hello_greeting WHERE user_id = $1", user_id)
