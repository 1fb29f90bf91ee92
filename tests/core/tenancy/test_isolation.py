"""A forgotten or wrong tenant is an error of the database, never an empty or foreign answer."""

from __future__ import annotations

from nakamise.db import Database
from nakamise.testing.fixtures import NewTenant


async def test_tenant_reaches_its_own_tables(new_tenant: NewTenant, db: Database) -> None:
    tenant = await new_tenant()
    async with db.tenant(tenant.schema) as tx:
        assert await tx.value("SELECT count(*) FROM core_migration") >= 1
        assert await tx.value("SELECT nakamise.my_tenant()") == tenant.id
