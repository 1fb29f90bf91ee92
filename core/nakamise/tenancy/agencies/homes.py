"""Which tenant is the console of an agency, for installations that are set up by hand or as a demo."""

from __future__ import annotations

import asyncpg

from nakamise.tenancy import provision
from nakamise.tenancy.control import announce


async def ensure_console(
    connection: asyncpg.Connection, slug: str, name: str, home_slug: str, *, is_operator: bool = False
) -> None:
    """Make ``home_slug`` the console of the agency ``slug``. Idempotent; for installations."""
    await provision.ensure_agency(connection, slug, name)
    changed = await connection.fetchval(
        "UPDATE nakamise.agency a SET home_tenant_id = t.id, is_operator = $4, name = $2 FROM nakamise.tenant t"
        " WHERE a.slug = $1 AND t.slug = $3 AND a.home_tenant_id IS DISTINCT FROM t.id RETURNING t.id",
        *(slug, name, home_slug, is_operator),
    )
    if changed is not None:
        await announce(connection, changed, "agency.console", detail={"agency": slug})
