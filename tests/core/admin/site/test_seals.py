"""The audit log's seals: what is added is sealed, what was sealed cannot change unnoticed."""

from __future__ import annotations

import asyncio
import uuid

import asyncpg
import pytest

from nakamise.admin.site.seals import seal_rows, verify
from nakamise.plugin.context import TenantCtx
from nakamise.testing.fixtures import CtxFor, MakeTenant

pytestmark = pytest.mark.req("BX-18")


@pytest.fixture
async def ctx(make_tenant: MakeTenant, ctx_for: CtxFor) -> TenantCtx:
    return ctx_for(await make_tenant(plugins=()))


async def write(ctx: TenantCtx, act: str = "test.done") -> uuid.UUID:
    async with ctx.begin() as tx:
        await ctx.audit(tx, act, "it", note="秘密なし")
        found = await tx.value("SELECT max(id::text) FROM core_audit")
    return uuid.UUID(found)


async def test_an_untouched_log_is_sound_and_says_until_when(ctx: TenantCtx) -> None:
    for _ in range(5):
        await write(ctx)
    first = await verify(ctx)
    await write(ctx)
    second = await verify(ctx)
    assert first.ok
    assert second.ok
    assert second.seals == first.seals + 1
    assert second.rows == first.rows + 1
    assert second.hash != first.hash
    assert second.until is not None


async def test_a_row_that_the_owner_changed_is_found(ctx: TenantCtx, owner: asyncpg.Connection) -> None:
    victim = await write(ctx)
    await seal_rows(ctx)
    await write(ctx)
    await owner.execute(
        f"UPDATE \"{ctx.tenant.schema}\".core_audit SET actor_name = 'somebody' WHERE id = $1", victim
    )
    verdict = await verify(ctx)
    assert not verdict.ok
    assert verdict.changed == [victim]


async def test_a_row_that_the_owner_removed_is_found(ctx: TenantCtx, owner: asyncpg.Connection) -> None:
    victim = await write(ctx)
    await seal_rows(ctx)
    await owner.execute(f'DELETE FROM "{ctx.tenant.schema}".core_audit WHERE id = $1', victim)
    verdict = await verify(ctx)
    assert not verdict.ok
    assert verdict.removed == [victim]


async def test_mending_the_link_too_breaks_the_seal(ctx: TenantCtx, owner: asyncpg.Connection) -> None:
    victim = await write(ctx)
    await seal_rows(ctx)
    schema = ctx.tenant.schema
    await owner.execute(f'DELETE FROM "{schema}".core_audit WHERE id = $1', victim)
    await owner.execute(f'DELETE FROM "{schema}".core_audit_link WHERE audit_id = $1', victim)
    verdict = await verify(ctx)
    assert not verdict.ok
    assert verdict.broken_seal == 1


async def test_a_row_that_the_owner_slipped_in_is_found(ctx: TenantCtx, owner: asyncpg.Connection) -> None:
    kept = await write(ctx)
    await seal_rows(ctx)
    forged = uuid.UUID(int=kept.int - (10 * 86_400_000 << 80))
    await owner.execute(
        f"INSERT INTO \"{ctx.tenant.schema}\".core_audit (id, act) VALUES ($1, 'test.done')", forged
    )
    verdict = await verify(ctx)
    assert (verdict.ok, verdict.inserted) == (False, [forged])


async def test_the_tenants_own_role_may_change_nothing(ctx: TenantCtx) -> None:
    await write(ctx)
    await seal_rows(ctx)
    for table in ("core_audit", "core_audit_seal", "core_audit_link"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with ctx.begin() as tx:
                await tx.execute(f"DELETE FROM {table}")


async def test_a_row_committed_late_is_sealed_by_the_next_seal(ctx: TenantCtx) -> None:
    async with ctx.begin() as slow:
        await ctx.audit(slow, "test.slow", "it")
        await write(ctx)
        await seal_rows(ctx)
    assert await seal_rows(ctx) == 1
    assert (await verify(ctx)).ok


async def test_many_sealers_at_once_make_one_chain(ctx: TenantCtx) -> None:
    async def work() -> None:
        await write(ctx)
        await seal_rows(ctx)

    await asyncio.gather(*(work() for _ in range(12)))
    assert (await verify(ctx)).ok
