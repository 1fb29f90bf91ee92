"""A server that does background work, in a database that hundreds of earlier tests' tenants share."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nakamise.settings import Settings
from nakamise.tenancy.owner import owner_connection


@asynccontextmanager
async def others_rest(settings: Settings, tenant_id: uuid.UUID) -> AsyncIterator[None]:
    """Nobody does the work of other tenants meanwhile: a server would begin with all that was never due before."""
    async with owner_connection(settings) as owner:
        rest = (
            "UPDATE nakamise.tenant SET state = 'suspended' WHERE state = 'active' AND id <> $1 RETURNING id"
        )
        resting = [row["id"] for row in await owner.fetch(rest, tenant_id)]
    try:
        yield
    finally:
        async with owner_connection(settings) as owner:
            await owner.execute("UPDATE nakamise.tenant SET state = 'active' WHERE id = ANY($1)", resting)
