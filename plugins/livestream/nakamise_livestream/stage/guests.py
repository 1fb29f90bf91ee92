"""Inviting guests, muting and removing them. They can do nothing with the broadcast but be seen and heard."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import new_token, uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, room, rows
from nakamise_livestream.broadcasts.keys import key_hash
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.stage.schemas import Guest, GuestState, NewGuest, OnStage, StageNews
from nakamise_livestream.words import DOMAIN

GUESTS_MAX: Final = 3
SEATS: Final = GUESTS_MAX + 1
_TOKEN_BYTES: Final = 24
_FIELDS: Final = "id, seat, name, state, is_muted"
# Who invites at the same moment waits: seats are given out one by one.
_LOCK: Final = "SELECT 1 FROM livestream_broadcast WHERE id = $1 FOR UPDATE"
_FREE: Final = """
SELECT min(seat) FROM generate_series(1, $2) AS seat
WHERE seat NOT IN (SELECT g.seat FROM livestream_guest g WHERE g.broadcast_id = $1 AND g.state <> 'removed')
"""
_ADD: Final = """
INSERT INTO livestream_guest (id, broadcast_id, seat, name, token_hash, invited_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $6)
"""
_LIST: Final = f"""
SELECT {_FIELDS} FROM livestream_guest WHERE broadcast_id = $1 AND state <> 'removed' ORDER BY seat
"""  # noqa: S608 - our own columns
_ON_STAGE: Final = """
SELECT seat, name, is_muted FROM livestream_guest WHERE broadcast_id = $1 AND state = 'on_stage' ORDER BY seat
"""
_MUTE: Final = """
UPDATE livestream_guest SET is_muted = $3, changed_at = $4
WHERE broadcast_id = $1 AND id = $2 AND state <> 'removed'
"""
_REMOVE: Final = """
UPDATE livestream_guest SET state = 'removed', changed_at = $3
WHERE broadcast_id = $1 AND id = $2 AND state <> 'removed' RETURNING seat
"""
_BY_TOKEN: Final = f"""
SELECT {_FIELDS}, broadcast_id FROM livestream_guest WHERE token_hash = $1 AND state <> 'removed'
"""  # noqa: S608 - our own columns
_ARRIVES: Final = """
UPDATE livestream_guest SET state = 'on_stage', changed_at = $3
WHERE broadcast_id = $1 AND seat = $2 AND state IN ('invited', 'left')
"""
_LEAVES: Final = """
UPDATE livestream_guest SET state = 'left', changed_at = $3
WHERE broadcast_id = $1 AND seat = $2 AND state = 'on_stage'
"""
_IS_THERE: Final = (
    "SELECT 1 FROM livestream_guest WHERE broadcast_id = $1 AND seat = $2 AND state = 'on_stage'"
)


class Opened(Guest, frozen=True, kw_only=True):
    """Whose link it is."""

    broadcast_id: uuid.UUID


async def invite(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, name: str) -> NewGuest:
    """Raises NotFound, Forbidden, Invalid, Conflict when it is over or the stage is full."""
    broadcast = await _open(ctx, tx, broadcast_id)
    if not (clean := name.strip()):
        raise Invalid({"name": FieldError(N_("Please give a name."), domain=DOMAIN)})
    await tx.value(_LOCK, broadcast_id)
    seat = await tx.value(_FREE, broadcast_id, GUESTS_MAX)
    if seat is None:
        message = N_("There is room for %(n)s guests. Remove one first.")
        raise Conflict(message, code="stage_full", domain=DOMAIN, params={"n": GUESTS_MAX})
    id_, token = uuid7(), new_token(_TOKEN_BYTES)
    await tx.execute(_ADD, id_, broadcast_id, seat, clean, key_hash(token), ctx.now())
    await audit(ctx, tx, "livestream.broadcast.guest_invited", broadcast, guest=clean)
    url = ctx.url(f"/livestream/stage/{token}")
    return NewGuest(id=id_, seat=seat, name=clean, state=GuestState.INVITED, is_muted=False, url=url)


async def guests(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> list[Guest]:
    """By seat, without those who were removed. Raises NotFound, Forbidden."""
    await access.hosted(ctx, tx, broadcast_id)
    return await _all(tx, broadcast_id)


async def set_muted(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, guest_id: uuid.UUID, *, on: bool
) -> None:
    """Raises NotFound, Forbidden, Conflict when it is over."""
    await _open(ctx, tx, broadcast_id)
    await tx.must_touch_one(NotFound(), _MUTE, broadcast_id, guest_id, on, ctx.now())
    await _tell(ctx, tx, broadcast_id)


async def remove(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, guest_id: uuid.UUID) -> int:
    """The seat that is free now, whose media is to be cut. Raises NotFound, Forbidden."""
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    seat = await tx.value(_REMOVE, broadcast_id, guest_id, ctx.now())
    if not isinstance(seat, int):
        raise NotFound
    await audit(ctx, tx, "livestream.broadcast.guest_removed", broadcast, guest=str(guest_id))
    await _tell(ctx, tx, broadcast_id)
    return seat


async def on_stage(tx: Tx, broadcast_id: uuid.UUID) -> list[OnStage]:
    return await tx.all(OnStage, _ON_STAGE, broadcast_id)


async def is_on_stage(tx: Tx, broadcast_id: uuid.UUID, seat: int) -> bool:
    return await tx.value(_IS_THERE, broadcast_id, seat) is not None


async def opened_by(ctx: TenantCtx, tx: Tx, token: str) -> tuple[Opened, Broadcast]:
    """Raises NotFound for a link that opens nothing (any more)."""
    found = await tx.first(Opened, _BY_TOKEN, key_hash(token))
    if found is None:
        raise NotFound
    return found, await rows.get(tx, found.broadcast_id, ctx.locale)


# --- what the media plane tells, as the system --------------------------------------------------------------


async def arrived(ctx: TenantCtx, broadcast_id: uuid.UUID, seat: int) -> bool:
    """False: nobody wants this guest (any more), cut it off."""
    async with ctx.begin() as tx:
        broadcast = await rows.find(tx, broadcast_id)
        if broadcast is None or not access.may_publish(broadcast):
            return False
        if await tx.execute(_ARRIVES, broadcast_id, seat, ctx.now()) == 1:
            await _tell(ctx, tx, broadcast_id)
        return await is_on_stage(tx, broadcast_id, seat)


async def left(ctx: TenantCtx, broadcast_id: uuid.UUID, seat: int) -> None:
    """Nothing happens for a guest who was removed."""
    async with ctx.begin() as tx:
        if await tx.execute(_LEAVES, broadcast_id, seat, ctx.now()) == 1:
            await _tell(ctx, tx, broadcast_id)


async def _open(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Broadcast:
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    access.require_open(broadcast)
    return broadcast


async def _all(tx: Tx, broadcast_id: uuid.UUID) -> list[Guest]:
    return await tx.all(Guest, _LIST, broadcast_id)


async def _tell(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> None:
    room.tell(ctx, tx, broadcast_id, "stage", StageNews(await on_stage(tx, broadcast_id)))
