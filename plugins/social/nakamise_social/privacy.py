"""A person gets a copy of whom they follow and what they were told, and is forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.live import LiveBroadcasters
from nakamise.db import Tx
from nakamise.plugin import TenantCtx

_FOLLOWS: Final = """
SELECT broadcaster_id, notify, created_at AS since FROM social_follow WHERE user_id = $1 ORDER BY created_at
"""
_NOTICES: Final = """
SELECT story, params, created_at AS at, read_at FROM social_notice WHERE user_id = $1 ORDER BY created_at, id
"""
_CONSENT: Final = "SELECT mail_live, agreed_at FROM social_preference WHERE user_id = $1"
# A follower's name also stands in what the broadcasters were told; "once" ends with the follower's id.
_FORGET: Final = (
    "DELETE FROM social_follow WHERE user_id = $1",
    "DELETE FROM social_notice WHERE user_id = $1",
    "DELETE FROM social_preference WHERE user_id = $1",
    "DELETE FROM social_notice WHERE story = 'followed' AND once LIKE '%/' || $1::uuid::text",
)
_OWN: Final = (
    "DELETE FROM social_profile WHERE broadcaster_id = $1",
    "DELETE FROM social_follow WHERE broadcaster_id = $1",
    "UPDATE social_start SET name = '-' WHERE broadcaster_id = $1",
)


class FollowCopy(msgspec.Struct, frozen=True):
    broadcaster_id: uuid.UUID
    notify: bool
    since: datetime


class NoticeCopy(msgspec.Struct, frozen=True):
    story: str
    params: Mapping[str, str]
    at: datetime
    read_at: datetime | None


class ConsentCopy(msgspec.Struct, frozen=True):
    mail_live: bool
    agreed_at: datetime | None


class SocialCopy(msgspec.Struct, frozen=True, kw_only=True):
    follows: list[FollowCopy]
    notices: list[NoticeCopy]
    consent: ConsentCopy | None


async def export(_ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> SocialCopy | None:
    found = SocialCopy(
        follows=await tx.all(FollowCopy, _FOLLOWS, user_id),
        notices=await tx.all(NoticeCopy, _NOTICES, user_id),
        consent=await tx.first(ConsentCopy, _CONSENT, user_id),
    )
    return found if found.follows or found.notices or found.consent else None


async def erase(ctx: TenantCtx, tx: Tx, user_id: uuid.UUID) -> int:
    """As a follower, and as a broadcaster, also as one who was suspended or never approved."""
    touched = 0
    for statement in _FORGET:
        touched += await tx.execute(statement, user_id)
    own_id = await ctx.service(LiveBroadcasters).id_of(tx, user_id)
    for statement in _OWN if own_id else ():
        touched += await tx.execute(statement, own_id)
    return touched
