"""The list of plugins offers what the tenant can have, and says what a plan would be needed for."""

from __future__ import annotations

import uuid

import asyncpg
import pytest

from nakamise.host.views import plugin_list
from nakamise.plans import service
from nakamise.runtime import Runtime
from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import CtxFor, MakeTenant


@pytest.mark.req("LC-0.22")
async def test_what_the_plan_lacks_names_the_way_out(
    make_tenant: MakeTenant, runtime: Runtime, ctx_for: CtxFor, owner: asyncpg.Connection
) -> None:
    tenant = await make_tenant()
    plan = f"t_{uuid.uuid4().hex[:10]}"
    await owner.execute(
        "INSERT INTO nakamise.plan (id, series, name, name_en, features, is_offered, position)"
        " VALUES ($1, 'test', 'ショップ付き', 'With a shop', '{shop}', true, 990)",
        plan,
    )
    try:
        await service.set_plan(runtime, tenant.id, "starter", actor="test")
        listed = {one.id: one for one in (await plugin_list(ctx_for(tenant))).usable}
        assert any("ショップ付き" in need for need in listed["shop"].missing)
        await service.set_plan(runtime, tenant.id, plan, actor="test")
        listed = {one.id: one for one in (await plugin_list(ctx_for(tenant))).usable}
        assert not any("ショップ付き" in need for need in listed["shop"].missing)
    finally:
        await service.set_plan(runtime, tenant.id, "unlimited", actor="test")
        await owner.execute("DELETE FROM nakamise.tenant_plan WHERE plan = $1", plan)
        await owner.execute("DELETE FROM nakamise.plan WHERE id = $1", plan)


@pytest.mark.req("LC-0.23")
async def test_only_consoles_are_offered_the_console(
    make_tenant: MakeTenant, runtime: Runtime, ctx_for: CtxFor, owner: asyncpg.Connection
) -> None:
    tenant, home = await make_tenant(), await make_tenant()
    slug = f"a-{uuid.uuid4().hex[:8]}"
    await owner.execute(
        "INSERT INTO nakamise.agency (id, slug, name, home_tenant_id) VALUES ($1, $2, $2, $3)",
        *(uuid.uuid4(), slug, home.id),
    )
    await runtime.directory.refresh()
    fresh = runtime.directory.by_id(home.id)
    assert fresh is not None
    assert "agency" not in {one.id for one in (await plugin_list(ctx_for(tenant))).usable}
    assert "agency" in {one.id for one in (await plugin_list(ctx_for(fresh))).usable}


@pytest.mark.req("LC-0.22")
async def test_a_refusal_names_plans_in_the_readers_language(
    make_tenant: MakeTenant, runtime: Runtime, as_admin: As
) -> None:
    tenant = await make_tenant()
    await service.set_plan(runtime, tenant.id, "starter", actor="test")
    client = (await as_admin(tenant)).client
    for language, own, other in (("ja", "スターター", "Starter"), ("en", "Starter", "スターター")):
        answer = await client.put(
            "/api/core/plugins/sso", json={"is_on": True}, headers={"Accept-Language": language}
        )
        said = answer.json()["detail"]
        assert (answer.status_code, own in said, other in said) == (409, True, False), said
