"""Suspend and resume a tenant: its pages answer 503 and its jobs wait; nothing is deleted."""

from __future__ import annotations

from typing import Literal

from nakamise.errors import NotFound
from nakamise.settings import Settings
from nakamise.tenancy.control import announce
from nakamise.tenancy.owner import owner_transaction

State = Literal["active", "suspended"]


async def set_state(
    settings: Settings, slug: str, state: State, *, reason: str = "", actor: str = "operator"
) -> bool:
    """False when it was in that state already. Raises NotFound."""
    async with owner_transaction(settings) as connection:
        row = await connection.fetchrow(
            "SELECT id, state FROM nakamise.tenant WHERE slug = $1 FOR NO KEY UPDATE", slug
        )
        if row is None:
            raise NotFound("There is no tenant %(slug)s.", params={"slug": slug})
        changes = row["state"] != state
        if changes:
            await connection.execute("UPDATE nakamise.tenant SET state = $2 WHERE id = $1", row["id"], state)
            act = "tenant.suspend" if state == "suspended" else "tenant.resume"
            await announce(connection, row["id"], act, actor=actor, detail={"reason": reason})
    return bool(changes)
