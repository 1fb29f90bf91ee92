"""Fills a tenant from its blueprint (``social.toml``); running it again changes nothing that people changed.

[[profiles]]
email = "live@…"            # an approved broadcaster
handle = "ayaka"
followers = ["buyer@…"]     # users
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from nakamise.contracts.blueprint import Blueprint
from nakamise.contracts.live import LiveBroadcasters
from nakamise.db import Tx
from nakamise.plugin import TenantCtx

_USER: Final = "SELECT id FROM core_user WHERE email_key = lower($1)"
_HANDLE: Final = """
INSERT INTO social_profile (broadcaster_id, handle, changed_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_FOLLOW: Final = """
INSERT INTO social_follow (broadcaster_id, user_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""


async def seed(ctx: TenantCtx, blueprint: Blueprint) -> None:
    async with ctx.begin() as tx:
        for row in blueprint.data("social").get("profiles", []):
            await _profile(ctx, tx, row)


async def _profile(ctx: TenantCtx, tx: Tx, row: Mapping[str, Any]) -> None:
    """Once: who stopped following later does not follow again."""
    one = await ctx.service(LiveBroadcasters).of_user(tx, await _user(tx, row["email"]))
    if one is None or await tx.execute(_HANDLE, one.id, row["handle"], ctx.now()) != 1:
        return
    for email in row.get("followers", []):
        await tx.execute(_FOLLOW, one.id, await _user(tx, email), ctx.now())


async def _user(tx: Tx, email: str) -> uuid.UUID:
    """Raises ValueError for an address that nobody of the blueprint has."""
    found: uuid.UUID | None = await tx.value(_USER, email)
    if found is None:
        raise ValueError(f"social.toml names {email!r}, who is no user")
    return found
