"""What a plugin stored is exported and erased for good, by who passed the second factor, while it is off."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import asyncpg
import httpx

from nakamise.plugin import Tenant
from nakamise.runtime import Runtime
from nakamise.tenancy import switches
from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import CtxFor, MakeTenant

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tablename LIKE 'shop%'"
PAGE = "/admin/plugins/shop/data"


async def _off(runtime: Runtime, make_tenant: MakeTenant) -> Tenant:
    """A site whose shop was on."""
    tenant = await make_tenant(plugins=("shop",))
    await switches.disable(runtime, tenant.id, "shop")
    return tenant


async def _exported(client: httpx.AsyncClient) -> zipfile.ZipFile:
    answer = await client.get(f"{PAGE}/export.zip")
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.content))


async def test_the_export_holds_each_table_and_the_settings(
    runtime: Runtime, make_tenant: MakeTenant, as_admin: As, ctx_for: CtxFor
) -> None:
    tenant = await make_tenant(plugins=("shop",))
    async with ctx_for(tenant).begin() as tx:
        categories = await tx.values("SELECT slug FROM shop_category ORDER BY id")
    await switches.disable(runtime, tenant.id, "shop")
    archive = await _exported((await as_admin(tenant)).client)
    assert "settings.json" in archive.namelist()
    rows = list(csv.DictReader(io.StringIO(archive.read("shop_category.csv").decode())))
    assert [row["slug"] for row in rows] == categories
    assert not [name for name in archive.namelist() if name.startswith("core_")]


async def test_all_is_gone_after_an_export_and_a_typed_id(
    runtime: Runtime, make_tenant: MakeTenant, as_admin: As, owner: asyncpg.Connection, ctx_for: CtxFor
) -> None:
    tenant, other = await _off(runtime, make_tenant), await make_tenant(plugins=("shop",))
    admin = (await as_admin(tenant, mfa=True)).client
    await _exported(admin)
    assert 'name="confirm"' in (await admin.get(PAGE)).text
    wrong = await admin.post(f"{PAGE}/erase", data={"confirm": "shopp"})
    assert wrong.status_code == 422
    assert await owner.fetch(TABLES, tenant.schema)
    answer = await admin.post(f"{PAGE}/erase", data={"confirm": "shop"})
    assert answer.status_code == 303, answer.text
    assert await owner.fetch(TABLES, tenant.schema) == []
    assert await owner.fetch(TABLES, other.schema)
    for table in ("plugin_switch", "migration_ledger"):
        query = f"SELECT count(*) FROM nakamise.{table} WHERE tenant_id = $1 AND plugin = 'shop'"
        assert await owner.fetchval(query, tenant.id) == 0
    async with ctx_for(tenant).read() as tx:
        assert await tx.values("SELECT act FROM core_audit WHERE subject = 'shop' ORDER BY at") == [
            "core.plugin.exported",
            "core.plugin.erased",
        ]
        assert await tx.value("SELECT count(*) FROM core_migration WHERE plugin = 'shop'") == 0
    assert (await admin.get(PAGE)).status_code == 404


async def test_it_starts_anew_when_switched_on_again(
    runtime: Runtime, make_tenant: MakeTenant, as_admin: As, ctx_for: CtxFor
) -> None:
    tenant = await _off(runtime, make_tenant)
    admin = (await as_admin(tenant, mfa=True)).client
    await _exported(admin)
    assert (await admin.post(f"{PAGE}/erase", data={"confirm": "shop"})).status_code == 303
    await switches.enable(runtime, tenant.id, "shop")
    async with ctx_for(tenant).read() as tx:
        assert await tx.value("SELECT count(*) FROM shop_product") == 0


async def test_not_without_the_second_factor(
    runtime: Runtime, make_tenant: MakeTenant, as_admin: As, owner: asyncpg.Connection
) -> None:
    tenant = await _off(runtime, make_tenant)
    admin = (await as_admin(tenant)).client
    await _exported(admin)
    answer = await admin.post("/api/core/plugins/shop/data/erase", json={"confirm": "shop"})
    assert (answer.status_code, answer.json()["code"]) == (403, "mfa_required")
    page = await admin.post(f"{PAGE}/erase", data={"confirm": "shop"})
    assert (page.status_code, page.headers["location"].partition("?")[0]) == (303, "/account/security")
    assert await owner.fetch(TABLES, tenant.schema)


async def test_not_without_an_export_since_it_is_off(
    runtime: Runtime, make_tenant: MakeTenant, as_admin: As
) -> None:
    tenant = await _off(runtime, make_tenant)
    admin = (await as_admin(tenant, mfa=True)).client
    assert 'name="confirm"' not in (await admin.get(PAGE)).text
    answer = await admin.post("/api/core/plugins/shop/data/erase", json={"confirm": "shop"})
    assert (answer.status_code, answer.json()["code"]) == (409, "export_first")
    await _exported(admin)
    await switches.enable(runtime, tenant.id, "shop")
    await switches.disable(runtime, tenant.id, "shop")
    answer = await admin.post("/api/core/plugins/shop/data/erase", json={"confirm": "shop"})
    assert (answer.status_code, answer.json()["code"]) == (409, "export_first")


async def test_not_while_it_is_on(make_tenant: MakeTenant, as_admin: As) -> None:
    admin = (await as_admin(await make_tenant(plugins=("shop",)), mfa=True)).client
    answer = await admin.post("/api/core/plugins/shop/data/erase", json={"confirm": "shop"})
    assert (answer.status_code, answer.json()["code"]) == (409, "plugin_on")
    assert (await admin.get("/api/core/plugins/core/data")).status_code == 404


async def test_not_while_others_refer_to_it(
    runtime: Runtime, make_tenant: MakeTenant, as_admin: As, owner: asyncpg.Connection
) -> None:
    tenant = await _off(runtime, make_tenant)
    admin = (await as_admin(tenant, mfa=True)).client
    await _exported(admin)
    await owner.execute(
        f'CREATE TABLE "{tenant.schema}".garden_bed (id uuid PRIMARY KEY'
        f' REFERENCES "{tenant.schema}".shop_product (id))'
    )
    answer = await admin.post("/api/core/plugins/shop/data/erase", json={"confirm": "shop"})
    assert (answer.status_code, answer.json()["code"]) == (409, "still_referenced")
    assert "garden_bed" in answer.text
    assert await owner.fetch(TABLES, tenant.schema)


async def test_the_page_of_the_plugin_leads_there(
    runtime: Runtime, make_tenant: MakeTenant, as_admin: As
) -> None:
    tenant = await _off(runtime, make_tenant)
    page = (await (await as_admin(tenant)).client.get("/admin/plugins/shop")).text
    assert re.search(rf'href="{PAGE}"', page)
