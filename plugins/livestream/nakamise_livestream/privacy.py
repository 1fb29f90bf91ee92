"""What is known of a person who broadcasts, moderates or wants to be reminded, and how it is forgotten.

Broadcasts that took place stay, for orders refer to them; who made them does not.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.archive import keeping
from nakamise_livestream.broadcasts.suspend import end_all_of
from nakamise_livestream.chat.privacy import Comment, comments_of, forget
from nakamise_livestream.sales.visitor import digest_of_user
from nakamise_livestream.words import DOMAIN

HIDDEN: Final = "-"
_PROFILE: Final = """
SELECT name, bio, motive, state, state_reason, applied_at FROM livestream_broadcaster WHERE user_id = $1
"""
_BROADCASTS: Final = """
SELECT b.title, b.description, b.state, b.scheduled_for, b.started_at, b.ended_at FROM livestream_broadcast b
JOIN livestream_broadcaster r ON r.id = b.broadcaster_id WHERE r.user_id = $1 ORDER BY b.created_at, b.id
"""
_MODERATES: Final = """
SELECT b.title FROM livestream_moderator m JOIN livestream_broadcast b ON b.id = m.broadcast_id
WHERE m.user_id = $1 ORDER BY b.id
"""
_REMINDERS: Final = """
SELECT b.title FROM livestream_reminder m JOIN livestream_broadcast b ON b.id = m.broadcast_id
WHERE m.user_id = $1 ORDER BY b.id
"""
_ON_AIR: Final = """
SELECT 1 FROM livestream_broadcast b JOIN livestream_broadcaster r ON r.id = b.broadcaster_id
WHERE r.user_id = $1 AND b.state IN ('live', 'paused')
"""
_FORGET: Final = """
UPDATE livestream_broadcaster SET user_id = NULL, name = $2, bio = '', motive = '', state = 'suspended', state_reason = '',
    picture_id = NULL, banner_id = NULL, decided_at = $3, decided_by_user_id = NULL, updated_at = $3
WHERE user_id = $1
"""
# The number stays, the person does not: the row's own id takes the digest's place.
_UNKNOWN: Final = """
UPDATE livestream_interest SET visitor = decode(replace(id::text, '-', ''), 'hex') WHERE visitor = $1
"""
_TRACES: Final = (
    "DELETE FROM livestream_moderator WHERE user_id = $1",
    "DELETE FROM livestream_reminder WHERE user_id = $1",
    "UPDATE livestream_broadcaster SET decided_by_user_id = NULL WHERE decided_by_user_id = $1",
    "UPDATE livestream_broadcast SET ended_by_user_id = NULL WHERE ended_by_user_id = $1",
)


class ProfileCopy(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    bio: str
    motive: str
    state: str
    state_reason: str
    applied_at: datetime


class BroadcastCopy(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    description: str
    state: str
    scheduled_for: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


class LivestreamCopy(msgspec.Struct, frozen=True, kw_only=True):
    """``moderates`` and ``reminders`` are titles of broadcasts."""

    broadcaster: ProfileCopy | None
    broadcasts: list[BroadcastCopy]
    moderates: list[str]
    reminders: list[str]
    comments: list[Comment]


async def export(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> LivestreamCopy | None:
    found = LivestreamCopy(
        broadcaster=await tx.first(ProfileCopy, _PROFILE, user_id),
        broadcasts=await tx.all(BroadcastCopy, _BROADCASTS, user_id),
        moderates=await tx.values(_MODERATES, user_id),
        reminders=await tx.values(_REMINDERS, user_id),
        comments=await comments_of(tx, user_id),
    )
    has_any = found.broadcaster or found.moderates or found.reminders or found.comments
    return found if has_any else None


async def erase(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    """What is planned is called off. Raises Conflict while the person is on the air."""
    if await tx.value(_ON_AIR, user_id) is not None:
        message = N_("This person is on the air. End the broadcast first.")
        raise Conflict(message, code="on_air", domain=DOMAIN)
    await keeping.delete_all_of(ctx, tx, user_id)
    broadcaster_id = await tx.value("SELECT id FROM livestream_broadcaster WHERE user_id = $1", user_id)
    if isinstance(broadcaster_id, uuid.UUID):
        await end_all_of(ctx, tx, broadcaster_id, "")
    touched = await tx.execute(_FORGET, user_id, HIDDEN, ctx.now()) + await forget(tx, user_id, ctx.now())
    digest = digest_of_user(user_id)
    touched += await tx.execute(_UNKNOWN, digest)
    touched += await tx.execute("UPDATE livestream_sale SET visitor = NULL WHERE visitor = $1", digest)
    for statement in _TRACES:
        touched += await tx.execute(statement, user_id)
    return touched
