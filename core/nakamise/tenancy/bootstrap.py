"""From an empty server to an installation that can serve: idempotent, and quick when there is nothing to do."""

from __future__ import annotations

from nakamise.settings import Settings
from nakamise.tenancy.apply import migrate_shared
from nakamise.tenancy.owner import names, owner_connection
from nakamise.tenancy.provision import ensure_agency
from nakamise.tenancy.roles import ensure_roles


async def prepare_database(settings: Settings) -> None:
    """Roles, the shared schema and the demo agency; no tenant."""
    async with owner_connection(settings) as connection:
        await ensure_roles(connection, settings)
        await migrate_shared(connection, names(settings))
        await ensure_agency(connection, "demo", "Demo")
