"""An export that an agency asks for: a job, a signed download, an end; and the end of a tenant."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from nakamise.errors import Conflict, NotFound
from nakamise.ids import uuid7
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.purge import purge
from nakamise.tenancy.owner import owner_connection
from nakamise.tenancy.transfer import service, worker
from nakamise.testing.fixtures import ClientFor, CtxFor, Drain, MakeTenant
from tests.core.tenancy.transfer.parts import furnish


async def test_from_asking_to_downloading(
    runtime: Runtime, make_tenant: MakeTenant, drain: Drain, client: ClientFor, ctx_for: CtxFor
) -> None:
    home, tenant, other = await make_tenant(), await make_tenant(), await make_tenant()
    asked = await service.start_export(runtime, home, tenant.id, actor="Agent")
    assert asked.state == "queued"
    with pytest.raises(Conflict):
        await service.start_export(runtime, home, tenant.id, actor="Agent")
    with pytest.raises(Conflict):
        service.download_path(runtime, home, asked)
    with pytest.raises(NotFound):
        await service.start_export(runtime, home, uuid7(), actor="Agent")
    await drain(home)
    [done] = await service.transfers(runtime, tenant.id)
    assert (done.state, done.requested_by) == ("done", "Agent")
    assert done.done == done.total > 0
    path = service.download_path(runtime, home, done)
    answer = await client(home).get(path)
    assert answer.status_code == 200
    assert len(answer.content) == done.size
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "manifest.json" in zipfile.ZipFile(BytesIO(answer.content)).namelist()
    assert (await client(other).get(path)).status_code == 404
    assert (await client(tenant).get(path)).status_code == 404
    assert (await client(home).get(path.replace("signature=", "signature=x"))).status_code == 404
    await worker.expire(ctx_for(home), service.TransferJob(done.id), None)  # type: ignore[arg-type]
    assert (await client(home).get(path)).status_code == 404
    assert (await service.transfer(runtime, done.id)).state == "expired"


@pytest.mark.req("BX-20")
async def test_after_the_end_only_the_audit_knows(
    runtime: Runtime, make_tenant: MakeTenant, drain: Drain
) -> None:
    home, tenant = await make_tenant(), await make_tenant(plugins=("shop",))
    await furnish(runtime, tenant)
    asked = await service.start_export(runtime, home, tenant.id, actor="Agent")
    await drain(home)
    assert await _canaries(runtime, (tenant.slug, tenant.schema, str(tenant.id))) > {"control_audit"}
    async with owner_connection(runtime.settings) as connection:
        await connection.execute(
            "UPDATE nakamise.tenant SET state = 'deleting', purge_at = now() WHERE id = $1", tenant.id
        )
    await purge(runtime, tenant.id)
    # Released addresses rest, and what was billed stays on the books; both know the tenant's name only.
    left = await _canaries(runtime, (tenant.slug, tenant.schema, str(tenant.id)))
    assert left <= {"control_audit", "host_rest", "invoice_line"}
    assert "tenant" not in left
    assert await _canaries(runtime, (tenant.schema,)) <= {"control_audit"}
    assert not service.file_of(runtime, asked.id).exists()
    assert not [path for path in runtime.settings.media_dir.rglob(f"{tenant.schema}/**/*") if path.is_file()]
    async with owner_connection(runtime.settings) as connection:
        assert (
            await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", tenant.schema) == 0
        )
        assert (
            await connection.fetchval("SELECT count(*) FROM pg_namespace WHERE nspname = $1", tenant.schema)
            == 0
        )


async def _canaries(runtime: Runtime, words: tuple[str, ...]) -> set[str]:
    """The shared tables with a row that holds one of ``words``."""
    found = set()
    async with owner_connection(runtime.settings) as connection:
        tables = await connection.fetch("SELECT tablename::text FROM pg_tables WHERE schemaname = 'nakamise'")
        for (table,) in tables:
            for word in words:
                query = f'SELECT 1 FROM nakamise."{table}" t WHERE t::text LIKE $1 LIMIT 1'
                if await connection.fetchval(query, f"%{word}%"):
                    found.add(table)
    return found
