"""Writing notifications."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise_social.notices.schemas import Kind, Params

_TELL: Final = """
INSERT INTO social_notice (id, user_id, kind, story, params, path, once, created_at)
SELECT n.id, n.user_id, $3, $4, $5, $6, $7, $8 FROM unnest($1::uuid[], $2::uuid[]) AS n (id, user_id)
ON CONFLICT (user_id, once) DO NOTHING
"""


async def tell(
    ctx: TenantCtx,
    tx: Tx,
    user_ids: Sequence[uuid.UUID],
    kind: Kind,
    story: str,
    params: Params,
    path: str,
    once: str,
) -> int:
    """How many had not been told of ``once`` before. ``story`` is one of ``words.STORIES``."""
    ids = [uuid7() for _ in user_ids]
    return await tx.execute(
        _TELL, ids, list(user_ids), kind, story, msgspec.to_builtins(params), path, once, ctx.now()
    )
