"""What staff tell each other about an order."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise_shop import scope

_COLUMNS: Final = "id, body, author_id, author_name, created_at"


class Note(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    body: str
    author_id: uuid.UUID | None
    author_name: str
    created_at: datetime


class NoteInput(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    body: Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"\S")]


async def notes_of(tx: Tx, order_id: uuid.UUID) -> list[Note]:
    """The newest first."""
    return await tx.all(
        Note,
        f"SELECT {_COLUMNS} FROM shop_order_note WHERE order_id = $1"  # noqa: S608 - a constant
        " ORDER BY created_at DESC, id DESC",
        order_id,
    )


async def add(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, body: str) -> Note:
    """Raises NotFound."""
    await scope.check_order(ctx, tx, order_id)
    if not await tx.value("SELECT id FROM shop_order WHERE id = $1", order_id):
        raise NotFound
    return await tx.one(
        Note,
        "INSERT INTO shop_order_note (id, order_id, body, author_id, author_name)"  # noqa: S608 - a constant
        f" VALUES ($1, $2, $3, $4, $5) RETURNING {_COLUMNS}",
        *(uuid7(), order_id, body.strip(), ctx.actor.user_id, ctx.actor.display_name),
    )


async def remove(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, note_id: uuid.UUID) -> None:
    """One's own. Raises NotFound for another's."""
    await scope.check_order(ctx, tx, order_id)
    await tx.must_touch_one(
        NotFound(),
        "DELETE FROM shop_order_note WHERE id = $1 AND order_id = $2 AND author_id = $3",
        *(note_id, order_id, ctx.actor.user_id),
    )
    await ctx.audit(tx, "shop.order_note_removed", str(order_id))
