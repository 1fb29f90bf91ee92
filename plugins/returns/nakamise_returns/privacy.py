"""What a person may ask for: a copy of their returns, and to be forgotten.

What was returned stays, for the books need it; who, why in their own words, and their photos do not.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.media import delete_object, media_of
from nakamise.plugin import TenantCtx
from nakamise.web import N_

_OPEN: Final = "SELECT count(*) FROM returns_request WHERE buyer_id = $1 AND ended_at IS NULL"
_COPY: Final = """
SELECT r.number, r.order_number, r.requested_at, r.state, r.reason, r.wish, r.words, r.refunded,
       ARRAY(SELECT l.name || ' ×' || l.qty FROM returns_line l WHERE l.request_id = r.id ORDER BY l.line_no) AS items
FROM returns_request r WHERE r.buyer_id = $1 ORDER BY r.requested_at, r.number
"""
_PHOTOS: Final = "SELECT p.media_id FROM returns_photo p JOIN returns_request r ON r.id = p.request_id WHERE r.buyer_id = $1"


class ReturnCopy(msgspec.Struct, frozen=True, kw_only=True):
    """``refunded`` in minor units of the tenant's currency."""

    number: str
    order_number: str
    requested_at: datetime
    state: str
    reason: str
    wish: str
    words: str
    refunded: int
    items: list[str]


async def export(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> list[ReturnCopy] | None:
    return await tx.all(ReturnCopy, _COPY, user_id) or None


async def erase(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    """Raises Conflict while a return is under way."""
    if await tx.value(_OPEN, user_id):
        message = N_("This person has returns under way. Finish them first.")
        raise Conflict(message, code="returns_open", domain="returns")
    pictures = await tx.values(_PHOTOS, user_id)
    for media in (await media_of(tx, pictures)).values():
        for key in media.keys.values():
            await delete_object(ctx, key)
    gone = await tx.execute(
        "DELETE FROM returns_photo p USING returns_request r WHERE r.id = p.request_id AND r.buyer_id = $1",
        user_id,
    )
    await tx.execute("DELETE FROM core_media WHERE id = ANY($1) AND owner_id = $2", pictures, user_id)
    return gone + await tx.execute(
        "UPDATE returns_request SET buyer_name = '-', words = '' WHERE buyer_id = $1", user_id
    )
