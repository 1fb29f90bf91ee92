"""Saying something: kept first, then heard. What cannot be heard is not kept."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.contracts.chat import ChatLine
from nakamise.db import Tx
from nakamise.errors import Conflict, Forbidden, Problem, TooMany, Unavailable
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import watching
from nakamise_livestream.broadcasts.room import room_of
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.chat import events
from nakamise_livestream.chat.crowd import CROWD
from nakamise_livestream.chat.judging import judge
from nakamise_livestream.chat.mode import mode_of
from nakamise_livestream.chat.pace import give_turn_back, take_turn
from nakamise_livestream.chat.roles import role_of
from nakamise_livestream.chat.schemas import Line, LineInput, Mode, Role
from nakamise_livestream.chat.text import clean
from nakamise_livestream.words import DOMAIN

_SAID: Final = """
SELECT id, author_name AS name, author_role AS role, text, said_at AS at FROM livestream_comment
WHERE broadcast_id = $1 AND user_id = $2 AND client_key = $3
"""
_KEEP: Final = """
INSERT INTO livestream_comment
    (id, broadcast_id, user_id, author_name, author_role, text, original, client_key, said_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (broadcast_id, user_id, client_key) DO NOTHING
"""
_UNSAY: Final = "DELETE FROM livestream_comment WHERE id = $1"


async def speak(ctx: TenantCtx, broadcast_id: uuid.UUID, given: LineInput) -> Line:
    """The same key again gives the line that was said. Opens its own transactions.

    Raises Unauthenticated, NotFound, Conflict when it is not live, Forbidden for somebody who may not, Invalid,
    TooMany, Unavailable when nobody could hear it.
    """
    user_id = ctx.require_user()
    text = clean(given.text)
    speaker = (ctx.tenant.id, broadcast_id, user_id)
    CROWD.must_not_wait(speaker, ctx.now())
    try:
        return await _say(ctx, broadcast_id, user_id, text, given.key)
    except TooMany as refused:
        CROWD.waits(speaker, ctx.now(), refused.retry_after_s)
        raise


async def _say(
    ctx: TenantCtx, broadcast_id: uuid.UUID, user_id: uuid.UUID, text: str, key: uuid.UUID
) -> Line:
    async with ctx.begin() as tx:
        broadcast = await watching.visible(ctx, tx, broadcast_id)
        if (said := await tx.first(Line, _SAID, broadcast_id, user_id, key)) is not None:
            return said
        line = await _kept(ctx, tx, broadcast, text, key)
    here = room_of(ctx, broadcast_id)
    try:
        await here.publish(events.CHAT, line)
    except Unavailable:
        async with ctx.begin() as tx:
            await tx.execute(_UNSAY, line.id)
            await give_turn_back(ctx, tx, broadcast_id)
            # It may have been heard all the same, when only the answer was lost.
            here.announce(tx, events.REMOVED, events.Gone(line.id))
        raise
    return line


async def _kept(ctx: TenantCtx, tx: Tx, broadcast: Broadcast, text: str, key: uuid.UUID) -> Line:
    role, mode = await role_of(ctx, tx, broadcast), await mode_of(tx, broadcast.id)
    if refusal := refusal_of(broadcast, role, mode):
        raise refusal
    if role is Role.VIEWER:
        CROWD.take_place(ctx.tenant.id, broadcast.id)
    await take_turn(ctx, tx, broadcast.id, role, mode)
    name = broadcast.broadcaster_name if role is Role.HOST else ctx.actor.display_name
    user_id = ctx.require_user()
    line = ChatLine(
        place=f"livestream:{broadcast.id}",
        author_id=user_id,
        author_name=name,
        text=text,
        is_staff=role is not Role.VIEWER,
    )
    judged = await judge(ctx, tx, line)
    said = Line(id=uuid7(), name=name, role=role, text=judged.text, at=ctx.now())
    row = (said.id, broadcast.id, user_id, name, role.value, said.text, judged.original, key, said.at)
    again = Conflict(N_("This line is being sent already."), code="twice", domain=DOMAIN)
    await tx.must_touch_one(again, _KEEP, *row)
    return said


def refusal_of(broadcast: Broadcast, role: Role, mode: Mode) -> Problem | None:
    """Why nobody of ``role`` may speak now."""
    if not broadcast.is_on_air:
        return Conflict(N_("Comments are open while the broadcast is live."), code="not_live", domain=DOMAIN)
    if not mode.is_open and role is Role.VIEWER:
        return Forbidden(N_("The chat is closed at the moment."), code="closed", domain=DOMAIN)
    return None
