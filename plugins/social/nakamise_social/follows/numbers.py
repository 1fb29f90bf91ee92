"""The one source of follower numbers: profile, watch page, dashboard and lists ask here."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from nakamise.contracts.live import Followers
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_social.follows.schemas import FollowerNumbers
from nakamise_social.profiles.handles import paths

_COUNTS: Final = """
SELECT broadcaster_id, count(*)::int AS number FROM social_follow WHERE broadcaster_id = ANY($1) GROUP BY broadcaster_id
"""
_NUMBERS: Final = """
SELECT count(*)::int AS followers, (count(*) FILTER (WHERE notify))::int AS notified, max(created_at) AS latest
FROM social_follow WHERE broadcaster_id = $1
"""


class _Count(msgspec.Struct, frozen=True):
    broadcaster_id: uuid.UUID
    number: int


async def counts(tx: Tx, broadcaster_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """For each of ``broadcaster_ids``, 0 too."""
    found = {one.broadcaster_id: one.number for one in await tx.all(_Count, _COUNTS, list(broadcaster_ids))}
    return {id_: found.get(id_, 0) for id_ in broadcaster_ids}


async def count(tx: Tx, broadcaster_id: uuid.UUID) -> int:
    return (await counts(tx, [broadcaster_id]))[broadcaster_id]


async def numbers(tx: Tx, broadcaster_id: uuid.UUID) -> FollowerNumbers:
    return await tx.one(FollowerNumbers, _NUMBERS, broadcaster_id)


class SocialFollowers(Followers):
    async def counts(self, tx: Tx, broadcaster_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, int]:
        return await counts(tx, broadcaster_ids)

    async def profile_paths(self, tx: Tx, broadcaster_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, str]:
        return await paths(tx, broadcaster_ids)


def followers(_ctx: TenantCtx) -> SocialFollowers:
    return SocialFollowers()
