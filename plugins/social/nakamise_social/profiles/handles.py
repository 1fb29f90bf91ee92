"""Addresses of profiles: the handle that a broadcaster chose, else their id."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Annotated, Final

import asyncpg
import msgspec
from msgspec import Meta

from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_social.words import DOMAIN

ROOT: Final = "/social"
# Pages of this plugin, and words that would look like one of the site's own.
RESERVED: Final = frozenset(
    (
        "following",
        "followers",
        "notifications",
        "preferences",
        "unsubscribe",
        "address",
        "admin",
        "staff",
        "official",
    )
)
_CHOSEN: Final = "SELECT broadcaster_id, handle FROM social_profile WHERE broadcaster_id = ANY($1)"
_BY_HANDLE: Final = "SELECT broadcaster_id FROM social_profile WHERE handle = $1"
_CHOOSE: Final = """
INSERT INTO social_profile (broadcaster_id, handle, changed_at) VALUES ($1, $2, $3)
ON CONFLICT (broadcaster_id) DO UPDATE SET handle = excluded.handle, changed_at = excluded.changed_at
"""


class HandleInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """3 to 30 of a-z, 0-9, - and _, beginning with a letter or digit."""

    handle: Annotated[str, Meta(min_length=3, max_length=30, pattern="^[a-z0-9][a-z0-9_-]*$")]


class _Chosen(msgspec.Struct, frozen=True):
    broadcaster_id: uuid.UUID
    handle: str


async def paths(tx: Tx, broadcaster_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """For each of ``broadcaster_ids`` the page of their profile."""
    found = await tx.all(_Chosen, _CHOSEN, list(broadcaster_ids))
    chosen = {one.broadcaster_id: one.handle for one in found}
    return {id_: f"{ROOT}/{chosen.get(id_, id_)}" for id_ in broadcaster_ids}


async def path(tx: Tx, broadcaster_id: uuid.UUID) -> str:
    return (await paths(tx, [broadcaster_id]))[broadcaster_id]


async def broadcaster_id_of(tx: Tx, handle: str) -> uuid.UUID | None:
    """Whose ``handle``, or whose id, it is."""
    try:
        return uuid.UUID(handle)
    except ValueError:
        found = await tx.value(_BY_HANDLE, handle.lower())
        return found if isinstance(found, uuid.UUID) else None


async def choose(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID, given: HandleInput) -> str:
    """The new path. Raises Invalid for a handle that somebody has, or nobody may have."""
    taken = Invalid({"handle": FieldError(N_("This address is taken."), domain=DOMAIN)})
    if given.handle in RESERVED:
        raise taken
    try:
        async with tx.savepoint():
            await tx.execute(_CHOOSE, broadcaster_id, given.handle, ctx.now())
    except asyncpg.UniqueViolationError as error:
        raise taken from error
    await ctx.audit(tx, "social.address", str(broadcaster_id), handle=given.handle)
    return f"{ROOT}/{given.handle}"
