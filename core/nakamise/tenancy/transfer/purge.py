"""The end of a tenant: nothing of it stays but lines in the audit."""

from __future__ import annotations

import uuid

from nakamise.errors import NotFound
from nakamise.ids import check_schema_name
from nakamise.runtime import Runtime
from nakamise.tenancy.control import By, announce, lock_tenant
from nakamise.tenancy.owner import owner_connection, owner_transaction
from nakamise.tenancy.transfer import files
from nakamise.tenancy.transfer.service import remove_export_files


async def purge(runtime: Runtime, tenant_id: uuid.UUID, *, actor: str | By, reason: str = "") -> None:
    """Files first: when the rest fails, it can be run again. Raises NotFound."""
    async with owner_connection(runtime.settings) as connection:
        schema = await connection.fetchval("SELECT schema FROM nakamise.tenant WHERE id = $1", tenant_id)
    if schema is None:
        raise NotFound("There is no such tenant.")
    await files.remove_all(runtime.store, schema)
    await remove_export_files(runtime, tenant_id)
    async with owner_transaction(runtime.settings) as connection:
        await lock_tenant(connection, tenant_id)
        name = check_schema_name(schema)
        await connection.execute(f'DROP SCHEMA "{name}" CASCADE; DROP OWNED BY "{name}"; DROP ROLE "{name}"')
        await announce(connection, tenant_id, "tenant.purge", actor=actor, detail={"reason": reason})
        # Hosts, switches, ledger, jobs and whatever else belongs to it go by their foreign keys.
        await connection.execute("DELETE FROM nakamise.tenant WHERE id = $1", tenant_id)
    await runtime.directory.refresh()
    # What was uploaded in the moment before.
    await files.remove_all(runtime.store, schema)
