"""The realtime room of one broadcast, and what everybody in it is told.

Chat, hearts and presence happen in it too. Its events from here: ``state`` (``news.StateNews``), ``pinned``
(``news.PinNews``) and ``products`` (``news.ProductsNews``), each as soon as its transaction has committed.
"""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.plugin import Room, TenantCtx

KIND: Final = "livestream.broadcast"


def room_of(ctx: TenantCtx, broadcast_id: uuid.UUID) -> Room:
    return ctx.room(KIND, broadcast_id)


def tell(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, name: str, data: msgspec.Struct) -> None:
    """Everybody in the room, at once, when ``tx`` has committed."""
    room_of(ctx, broadcast_id).announce(tx, name, data)
